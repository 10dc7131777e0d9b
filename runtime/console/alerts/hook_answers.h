// What the senders of webhooks saw of us: how we answered the deliveries of each connection. In memory; executor's thread.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "runtime/base/time.h"

namespace mlc::console {

class HookAnswers {
 public:
  static constexpr Duration kWindow = std::chrono::minutes(10);
  static constexpr int64_t kFewest = 20;  // deliveries in a window: fewer say nothing about a rate

  // `problem`: the word of a refusal, "" when the answer was 2xx. Paths that lead to no connection are not counted.
  void count(const std::string& client, const std::string& connection, std::string_view problem, WallTime now);

  struct Rate {
    std::string client, connection, problem;  // problem: the most frequent
    int64_t deliveries = 0, refused = 0;
  };
  // Of the last window, for connections with enough deliveries.
  std::map<std::string, Rate> rates(WallTime now);

 private:
  struct Minute {
    WallTime begins{};
    int64_t deliveries = 0;
    std::map<std::string, int64_t, std::less<>> refused;  // by problem
  };
  struct Of {
    std::string client, connection;
    std::deque<Minute> minutes;
  };
  std::map<std::string, Of> all_;
};

}  // namespace mlc::console
