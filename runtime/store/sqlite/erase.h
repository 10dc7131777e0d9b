// Reading for an erasure; a bounded number of rows at a time.
#pragma once
#include "runtime/store/erasing.h"
#include "runtime/store/sqlite/database.h"

namespace mlc::store {

ReadablePart list_readable_events(Database& db, const std::string& client, Id after);
ReadablePart list_readable_journal(Database& db, const std::string& client, Id after);

}  // namespace mlc::store
