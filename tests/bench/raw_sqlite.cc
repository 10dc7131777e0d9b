#include "tests/bench/raw_sqlite.h"

#include <sqlite3.h>

#include <stdexcept>

#include "tests/bench/machine.h"

namespace mlc::bench {
namespace {

void run(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) throw std::runtime_error(std::string(sql) + ": " + sqlite3_errmsg(db));
}

}  // namespace

double raw_rows_per_second(const std::string& file, int rows, int group, int bytes) {
  sqlite3* db = nullptr;
  if (sqlite3_open(file.c_str(), &db) != SQLITE_OK) throw std::runtime_error("can't open " + file);
  run(db, "PRAGMA journal_mode=WAL");
  run(db, "PRAGMA synchronous=FULL");
  run(db, "CREATE TABLE rows(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, payload BLOB NOT NULL)");
  sqlite3_stmt *begin = nullptr, *insert = nullptr, *commit = nullptr;
  sqlite3_prepare_v2(db, "BEGIN IMMEDIATE", -1, &begin, nullptr);
  sqlite3_prepare_v2(db, "INSERT INTO rows(id, at, payload) VALUES(?,?,?)", -1, &insert, nullptr);
  sqlite3_prepare_v2(db, "COMMIT", -1, &commit, nullptr);
  const std::string payload(static_cast<size_t>(bytes), 'x');
  const auto step = [&](sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db));
    sqlite3_reset(statement);
  };
  const Stopwatch watch;
  for (int row = 1; row <= rows;) {
    step(begin);
    for (int i = 0; i < group && row <= rows; ++i, ++row) {
      sqlite3_bind_int64(insert, 1, row);
      sqlite3_bind_int64(insert, 2, row);
      sqlite3_bind_blob(insert, 3, payload.data(), bytes, SQLITE_STATIC);
      step(insert);
    }
    step(commit);
  }
  const double rate = rows / watch.seconds();
  for (auto* statement : {begin, insert, commit}) sqlite3_finalize(statement);
  sqlite3_close(db);
  return rate;
}

}  // namespace mlc::bench
