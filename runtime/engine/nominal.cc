// When a schedule's nominal times are.
#include <charconv>

#include "runtime/base/date.h"
#include "runtime/engine/schedule.h"

namespace mlc::engine {
namespace {

struct TimeOfDay {
  int hour = 0, minute = 0;
};

Result<TimeOfDay> parse_time_of_day(const std::string& text) {
  TimeOfDay time;
  const auto colon = text.find(':');
  const auto number = [&](size_t begin, size_t end, int* value) {
    const auto [last, error] = std::from_chars(text.data() + begin, text.data() + end, *value);
    return error == std::errc() && last == text.data() + end && begin < end;
  };
  if (colon == std::string::npos || !number(0, colon, &time.hour) || !number(colon + 1, text.size(), &time.minute) || time.hour > 23 ||
      time.minute > 59 || time.hour < 0 || time.minute < 0) {
    return Error(Code::config, "schedule \"" + text + "\" is not HH:MM");
  }
  return time;
}

// The nominal time on a day. In the hour that clocks repeat, the first one counts: once a day.
Result<WallTime> on_day(const Zone& zone, Date day, TimeOfDay time) {
  return zone.instant(day, time.hour, time.minute, 0, Zone::Choose::earliest);
}

}  // namespace

Result<std::optional<WallTime>> nominal_due(const Trigger& trigger, const std::string& zone_name, WallTime last, WallTime now) {
  std::optional<WallTime> none;
  if (trigger.at.empty()) {
    if (trigger.every <= Duration::zero()) return none;
    const auto newest = from_micros(to_micros(now) / trigger.every.count() * trigger.every.count());
    return newest > last ? std::optional<WallTime>(newest) : none;
  }
  auto zone = Zone::find(zone_name.empty() ? "UTC" : zone_name);
  if (!zone) return zone.error();
  auto time = parse_time_of_day(trigger.at);
  if (!time) return time.error();
  const auto today = zone->date_of(now);
  for (const auto day : {today, today.plus_days(-1)}) {
    auto nominal = on_day(*zone, day, *time);
    if (!nominal) return nominal.error();
    if (*nominal <= now) return *nominal > last ? std::optional<WallTime>(*nominal) : none;
  }
  return none;
}

Result<WallTime> nominal_next(const Trigger& trigger, const std::string& zone_name, WallTime now) {
  if (trigger.at.empty()) {
    if (trigger.every <= Duration::zero()) return WallTime::max();
    return from_micros((to_micros(now) / trigger.every.count() + 1) * trigger.every.count());
  }
  auto zone = Zone::find(zone_name.empty() ? "UTC" : zone_name);
  if (!zone) return zone.error();
  auto time = parse_time_of_day(trigger.at);
  if (!time) return time.error();
  const auto today = zone->date_of(now);
  for (const auto day : {today, today.plus_days(1), today.plus_days(2)}) {
    auto nominal = on_day(*zone, day, *time);
    if (!nominal) return nominal.error();
    if (*nominal > now) return *nominal;
  }
  return WallTime::max();
}

}  // namespace mlc::engine
