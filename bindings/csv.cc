// csv: RFC 4180 with any one-character separator; the first row names the columns.
#include <vector>

#include "bindings/modules.h"
#include "runtime/script/isolate.h"

namespace mlc::bindings {
namespace {

using namespace script;

using CsvRow = std::vector<std::string>;

// Empty = well-formed; else what is wrong.
std::string read_csv(std::string_view text, char separator, std::vector<CsvRow>& rows) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  size_t at = 0;
  while (at < text.size()) {
    CsvRow row;
    for (bool more = true; more;) {
      std::string field;
      if (at < text.size() && text[at] == '"') {
        for (++at;; ++at) {
          if (at >= text.size()) return "row " + std::to_string(rows.size() + 1) + ": a quoted field has no end";
          if (text[at] != '"') {
            field.push_back(text[at]);
          } else if (at + 1 < text.size() && text[at + 1] == '"') {
            field.push_back(text[++at]);
          } else {
            break;
          }
        }
        ++at;
      } else {
        while (at < text.size() && text[at] != separator && text[at] != '\n' && text[at] != '\r') field.push_back(text[at++]);
      }
      row.push_back(std::move(field));
      more = at < text.size() && text[at] == separator;
      if (more) ++at;
    }
    if (at < text.size() && text[at] == '\r') ++at;
    if (at < text.size() && text[at] != '\n') return "row " + std::to_string(rows.size() + 1) + ": text after a quoted field";
    ++at;
    if (row.size() > 1 || !row[0].empty()) rows.push_back(std::move(row));
  }
  return {};
}

// csv.parse(text, {separator = ","}?) -> list of tables by column name | nil, err
int parse(lua_State* L) {
  auto text = text_argument(L, 1);
  Options options(L, 2, {"separator"});
  std::string separator = options.text("separator", ",");
  if (separator.size() != 1) options.refuse("separator", "one character");
  Isolate::of(L).need(L, text.size() * 4);
  Isolate::of(L).charge(L, text.size() / 8);
  std::vector<CsvRow> rows;
  std::string fault = read_csv(text, separator[0], rows);
  if (!fault.empty()) return push_failure(L, "invalid_argument", fault);
  lua_newtable(L);
  for (size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].size() != rows[0].size()) {
      return push_failure(L, "invalid_argument",
                          "row " + std::to_string(i + 1) + " has " + std::to_string(rows[i].size()) + " fields, the header has " +
                              std::to_string(rows[0].size()));
    }
    lua_createtable(L, 0, static_cast<int>(rows[i].size()));
    for (size_t column = 0; column < rows[i].size(); ++column) {
      push_text(L, rows[0][column]);
      push_text(L, rows[i][column]);
      lua_rawset(L, -3);
    }
    lua_rawseti(L, -2, static_cast<lua_Integer>(i));
  }
  return 1;
}

}  // namespace

script::Module csv_module() { return {"csv", {{"parse", parse}}, nullptr}; }

}  // namespace mlc::bindings
