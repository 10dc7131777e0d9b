// Making a grant, where a code (or whatever a kind begins with) becomes the first pair of tokens, and telling how it is.
#include "runtime/auth/grant.h"
#include "runtime/base/date.h"
#include "runtime/base/sleep.h"

namespace mlc::auth {

Task<Status> Grant::exchange(std::vector<std::pair<std::string, Secret>> fields) {
  Callback<Status> waiting([&](Callback<Status>::Complete done) { scope_.spawn(run_exchange(std::move(fields), std::move(done))); });
  co_return co_await waiting;
}

Task<Unit> Grant::run_exchange(std::vector<std::pair<std::string, Secret>> fields, std::function<void(Status)> done) {
  Status end = co_await exchange_now(std::move(fields));
  std::vector<std::function<void(Status)>> one;
  one.push_back(std::move(done));
  tell(std::move(one), end);
  co_return Unit{};
}

Task<Status> Grant::exchange_now(std::vector<std::pair<std::string, Secret>> fields) {
  Status ready = co_await ensure();
  if (!ready) co_return ready;
  while (renewing_) {
    Callback<Status> waiting([this](Callback<Status>::Complete done) { waiters_.push_back(std::move(done)); });
    co_await waiting;
  }
  renewing_ = true;  // no renewal of the old chain while a new one is made
  Status end = Error(Code::unavailable, "another process renews grant " + row_.id);
  auto epoch = co_await parts_.store->take_lease(row_.id, options_.owner, now() + lease_length());
  if (!epoch) end = epoch.error();
  if (epoch && *epoch) {
    const WallTime asked = now();
    auto answer = co_await ask(std::move(fields));
    if (!answer) {
      end = answer.error();
    } else if (answer->kind == TokenAnswer::Kind::tokens) {
      end = co_await store_tokens(std::move(answer->tokens), asked, **epoch, "grant.authorised");
    } else {
      end = Error(Code::denied, "the provider refused: " + answer->words);
    }
    if (!end) co_await release();
  }
  renewing_ = false;
  schedule();
  tell(std::exchange(waiters_, {}), ok_status());
  tell(std::exchange(drain_waiters_, {}), ok_status());
  co_return end;
}

std::optional<Holding> Grant::held() const {
  if (!loaded_) return std::nullopt;
  if (row_.state == "reauthorise") {
    return Holding{"reauthorise", "grant " + row_.id + " must be authorised again: " + row_.reason, WallTime::max()};
  }
  if (self_made()) {
    if (refused_credentials_.empty() || now() >= retry_at_) return std::nullopt;
    return Holding{"credentials", refused_credentials_, retry_at_};
  }
  if (refresh_.empty() && have_token() && usable_until() <= now()) {
    return Holding{"reauthorise", "grant " + row_.id + " has run out and has no refresh token", WallTime::max()};
  }
  if (!have_token()) return Holding{"authorise", "grant " + row_.id + " has not been authorised yet", WallTime::max()};
  const WallTime at = std::max(due(), now());
  if (usable_until() <= now() && at > now()) { return Holding{"token", "the token of grant " + row_.id + " may not be renewed yet", at}; }
  return std::nullopt;
}

GrantReport Grant::report() const {
  return {row_.id,     setup_.system,     row_.state,        row_.reason, row_.generation, row_.refreshing.has_value(),
          row_.issued, row_.access_until, row_.refresh_until};
}

}  // namespace mlc::auth
