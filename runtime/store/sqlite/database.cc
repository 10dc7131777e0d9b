#include "runtime/store/sqlite/database.h"

#include <fcntl.h>
#include <unistd.h>

#include <ctime>

namespace mlc::store {
namespace {

constexpr int kProgressSteps = 20'000;  // virtual machine steps between two looks at the clock

// CPU time of this thread: a limit on work, which neither sleeps nor wall clock jumps can change.
int64_t thread_micros() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

int past_deadline(void* deadline) { return thread_micros() > *static_cast<int64_t*>(deadline) ? 1 : 0; }

Status configure(sqlite3* handle, Database::Use use) {
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_busy_timeout(handle, 2000);
  // The WAL-reset bug of this version (reliability.md section 6) needs a second checkpointing connection; none but
  // the writer ever does it, also not when it is the last to close.
  if (use == Database::Use::read) sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const char* settings = use == Database::Use::write
                             ? "PRAGMA mmap_size=0; PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;"
                               "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
                               "PRAGMA cache_size=-8192; PRAGMA foreign_keys=OFF;"
                             : "PRAGMA mmap_size=0; PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA temp_store=MEMORY;"
                               "PRAGMA cache_size=-2048;";
  char* text = nullptr;
  const int rc = sqlite3_exec(handle, settings, nullptr, nullptr, &text);
  const std::string said = text == nullptr ? "" : text;
  sqlite3_free(text);
  if (rc != SQLITE_OK) return sqlite_error(rc, said);
  return ok_status();
}

}  // namespace

Error sqlite_error(int code, std::string_view text) {
  const std::string said(text.empty() ? std::string_view(sqlite3_errstr(code)) : text);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return Error(Code::exhausted, "the disk is full: " + said);
    case SQLITE_IOERR:
      if (code == SQLITE_IOERR_SHMSIZE) return Error(Code::exhausted, "the disk is full: " + said);
      return Error(Code::io, "the database could not be read or written: " + said);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error(Code::corrupt, "the database is damaged: " + said);
    case SQLITE_INTERRUPT:
      return Error(Code::timeout, "the query took too long");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error(Code::conflict, "another process uses the database: " + said);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return Error(Code::io, "the database can't be opened: " + said);
    case SQLITE_TOOBIG:
      return Error(Code::invalid_argument, "a value is larger than the store keeps");
    default:
      return Error(Code::internal, "database: " + said);
  }
}

Query::~Query() {
  if (statement_ == nullptr) return;
  if (owned_) {
    sqlite3_finalize(statement_);
  } else {
    sqlite3_reset(statement_);
  }
}

bool Query::next() {
  if (statement_ == nullptr || db_.failed_ != SQLITE_OK) return false;
  if (db_.limit_.count() > 0) {
    if (deadline_ == 0) deadline_ = thread_micros() + db_.limit_.count() * 1000;
    sqlite3_progress_handler(db_.handle_, kProgressSteps, past_deadline, &deadline_);
  }
  const int rc = sqlite3_step(statement_);
  if (db_.limit_.count() > 0) sqlite3_progress_handler(db_.handle_, 0, nullptr, nullptr);
  if (rc == SQLITE_ROW) return true;
  if (rc != SQLITE_DONE) db_.fail(rc);
  return false;
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Use use) {
  // Made here, so that the log beside it, which takes over its permissions, is nobody else's either.
  if (use == Use::write) {
    if (const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); file >= 0) ::close(file);
  }
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | (use == Use::write ? SQLITE_OPEN_CREATE : 0);
  const int rc = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Database> db(new Database(handle));
  if (rc != SQLITE_OK) return sqlite_error(rc, handle == nullptr ? "" : sqlite3_errmsg(handle));
  if (auto configured = configure(handle, use); !configured) return configured.error();
  return db;
}

Database::~Database() {
  for (auto& [sql, statement] : cache_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

sqlite3_stmt* Database::cached(const char* literal) {
  if (failed_ != SQLITE_OK) return nullptr;
  if (auto known = cache_.find(literal); known != cache_.end()) return known->second;
  sqlite3_stmt* statement = compile(literal);
  if (statement != nullptr) cache_.emplace(literal, statement);
  return statement;
}

sqlite3_stmt* Database::compile(std::string_view sql) {
  if (failed_ != SQLITE_OK) return nullptr;
  sqlite3_stmt* statement = nullptr;
  const int rc = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (rc != SQLITE_OK) fail(rc);
  return statement;
}

void Database::script(const char* sql) {
  if (failed_ != SQLITE_OK) return;
  const int rc = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) fail(rc);
}

void Database::fail(int code) {
  if (failed_ != SQLITE_OK) return;
  failed_ = code;
  failed_text_ = sqlite3_errmsg(handle_);
}

std::optional<Error> Database::failure() const {
  if (failed_ == SQLITE_OK) return std::nullopt;
  return sqlite_error(failed_, failed_text_);
}

}  // namespace mlc::store
