// What makes a store of today into one that the first schema left, for tests of `migrate`: every later migration undone. A new
// migration is undone here, at the front.
#pragma once

namespace mlc::test {

inline constexpr const char* kToFirstSchema =
    "DROP INDEX jobs_precedence; ALTER TABLE jobs DROP COLUMN precedence; ALTER TABLE jobs DROP COLUMN revived;"
    "ALTER TABLE jobs DROP COLUMN restarts;"  // of the fourth
    "ALTER TABLE jobs DROP COLUMN crash_head; DROP TABLE t_alerts; PRAGMA user_version=1";

}  // namespace mlc::test
