#include "runtime/base/wall_clock.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/strings.h"

namespace mlc {
namespace {

constexpr Duration kQuarter = std::chrono::minutes(15);  // clocks are changed at quarters of an hour
constexpr int kQuartersAhead = 16;                       // and by less than four hours

std::string text_of(WallTime as_utc) {
  auto text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(as_utc));
  text.pop_back();
  text[10] = ' ';
  return text;
}

Result<int> two_digits(std::string_view text, int most) {
  if (text.size() != 2 || !all_digits(text)) return Error(Code::invalid_argument, "not a time of day");
  const int value = (text[0] - '0') * 10 + (text[1] - '0');
  if (value > most) return Error(Code::invalid_argument, "not a time of day");
  return value;
}

}  // namespace

Result<WallTime> parse_wall_clock(std::string_view text, const Zone& zone, Zone::Choose choose) {
  const auto wrong = [&] {
    return Error(Code::invalid_argument, "\"" + std::string(text.substr(0, 40)) + "\" is no local time such as 2026-03-08T13:45:00");
  };
  constexpr size_t kSeconds = 19;
  if (text.size() < kSeconds || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':') return wrong();
  const auto day = parse_iso_date(text.substr(0, 10));
  const auto hour = two_digits(text.substr(11, 2), 23), minute = two_digits(text.substr(14, 2), 59),
             second = two_digits(text.substr(17, 2), 59);
  if (!day || !hour || !minute || !second) return wrong();
  int64_t micros = 0;
  if (text.size() > kSeconds) {
    const auto digits = text.substr(kSeconds + 1);
    if (text[kSeconds] != '.' || digits.empty() || !all_digits(digits)) return wrong();
    for (size_t at = 0; at < 6; ++at) micros = micros * 10 + (at < digits.size() ? digits[at] - '0' : 0);
  }
  auto found = zone.instant(*day, *hour, *minute, *second, choose);
  if (!found) return found.error();
  return *found + std::chrono::microseconds(micros);
}

std::string format_wall_clock(WallTime instant, const Zone& zone) { return text_of(instant + zone.offset(instant)); }

std::string format_wall_clock_from(WallTime instant, const Zone& zone) {
  auto least = instant + zone.offset(instant);
  auto quarter = std::chrono::floor<std::chrono::minutes>(instant);
  quarter -= std::chrono::minutes(quarter.time_since_epoch().count() % 15);
  for (int ahead = 1; ahead <= kQuartersAhead; ++ahead) {
    const WallTime later = quarter + ahead * kQuarter;
    least = std::min(least, later + zone.offset(later));
  }
  return text_of(least);
}

}  // namespace mlc
