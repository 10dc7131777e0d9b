// The tables of the embedded store and how older files become of the present form. PRAGMA user_version counts the
// migrations that were applied; they only go forward.
#pragma once
#include <string>

#include "runtime/store/sqlite/database.h"
#include "runtime/store/types.h"

namespace mlc::store {

int schema_version();  // of this program

// Makes or migrates the tables, in one transaction a step. `backup_path`: a copy of an older file goes there first.
// Code::unsupported for a file of a newer program.
Status migrate(Database& db, const std::string& backup_path, const std::string& incarnation);

inline constexpr size_t kTables = 16;

// Statements over a keyed table; each a text of its own for the life of the process, as Database's cache needs it.
enum class TableSql { get, put, drop, list };  // (key); (key, value, at); (key); (from, before, after, most)
const char* table_sql(Table table, TableSql which);

}  // namespace mlc::store
