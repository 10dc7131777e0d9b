// One SQLite connection with its prepared statements. A failure sticks: after the first error every later statement
// does nothing until clear_failure(), so that a sequence of statements is checked once, at its end. Of one thread at a
// time. SQL texts are literals (the cache goes by their address); values are bound, never pasted.
//
//   auto rows = db.query("SELECT id, name FROM things WHERE size > ?", size);
//   while (rows.next()) use(rows.integer(0), rows.text(1));
//   if (auto failed = db.failure()) return *failed;
#pragma once
#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "runtime/base/result.h"

namespace mlc::store {

struct Blob {
  std::string_view bytes;
};
struct BlobOrNull {
  std::string_view bytes;  // empty = NULL
};

class Database;

// A statement in use; back in the cache, reset, when it goes out of scope.
class Query {
 public:
  Query(Query&& other) noexcept : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)), owned_(other.owned_) {}
  Query& operator=(Query&&) = delete;
  ~Query();

  bool next();  // false at the end or on failure
  int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  // Bytes of a text or blob; valid until next().
  std::string_view view(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {bytes == nullptr ? "" : bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
  }
  std::string text(int column) const { return std::string(view(column)); }

 private:
  friend class Database;
  Query(Database& db, sqlite3_stmt* statement, bool owned) : db_(db), statement_(statement), owned_(owned) {}
  Database& db_;
  sqlite3_stmt* statement_;  // null after a failure
  bool owned_;
  int64_t deadline_ = 0;  // thread time in microseconds, of the whole statement; 0 = not begun or no limit
};

class Database {
 public:
  enum class Use { write, read };
  static Result<std::unique_ptr<Database>> open(const std::string& path, Use use);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  template <class... Values>
  Query query(const char* literal, const Values&... values) {
    Query query(*this, cached(literal), false);
    bind_all(query.statement_, values...);
    return query;
  }
  // A text made at run time, from literals only; its values are bound by the caller.
  Query prepare(const std::string& sql) { return Query(*this, compile(sql), true); }
  template <class Value>
  void bind(Query& query, int position, const Value& value) {
    if (query.statement_ != nullptr) bind_one(query.statement_, position, value);
  }
  // Runs to the end; rows changed.
  template <class... Values>
  int64_t run(const char* literal, const Values&... values) {
    {
      auto statement = query(literal, values...);
      while (statement.next()) {}
    }
    return failed_ == SQLITE_OK ? sqlite3_changes64(handle_) : 0;
  }
  void script(const char* sql);  // several statements, not cached
  int64_t last_row() const { return sqlite3_last_insert_rowid(handle_); }

  std::optional<Error> failure() const;
  int failure_code() const { return failed_; }  // SQLite's extended result code, SQLITE_OK = none
  void fail(int code);
  void clear_failure() { failed_ = SQLITE_OK; }
  // Ends a reading statement that takes longer; zero = no limit.
  void limit_statement(std::chrono::milliseconds limit) { limit_ = limit; }
  sqlite3* handle() { return handle_; }

 private:
  friend class Query;
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3_stmt* cached(const char* literal);
  sqlite3_stmt* compile(std::string_view sql);

  template <class... Values>
  void bind_all(sqlite3_stmt* statement, const Values&... values) {
    if (statement == nullptr) return;
    int position = 0;
    (bind_one(statement, ++position, values), ...);
  }
  template <class Value>
  void bind_one(sqlite3_stmt* statement, int position, const Value& value) {
    int rc;
    if constexpr (std::is_same_v<Value, Blob>) {
      rc = sqlite3_bind_blob64(statement, position, value.bytes.empty() ? "" : value.bytes.data(), value.bytes.size(), SQLITE_STATIC);
    } else if constexpr (std::is_same_v<Value, BlobOrNull>) {
      rc = value.bytes.empty() ? sqlite3_bind_null(statement, position)
                               : sqlite3_bind_blob64(statement, position, value.bytes.data(), value.bytes.size(), SQLITE_STATIC);
    } else if constexpr (std::is_convertible_v<const Value&, std::string_view>) {
      const std::string_view text(value);
      rc = sqlite3_bind_text64(statement, position, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    } else {
      rc = sqlite3_bind_int64(statement, position, static_cast<sqlite3_int64>(value));
    }
    if (rc != SQLITE_OK) fail(rc);
  }

  sqlite3* handle_;
  int failed_ = SQLITE_OK;
  std::string failed_text_;
  std::unordered_map<const char*, sqlite3_stmt*> cache_;
  std::chrono::milliseconds limit_{0};
};

// What a result code means to callers of the store.
Error sqlite_error(int code, std::string_view text);

}  // namespace mlc::store
