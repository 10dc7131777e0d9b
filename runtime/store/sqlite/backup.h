// Whole copies of a database that is in use, by SQLite's backup API, synced and verified.
#pragma once
#include <string>

#include "runtime/store/sqlite/database.h"

namespace mlc::store {

// Copies page by page from `from` (any connection of it) into a new file; conflict when the file is there.
Status copy_database(Database& from, const std::string& path);

// Opens a copy and checks its structure and its audit chain.
Status verify_copy(const std::string& path);

// Both, under a name of its own until it is verified: what stands at `path` is a good copy.
Status back_up(Database& from, const std::string& path);

}  // namespace mlc::store
