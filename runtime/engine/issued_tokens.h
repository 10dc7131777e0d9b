// Tokens that a remote fetches from us before it delivers: OAuth client credentials (RFC 6749 section 4.4) at
// /oauth/token/<client>/<connection>. A token is opaque, lives for a declared time and is kept as a digest. Whoever asks learns nothing
// about which connections exist: an unknown one and a wrong secret are answered alike, and both count for the same limit of its address.
// Owned by Intake; executor's thread.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/task.h"
#include "runtime/engine/catalog.h"
#include "runtime/engine/context.h"

namespace mlc::engine {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct TokenAnswer {
  int status = 200;
  int retry_after = 0;      // seconds; 0 = no such field
  bool challenges = false;  // 401 to who came with an Authorization field
  std::string body;         // JSON
};

class IssuedTokens {
 public:
  explicit IssuedTokens(Context& context) : context_(context) {}

  void set_clients(const std::vector<IntakeRoute>& routes);
  // `peer`: the address that asks, by which wrong credentials are counted. Right ones are answered whatever others try.
  Task<TokenAnswer> issue(std::string client, std::string connection, std::string peer, HeaderList headers, std::string body);
  // Whether a delivery to this connection bears a token of its own that is still good.
  Task<Result<bool>> holds(std::string client, std::string connection, std::string token);

 private:
  struct Given {
    std::vector<std::pair<std::string, std::string>> readings;  // id and secret: one, or two where what came may be read in two ways
    bool in_header = false;
  };
  using Times = std::map<std::string, std::deque<WallTime>>;  // when, in the last minute; "" = all whose names did not fit in
  bool within_limit(Times& all, const std::string& name);
  // How long its token lives; nothing when it is no client of ours.
  Task<Result<std::optional<Duration>>> client_life(std::string client, std::string connection, Given given);
  Task<Unit> sweep(std::string prefix);

  Context& context_;
  std::map<std::string, std::pair<TokenClient, std::string>> clients_;  // client/connection -> names of its secrets, and their owner
  Times issued_, refused_;                                              // by client/connection, by peer
  int since_sweep_ = 0;
};

}  // namespace mlc::engine
