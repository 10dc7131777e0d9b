// Who we are to a remote: connections, their grants, and the renewal of grants (reliability.md section 3, C6, C11).
// Owns one Grant per grant that is in use; gives what has to be added to a request at the TLS write, and the flow that
// makes a grant in the first place. Executor's thread only.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/auth/spec.h"
#include "runtime/base/executor.h"
#include "runtime/base/log.h"
#include "runtime/base/scope.h"
#include "runtime/base/task.h"
#include "runtime/http/transport.h"
#include "runtime/limits/limits.h"
#include "runtime/store/store.h"
#include "runtime/vault/vault.h"

namespace mlc::auth {

class Grant;
class AuthorizeFlow;

// A grant of the workspace, or the private one of a connection.
struct GrantSetup {
  std::string name;   // "exact_nl" or "client/connection"
  std::string owner;  // of its secrets in the vault: "grant:<name>" or "client/connection"
  std::string system;
  std::shared_ptr<const AuthSpec> spec;
  std::string authorize_url, token_url;              // absolute; the token host is pinned by the latter
  std::vector<std::string> clients = {};             // who use it; configure() fills it in
  std::string logout_url = {};                       // of a session
  std::map<std::string, std::string> settings = {};  // of the connection; a session's sign-in may name some
  http::TlsPolicy tls;
};

struct ConnectionSetup {
  std::string client, name;
  std::string grant;  // "" = none: its secrets are its own
  std::string owner;  // of its secrets
  std::shared_ptr<const AuthSpec> spec;
  std::vector<std::string> hosts;  // where credentials of this connection may go (T15), as in OutgoingRequest
};

// What is added at the TLS write, and what it has to be matched with afterwards.
struct Credentials {
  int64_t generation = 0;  // of the grant's tokens; 0 = no grant
  std::string host;        // the only one it is for
  // For OutgoingRequest::credentials: writes fields and query parameters, and puts values in the place of
  // @@secret:name@@ in the body.
  std::function<void(http::Headers& headers, std::string& target, std::string& body)> apply;
  // The reverse: values this request carried, should an answer echo them, become @@secret:name@@ again.
  std::function<std::string(std::string text)> scrub;
};

// The reference that stands for a secret in planned bytes; its length does not depend on the value.
std::string secret_reference(std::string_view name);
// Those of the `allowed` that a body refers to. What else looks like a reference is somebody's text.
std::vector<std::string> referred_secrets(std::string_view body, std::vector<std::string> allowed);

struct Need {
  std::string client, connection, host;
  uint16_t port = 443;
  Duration must_live{};  // the token must outlive this
  Duration patience{};   // longest wait for a renewal; beyond it the error is exhausted with *not_before
  std::vector<std::string> body_secrets;
};

struct Holding {
  std::string reason_code, reason;
  WallTime until{};  // max = until a person acts
};

struct GrantReport {
  std::string name, system, state, reason;
  int64_t generation = 0;
  bool refreshing = false;
  WallTime issued{}, access_until{};
  WallTime refresh_until{};  // when the grant dies if nobody renews it; epoch = not known
};

struct Options {
  // Names this process among those that may share the store at the same time; the same after a restart, so that it
  // knows its own unfinished renewal from somebody else's.
  std::string owner;
  std::string public_url;  // "https://hooks.example.com"
  // True while nothing may leave for a client (G14): a grant that only such clients use is not renewed. Null = never.
  std::function<bool(const std::string& client)> held = {};
  // When a backup was restored here; epoch = never. Strict grants of before wait for a person: their newest refresh token
  // may be one that only the lost installation knew, and showing an old one would revoke the chain.
  WallTime restored{};
};

class Authorizer {
 public:
  // Of a token request, real time; a lease lasts more than twice as long.
  static constexpr Duration kTokenDeadline = std::chrono::seconds(60);

  struct Parts {
    store::Store* store = nullptr;
    vault::Vault* vault = nullptr;
    limits::Limits* limits = nullptr;
    http::Transport* transport = nullptr;
    Log* log = nullptr;
    Environment env;
  };
  Authorizer(Parts parts, Options options);
  ~Authorizer();
  Authorizer(const Authorizer&) = delete;
  Authorizer& operator=(const Authorizer&) = delete;

  // Replaces what there is; grants that stay keep their state. Starts keeping new ones alive.
  void configure(std::vector<GrantSetup> grants, std::vector<ConnectionSetup> connections);

  // Errors: exhausted (see Need::patience), denied (a person must act), unavailable (provider or store can't be used
  // now; *not_before may be set), config (a secret is missing).
  Task<Result<Credentials>> credentials(Need need, WallTime* not_before);

  // The remote answered 401 to a call made with that generation (BC7). Ok: a newer token is there, call once more.
  // exhausted: only from *not_before on. denied: a person must act; the connection is held.
  Task<Status> after_401(std::string client, std::string connection, int64_t generation, Duration patience, WallTime* not_before);
  // The remote accepted credentials of that generation.
  void worked(const std::string& client, const std::string& connection, int64_t generation);
  // Whether the remote has answered any call with this token otherwise than with 401.
  bool has_worked(const std::string& client, const std::string& connection, int64_t generation) const;
  // What an answer to a call of that generation said beside its body: a session's cookies may change.
  void answered(const std::string& client, const std::string& connection, int64_t generation, const http::Headers& headers);
  // Jobs of this connection wait: its grant is renewed eagerly.
  void wanted(const std::string& client, const std::string& connection);
  std::optional<Holding> held(const std::string& client, const std::string& connection);
  // A secret of this owner was set: holds that wait for it end, cached values go.
  void secret_changed(const std::string& owner);

  // Value of the scope words app and user in limits: which application and which user of it a connection is.
  struct Identity {
    std::string app, user;
  };
  Task<Identity> identity(std::string client, std::string connection);

  std::vector<GrantReport> report();
  // The grant a connection uses; nullptr when it has none.
  const GrantSetup* grant_of(const std::string& client, const std::string& connection) const;

  // A client was armed: renewals that waited for it go on.
  void thaw();
  // A person vouches that nobody has used this grant since the backup: it goes on as it was. False: it did not wait for that.
  Task<Result<bool>> trust(std::string grant, std::string actor);

  // Making a grant. See authorize.h.
  AuthorizeFlow& flow() { return *flow_; }

  // No renewal begins afterwards; completes when none is in flight.
  Task<Unit> drain();

 private:
  friend class AuthorizeFlow;
  struct Connection;
  Connection* find(const std::string& client, const std::string& connection);
  Task<Result<Secret>> secret(std::string owner, std::string name, std::string host);
  std::shared_ptr<Grant> grant(const std::string& name);
  void authorised(const std::string& grant_name);  // by a person, just now: holds that waited for it end

  Parts parts_;
  Options options_;
  std::map<std::string, std::shared_ptr<Grant>> grants_;
  std::vector<std::shared_ptr<Grant>> retired_;  // not configured any more, with a renewal that has to end
  std::map<std::string, std::unique_ptr<Connection>> connections_;
  std::map<std::string, std::string> apps_;  // owner -> digest of its client id
  std::set<std::string> seen_;               // "owner name" of secrets the redactor knows
  std::unique_ptr<AuthorizeFlow> flow_;
};

}  // namespace mlc::auth
