// The audit chain walked from its first entry to the recorded head (G12, T16).
#pragma once
#include "runtime/store/sqlite/database.h"
#include "runtime/store/store.h"

namespace mlc::store {

// Code::corrupt names the first sequence number that does not fit.
Result<AuditProof> verify_chain(Database& db);

}  // namespace mlc::store
