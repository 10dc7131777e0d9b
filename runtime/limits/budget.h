// One rule for one set of scope values: how much of it is used, what the remote said about it, whether it is held.
// Kept by Limits; executor's thread only.
//
// A call counts from the permit to its end and for `per` after that, so it covers the moment at which the remote
// counted it, whenever that was. What the remote reports is trusted where it is smaller.
#pragma once
#include <optional>
#include <string>

#include "runtime/http/message.h"
#include "runtime/limits/rule.h"
#include "runtime/limits/window.h"
#include "runtime/store/types.h"

namespace mlc::limits {

class Budget {
 public:
  Budget(Rule rule, std::string key);

  // The earliest time at which one more call of this lane could begin as things stand, with `ahead` others before it;
  // SteadyTime::max() = only another call's end can tell.
  SteadyTime ready_at(SteadyTime now, store::Lane lane, int64_t ahead = 0);

  void began();
  void unused();                           // a permit given back: nothing was sent
  void ended(SteadyTime now, int status);  // 0 = no complete answer
  // Headers of a complete answer, before its ended(). True if they spoke of this budget.
  bool learn(SteadyTime now, WallTime wall, const http::Headers& headers);
  void hold(SteadyTime until, std::string reason);
  SteadyTime held_until() const { return held_until_; }
  const std::string& held_reason() const { return held_reason_; }
  // When the remote said that its window ends, if it did and that is to come.
  std::optional<SteadyTime> reset(SteadyTime now) const;

  const Rule& rule() const { return rule_; }
  const std::string& key() const { return key_; }
  int64_t in_flight() const { return in_flight_; }
  int64_t limit() const;  // the remote's where it says one; a cap stays what it is
  int64_t used(SteadyTime now);
  static int64_t reserve(int64_t limit, store::Lane lane);  // what this lane leaves to others

  // Durability. Calls are covered ahead by a reservation: what the stored form says was or may be used is never less
  // than what was used (G11), and a crash costs at most this share of the budget and this many calls.
  static constexpr int64_t kReserveShare = 20;
  static constexpr int64_t kReserveMost = 20;
  bool covered() const { return rule_.calls == 0 || allowance_ > 0; }
  int64_t wanted_allowance() const;
  void cover(int64_t allowance) { allowance_ = allowance; }
  int64_t allowance() const { return allowance_; }
  std::string stored(SteadyTime now, WallTime wall, int64_t allowance) const;  // JSON
  Status restore(SteadyTime now, WallTime wall, std::string_view json);

 private:
  Rule rule_;
  std::string key_;
  Window window_;
  int64_t in_flight_ = 0;
  int64_t allowance_ = 0;
  std::optional<int64_t> remote_limit_;
  std::optional<int64_t> remote_left_;  // smallest count the remote gave in its current window
  int64_t blind_ = 0;                   // calls that ended since without such a count
  SteadyTime remote_reset_{};
  SteadyTime held_until_{};
  std::string held_reason_;
};

}  // namespace mlc::limits
