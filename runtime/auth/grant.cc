#include "runtime/auth/grant.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/sleep.h"
#include "runtime/document/document.h"
#include "runtime/document/write.h"
#include "runtime/limits/backoff.h"

namespace mlc::auth {

namespace {

constexpr std::string_view kSealContext = "grant";
constexpr Duration kLeasePoll = std::chrono::milliseconds(500);
constexpr Duration kLookAgain = std::chrono::seconds(5);
constexpr Duration kLeastPause = std::chrono::seconds(1);

std::string pack(const Tokens& tokens, const Secret& refresh, WallTime issued, WallTime until, WallTime refresh_until) {
  std::string out;
  document::Writer json(out);
  json.begin_object();
  json.key("access_token");
  json.string(tokens.access.reveal());
  json.key("refresh_token");
  json.string(refresh.reveal());
  json.key("issued");
  json.integer(to_micros(issued));
  json.key("access_until");
  json.integer(to_micros(until));
  json.key("refresh_until");
  json.integer(to_micros(refresh_until));
  json.end_object();
  return out;
}

WallTime instant(document::Value value) { return from_micros(value.integer().value_or(0)); }

}  // namespace

std::vector<store::AuditBirth> audit(const std::string& act, const store::Grant& row) {
  return {{"", "runtime", act, row.id, "generation " + std::to_string(row.generation)}};
}

Grant::Grant(const Authorizer::Parts& parts, const Options& options, GrantSetup setup)
    : parts_(parts), options_(options), setup_(std::move(setup)) {
  row_.id = setup_.name;
}

// Leases run in real time; the store compares them with its own, possibly scaled, clock.
Duration Grant::lease_length() const {
  return Duration(static_cast<int64_t>(static_cast<double>(kLease.count()) * parts_.env.clock->scale()));
}

Task<Unit> Grant::real_pause(Duration wait) {
  std::unique_ptr<Timer> timer;
  Callback<Unit> waiting([&](Callback<Unit>::Complete done) { timer = parts_.env.timers->after_real(wait, [done] { done(Unit{}); }); });
  co_return co_await waiting;
}

WallTime Grant::usable_until() const {
  if (refused_ == row_.generation) return WallTime{};
  return session() ? std::max(row_.access_until, used_ + session()->idle) : row_.access_until;
}

// The earliest moment at which a renewal is right.
WallTime Grant::due() const {
  if (self_made()) {
    if (!have_token() || refused_ == row_.generation) return std::max(now(), retry_at_);
    if (session()) return std::max(usable_until() - session()->idle / 10, retry_at_);
    const Duration life = row_.access_until - row_.issued;
    return std::max(row_.access_until - std::min(kMargin, life / 10), retry_at_);
  }
  const Renewal& renew = setup_.spec->renew;
  WallTime at =
      refused_ == row_.generation
          ? row_.issued
          : row_.issued + Duration(static_cast<int64_t>(static_cast<double>((row_.access_until - row_.issued).count()) * life_share_));
  if (renew.not_before > Duration::zero()) at = gate();
  if (row_.refreshing) {
    if (renew.reuse == Reuse::grace) at = now();
    if (renew.reuse == Reuse::strict) at = std::max(at, usable_until() - kNearEnd);
  }
  return std::max(at, retry_at_);
}

Status Grant::adopt(store::Grant row) {
  const bool moved = row.generation != row_.generation || !loaded_;
  row_ = std::move(row);
  if (!moved) return ok_status();
  if (row_.current.empty()) {
    access_ = Secret();
    refresh_ = Secret();
    return ok_status();
  }
  auto plain = parts_.vault->open(setup_.owner, kSealContext, row_.current);
  if (!plain && !row_.previous.empty()) plain = parts_.vault->open(setup_.owner, kSealContext, row_.previous);
  if (!plain) return plain.error().wrap("grant " + row_.id);
  auto parsed = document::Document::parse(std::move(*plain));
  if (!parsed) return Error(Code::corrupt, "grant " + row_.id + ": stored tokens are unreadable");
  publish(std::string(parsed->root().get("access_token").text()), std::string(parsed->root().get("refresh_token").text()));
  return ok_status();
}

// Log lines must not show tokens, also not those of other people's error messages.
void Grant::publish(std::string access, std::string refresh) {
  Redactor& redactor = parts_.log->redactor();
  if (!access_.empty()) redactor.forget(access_.reveal());
  if (!refresh_.empty()) redactor.forget(refresh_.reveal());
  access_ = Secret(std::move(access));
  refresh_ = Secret(std::move(refresh));
  redactor.add(access_.reveal());
  redactor.add(refresh_.reveal());
  failures_ = early_ = 0;
  retry_at_ = {};
  refused_credentials_.clear();
  // 50 to 75 % of the life, another share each time: grants made together do not renew together.
  life_share_ = 0.5 + 0.25 * static_cast<double>(parts_.env.random->below(1000)) / 1000.0;
}

Task<Status> Grant::ensure() {
  if (loaded_) co_return ok_status();
  const bool first = !std::exchange(loading_, true);
  Callback<Status> waiting([&](Callback<Status>::Complete done) {
    load_waiters_.push_back(std::move(done));
    if (first) scope_.spawn(run_load());
  });
  co_return co_await waiting;
}

Task<Unit> Grant::run_load() {
  Status end = co_await load();
  loading_ = false;
  tell(std::exchange(load_waiters_, {}), end);
  co_return Unit{};
}

// Not within this call: whoever waits may ask for the next thing at once.
void Grant::tell(std::vector<std::function<void(Status)>> waiters, const Status& end) {
  for (auto& waiter : waiters) {
    parts_.env.executor->post([waiter = std::move(waiter), end] { waiter(end); });
  }
}

Task<Status> Grant::load() {
  auto prepared = co_await parts_.vault->prepare(setup_.owner);
  if (!prepared) co_return prepared.error().wrap("grant " + setup_.name);
  auto row = co_await parts_.store->grant(setup_.name);
  if (!row) co_return row.error();
  if (*row) {
    auto adopted = adopt(std::move(**row));
    if (!adopted) co_return adopted;
  }
  auto replayed = co_await replay_escrow();
  if (!replayed) co_return replayed;
  auto doubted = co_await doubt_restored();
  if (!doubted) co_return doubted;
  loaded_ = true;
  if (row_.refreshing && setup_.spec->renew.reuse == Reuse::strict) {
    parts_.log->error("grant.renewal_unfinished", {{"grant", row_.id}, {"generation", row_.generation}});
  }
  co_return ok_status();
}

// What a renewal got and could not commit any more.
Task<Status> Grant::replay_escrow() {
  auto escrowed = parts_.vault->escrowed(setup_.name);
  if (!escrowed) co_return escrowed.error().wrap("escrow of grant " + setup_.name);
  if (!*escrowed || (*escrowed)->generation <= row_.generation || (*escrowed)->lease_epoch <= row_.committed_epoch) co_return ok_status();
  const auto kept = std::move(**escrowed);
  auto parsed = document::Document::parse(kept.tokens);
  if (!parsed) co_return Error(Code::corrupt, "escrow of grant " + setup_.name + " is unreadable");
  auto sealed = parts_.vault->seal(setup_.owner, kSealContext, kept.tokens);
  if (!sealed) co_return sealed.error();
  for (;;) {
    auto epoch = co_await parts_.store->take_lease(row_.id, options_.owner, now() + lease_length());
    if (!epoch) co_return epoch.error();
    if (!*epoch) {
      co_await real_pause(kLeasePoll);
      continue;
    }
    auto row = co_await parts_.store->grant(row_.id);
    if (!row) co_return row.error();
    if (*row && (*row)->generation >= kept.generation) {
      co_await release();
      co_return adopt(std::move(**row));
    }
    store::Grant next = *row ? std::move(**row) : row_;
    next.id = setup_.name;
    next.previous = next.current;
    next.current = *sealed;
    next.generation = kept.generation;
    next.refreshing.reset();
    next.issued = instant(parsed->root().get("issued"));
    next.access_until = instant(parsed->root().get("access_until"));
    next.refresh_until = instant(parsed->root().get("refresh_until"));
    next.state = "ok";
    next.reason.clear();
    auto saved = co_await parts_.store->save_grant(next, **epoch, true, audit("grant.recovered", next));
    if (!saved) co_return saved.error().wrap("escrow of grant " + setup_.name);
    co_await release();
    co_return adopt(std::move(next));
  }
}

Task<Status> Grant::reread() {
  auto row = co_await parts_.store->grant(row_.id);
  if (!row) co_return row.error();
  if (!*row || (uncommitted_ && (*row)->generation < row_.generation)) co_return ok_status();
  co_return adopt(std::move(**row));
}

Task<Result<Grant::Token>> Grant::token(Duration must_live, Duration patience, WallTime* not_before) {
  Status ready = co_await ensure();
  if (!ready) co_return ready.error();
  wanted();
  // Each call makes a session live on: it need not outlast one.
  if (session()) must_live = std::min(must_live, session()->idle / 10);
  for (int round = 0; round < 4; ++round) {
    if (row_.state == "reauthorise") co_return Error(Code::denied, "grant " + row_.id + " must be authorised again: " + row_.reason);
    if (!have_token() && !self_made()) co_return Error(Code::denied, "grant " + row_.id + " has not been authorised yet");
    if (!refused_credentials_.empty() && now() < retry_at_) co_return Error(Code::denied, refused_credentials_);
    const WallTime at = due();
    const bool lives = usable_until() - now() > must_live;
    if (!renewable()) {  // some providers give none: the access token is all there is
      if (lives) co_return Token{access_, row_.generation};
      co_return Error(Code::denied, "grant " + row_.id + " has run out and has no refresh token: it must be authorised again");
    }
    if (now() < at) {
      if (lives) co_return in_use();
      const Duration wait = at - now();
      if (not_before != nullptr) *not_before = at;
      if (wait > patience) {
        if (at == retry_at_ && session() && !row_.reason.empty()) co_return Error(Code::exhausted, row_.reason);
        if (at == retry_at_) co_return Error(Code::unavailable, "the token of grant " + row_.id + " could not be renewed");
        co_return Error(Code::exhausted, "the token of grant " + row_.id + " may not be renewed yet");
      }
      patience -= wait;
      co_await sleep_for(*parts_.env.timers, wait);
      continue;
    }
    Status renewed = co_await renew_joined(row_.generation);
    if (renewed) continue;
    if (renewed.error().code() == Code::denied || renewed.error().code() == Code::config) co_return renewed.error();
    if (usable_until() - now() > must_live) co_return Token{access_, row_.generation};
    if (renewed.error().code() == Code::exhausted || retry_at_ <= now() || retry_at_ - now() > patience) {
      if (not_before != nullptr) *not_before = std::max(retry_at_, now());
      co_return renewed.error();
    }
  }
  co_return Error(Code::unavailable, "the token of grant " + row_.id + " could not be renewed");
}

Task<Status> Grant::after_401(int64_t generation, Duration patience, WallTime* not_before) {
  Status ready = co_await ensure();
  if (!ready) co_return ready;
  Status read = co_await reread();
  if (!read) co_return read;
  if (row_.generation > generation && row_.state == "ok") co_return ok_status();
  refused_ = row_.generation;
  wanted();
  if (row_.state == "reauthorise") co_return Error(Code::denied, "grant " + row_.id + " must be authorised again: " + row_.reason);
  if (const WallTime at = due(); now() < at) {
    if (not_before != nullptr) *not_before = at;
    if (at - now() > patience)
      co_return Error(Code::exhausted, "the token of grant " + row_.id + " was refused and may not be renewed yet");
    co_await sleep_for(*parts_.env.timers, at - now());
  }
  Status renewed = co_await renew_joined(generation);
  if (!renewed && not_before != nullptr) *not_before = std::max(retry_at_, now());
  co_return renewed;
}

void Grant::worked(int64_t generation) {
  if (session() && generation == row_.generation) used_ = now();
  if (generation != row_.generation || row_.previous.empty() || renewing_ || uncommitted_) return;
  row_.previous = {};
  scope_.spawn(forget_previous());
}

Task<Unit> Grant::forget_previous() {
  const int64_t generation = row_.generation;
  // A renewal that somebody left unfinished keeps their name on the lease.
  auto before = co_await parts_.store->grant(row_.id);
  if (!before || !*before || (*before)->refreshing || (*before)->generation != generation) co_return Unit{};
  auto epoch = co_await parts_.store->take_lease(row_.id, options_.owner, now() + lease_length());
  if (!epoch || !*epoch) co_return Unit{};
  auto row = co_await parts_.store->grant(row_.id);
  if (row && *row && (*row)->generation == generation && !renewing_) {
    (*row)->previous = {};
    co_await parts_.store->save_grant(**row, **epoch, false, std::vector<store::AuditBirth>());
  }
  if (!renewing_) co_await release();
  co_return Unit{};
}

void Grant::wanted() {
  if (wanted_) return;
  wanted_ = true;
  schedule();
}

void Grant::keep() { scope_.spawn(load_and_schedule()); }

Task<Unit> Grant::load_and_schedule() {
  Status ready = co_await ensure();
  if (!ready) parts_.log->error("grant.unreadable", {{"grant", setup_.name}, {"error", ready.error().text()}});
  schedule();
  co_return Unit{};
}

void Grant::schedule() {
  timer_.reset();
  if (session()) return schedule_sign_out();
  // What we make ourselves is made when it is asked for.
  if (!loaded_ || draining_ || held_back() || self_made() || !have_token() || refresh_.empty() || row_.state != "ok") return;
  const Renewal& renew = setup_.spec->renew;
  WallTime at = due();
  if (!wanted_ && !row_.refreshing) {
    if (!renew.rotates && row_.refresh_until == WallTime{}) return;
    at = std::max(at, row_.issued + kIdleRenewal);
  } else if (renew.not_before > Duration::zero()) {
    at += Duration(static_cast<int64_t>(parts_.env.random->below(static_cast<uint64_t>(kEagerSpread.count()))));
  }
  timer_ = parts_.env.timers->after(std::max<Duration>(at - now(), Duration::zero()), [this] {
    // The wall clock may have been set back meanwhile: never earlier than the provider accepts.
    if (now() < due()) return schedule();
    scope_.spawn(renew_joined(row_.generation));
  });
}

Task<Status> Grant::renew_joined(int64_t seen) {
  if (seen < row_.generation && row_.state == "ok") co_return ok_status();
  const bool first = !std::exchange(renewing_, true);
  Callback<Status> waiting([&](Callback<Status>::Complete done) {
    waiters_.push_back(std::move(done));
    if (first) scope_.spawn(run_renewal(seen));
  });
  co_return co_await waiting;
}

Task<Unit> Grant::run_renewal(int64_t seen) {
  Status end = co_await renew(seen);
  renewing_ = false;
  if (end) wanted_ = false;
  else retry_at_ = std::max(retry_at_, now() + kLeastPause);  // never in a tight circle
  schedule();
  tell(std::exchange(waiters_, {}), end);
  tell(std::exchange(drain_waiters_, {}), end);
  co_return Unit{};
}

void Grant::retry_after(Duration least) {
  const Duration jitter = limits::full_jitter(failures_++, kRetryFirst, kRetryMost, *parts_.env.random);
  retry_at_ = now() + std::max(least, jitter);
}

Task<Result<int64_t>> Grant::lease(int64_t seen) {
  const SteadyTime give_up = parts_.env.clock->steady() + lease_length();
  for (;;) {
    auto before = co_await parts_.store->grant(row_.id);
    if (!before) co_return before.error();
    if (*before) {
      const store::Grant& row = **before;
      const bool moved = row.generation > seen || row.state == "reauthorise";
      // Another host's escrow may hold what its renewal got: the old token must not be shown to a strict provider.
      const bool others = row.refreshing && row.lease_owner != options_.owner && row.lease_until <= now();
      if (others && setup_.spec->renew.reuse == Reuse::strict && !moved) {
        co_return Error(Code::unavailable,
                        "grant " + row_.id + " waits for " + row.lease_owner + ", which began its renewal, or for a new authorisation");
      }
      auto adopted = adopt(std::move(**before));
      if (!adopted) co_return adopted.error();
      if (moved) co_return 0;
    }
    auto epoch = co_await parts_.store->take_lease(row_.id, options_.owner, now() + lease_length());
    if (!epoch) co_return epoch.error();
    if (*epoch) {
      auto after = co_await parts_.store->grant(row_.id);
      if (!after) co_return after.error();
      if (!*after) co_return **epoch;
      const bool moved = (*after)->generation > seen;
      const bool begun = (*after)->refreshing && !row_.refreshing;
      auto adopted = adopt(std::move(**after));
      if (!adopted) co_return adopted.error();
      if (!moved && !begun) co_return **epoch;
      co_await release();
      if (moved) co_return 0;
    }
    if (parts_.env.clock->steady() > give_up) co_return Error(Code::unavailable, "another process renews grant " + row_.id);
    co_await real_pause(kLeasePoll);
  }
}

// Ours to end early: the next one need not wait until it runs out.
Task<Unit> Grant::release() {
  auto ended = co_await parts_.store->take_lease(row_.id, options_.owner, now());
  (void)ended;
  co_return Unit{};
}

Task<Status> Grant::renew(int64_t seen) {
  if (draining_) co_return Error(Code::unavailable, "shutting down");
  if (held_back()) {
    co_return Error(Code::unavailable, "grant " + row_.id + " is not renewed while " + setup_.clients.front() +
                                           " is held after a restore; `ml-connector arm " + setup_.clients.front() + "` first");
  }
  if (uncommitted_) co_return Error(Code::unavailable, "the tokens of grant " + row_.id + " are not stored yet");
  if (row_.state == "reauthorise") co_return Error(Code::denied, "grant " + row_.id + " must be authorised again: " + row_.reason);

  limits::Request wish;
  wish.system = "token:" + setup_.system;
  wish.rules = std::make_shared<const std::vector<limits::Rule>>(setup_.spec->limits);
  wish.values = {{"grant", row_.id}, {"connection", row_.id}};
  WallTime permitted{};
  auto permit = co_await parts_.limits->acquire(std::move(wish), Authorizer::kTokenDeadline, &permitted);
  if (!permit) {
    retry_at_ = std::max(retry_at_, permitted);
    co_return permit.error().wrap("renewal of grant " + row_.id);
  }

  auto epoch = co_await lease(seen);
  if (!epoch) {
    retry_at_ = now() + kLookAgain;  // costs the provider nothing
    co_return epoch.error();
  }
  if (*epoch == 0) {
    if (row_.state == "reauthorise") co_return Error(Code::denied, "grant " + row_.id + " must be authorised again: " + row_.reason);
    co_return ok_status();
  }
  // Asked again behind the lease: another process may have begun and not ended.
  if (now() < due() || draining_ || !renewable()) {
    co_await release();
    if (renewable()) co_return Error(Code::unavailable, "the renewal of grant " + row_.id + " has to wait");
    co_return Error(Code::denied, "grant " + row_.id + " has no refresh token");
  }

  store::Grant begun = row_;
  begun.refreshing = begun.generation;
  auto saved = co_await parts_.store->save_grant(begun, *epoch, false, std::vector<store::AuditBirth>());
  if (!saved) {
    retry_after(kRetryFirst);
    co_return saved.error().wrap("renewal of grant " + row_.id);
  }
  row_ = std::move(begun);

  const WallTime asked = now();
  permit->begin();
  std::vector<std::pair<std::string, Secret>> fields;
  if (self_made()) {
    fields.emplace_back("grant_type", Secret("client_credentials"));
    if (!setup_.spec->scope.empty()) fields.emplace_back("scope", Secret(setup_.spec->scope));
  } else {
    fields.emplace_back("grant_type", Secret("refresh_token"));
    fields.emplace_back("refresh_token", refresh_);
  }
  auto asking = session() ? sign_in() : ask(std::move(fields));
  auto answer = co_await std::move(asking);
  if (!answer) {
    // No request was made.
    TokenAnswer none;
    none.kind = TokenAnswer::Kind::not_sent;
    none.words = answer.error().text();
    const Status end = co_await failed(std::move(none), *epoch);
    co_return answer.error().code() == Code::config ? Status(answer.error()) : end;  // waiting mends no missing secret
  }
  if (answer->kind == TokenAnswer::Kind::tokens) {
    Status stored = co_await store_tokens(std::move(answer->tokens), asked, *epoch, "grant.renewed");
    permit->finish(answer->status, answer->headers);
    co_return stored;
  }
  // How many may be signed in is no matter of pace.
  const int told = answer->kind == TokenAnswer::Kind::full ? 0 : answer->status;
  auto not_before = permit->finish(told, answer->headers);
  Status end = co_await failed(std::move(*answer), *epoch);
  if (not_before) {
    retry_at_ = std::max(retry_at_, *not_before);
    if (!end && end.error().code() == Code::unavailable) co_return Error(Code::exhausted, end.error().message());
  }
  co_return end;
}

// Between the answer and its escrow stands nothing: no log, no metric, no wait (reliability.md 3.3).
Task<Status> Grant::store_tokens(Tokens tokens, WallTime asked, int64_t epoch, std::string act) {
  const Renewal& renew = setup_.spec->renew;
  const WallTime issued = now();  // the gate counts from the latest moment it can mean, the end from the earliest
  const WallTime until = asked + (tokens.expires_in > Duration::zero() ? tokens.expires_in : kAssumedLife);
  const Duration refresh_life = tokens.refresh_expires_in > Duration::zero() ? tokens.refresh_expires_in : renew.refresh_life;
  const WallTime refresh_until = refresh_life > Duration::zero() ? asked + refresh_life : WallTime{};
  const Secret refresh = tokens.refresh.empty() ? refresh_ : tokens.refresh;
  std::string packed = pack(tokens, refresh, issued, until, refresh_until);
  Status escrowed = parts_.vault->escrow(row_.id, row_.generation + 1, epoch, packed);
  auto sealed = parts_.vault->seal(setup_.owner, kSealContext, packed);
  wipe(packed.data(), packed.size());

  store::Grant next = row_;
  next.generation += 1;
  next.refreshing.reset();
  next.previous = next.current;
  next.issued = next.used = issued;
  next.access_until = until;
  next.refresh_until = refresh_until;
  next.state = "ok";
  next.reason.clear();
  Status saved = sealed ? ok_status() : Status(sealed.error());
  if (sealed) {
    next.current = std::move(*sealed);
    saved = co_await parts_.store->save_grant(next, epoch, true, audit(act, next));
  }
  row_ = next;
  publish(std::string(tokens.access.reveal()), std::string(refresh.reveal()));
  if (!escrowed) parts_.log->error("grant.escrow_failed", {{"grant", row_.id}, {"error", escrowed.error().text()}});
  if (saved) {
    parts_.log->info(act, {{"grant", row_.id}, {"generation", row_.generation}});
    co_await release();
    co_return ok_status();
  }
  parts_.log->error("grant.not_stored", {{"grant", row_.id}, {"error", saved.error().text()}});
  uncommitted_ = true;
  scope_.spawn(commit_later(std::move(next), std::move(act)));
  co_return ok_status();
}

// The escrow holds the tokens; the row follows as soon as the store takes it.
Task<Unit> Grant::commit_later(store::Grant row, std::string act) {
  for (int tries = 0;; ++tries) {
    co_await real_pause(std::chrono::seconds(std::min(30, 1 << std::min(tries, 5))));
    if (row.current.empty()) co_return Unit{};
    auto epoch = co_await parts_.store->take_lease(row.id, options_.owner, now() + lease_length());
    if (!epoch || !*epoch) continue;
    auto there = co_await parts_.store->grant(row.id);
    if (!there) continue;
    if (*there && (*there)->generation >= row.generation) {
      uncommitted_ = false;
      row_.generation = 0;  // theirs is taken whole, also when it bears the same number
      auto adopted = adopt(std::move(**there));
      if (!adopted) parts_.log->error("grant.unreadable", {{"grant", row.id}, {"error", adopted.error().text()}});
      co_await release();
      co_return Unit{};
    }
    auto saved = co_await parts_.store->save_grant(row, **epoch, true, audit(act, row));
    if (!saved) continue;
    uncommitted_ = false;
    co_await release();
    co_return Unit{};
  }
}

}  // namespace mlc::auth
