// A look-up table in a CSV file: the first row names the columns, the first column is the key. Immutable; any thread.
//
//   country,cost_center,account
//   DE,D1,8400
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/mapping/position.h"

namespace mlc::mapping {

class Table {
 public:
  // `file` is shown in problems; a table with problems is null. Semicolons separate too, as spreadsheets write them where the
  // comma is the decimal sign. Keys and cells are taken without blanks around them; a key that stands there twice is a problem.
  static std::shared_ptr<const Table> read(std::string name, std::string file, std::string_view text, Problems& problems);

  const std::string& name() const { return name_; }
  const std::string& file() const { return file_; }
  const std::vector<std::string>& columns() const { return columns_; }
  std::optional<uint32_t> column(std::string_view name) const;

  struct Row {
    std::vector<std::string> cells;  // as many as columns
    int line = 0;
  };
  const Row* find(std::string_view key) const;  // null pointer: no such row

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::string name_, file_;
  std::vector<std::string> columns_;
  std::unordered_map<std::string, Row, Hash, std::equal_to<>> rows_;
};

}  // namespace mlc::mapping
