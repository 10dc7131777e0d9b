// The bound of durable work: SQLite by itself, with the settings that our store uses, one connection, no layers.
#pragma once
#include <string>

namespace mlc::bench {

// Rows of `bytes` bytes appended to one table, `group` rows a synced transaction; rows a second.
double raw_rows_per_second(const std::string& file, int rows, int group, int bytes);

}  // namespace mlc::bench
