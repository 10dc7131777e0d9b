// time: instants are RFC 3339 text, dates are "YYYY-MM-DD"; zones by the system's tzdata. Nothing here knows what time
// it is now.
#include <cstdio>

#include "bindings/modules.h"
#include "runtime/base/date.h"
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

// time.instant(date, "HH:MM", zone) -> RFC 3339 text
int instant(lua_State* L) {
  Date day = date_argument(L, 1);
  std::string clock(text_argument(L, 2));
  int hour = 0;
  int minute = 0;
  if (clock.size() != 5 || std::sscanf(clock.c_str(), "%2d:%2d", &hour, &minute) != 2) argument_error(L, 2, "\"HH:MM\"");
  auto found = zone_argument(L, 3).instant(day, hour, minute, 0, Zone::Choose::earliest);
  if (!found) raise(L, found.error().message());
  push_text(L, format_rfc3339(*found));
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
           {"add", add}},
          nullptr};
}

}  // namespace mlc::bindings
