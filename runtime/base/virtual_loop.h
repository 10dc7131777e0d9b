// Executor, timers and clock of tests and simulations: one thread, one queue, virtual time. The same calls in the
// same order give the same run. Time stands still while anything is queued and jumps to the next due timer after.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "runtime/base/executor.h"

namespace mlc {

class VirtualLoop : public Executor, public Timers, public Clock {
 public:
  // 2025-10-14T21:58:03Z unless told otherwise.
  explicit VirtualLoop(WallTime start = from_micros(1'760'479'083'000'000));
  ~VirtualLoop() override;

  void post(std::function<void()> work) override;
  // after() and after_real() are the same here: virtual time is the only time.
  std::unique_ptr<Timer> after(Duration wait, std::function<void()> work) override;
  std::unique_ptr<Timer> after_real(Duration wait, std::function<void()> work) override;

  WallTime wall() const override { return wall_; }
  SteadyTime steady() const override { return SteadyTime(now_); }

  // Runs what is queued and due now, and what that posts; time does not move. Returns how many ran.
  size_t run_until_idle();
  // Runs everything due within `span`; time ends exactly `span` later.
  void run_for(Duration span);
  // Until `done` holds (asked after every piece of work) or `max` has passed; true if it holds. Time stops where it held.
  bool run_until(const std::function<bool()>& done, Duration max);
  // Somebody sets the wall clock: steady() and timers do not notice.
  void jump_wall(Duration by) { wall_ += by; }
  size_t timers() const { return shared_->timers.size(); }

 private:
  class VirtualTimer;
  using Due = std::pair<Duration, uint64_t>;  // due time, then order of making
  struct Shared {                             // outlives the loop while a Timer lives
    std::map<Due, std::function<void()>> timers;
  };
  bool step(Duration limit);  // runs one piece of work, moving time up to `limit` for it

  std::deque<std::function<void()>> queue_;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  Duration now_{0};
  WallTime wall_;
  uint64_t sequence_ = 0;
};

// Repeatable and NOT secret: xoshiro256** seeded by splitmix64.
class SeededRandom : public Random {
 public:
  explicit SeededRandom(uint64_t seed);
  void fill(void* bytes, size_t count) override;

 private:
  uint64_t draw();
  uint64_t state_[4];
};

}  // namespace mlc
