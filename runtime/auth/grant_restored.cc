// A grant after a restore (G14): not renewed while its clients are held; a strict one of before waits for a person.
#include <algorithm>

#include "runtime/auth/grant.h"

namespace mlc::auth {
namespace {

constexpr const char* kReason =
    "it comes from a backup; the lost installation may have been given newer tokens, and showing an old one would revoke them";
constexpr Duration kLeasePoll = std::chrono::milliseconds(500);

}  // namespace

bool Grant::held_back() const {
  return options_.held && !setup_.clients.empty() && std::all_of(setup_.clients.begin(), setup_.clients.end(), options_.held);
}

bool Grant::from_backup() const {
  return options_.restored != WallTime{} && setup_.spec->renew.reuse == Reuse::strict && row_.generation > 0 &&
         row_.issued <= options_.restored && row_.used <= options_.restored;
}

Task<Status> Grant::doubt_restored() {
  while (from_backup() && row_.state == "ok") {
    auto epoch = co_await parts_.store->take_lease(row_.id, options_.owner, now() + lease_length());
    if (!epoch) co_return epoch.error();
    if (!*epoch) {
      co_await real_pause(kLeasePoll);
      continue;
    }
    store::Grant next = row_;
    next.refreshing.reset();
    next.state = "reauthorise";
    next.reason = kReason;
    std::vector<store::AuditBirth> trail = {{"", "runtime", "grant.doubted", next.id, "generation " + std::to_string(next.generation)}};
    auto saved = co_await parts_.store->save_grant(next, **epoch, false, std::move(trail));
    if (!saved) co_return saved.error().wrap("grant " + row_.id);
    row_ = std::move(next);
    co_await release();
  }
  co_return ok_status();
}

Task<Result<bool>> Grant::trust(std::string actor) {
  Status ready = co_await ensure();
  if (!ready) co_return ready.error();
  if (!from_backup() || row_.state != "reauthorise" || row_.reason != kReason) co_return false;
  auto epoch = co_await parts_.store->take_lease(row_.id, options_.owner, now() + lease_length());
  if (!epoch) co_return epoch.error();
  if (!*epoch) co_return Error(Code::unavailable, "another process renews grant " + row_.id);
  store::Grant next = row_;
  next.state = "ok";
  next.reason.clear();
  next.used = now();  // after the restore: not doubted again
  std::vector<store::AuditBirth> trail = {
      {"", std::move(actor), "grant.trusted", next.id, "generation " + std::to_string(next.generation)}};
  auto saved = co_await parts_.store->save_grant(next, **epoch, false, std::move(trail));
  if (!saved) co_return saved.error().wrap("grant " + row_.id);
  row_ = std::move(next);
  co_await release();
  schedule();
  co_return true;
}

}  // namespace mlc::auth
