// How a system wants to be convinced: the `auth` part of its script. Values.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/base/time.h"
#include "runtime/document/document.h"
#include "runtime/limits/rule.h"

namespace mlc::auth {

enum class Kind { none, header, basic, api_key, authorization_code, client_credentials, session };

// What a provider does with a refresh token that it has replaced (reliability.md section 3).
enum class Reuse {
  tolerated,  // static: not replaced, or the old one goes on working
  grace,      // the old one works for a while
  strict,     // the old one kills the whole chain
};

// One place where credentials are written; {name} in `value` is the secret or token of that name.
struct Placement {
  enum class Where { header, query } where = Where::header;
  std::string name, value;
};

struct Renewal {
  Duration not_before{};  // age before which the provider refuses; 0 = any age
  bool rotates = false;
  Reuse reuse = Reuse::tolerated;
  Duration grace{};         // of Reuse::grace
  Duration refresh_life{};  // an unused refresh token dies after this; 0 = not known
};

// A sign-in that answers with cookies (RFC 6265), which every call then carries; the remote counts such sessions, so one serves all
// calls and is signed out again.
struct SessionSpec {
  std::string logout_path;
  // Of the sign-in's JSON body: literals and {name} of a secret, {setting.name} of a connection's setting; a field whose name ends in
  // "?" is left out when there is no value.
  std::vector<std::pair<std::string, std::string>> body;
  Duration idle{};                   // unused for so long, the remote ends it
  Duration keep{};                   // unused for so long, we sign out
  Duration again{};                  // between two tries when no session is free
  std::vector<std::string> full;     // words of an answer that says so
  std::vector<std::string> message;  // paths of a refusal's sentence in its JSON
};

struct AuthSpec {
  Kind kind = Kind::none;
  std::vector<Placement> send;

  // authorization_code and client_credentials (RFC 6749 4.1 and 4.4)
  std::string authorize_path, token_path, scope;
  bool client_in_body = true;  // else Basic
  // Further fields of the token request, as {name} = secret. Where a name ends in "?", the header is left out without its secret.
  std::vector<std::pair<std::string, std::string>> token_headers;
  bool pkce = false;
  std::vector<std::pair<std::string, std::string>> authorize_query;
  Renewal renew;
  struct TooEarly {
    std::string error, description_has;
  };
  std::optional<TooEarly> too_early;
  std::vector<std::string> dead{"invalid_grant"};
  std::vector<limits::Rule> limits;  // of calls to the token endpoint, a grant

  std::optional<SessionSpec> session;  // of Kind::session

  bool has_grant() const { return kind == Kind::authorization_code || kind == Kind::client_credentials || kind == Kind::session; }
  bool needs_person() const { return kind == Kind::authorization_code; }  // somebody has to agree before there are tokens
};

// `path` is where the value stands, for errors: "auth.renew.not_before: …".
Result<AuthSpec> parse_auth(document::Value value, const std::string& path);

}  // namespace mlc::auth
