// One request to a provider's token endpoint (RFC 6749 5.1, 5.2) and what its answer means for the grant. Sent once, on a
// fresh connection; never retried here.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "runtime/auth/authorizer.h"

namespace mlc::auth {

struct Tokens {
  Secret access, refresh;  // refresh empty: the answer had none
  Duration expires_in{};   // 0 = not said
  Duration refresh_expires_in{};
};

struct TokenAnswer {
  enum class Kind {
    tokens,
    too_early,  // the provider wants the old access token to be used up first
    dead,       // the refresh token or code is worth nothing any more
    refused,    // a complete answer that changed nothing
    full,       // no session is free there now
    not_sent,
    unknown,  // the provider may have burnt the old token
  };
  Kind kind = Kind::unknown;
  Tokens tokens;
  int status = 0;
  std::string words;  // "invalid_grant: Token is not allowed", for a person; never a token
  http::Headers headers;
};

struct TokenRequest {
  std::vector<std::pair<std::string, Secret>> fields;  // without client id and secret
  Secret client_id, client_secret;
  std::vector<std::pair<std::string, Secret>> headers;
};

Task<TokenAnswer> ask_for_tokens(http::Transport& transport, GrantSetup setup, TokenRequest request);

// For the error block of a 4xx and for tests.
TokenAnswer judge_token_answer(const AuthSpec& spec, int status, const std::string& body);

}  // namespace mlc::auth
