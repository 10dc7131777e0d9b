// The public keys that a remote signs its deliveries with (T1). They are asked for where its system says and nowhere else, by the
// connection's own way there, and pinned with the time of the asking: trusted for a day, asked for again after half of it, and at once when
// a key signed that is not among them, though no more often than once a minute. A key does not change under its id while it is trusted.
// Every asking that pins is audited, as keys are kept among the connection's credentials. Executor's thread.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "runtime/base/task.h"
#include "runtime/crypto/signature.h"
#include "runtime/engine/context.h"

namespace mlc::engine {

inline constexpr Duration kKeysAgain = std::chrono::minutes(1);  // between two askings, however many deliveries name unknown keys
inline constexpr Duration kKeysRenewed = std::chrono::hours(12);
inline constexpr Duration kKeysTrusted = std::chrono::hours(24);

struct PinnedKeys {
  WallTime asked{};
  std::string lines;  // crypto::pinned_text, one each

  bool trusted(WallTime now) const;
  bool old(WallTime now) const { return now - asked >= kKeysRenewed; }
  crypto::SecretVersion version() const { return {Secret(lines), asked + kKeysTrusted}; }
};

// As they are kept, and back. What can't be read is no key.
std::string kept_text(const PinnedKeys& keys);
PinnedKeys kept_keys(std::string_view text);

// The usable keys of a set (RFC 7517) as lines of pinned_text. invalid_argument: it is no set, none of it can be used, or it has another
// key by the id of one in `trusted`.
Result<std::string> signing_keys_of(std::string_view jwks, std::string_view trusted);

// Whose keys, and where they are kept.
struct KeyPlace {
  remote::Call call;
  std::string owner, name;
};

// One proof's askings: kept while routes come and go, so that a reload opens no door for asking more often.
class KeyAsking {
 public:
  // How long nobody may ask; 0 = now.
  Duration wait(SteadyTime now) const;
  // Whether somebody asks, and one more may wait for the end of it.
  bool can_be_joined() const { return under_way_ && waiting_.size() < kMostWaiting; }
  // Until that has ended, however it does.
  Task<Unit> join();
  // Asks, and pins what is there. Any error: nothing has changed, and what is pinned is trusted as long as before.
  Task<Status> ask(Context& context, KeyPlace place);

 private:
  static constexpr size_t kMostWaiting = 100;
  class UnderWay;

  SteadyTime last_{};
  bool asked_ = false, under_way_ = false;
  std::vector<std::function<void(Unit)>> waiting_;
};

}  // namespace mlc::engine
