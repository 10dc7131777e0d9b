// What stands between the program and the machine's time and threads. One real implementation each (event_loop.h,
// system_clock.h) and one for tests and simulation (virtual_loop.h): a single-threaded queue on a virtual clock that
// can run everything from webhook to invoice.
//
// Rule: an asynchronous call completes on the executor it was given when its object was made (the io thread in
// `serve`), never inside another thread's call.
#pragma once
#include <functional>
#include <memory>

#include "runtime/base/time.h"

namespace mlc {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;      // may jump; for stamps, schedules, token age, signatures
  virtual SteadyTime steady() const = 0;  // never jumps; for waiting, in the same scale as wall()
  // How many seconds of wall() pass in one real second (1 except with --clock). Real I/O deadlines, leases, the
  // watchdog and Lua budgets do not scale and use Timers::after_real.
  virtual double scale() const { return 1.0; }
};

// Destroying (or cancel()) means the function will not run afterwards, if called on the executor's thread.
class Timer {
 public:
  virtual ~Timer() = default;
};

class Executor {
 public:
  virtual ~Executor() = default;
  virtual void post(std::function<void()> work) = 0;  // any thread; runs later, in order of posting
};

class Timers {
 public:
  virtual ~Timers() = default;
  // Runs `work` on the executor once `wait` has passed on the (possibly scaled) clock. Keep the Timer alive.
  [[nodiscard]] virtual std::unique_ptr<Timer> after(Duration wait, std::function<void()> work) = 0;
  // The same in real time, whatever the clock's scale.
  [[nodiscard]] virtual std::unique_ptr<Timer> after_real(Duration wait, std::function<void()> work) = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(void* bytes, size_t count) = 0;  // cryptographic in the real implementation
  uint64_t next() {
    uint64_t value;
    fill(&value, sizeof value);
    return value;
  }
  // Uniform in [0, bound).
  uint64_t below(uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
};

// What most rooms are given; all outlive their users.
struct Environment {
  Clock* clock = nullptr;
  Timers* timers = nullptr;
  Executor* executor = nullptr;
  Random* random = nullptr;
};

}  // namespace mlc
