// Making a grant by authorization code (RFC 6749 4.1, RFC 7636, RFC 9207; reliability.md T10): a one-time start link for an
// operator, or an invitation for the client's own administrator, opens a browser session with a cookie; `state` lives
// ten minutes, works once and only with that cookie. Owned by Authorizer.
//
//   operator:  start_link() -> GET /oauth/start/<one-time>  -> start()  -> cookie + redirect to the provider
//   client:    invite()     -> GET /invite/<one-time>       -> accept() -> the same
//   both:      GET /oauth/callback/<grant>?state&code       -> finish()
#pragma once
#include <map>
#include <string>
#include <vector>

#include "runtime/auth/authorizer.h"

namespace mlc::auth {

struct Started {
  std::string cookie;    // value; the caller sets it HttpOnly, Secure, SameSite=Lax, for the callback's path
  std::string location;  // at the provider
};

struct CallbackQuery {
  std::string grant;  // from the path
  std::string state, code, cookie, iss;
  std::string error, error_description;  // what the provider sent instead of a code
};

// What an invitation's page says before anybody agrees to anything.
struct Invitation {
  std::string grant, client, connection;  // client and connection as the operator named them
  std::string system, provider;           // "exact_online", and the origin that the browser is sent to
  WallTime until{};
};

class AuthorizeFlow {
 public:
  static constexpr Duration kStateLife = std::chrono::minutes(10);
  static constexpr Duration kInviteLife = std::chrono::hours(24 * 7);
  static constexpr size_t kMaxPending = 1000;  // states and start links waiting

  explicit AuthorizeFlow(Authorizer& owner) : owner_(owner) {}

  // The last part of /oauth/start/…; works once, within kStateLife.
  Result<std::string> start_link(const std::string& grant);
  Task<Result<Started>> start(std::string one_time);

  // The last part of /invite/…; kept as a digest, works once, within kInviteLife. Looking at it does not use it up: programs
  // that scan mail follow links. Error denied says whether it was used, withdrawn or has run out; not_found: none of ours.
  Task<Result<std::string>> invite(std::string grant, std::string client, std::string connection, std::string actor);
  Task<Result<Invitation>> invitation(std::string one_time);
  Task<Result<Started>> accept(std::string one_time);
  Task<Result<int64_t>> revoke_invites(std::string grant, std::string actor);  // how many were withdrawn

  // Exchanges the code and stores the tokens. Error denied: state, cookie, issuer or the provider refused.
  Task<Status> finish(CallbackQuery query);

  // "<public_url>/oauth/callback/<grant>": exactly what has to be registered with the provider.
  std::string redirect_uri(const std::string& grant) const;

 private:
  struct Pending {
    std::string grant, cookie_digest;
    Secret verifier;
    WallTime until{};
  };
  Task<Result<Started>> begin(std::string grant);
  Task<Status> drop_old_invites(store::Change* change);
  std::string one_time();
  void forget_old();

  Authorizer& owner_;
  std::map<std::string, Pending> states_;  // digest of state
  std::map<std::string, Pending> starts_;  // digest of the link's end
  std::set<std::string> opening_;          // invitations being used up
};

}  // namespace mlc::auth
