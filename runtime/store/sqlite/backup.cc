#include "runtime/store/sqlite/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "runtime/store/sqlite/verify.h"

namespace mlc::store {
namespace {

constexpr int kAllPages = -1;  // in steps, each commit of the writer would start the copy over; a snapshot does not stop it

Status sync_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {Code::io, "can't open " + path + " to sync it"};
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  if (!synced) return {Code::io, "can't sync " + path};
  return ok_status();
}

}  // namespace

Status copy_database(Database& from, const std::string& path) {
  std::error_code error;
  // Made by us alone and for us alone: SQLite would take the process' mask.
  const int made = ::open(path.c_str(), O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC, 0600);
  if (made < 0 && errno == EEXIST) return {Code::conflict, path + " is there already"};
  if (made < 0) return {Code::io, "can't make " + path};
  ::close(made);
  sqlite3* target = nullptr;
  int rc = sqlite3_open_v2(path.c_str(), &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (rc == SQLITE_OK) {
    sqlite3_backup* copy = sqlite3_backup_init(target, "main", from.handle(), "main");
    if (copy != nullptr) {
      rc = sqlite3_backup_step(copy, kAllPages);
      sqlite3_backup_finish(copy);
      // A copy is one file: no WAL beside it that could be forgotten.
      if (rc == SQLITE_DONE) rc = sqlite3_exec(target, "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr);
    } else {
      rc = sqlite3_errcode(target);
    }
  }
  const std::string said = target == nullptr ? "" : sqlite3_errmsg(target);
  sqlite3_close(target);
  if (rc != SQLITE_OK) {
    std::filesystem::remove(path, error);
    return sqlite_error(rc, said);
  }
  return sync_file(path);
}

Status verify_copy(const std::string& path) {
  auto db = Database::open(path, Database::Use::read);
  if (!db) return db.error();
  {
    auto row = (*db)->query("PRAGMA quick_check(1)");
    if (!row.next() || row.view(0) != "ok")
      return {Code::corrupt, "the copy fails its check: " + (row.is_null(0) ? std::string() : row.text(0))};
  }
  auto chain = verify_chain(**db);
  if (!chain) return chain.error();
  return ok_status();
}

Status back_up(Database& from, const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) return {Code::conflict, path + " is there already"};
  const std::string unverified = path + ".unverified";
  std::filesystem::remove(unverified, error);
  if (auto copied = copy_database(from, unverified); !copied) return copied;
  if (auto verified = verify_copy(unverified); !verified) return verified;
  std::filesystem::rename(unverified, path, error);
  if (error) return {Code::io, "can't name the backup " + path + ": " + error.message()};
  return sync_file(std::filesystem::absolute(path, error).parent_path().string());
}

}  // namespace mlc::store
