// The recovery key (T9): exported once as text, kept by a person elsewhere. The store holds the wrapping key sealed under it,
// so that a backup can be opened where the master key is not. Written as 8 groups of 8 hexadecimal digits and a group of 4
// that notices a slip of the pen.
#pragma once
#include "runtime/base/executor.h"
#include "runtime/base/secret.h"
#include "runtime/crypto/aead.h"
#include "runtime/store/types.h"

namespace mlc::vault {

inline constexpr const char* kRecoveryRow =
    "\x01"
    "recovery";  // of Table::client_keys; no client is called so

Secret recovery_text(const crypto::Key256& key);
// Blanks, hyphens and letter case do not count. Code::invalid_argument says what is wrong, never what was given.
Result<crypto::Key256> parse_recovery(const Secret& text);

Result<store::Row> recovery_row(const crypto::Key256& recovery, const crypto::Key256& wrapping, Environment env);
// Code::denied: another store's recovery key, or one of before.
Result<crypto::Key256> wrapped_key(const store::Row& row, const crypto::Key256& recovery);

}  // namespace mlc::vault
