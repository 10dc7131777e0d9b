// One grant: its tokens in memory, their renewal and its rules (reliability.md section 3; C6, C11, BC7). One renewal at
// a time in this process, one among processes by the store's lease; a caller that goes away does not stop a renewal.
// Owned by Authorizer; executor's thread only. Destroying it is as good as a crash: what was on the wire is found as
// "refreshing" or in the escrow by the next one.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "runtime/auth/authorizer.h"
#include "runtime/auth/token_endpoint.h"

namespace mlc::auth {

// The trail of something that happened to a grant.
std::vector<store::AuditBirth> audit(const std::string& act, const store::Grant& row);

class Grant {
 public:
  // The lease outlives two requests with their deadlines, and then some.
  static constexpr Duration kLease = Authorizer::kTokenDeadline * 2 + std::chrono::seconds(30);
  // With an unfinished strict renewal the access token is used up to here before the one retry.
  static constexpr Duration kNearEnd = std::chrono::seconds(20);
  static constexpr Duration kEagerSpread = std::chrono::seconds(5);
  static constexpr Duration kIdleRenewal = std::chrono::hours(24);
  static constexpr Duration kRetryFirst = std::chrono::seconds(2);
  static constexpr Duration kRetryMost = std::chrono::minutes(10);
  // A token that we make ourselves is made anew this long before its end, or in the last tenth of a short life.
  static constexpr Duration kMargin = std::chrono::minutes(5);
  // Refused credentials are tried again this often: somebody may set them right at the provider.
  static constexpr Duration kRefusedCredentials = std::chrono::minutes(15);
  static constexpr Duration kRefusedRequest = std::chrono::minutes(2);
  static constexpr Duration kAssumedLife = std::chrono::hours(1);  // of an access token whose answer does not say

  Grant(const Authorizer::Parts& parts, const Options& options, GrantSetup setup);

  void replace(GrantSetup setup) { setup_ = std::move(setup); }
  const GrantSetup& setup() const { return setup_; }

  struct Token {
    Secret access;
    int64_t generation = 0;
  };
  Task<Result<Token>> token(Duration must_live, Duration patience, WallTime* not_before);
  Task<Status> after_401(int64_t generation, Duration patience, WallTime* not_before);
  void worked(int64_t generation);
  void answered(int64_t generation, const http::Headers& headers);
  void wanted();
  void secrets_changed();  // what was refused may be right now
  // Loads, replays the escrow and keeps the grant alive from now on.
  void keep();
  Task<Status> exchange(std::vector<std::pair<std::string, Secret>> fields);
  std::optional<Holding> held() const;
  GrantReport report() const;
  void reschedule() { schedule(); }
  Task<Result<bool>> trust(std::string actor);
  void retire();
  bool quiet() const { return !renewing_ && !uncommitted_; }
  Task<Unit> drain();

 private:
  WallTime now() const { return parts_.env.clock->wall(); }
  Duration lease_length() const;
  bool have_token() const { return !access_.empty(); }
  // Its tokens come of our credentials alone: nobody has to agree, and no refresh token stands between two of them.
  bool self_made() const { return !setup_.spec->needs_person(); }
  bool renewable() const { return self_made() || !refresh_.empty(); }
  const SessionSpec* session() const { return setup_.spec->session ? &*setup_.spec->session : nullptr; }
  WallTime usable_until() const;
  WallTime gate() const { return row_.issued + setup_.spec->renew.not_before; }
  WallTime due() const;
  Task<Unit> real_pause(Duration wait);

  Token in_use();

  // Of a session (grant_session.cc).
  Task<Result<TokenAnswer>> sign_in();
  Task<Unit> sign_out();
  Task<Unit> leave(Secret cookies);
  void schedule_sign_out();

  Task<Status> ensure();
  Task<Unit> run_load();
  void tell(std::vector<std::function<void(Status)>> waiters, const Status& end);
  Task<Status> load();
  Task<Status> replay_escrow();
  bool held_back() const;  // all its clients are held
  bool from_backup() const;
  Task<Status> doubt_restored();
  Task<Status> reread();
  Status adopt(store::Grant row);
  Task<Status> renew_joined(int64_t seen);
  Task<Unit> run_renewal(int64_t seen);
  Task<Status> renew(int64_t seen);
  // Waits for the lease. 0: there is nothing left to renew, the row has moved on.
  Task<Result<int64_t>> lease(int64_t seen);
  Task<Unit> release();
  Task<Result<TokenAnswer>> ask(std::vector<std::pair<std::string, Secret>> fields);
  Task<Status> store_tokens(Tokens tokens, WallTime asked, int64_t epoch, std::string act);
  Task<Unit> commit_later(store::Grant row, std::string act);
  Task<Status> failed(TokenAnswer answer, int64_t epoch);
  Task<Unit> run_exchange(std::vector<std::pair<std::string, Secret>> fields, std::function<void(Status)> done);
  Task<Status> exchange_now(std::vector<std::pair<std::string, Secret>> fields);
  Task<Unit> forget_previous();
  Task<Unit> load_and_schedule();
  void retry_after(Duration least);
  void publish(std::string access, std::string refresh);
  void schedule();

  Authorizer::Parts parts_;
  Options options_;
  GrantSetup setup_;

  bool loaded_ = false;
  store::Grant row_;
  Secret access_, refresh_;
  WallTime retry_at_{};
  int failures_ = 0, early_ = 0;
  std::string refused_credentials_;  // the provider's words
  int64_t refused_ = 0;              // generation that a remote answered 401 to
  double life_share_ = 0.6;
  WallTime used_{};           // when the session was last made use of
  bool uncommitted_ = false;  // the newest tokens stand in the escrow only
  bool wanted_ = false, draining_ = false;

  bool renewing_ = false, loading_ = false;
  std::vector<std::function<void(Status)>> waiters_, load_waiters_, drain_waiters_;
  std::unique_ptr<Timer> timer_;
  Scope scope_;
};

}  // namespace mlc::auth
