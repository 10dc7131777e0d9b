// The units of time used everywhere. Wall time is microseconds since the Unix epoch, UTC; waiting uses Steady.
#pragma once
#include <chrono>
#include <cstdint>

namespace mlc {

using Duration = std::chrono::microseconds;
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;  // instants that people and remotes see
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::microseconds>;

inline int64_t to_micros(WallTime t) { return t.time_since_epoch().count(); }
inline WallTime from_micros(int64_t us) { return WallTime(Duration(us)); }

}  // namespace mlc
