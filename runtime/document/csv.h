// CSV by RFC 4180, with any one-character separator. Strict about quotes, lenient about line ends and the byte order mark that
// spreadsheets write.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace mlc::document {

struct CsvRow {
  std::vector<std::string> cells;
  int line = 0;  // where it begins
};

// Rows in order, empty lines left out. The error says which row and what is wrong.
Result<std::vector<CsvRow>> read_csv(std::string_view text, char separator);

}  // namespace mlc::document
