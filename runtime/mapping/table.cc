#include "runtime/mapping/table.h"

#include <algorithm>

#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/document/csv.h"

namespace mlc::mapping {

std::shared_ptr<const Table> Table::read(std::string name, std::string file, std::string_view text, Problems& problems) {
  const size_t before = problems.size();
  const auto wrong = [&](int line, std::string message) { problems.push_back({{file, line, 1}, std::move(message)}); };
  if (!valid_utf8(text)) {
    wrong(1, "the table is not UTF-8; save it as \"CSV UTF-8\"");
    return nullptr;
  }
  const std::string_view head = text.substr(0, text.find('\n'));
  const char separator = head.find(';') != std::string_view::npos && head.find(',') == std::string_view::npos ? ';' : ',';
  auto rows = document::read_csv(text, separator);
  if (!rows) {
    wrong(1, rows.error().message());
    return nullptr;
  }
  if (rows->empty()) {
    wrong(1, "the table is empty; its first row names the columns, as in: country,cost_center");
    return nullptr;
  }
  auto table = std::make_shared<Table>();
  table->name_ = std::move(name);
  table->file_ = file;
  for (const std::string& cell : rows->front().cells) {
    std::string column(trim(cell));
    if (column.empty()) wrong(rows->front().line, "column " + std::to_string(table->columns_.size() + 1) + " has no name");
    else if (table->column(column)) wrong(rows->front().line, "there are two columns \"" + column + "\"");
    table->columns_.push_back(std::move(column));
  }
  if (table->columns_.size() < 2) wrong(rows->front().line, "a look-up table has two columns or more: the key, then its values");
  for (size_t i = 1; i < rows->size(); ++i) {
    document::CsvRow& row = (*rows)[i];
    if (row.cells.size() != table->columns_.size()) {
      wrong(row.line, "this row has " + std::to_string(row.cells.size()) + (row.cells.size() == 1 ? " cell" : " cells") +
                          ", the head has " + std::to_string(table->columns_.size()) + " columns");
      continue;
    }
    for (std::string& cell : row.cells) cell = trim(cell);
    if (row.cells[0].empty()) {
      wrong(row.line, "this row has no key: \"" + table->columns_[0] + "\" is empty");
      continue;
    }
    const std::string key = row.cells[0];
    const auto [former, fresh] = table->rows_.try_emplace(key, Row{std::move(row.cells), row.line});
    if (!fresh) wrong(row.line, "\"" + key + "\" stands here a second time; first in line " + std::to_string(former->second.line));
  }
  if (problems.size() != before) return nullptr;
  return table;
}

std::optional<uint32_t> Table::column(std::string_view name) const {
  const auto found = std::find(columns_.begin(), columns_.end(), name);
  if (found == columns_.end()) return std::nullopt;
  return static_cast<uint32_t>(found - columns_.begin());
}

const Table::Row* Table::find(std::string_view key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? nullptr : &found->second;
}

}  // namespace mlc::mapping
