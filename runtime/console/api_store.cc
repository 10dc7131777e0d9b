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
  co_return Json{{"path", *path}, {"bytes", static_cast<int64_t>(std::filesystem::file_size(*path, error))}};
}

Task<Result<Json>> verify(Services& services, Call) {
  auto entries = co_await services.store.verify_audit();
  if (!entries) {
    if (entries.error().code() != Code::corrupt) co_return entries.error();
    co_return Json{{"intact", false}, {"problem", entries.error().text()}};
  }
  auto newest = co_await services.store.audit("", std::max<int64_t>(0, *entries - 1), 1);
  std::string head;
  if (newest && !newest->empty()) head = to_hex(newest->back().hash);
  co_return Json{{"intact", true}, {"entries", *entries}, {"head", head}};
}

}  // namespace

std::vector<Route> store_routes() {
  return {
      {"POST", "/api/v1/backup", "a consistent, verified copy of the store", backup, {}},
      {"GET", "/api/v1/audit/verify", "walks the audit chain", verify, {}},
  };
}

}  // namespace mlc::console
