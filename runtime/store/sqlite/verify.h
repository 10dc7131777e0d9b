// The audit chain walked from its first entry to the recorded head (G12, T16).
#pragma once
#include "runtime/store/sqlite/database.h"

namespace mlc::store {

// How many entries there are; Code::corrupt names the first sequence number that does not fit.
Result<int64_t> verify_chain(Database& db);

}  // namespace mlc::store
