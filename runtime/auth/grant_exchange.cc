// What surrounds a grant's renewals: the question to the token endpoint, making a grant, where a code (or whatever a kind begins with)
// becomes the first pair of tokens, what a refusal means, ending, and telling how it is.
#include <algorithm>

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

Task<Result<TokenAnswer>> Grant::ask(std::vector<std::pair<std::string, Secret>> fields) {
  const GrantSetup setup = setup_;
  auto url = http::Url::parse(setup.token_url);
  if (!url) co_return url.error().wrap("token_url of grant " + row_.id);
  TokenRequest request;
  request.fields = std::move(fields);
  auto id = co_await parts_.vault->secret(setup.owner, "client_id", url->authority());
  if (!id) co_return id.error();
  if (!*id) co_return Error(Code::config, "secret client_id of " + setup.owner + " is not set");
  request.client_id = std::move(**id);
  auto secret = co_await parts_.vault->secret(setup.owner, "client_secret", url->authority());
  if (!secret) co_return secret.error();
  if (*secret) request.client_secret = std::move(**secret);
  else if (self_made()) co_return Error(Code::config, "secret client_secret of " + setup.owner + " is not set");
  for (const auto& [header, pattern] : setup.spec->token_headers) {
    std::string name = pattern.size() > 2 && pattern.front() == '{' && pattern.back() == '}' ? pattern.substr(1, pattern.size() - 2) : "";
    const bool optional = name.ends_with('?');
    if (optional) name.pop_back();
    if (name.empty()) {
      request.headers.emplace_back(header, Secret(pattern));
      continue;
    }
    // What the connection's settings say openly is no secret.
    if (auto setting = setup.settings.find(name); setting != setup.settings.end() && !setting->second.empty()) {
      request.headers.emplace_back(header, Secret(setting->second));
      continue;
    }
    auto value = co_await parts_.vault->secret(setup.owner, name, url->authority());
    if (!value) co_return value.error();
    if (*value) request.headers.emplace_back(header, std::move(**value));
    else if (!optional) co_return Error(Code::config, "secret " + name + " of " + setup.owner + " is not set");
  }
  co_return co_await ask_for_tokens(*parts_.transport, setup, std::move(request));
}

Task<Status> Grant::failed(TokenAnswer answer, int64_t epoch) {
  using Answer = TokenAnswer::Kind;
  const std::string words = "grant " + row_.id + ": " + answer.words;
  if (answer.kind == Answer::unknown) {
    // "refreshing" stays: what a later attempt may do depends on how the provider takes an old token.
    retry_after(kRetryFirst);
    parts_.log->error("grant.renewal_unknown", {{"grant", row_.id}, {"generation", row_.generation}, {"error", answer.words}});
    co_await release();
    schedule();
    co_return Error(Code::unavailable, words);
  }

  if (answer.kind == Answer::dead) {
    // Another process may have been faster: then the refusal was of an old token and means nothing.
    auto there = co_await parts_.store->grant(row_.id);
    if (there && *there && (*there)->generation > row_.generation) {
      co_await release();
      co_return adopt(std::move(**there));
    }
  }
  store::Grant next = row_;
  next.refreshing.reset();
  std::vector<store::AuditBirth> trail;
  if (answer.kind == Answer::dead && self_made()) {
    const std::string what = session() ? "the remote refuses the sign-in of " : "the provider refuses the client id or secret of grant ";
    refused_credentials_ = what + row_.id + ": " + answer.words;
    trail = audit("grant.credentials_refused", next);
  } else if (answer.kind == Answer::dead) {
    next.state = "reauthorise";
    next.reason = answer.words;
    trail = audit("grant.dead", next);
  }
  auto saved = co_await parts_.store->save_grant(next, epoch, false, std::move(trail));
  row_ = std::move(next);
  if (!saved) parts_.log->error("grant.not_stored", {{"grant", row_.id}, {"error", saved.error().text()}});
  co_await release();

  switch (answer.kind) {
    case Answer::dead:
      if (self_made()) {
        retry_at_ = now() + kRefusedCredentials;
        parts_.log->error("grant.credentials_refused", {{"grant", row_.id}, {"error", answer.words}});
        co_return Error(Code::denied, refused_credentials_);
      }
      timer_.reset();
      parts_.log->error("grant.dead", {{"grant", row_.id}, {"generation", row_.generation}, {"error", answer.words}});
      co_return Error(Code::denied, "grant " + row_.id + " must be authorised again: " + answer.words);
    case Answer::too_early:
      // Its clock started later than ours thinks. Each question costs an error there, so they grow apart quickly.
      retry_at_ = std::max(gate(), now() + std::chrono::seconds(15) * (1 << std::min(early_++, 5)));
      parts_.log->warn("grant.too_early", {{"grant", row_.id}, {"generation", row_.generation}});
      co_return Error(Code::unavailable, words);
    case Answer::full:
      // Somebody else has to sign out first, or the remote forgets one; asking often does not help.
      retry_at_ = now() + session()->again +
                  Duration(static_cast<int64_t>(parts_.env.random->below(static_cast<uint64_t>(session()->again.count()))));
      parts_.log->warn("session.none_free", {{"grant", row_.id}, {"error", answer.words}});
      row_.reason = row_.id + ": no session is free there: " + answer.words;  // until the next one is had
      co_return Error(Code::exhausted, row_.reason);
    case Answer::not_sent:
      retry_after(std::chrono::seconds(1));
      parts_.log->warn("grant.renewal_not_sent", {{"grant", row_.id}, {"error", answer.words}});
      co_return Error(Code::unavailable, words);
    default:
      // What a call could sit out changes nothing about a request that is refused as it is.
      retry_after(self_made() ? kRefusedRequest : std::chrono::seconds(30));
      parts_.log->error("grant.renewal_refused", {{"grant", row_.id}, {"error", answer.words}});
      co_return Error(Code::unavailable, words);
  }
}

void Grant::secrets_changed() {
  refused_credentials_.clear();
  if (self_made()) {
    retry_at_ = {};
    refused_ = row_.generation;  // the old ones' token may not be what these would get
  }
}

Task<Unit> Grant::drain() {
  draining_ = true;
  timer_.reset();
  while (renewing_) {
    Callback<Status> waiting([this](Callback<Status>::Complete done) { drain_waiters_.push_back(std::move(done)); });
    co_await waiting;
  }
  if (session()) {
    auto leaving = sign_out();
    co_await std::move(leaving);
  }
  co_return Unit{};
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
