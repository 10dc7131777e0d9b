#include "runtime/console/api.h"
#include "runtime/console/arguments.h"

namespace mlc::console {
namespace {

Task<Result<Json>> versions(Services& services, Call call) {
  auto asked = services.scripts.versions(call.at("client"), call.at("instance"));
  co_return co_await std::move(asked);
}

Task<Result<Json>> approve(Services& services, Call call) {
  auto version = call.text("version");
  if (!version) co_return version.error();
  auto asked = services.scripts.approve(call.at("client"), call.at("instance"), *version, call.actor);
  co_return co_await std::move(asked);
}

Task<Result<Json>> rollback(Services& services, Call call) {
  auto version = call.text("version");
  if (!version) co_return version.error();
  auto asked = services.scripts.rollback(call.at("client"), call.at("instance"), *version, call.actor);
  co_return co_await std::move(asked);
}

Task<Result<Json>> reload(Services& services, Call) {
  auto asked = services.scripts.reload();
  co_return co_await std::move(asked);
}

Task<Result<Json>> preview(Services& services, Call call) {
  auto last = whole_number(call.option("last", "500"), "last", 1, 100000);
  if (!last) co_return last.error();
  auto asked = services.scripts.preview(call.option("client"), call.option("instance"), call.option("from"), static_cast<int>(*last));
  co_return co_await std::move(asked);
}

}  // namespace

std::vector<Route> script_routes() {
  return {
      {"GET", "/api/v1/clients/{client}/instances/{instance}/versions", "which script versions were live, and what waits", versions, {}},
      {"POST", "/api/v1/clients/{client}/instances/{instance}/approve", "makes the version that waits live", approve, {}},
      {"POST", "/api/v1/clients/{client}/instances/{instance}/rollback", "makes an older version live again", rollback, {}},
      {"GET",
       "/api/v1/preview",
       "the live version against the files on disk, over recorded mapping inputs",
       preview,
       {"client", "instance", "from", "last"}},
      {"POST", "/api/v1/reload", "looks at the files now instead of waiting for them to change", reload, {}},
  };
}

}  // namespace mlc::console
