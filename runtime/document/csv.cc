#include "runtime/document/csv.h"

#include <algorithm>

namespace mlc::document {

Result<std::vector<CsvRow>> read_csv(std::string_view text, char separator) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<CsvRow> rows;
  const auto wrong = [&](const char* what) {
    return Error(Code::invalid_argument, "row " + std::to_string(rows.size() + 1) + ": " + what);
  };
  size_t at = 0;
  int line = 1;
  while (at < text.size()) {
    CsvRow row;
    row.line = line;
    for (bool more = true; more;) {
      std::string field;
      if (at < text.size() && text[at] == '"') {
        for (++at;; ++at) {
          if (at >= text.size()) return wrong("a quoted field has no end");
          if (text[at] != '"') {
            field.push_back(text[at]);
          } else if (at + 1 < text.size() && text[at + 1] == '"') {
            field.push_back(text[++at]);
          } else {
            break;
          }
        }
        ++at;
        line += static_cast<int>(std::count(field.begin(), field.end(), '\n'));
      } else {
        while (at < text.size() && text[at] != separator && text[at] != '\n' && text[at] != '\r') field.push_back(text[at++]);
      }
      row.cells.push_back(std::move(field));
      more = at < text.size() && text[at] == separator;
      if (more) ++at;
    }
    if (at < text.size() && text[at] == '\r') ++at;
    if (at < text.size() && text[at] != '\n') return wrong("text after a quoted field");
    ++at;
    ++line;
    if (row.cells.size() > 1 || !row.cells[0].empty()) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace mlc::document
