// The requests of a session by cookies (SessionSpec): signing in, what its answer means, signing out, and the cookies themselves. Sent
// once; never retried here.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/auth/token_endpoint.h"

namespace mlc::auth {

using SignInFields = std::vector<std::pair<std::string, Secret>>;

// Tokens::access of the answer is the Cookie field of the calls to come.
Task<TokenAnswer> sign_in(http::Transport& transport, GrantSetup setup, SignInFields fields);
// Best effort: a session that is not found there is what was wanted.
Task<Status> sign_out(http::Transport& transport, GrantSetup setup, Secret cookies);

TokenAnswer judge_sign_in(const AuthSpec& spec, int status, const http::Headers& headers, const std::string& body);

// "a=1; b=2" with what an answer sets (RFC 6265 5.3): names replaced or added, those with Max-Age=0 taken away.
std::string merge_cookies(std::string_view jar, const http::Headers& headers);

}  // namespace mlc::auth
