// When to try again. Pure functions of their arguments.
#pragma once
#include <optional>
#include <string_view>

#include "runtime/base/executor.h"

namespace mlc::limits {

inline constexpr Duration kLongestRetryAfter = std::chrono::hours(24);  // a longer wish is cut to this

// Uniform in [0, min(cap, first * 2^failures)]: what failed together does not come back together. `failures` from 0.
Duration full_jitter(int failures, Duration first, Duration cap, Random& random);

// RFC 9110 10.2.3: seconds or a date. Past or negative = zero, beyond kLongestRetryAfter = that; nullopt = not readable.
std::optional<Duration> parse_retry_after(std::string_view text, WallTime now);

}  // namespace mlc::limits
