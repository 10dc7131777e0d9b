// The door for webhooks (G1): verify the raw bytes, parse, match triggers, seal, commit in groups, answer. Runs no
// script and trusts nothing before the signature check. Owned by Engine; executor's thread.
#pragma once
#include <array>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/base/task.h"
#include "runtime/engine/catalog.h"
#include "runtime/engine/context.h"
#include "runtime/engine/issued_tokens.h"
#include "runtime/engine/signing_keys.h"

namespace mlc::engine {

struct IntakeAnswer {
  int status = 200;
  int retry_after = 0;       // seconds; 0 = no such field
  std::string_view problem;  // short stable word for problem+json, "" when 2xx
};

struct IntakeCounts {
  uint64_t accepted = 0, duplicates = 0, ignored = 0, empty = 0, unknown_route = 0, foreign = 0, unavailable = 0, overloaded = 0;
  std::array<uint64_t, 8> refused{};  // by crypto::Verdict::Kind
  uint64_t malformed = 0;             // well signed, but no JSON or no topic
  uint64_t without_key = 0;           // a trigger matched but its key path leads nowhere
};

class Intake {
 public:
  explicit Intake(Context& context);
  ~Intake();

  // Routes of a reload; requests under way keep theirs.
  void set_routes(std::vector<IntakeRoute> routes);
  // Secrets are read again at the next request.
  void forget_secrets();

  // Completes after the commit. `path_token` is the optional last piece of /hooks/<client>/<connection>/<token>.
  Task<IntakeAnswer> webhook(std::string client, std::string connection, HeaderList headers, std::string body);

  // Where remotes fetch tokens for their deliveries.
  IssuedTokens& tokens() { return tokens_; }

  const IntakeCounts& counts() const { return counts_; }

 private:
  struct Route;
  struct Waiting {
    store::EventBirth event;
    std::function<void(IntakeAnswer)> done;
  };
  Task<Result<Unit>> load_secrets(std::shared_ptr<Route> route);
  // What a delivery was believed by.
  struct Proven {
    std::string replay_id;
    const IntakeProof* proof = nullptr;
  };
  Task<std::optional<IntakeAnswer>> check(std::shared_ptr<Route> route, const HeaderList& headers, const std::string& body, Proven* proven);
  struct Checked {
    crypto::Verdict verdict;
    Duration wait{};  // by an unknown key, and its remote can't be asked yet: what the delivery is worth is not known
  };
  Task<Result<Checked>> check_proof(std::shared_ptr<Route> route, size_t index, const HeaderList& headers, const std::string& body);
  Task<Result<crypto::Verdict>> check_bearer(std::shared_ptr<Route> route, const HeaderList& headers, const std::string& body);
  Task<Status> ask_keys(std::shared_ptr<Route> route, size_t index);
  Task<Unit> renew_keys(std::shared_ptr<Route> route, size_t index);
  Result<store::EventBirth> make_event(const Route& route, const HeaderList& headers, std::string body, const Proven& proven);
  Task<Unit> flush();

  Context& context_;
  IssuedTokens tokens_;
  std::unordered_map<std::string, std::shared_ptr<Route>> routes_;
  std::vector<Waiting> waiting_;
  bool flushing_ = false;
  IntakeCounts counts_;
};

}  // namespace mlc::engine
