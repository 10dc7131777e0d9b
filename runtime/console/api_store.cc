#include <filesystem>

#include "runtime/base/encoding.h"
#include "runtime/console/api.h"

namespace mlc::console {
namespace {

Task<Result<Json>> backup(Services& services, Call call) {
  auto path = call.text("path");
  if (!path) co_return path.error();
  if (path->empty() || path->front() != '/') co_return Error(Code::invalid_argument, "`path` must be absolute");
  std::error_code error;
  if (std::filesystem::exists(*path, error))
    co_return Error(Code::conflict, *path + " is there already; a backup is never written over a file");
  auto done = co_await services.store.backup(*path);
  if (!done) co_return done.error();
  store::Change change;
  change.audit.push_back({"", call.actor, "backup", *path, ""});
  auto noted = co_await services.store.commit(std::move(change));
  if (!noted) co_return noted.error();
  auto recovery = co_await services.vault.has_recovery();
  if (!recovery) co_return recovery.error();
  co_return Json{{"path", *path}, {"recovery_key", *recovery}, {"bytes", static_cast<int64_t>(std::filesystem::file_size(*path, error))}};
}

Task<Result<Json>> verify(Services& services, Call) {
  auto proof = co_await services.store.verify_audit();
  if (!proof) {
    if (proof.error().code() != Code::corrupt) co_return proof.error();
    co_return Json{{"intact", false}, {"problem", proof.error().text()}};
  }
  co_return Json{{"intact", true}, {"entries", proof->entries}, {"head", to_hex(proof->head)}};
}

}  // namespace

std::vector<Route> store_routes() {
  return {
      {"POST", "/api/v1/backup", "a consistent, verified copy of the store", backup, {}},
      {"GET", "/api/v1/audit/verify", "walks the audit chain", verify, {}},
  };
}

}  // namespace mlc::console
