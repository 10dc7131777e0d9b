// A grant that is a session by cookies (AS2): one sign-in serves all calls of the connection, cookies that the remote changes are
// followed, and it is signed out when nobody needs it, when it is replaced and when we end. After a kill the stored cookies are used on.
#include <algorithm>

#include "runtime/auth/grant.h"
#include "runtime/auth/session_login.h"
#include "runtime/base/strings.h"

namespace mlc::auth {

namespace {

constexpr std::string_view kSetting = "setting.";

}  // namespace

Grant::Token Grant::in_use() {
  if (session()) {
    used_ = now();
    schedule_sign_out();
  }
  return Token{access_, row_.generation};
}

void Grant::answered(int64_t generation, const http::Headers& headers) {
  if (!session() || generation != row_.generation || !have_token()) return;
  used_ = now();
  const bool changes = std::any_of(headers.begin(), headers.end(), [](const auto& field) { return iequals(field.name, "Set-Cookie"); });
  if (!changes) return;
  std::string jar = merge_cookies(access_.reveal(), headers);
  if (jar.empty() || jar == access_.reveal()) return;
  parts_.log->redactor().add(jar);
  access_ = Secret(std::move(jar));
}

Task<Result<TokenAnswer>> Grant::sign_in() {
  const GrantSetup setup = setup_;
  if (have_token()) {
    // What is replaced may still hold its seat there.
    auto leaving = leave(access_);
    co_await std::move(leaving);
  }
  auto url = http::Url::parse(setup.token_url);
  if (!url) co_return url.error().wrap("the sign-in of " + row_.id);
  SignInFields fields;
  for (const auto& [name, pattern] : setup.spec->session->body) {
    std::string field = name;
    const bool optional = field.ends_with('?');
    if (optional) field.pop_back();
    const bool named = pattern.size() > 2 && pattern.front() == '{' && pattern.back() == '}';
    const std::string from = named ? pattern.substr(1, pattern.size() - 2) : "";
    if (!named) {
      fields.emplace_back(field, Secret(pattern));
    } else if (from.starts_with(kSetting)) {
      auto value = setup.settings.find(from.substr(kSetting.size()));
      if (value != setup.settings.end() && !value->second.empty()) fields.emplace_back(field, Secret(value->second));
      else if (!optional)
        co_return Error(Code::config, "setting " + from.substr(kSetting.size()) + " of connection " + row_.id + " is missing");
    } else {
      auto asking = parts_.vault->secret(setup.owner, from, url->authority());
      auto value = co_await std::move(asking);
      if (!value) co_return value.error();
      if (*value && !(*value)->empty()) fields.emplace_back(field, std::move(**value));
      else if (!optional) co_return Error(Code::config, "secret " + from + " of " + setup.owner + " is not set");
    }
  }
  auto asking = auth::sign_in(*parts_.transport, setup, std::move(fields));
  auto answer = co_await std::move(asking);
  if (answer.kind == TokenAnswer::Kind::tokens) used_ = now();
  co_return answer;
}

Task<Unit> Grant::leave(Secret cookies) {
  auto leaving = auth::sign_out(*parts_.transport, setup_, std::move(cookies));
  auto end = co_await std::move(leaving);
  if (!end) parts_.log->warn("session.not_signed_out", {{"grant", row_.id}, {"error", end.error().text()}});
  co_return Unit{};
}

// The row loses its cookies first: whoever comes meanwhile signs in anew instead of using a session that ends under its hands.
Task<Unit> Grant::sign_out() {
  if (!loaded_ || renewing_ || !have_token()) co_return Unit{};
  renewing_ = true;
  timer_.reset();
  auto taking = parts_.store->take_lease(row_.id, options_.owner, now() + lease_length());
  auto epoch = co_await std::move(taking);
  auto reading = parts_.store->grant(row_.id);
  auto there = co_await std::move(reading);
  const bool ours = epoch && *epoch && there && *there && (*there)->generation == row_.generation;
  if (ours) {
    store::Grant next = std::move(**there);
    next.generation += 1;
    next.current = next.previous = {};
    next.access_until = now();
    std::vector<store::AuditBirth> trail = {
        {"", "runtime", "session.signed_out", next.id, "generation " + std::to_string(row_.generation)}};
    auto saving = parts_.store->save_grant(next, **epoch, true, std::move(trail));
    auto saved = co_await std::move(saving);
    if (saved) {
      Secret cookies = access_;
      row_ = std::move(next);
      access_ = Secret();
      auto leaving = leave(std::move(cookies));
      co_await std::move(leaving);
    }
  }
  if (epoch && *epoch) {
    auto releasing = release();
    co_await std::move(releasing);
  }
  renewing_ = false;
  tell(std::exchange(waiters_, {}), ok_status());
  tell(std::exchange(drain_waiters_, {}), ok_status());
  co_return Unit{};
}

void Grant::schedule_sign_out() {
  timer_.reset();
  if (!loaded_ || draining_ || !have_token()) return;
  // Of a session that an earlier process left behind nobody knows when it was used.
  if (used_ == WallTime{}) used_ = now();
  timer_ = parts_.env.timers->after(std::max<Duration>(used_ + session()->keep - now(), Duration::zero()), [this] {
    if (now() < used_ + session()->keep) return schedule_sign_out();
    scope_.spawn(sign_out());
  });
}

void Grant::retire() {
  draining_ = true;
  timer_.reset();
  if (session()) scope_.spawn(sign_out());
}

}  // namespace mlc::auth
