#include "runtime/app/migrate.h"

#include <filesystem>

#include "runtime/app/channel.h"
#include "runtime/base/files.h"
#include "runtime/base/ids.h"
#include "runtime/base/system_clock.h"
#include "runtime/store/sqlite/backup.h"
#include "runtime/store/sqlite/schema.h"
#include "runtime/store/sqlite/space.h"

namespace mlc::app {
namespace {

namespace fs = std::filesystem;

Result<int64_t> version_of(store::Database& db) {
  int64_t version = 0;
  {
    auto row = db.query("PRAGMA user_version");
    if (row.next()) version = row.integer(0);
  }
  if (auto failed = db.failure()) return *failed;
  return version;
}

}  // namespace

Result<MigrateReport> migrate(const MigrateOptions& options) {
  RealFiles files;
  std::error_code error;
  const std::string folder = fs::canonical(options.workspace, error).string();
  if (error || !files.exists(folder + "/ml-connector.lua"))
    return Error(Code::config, options.workspace + " is no workspace: ml-connector.lua is missing");
  MigrateReport report;
  report.store = folder + "/state/store.db";
  report.program = store::schema_version();
  if (socket_channel(folder + "/state/admin.sock"))
    return Error(Code::conflict, "serve runs here: stop it first. A store is brought forward with nothing else at work on it");
  if (!files.exists(report.store))
    return Error(Code::not_found, "there is no store yet (" + report.store + "); `ml-connector serve` makes one, of schema " +
                                      std::to_string(report.program));
  auto lock = files.lock(folder + "/state/lock");
  if (!lock) return lock.error().wrap("another ml-connector holds " + folder + "/state");
  auto space = store::Space::take(report.store);
  if (!space) return space.error();
  auto db = store::Database::open(report.store, store::Database::Use::write);
  if (!db) return db.error();
  auto before = version_of(**db);
  if (!before) return before.error();
  report.before = report.now = *before;
  if (*before > report.program || (*before < report.program && !options.dry)) {
    SystemClock clock;
    SystemRandom random;
    const auto now = clock.wall();
    const std::string backup = report.store + ".before-" + std::to_string(report.program) + "-" + std::to_string(to_micros(now));
    auto migrated = store::migrate(**db, backup, new_id(random, now));
    if (!migrated) return migrated.error();
    if (*before > 0) report.backup = backup;
    report.now = report.program;
  }
  db->reset();
  auto verified = store::verify_copy(report.store);
  if (!verified) return verified.error().wrap(report.store);
  return report;
}

}  // namespace mlc::app
