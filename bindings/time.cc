// time: instants are RFC 3339 text, dates are "YYYY-MM-DD"; zones by the system's tzdata. Nothing here knows what time
// it is now.
#include <algorithm>

#include "bindings/modules.h"
#include "runtime/base/date.h"
#include "runtime/script/decimal_value.h"
#include "runtime/script/lua.h"

namespace mlc::bindings {
namespace {

using namespace script;

WallTime instant_argument(lua_State* L, int index) {
  if (lua_isinteger(L, index)) return from_micros(lua_tointeger(L, index) * 1'000'000);
  auto instant = parse_instant(text_argument(L, index));
  if (!instant) raise(L, "argument " + std::to_string(index) + ": " + instant.error().message());
  return *instant;
}

Date date_argument(lua_State* L, int index) {
  auto date = parse_iso_date(text_argument(L, index));
  if (!date) raise(L, "argument " + std::to_string(index) + ": " + date.error().message());
  return *date;
}

Zone zone_argument(lua_State* L, int index) {
  auto zone = Zone::find(text_argument(L, index, "UTC"));
  if (!zone) raise(L, "argument " + std::to_string(index) + ": " + zone.error().message());
  return *zone;
}

// time.parse(text) -> RFC 3339 text | nil, err: from RFC 3339 or RFC 2822
int parse(lua_State* L) {
  auto instant = parse_instant(text_argument(L, 1));
  if (!instant) return push_failure(L, instant.error());
  push_text(L, format_rfc3339(*instant));
  return 1;
}

// time.unix(instant) -> integer seconds
int unix_seconds(lua_State* L) {
  int64_t micros = to_micros(instant_argument(L, 1));
  lua_pushinteger(L, micros >= 0 ? micros / 1'000'000 : (micros - 999'999) / 1'000'000);
  return 1;
}

// time.from_unix(seconds) -> RFC 3339 text
int from_unix(lua_State* L) {
  push_text(L, format_rfc3339(from_micros(integer_argument(L, 1) * 1'000'000)));
  return 1;
}

// time.http_date(instant) -> "Tue, 14 Oct 2025 21:58:03 GMT"
int http_date(lua_State* L) {
  push_text(L, format_http_date(instant_argument(L, 1)));
  return 1;
}

// time.date(instant, zone?) -> "YYYY-MM-DD" in the zone (UTC)
int date(lua_State* L) {
  push_text(L, zone_argument(L, 2).date_of(instant_argument(L, 1)).text());
  return 1;
}

// time.local_text(instant, zone) -> RFC 3339 text with the zone's offset
int local_text(lua_State* L) {
  push_text(L, zone_argument(L, 2).local_text(instant_argument(L, 1)));
  return 1;
}

Zone::Choose choose_argument(lua_State* L, int index) {
  auto choose = text_argument(L, index, "earliest");
  if (choose != "earliest" && choose != "latest") argument_error(L, index, "\"earliest\" or \"latest\"");
  return choose == "latest" ? Zone::Choose::latest : Zone::Choose::earliest;
}

// Reads so many digits from the start of `text` and takes them away; -1 when they are not there.
int take_digits(std::string_view& text, size_t count) {
  if (text.size() < count) return -1;
  int number = 0;
  for (char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take_mark(std::string_view& text, char mark) {
  if (text.empty() || text.front() != mark) return false;
  text.remove_prefix(1);
  return true;
}

struct ClockTime {
  int hour = 0, minute = 0, second = 0;
};

// "HH:MM" or "HH:MM:SS"; takes it away.
bool take_clock(std::string_view& text, ClockTime& out) {
  out.hour = take_digits(text, 2);
  if (out.hour < 0 || out.hour > 23 || !take_mark(text, ':')) return false;
  out.minute = take_digits(text, 2);
  if (out.minute < 0 || out.minute > 59) return false;
  if (take_mark(text, ':')) {
    out.second = take_digits(text, 2);
    if (out.second < 0 || out.second > 59) return false;
  }
  return true;
}

// time.instant(date, "HH:MM" or "HH:MM:SS", zone, choose?) -> RFC 3339 text; choose: which of two when clocks go back,
// "earliest" (the default) or "latest". A time that clocks skip is the moment of the skip.
int instant(lua_State* L) {
  Date day = date_argument(L, 1);
  auto text = text_argument(L, 2);
  ClockTime clock;
  if (!take_clock(text, clock) || !text.empty()) argument_error(L, 2, "\"HH:MM\" or \"HH:MM:SS\"");
  auto found = zone_argument(L, 3).instant(day, clock.hour, clock.minute, clock.second, choose_argument(L, 4));
  if (!found) raise(L, found.error().message());
  push_text(L, format_rfc3339(*found));
  return 1;
}

// time.from_local(text, zone, choose?) -> RFC 3339 text | nil, err: of a wall-clock time without offset, such as
// "2026-03-08T01:59:59.9970000", as clocks of the zone show it
int from_local(lua_State* L) {
  std::string whole(text_argument(L, 1));
  Zone zone = zone_argument(L, 2);
  Zone::Choose choose = choose_argument(L, 3);
  auto wrong = [&] { return push_failure(L, "invalid_argument", "'" + whole + "' is no local time such as 2026-03-08T13:45:00"); };
  auto day = parse_iso_date(whole.substr(0, 10));
  if (!day || whole.size() < 11) return wrong();
  std::string_view text = std::string_view(whole).substr(10);
  ClockTime clock;
  if (!(take_mark(text, 'T') || take_mark(text, ' ')) || !take_clock(text, clock)) return wrong();
  int64_t micros = 0;
  if (take_mark(text, '.')) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return wrong();
    std::string digits(text.substr(0, 6));
    digits.resize(6, '0');
    micros = std::stoll(digits);
  } else if (!text.empty()) {
    return wrong();
  }
  auto found = zone.instant(*day, clock.hour, clock.minute, clock.second, choose);
  if (!found) return push_failure(L, found.error());
  push_text(L, format_rfc3339(*found + std::chrono::microseconds(micros)));
  return 1;
}

int weekday_of(const Date& day) { return static_cast<int>(((day.days_since_epoch() + 3) % 7 + 7) % 7) + 1; }

// time.parts(instant, zone?) -> {year, month, day, hour, minute, second, weekday (Monday = 1), offset (seconds)}
int parts(lua_State* L) {
  WallTime moment = instant_argument(L, 1);
  Zone zone = zone_argument(L, 2);
  auto offset = zone.offset(moment);
  Date day = zone.date_of(moment);
  int64_t seconds = to_micros(moment + offset) / 1'000'000;
  if (to_micros(moment + offset) % 1'000'000 < 0) --seconds;
  int64_t of_day = seconds - day.days_since_epoch() * 86'400;
  lua_createtable(L, 0, 8);
  const std::pair<const char*, int64_t> fields[] = {{"year", day.year},           {"month", day.month},         {"day", day.day},
                                                    {"hour", of_day / 3600},      {"minute", of_day / 60 % 60}, {"second", of_day % 60},
                                                    {"weekday", weekday_of(day)}, {"offset", offset.count()}};
  for (const auto& [name, value] : fields) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
  }
  return 1;
}

// time.weekday(date) -> 1 (Monday) to 7 (Sunday)
int weekday(lua_State* L) {
  lua_pushinteger(L, weekday_of(date_argument(L, 1)));
  return 1;
}

unsigned days_in(int year, unsigned month) {
  Date next{month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1};
  return next.plus_days(-1).day;
}

// time.add_months(date, months) -> date; the last day of the month when there is no such day
int add_months(lua_State* L) {
  Date day = date_argument(L, 1);
  int64_t months = integer_argument(L, 2);
  if (months < -120'000 || months > 120'000) argument_error(L, 2, "months within 10,000 years");
  int64_t total = static_cast<int64_t>(day.year) * 12 + (day.month - 1) + months;
  if (total < 12 || total >= 120'000) raise(L, "time.add_months: the year is outside 1 to 9999");
  Date moved{static_cast<int>(total / 12), static_cast<unsigned>(total % 12) + 1, day.day};
  moved.day = std::min(moved.day, days_in(moved.year, moved.month));
  push_text(L, moved.text());
  return 1;
}

// time.month_end(date) -> date of the last day of its month
int month_end(lua_State* L) {
  Date day = date_argument(L, 1);
  day.day = days_in(day.year, day.month);
  push_text(L, day.text());
  return 1;
}

// time.seconds_between(instant, later) -> decimal
int seconds_between(lua_State* L) {
  int64_t micros = to_micros(instant_argument(L, 2)) - to_micros(instant_argument(L, 1));
  auto seconds = Decimal::from_int64(micros).div(Decimal::from_int64(1'000'000), 6, Rounding::half_up);
  auto plain = Decimal::parse(seconds->compact());
  push_decimal(L, *plain);
  return 1;
}

// time.compare(a, b) -> -1, 0 or 1. Texts of instants are no good for <: "03.5Z" comes before "03Z" there.
int compare(lua_State* L) {
  WallTime a = instant_argument(L, 1);
  WallTime b = instant_argument(L, 2);
  lua_pushinteger(L, a < b ? -1 : a > b ? 1 : 0);
  return 1;
}

struct Stamp {
  Date day;
  ClockTime clock;
};

// The number that a letter group of a pattern stands for, and how many digits it has; nullptr when it is none.
struct Group {
  std::string_view letters;
  size_t digits;
};
constexpr Group kGroups[] = {{"YYYY", 4}, {"MM", 2}, {"DD", 2}, {"hh", 2}, {"mm", 2}, {"ss", 2}};

const Group* group_at(std::string_view pattern) {
  for (const Group& group : kGroups) {
    if (pattern.starts_with(group.letters)) return &group;
  }
  return nullptr;
}

int number_of(const Stamp& stamp, const Group& group) {
  switch (&group - kGroups) {
    case 0:
      return stamp.day.year;
    case 1:
      return static_cast<int>(stamp.day.month);
    case 2:
      return static_cast<int>(stamp.day.day);
    case 3:
      return stamp.clock.hour;
    case 4:
      return stamp.clock.minute;
    default:
      return stamp.clock.second;
  }
}

// time.format(date or instant, pattern, zone?) -> text; YYYY MM DD hh mm ss stand for numbers, all else for itself
int format(lua_State* L) {
  auto given = lua_isinteger(L, 1) ? std::string_view() : text_argument(L, 1);
  auto pattern = text_argument(L, 2);
  Zone zone = zone_argument(L, 3);
  Stamp stamp;
  if (auto day = parse_iso_date(given)) {
    stamp.day = *day;
  } else {
    WallTime moment = instant_argument(L, 1);
    stamp.day = zone.date_of(moment);
    int64_t micros = to_micros(moment + zone.offset(moment)) - stamp.day.days_since_epoch() * 86'400'000'000;
    auto second = static_cast<int>(micros / 1'000'000);
    stamp.clock = {second / 3600, second / 60 % 60, second % 60};
  }
  std::string out;
  while (!pattern.empty()) {
    const Group* group = group_at(pattern);
    if (group == nullptr) {
      out.push_back(pattern.front());
      pattern.remove_prefix(1);
      continue;
    }
    std::string digits = std::to_string(number_of(stamp, *group));
    out.append(group->digits - std::min(group->digits, digits.size()), '0');
    out += digits;
    pattern.remove_prefix(group->digits);
  }
  push_text(L, out);
  return 1;
}

// time.parse_date(text, pattern) -> date | nil, err: parse_date("31.12.2026", "DD.MM.YYYY")
int parse_date(lua_State* L) {
  auto whole = text_argument(L, 1);
  auto pattern = text_argument(L, 2);
  auto wrong = [&] {
    return push_failure(L, "invalid_argument", "'" + std::string(whole) + "' is no date of the form " + std::string(text_argument(L, 2)));
  };
  auto text = whole;
  int found[3] = {-1, -1, -1};
  while (!pattern.empty()) {
    const Group* group = group_at(pattern);
    if (group == nullptr) {
      if (!take_mark(text, pattern.front())) return wrong();
      pattern.remove_prefix(1);
      continue;
    }
    int number = take_digits(text, group->digits);
    if (number < 0) return wrong();
    if (group - kGroups < 3) found[group - kGroups] = number;
    pattern.remove_prefix(group->digits);
  }
  if (found[0] < 0 || found[1] < 0 || found[2] < 0) argument_error(L, 2, "a pattern with YYYY, MM and DD");
  Date day{found[0], static_cast<unsigned>(found[1]), static_cast<unsigned>(found[2])};
  if (!text.empty() || day.year < 1 || !day.valid()) return wrong();
  push_text(L, day.text());
  return 1;
}

// time.add_days(date, days) -> date
int add_days(lua_State* L) {
  push_text(L, date_argument(L, 1).plus_days(integer_argument(L, 2)).text());
  return 1;
}

// time.days_between(date, later) -> integer
int days_between(lua_State* L) {
  lua_pushinteger(L, date_argument(L, 2).days_since_epoch() - date_argument(L, 1).days_since_epoch());
  return 1;
}

// time.add(instant, seconds) -> RFC 3339 text
int add(lua_State* L) {
  push_text(L, format_rfc3339(instant_argument(L, 1) + std::chrono::seconds(integer_argument(L, 2))));
  return 1;
}

}  // namespace

script::Module time_module() {
  return {"time",
          {{"parse", parse},
           {"unix", unix_seconds},
           {"from_unix", from_unix},
           {"http_date", http_date},
           {"date", date},
           {"local_text", local_text},
           {"instant", instant},
           {"add_days", add_days},
           {"days_between", days_between},
           {"add", add},
           {"from_local", from_local},
           {"parts", parts},
           {"weekday", weekday},
           {"add_months", add_months},
           {"month_end", month_end},
           {"seconds_between", seconds_between},
           {"compare", compare},
           {"format", format},
           {"parse_date", parse_date}},
          nullptr};
}

}  // namespace mlc::bindings
