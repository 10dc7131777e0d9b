#include "runtime/limits/backoff.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/strings.h"

namespace mlc::limits {

Duration full_jitter(int failures, Duration first, Duration cap, Random& random) {
  Duration ceiling = std::min(first, cap);
  for (int i = 0; i < failures && ceiling < cap; ++i) ceiling = std::min(ceiling * 2, cap);
  if (ceiling <= Duration::zero()) return Duration::zero();
  return Duration(static_cast<Duration::rep>(random.below(static_cast<uint64_t>(ceiling.count()) + 1)));
}

std::optional<Duration> parse_retry_after(std::string_view text, WallTime now) {
  text = trim(text);
  if (text.empty()) return std::nullopt;
  std::string_view digits = text.front() == '-' ? text.substr(1) : text;
  if (all_digits(digits)) {
    if (text.front() == '-') return Duration::zero();
    int64_t seconds = 0;
    const int64_t most = std::chrono::duration_cast<std::chrono::seconds>(kLongestRetryAfter).count();
    for (char digit : digits) seconds = std::min(seconds * 10 + (digit - '0'), most);
    return std::chrono::seconds(seconds);
  }
  auto instant = parse_instant(text);
  if (!instant) return std::nullopt;
  return std::clamp<Duration>(*instant - now, Duration::zero(), kLongestRetryAfter);
}

}  // namespace mlc::limits
