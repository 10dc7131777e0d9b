// The real clocks and the real random source; nothing else in the program asks the machine for time or randomness.
// All are safe from any thread.
#pragma once
#include <atomic>
#include <string>

#include "runtime/base/executor.h"
#include "runtime/base/result.h"

namespace mlc {

class SystemClock : public Clock {
 public:
  WallTime wall() const override;
  SteadyTime steady() const override;
};

// `--clock FILE`: several processes agree on a virtual time that runs `scale` times as fast as the real one. The file
// is {"real": <unix seconds>, "virtual": <unix seconds>, "scale": <number>} and says which virtual instant belongs to
// a real one: virtual now = virtual + (real now - real) * scale.
class FileClock : public Clock {
 public:
  static constexpr double kMaxScale = 1e6;

  static Result<std::unique_ptr<FileClock>> open(const std::string& path);
  // Makes the file for "virtual time is `virtual_now` when the real time is `real_now`"; replaced in one rename.
  static Status write(const std::string& path, WallTime real_now, WallTime virtual_now, double scale);

  // Virtual time jumps ahead, here and in the file at `path`, which processes that start later read. What waits on the steady
  // clock goes on waiting. At most until the year 9999.
  Status advance(const std::string& path, Duration by);

  WallTime wall() const override;
  SteadyTime steady() const override;  // monotonic real time since the start, scaled: never goes back, and never jumps
  double scale() const override { return scale_; }

 private:
  FileClock(WallTime real, WallTime virtual_start, double scale);
  WallTime real_;
  WallTime virtual_;
  double scale_;
  SteadyTime steady_start_;
  std::atomic<int64_t> ahead_{0};  // microseconds jumped
};

// getrandom(2) through a small buffer per thread; handed-out bytes are wiped from the buffer.
class SystemRandom : public Random {
 public:
  void fill(void* bytes, size_t count) override;
};

}  // namespace mlc
