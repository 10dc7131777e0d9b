#include "runtime/base/date.h"

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

#include <array>

#include "runtime/base/strings.h"

namespace mlc {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

date::year_month_day calendar(const Date& day) { return date::year(day.year) / date::month(day.month) / date::day(day.day); }

Date from_calendar(const date::year_month_day& day) {
  return {static_cast<int>(day.year()), static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day())};
}

size_t weekday_of(const Date& day) { return date::weekday(date::sys_days(calendar(day))).c_encoding(); }

struct TimeOfDay {
  int hour = 0, minute = 0, second = 0, micros = 0;
  bool valid() const { return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60; }
  Duration since_midnight() const {
    return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) + Duration(micros);
  }
};

// Takes from the front of a text; every function leaves it alone or consumes what it returns.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool at_end() const { return text_.empty(); }
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  // Exactly `width` digits.
  std::optional<int> number(size_t width) {
    if (text_.size() < width || !all_digits(text_.substr(0, width))) return std::nullopt;
    int value = 0;
    for (size_t i = 0; i < width; ++i) value = value * 10 + (text_[i] - '0');
    text_.remove_prefix(width);
    return value;
  }
  // One digit or more, read as a decimal fraction of a second; cut to microseconds.
  std::optional<int> fraction() {
    size_t count = 0;
    int micros = 0;
    for (; count < text_.size() && text_[count] >= '0' && text_[count] <= '9'; ++count)
      if (count < 6) micros = micros * 10 + (text_[count] - '0');
    if (count == 0) return std::nullopt;
    for (size_t i = count; i < 6; ++i) micros *= 10;
    text_.remove_prefix(count);
    return micros;
  }
  // The index of the name that stands here.
  template <size_t N>
  std::optional<size_t> one_of(const std::array<std::string_view, N>& names) {
    for (size_t i = 0; i < N; ++i)
      if (take(names[i])) return i;
    return std::nullopt;
  }

 private:
  std::string_view text_;
};

std::optional<Date> read_iso_date(Reader& in) {
  auto year = in.number(4);
  if (!year || !in.take('-')) return std::nullopt;
  auto month = in.number(2);
  if (!month || !in.take('-')) return std::nullopt;
  auto day = in.number(2);
  if (!day) return std::nullopt;
  Date read{*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day)};
  return *year >= 1 && read.valid() ? std::optional(read) : std::nullopt;
}

// "hh:mm:ss"; ":ss" may be absent where `short_form` allows it.
std::optional<TimeOfDay> read_time(Reader& in, bool short_form) {
  TimeOfDay time;
  auto hour = in.number(2);
  if (!hour || !in.take(':')) return std::nullopt;
  auto minute = in.number(2);
  if (!minute) return std::nullopt;
  time.hour = *hour;
  time.minute = *minute;
  if (in.take(':')) {
    auto second = in.number(2);
    if (!second) return std::nullopt;
    time.second = *second;
    // A leap second has no place in Unix time; it reads as the last microsecond before the next minute.
    if (time.second == 60) {
      time.second = 59;
      time.micros = 999'999;
    }
  } else if (!short_form) {
    return std::nullopt;
  }
  return time.valid() ? std::optional(time) : std::nullopt;
}

// "+hh:mm" or "+hhmm".
std::optional<std::chrono::minutes> read_offset(Reader& in) {
  bool west = in.take('-');
  if (!west && !in.take('+')) return std::nullopt;
  auto hours = in.number(2);
  in.take(':');
  auto minutes = in.number(2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  auto offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return west ? -offset : offset;
}

WallTime combine(const Date& day, const TimeOfDay& time, std::chrono::minutes offset) {
  return date::sys_days(calendar(day)) + time.since_midnight() - offset;
}

std::optional<WallTime> read_iso_instant(std::string_view text) {
  Reader in(text);
  auto day = read_iso_date(in);
  if (!day || !(in.take('T') || in.take('t') || in.take(' '))) return std::nullopt;
  auto time = read_time(in, true);
  if (!time) return std::nullopt;
  if (in.take('.') || in.take(',')) {
    auto micros = in.fraction();
    if (!micros) return std::nullopt;
    time->micros = std::max(time->micros, *micros);
  }
  std::optional<std::chrono::minutes> offset;
  if (in.take('Z') || in.take('z')) offset = std::chrono::minutes(0);
  else offset = read_offset(in);
  if (!offset || !in.at_end()) return std::nullopt;
  return combine(*day, *time, *offset);
}

std::optional<WallTime> read_mail_instant(std::string_view text) {
  Reader in(text);
  auto weekday = in.one_of(kWeekdays);
  if (weekday && !in.take(", ")) return std::nullopt;
  auto day = in.number(2);
  if (!day) day = in.number(1);
  if (!day || !in.take(' ')) return std::nullopt;
  auto month = in.one_of(kMonths);
  if (!month || !in.take(' ')) return std::nullopt;
  auto year = in.number(4);
  if (!year || !in.take(' ')) return std::nullopt;
  Date date{*year, static_cast<unsigned>(*month) + 1, static_cast<unsigned>(*day)};
  if (*year < 1 || !date.valid() || (weekday && weekday_of(date) != *weekday)) return std::nullopt;
  auto time = read_time(in, true);
  if (!time || !in.take(' ')) return std::nullopt;
  std::optional<std::chrono::minutes> offset;
  if (in.take("GMT") || in.take("UTC") || in.take("UT")) offset = std::chrono::minutes(0);
  else offset = read_offset(in);
  if (!offset || !in.at_end()) return std::nullopt;
  return combine(date, *time, *offset);
}

// Date and time of day of an instant, `offset` east of UTC.
struct Civil {
  Date day;
  TimeOfDay time;
  Civil(WallTime instant, std::chrono::seconds offset) {
    WallTime local = instant + offset;
    auto midnight = std::chrono::floor<date::days>(local);
    day = from_calendar(date::year_month_day(midnight));
    int64_t micros = (local - midnight).count();
    time.micros = static_cast<int>(micros % 1'000'000);
    int seconds = static_cast<int>(micros / 1'000'000);
    time.hour = seconds / 3600;
    time.minute = seconds / 60 % 60;
    time.second = seconds % 60;
  }
  std::string text() const {
    std::string out = fmt::format("{}T{:02}:{:02}:{:02}", day.text(), time.hour, time.minute, time.second);
    if (time.micros == 0) return out;
    return out + (time.micros % 1000 == 0 ? fmt::format(".{:03}", time.micros / 1000) : fmt::format(".{:06}", time.micros));
  }
};

}  // namespace

bool Date::valid() const { return calendar(*this).ok(); }

std::string Date::text() const { return fmt::format("{:04}-{:02}-{:02}", year, month, day); }

int64_t Date::days_since_epoch() const { return date::sys_days(calendar(*this)).time_since_epoch().count(); }

Date Date::from_days(int64_t days_since_epoch) {
  return from_calendar(date::year_month_day(date::sys_days(date::days(static_cast<int>(days_since_epoch)))));
}

Date Date::plus_days(int64_t days) const { return from_days(days_since_epoch() + days); }

Result<Date> parse_iso_date(std::string_view text) {
  Reader in(text);
  auto day = read_iso_date(in);
  if (!day || !in.at_end()) return Error(Code::invalid_argument, "not a date of the form YYYY-MM-DD");
  return *day;
}

Result<WallTime> parse_instant(std::string_view text) {
  auto instant =
      !text.empty() && text[0] >= '0' && text[0] <= '9' && text.find('-') == 4 ? read_iso_instant(text) : read_mail_instant(text);
  if (!instant) return Error(Code::invalid_argument, "not a date and time with an offset (RFC 3339 or RFC 2822)");
  return *instant;
}

std::string format_rfc3339(WallTime instant) { return Civil(instant, std::chrono::seconds(0)).text() + "Z"; }

std::string format_http_date(WallTime instant) {
  Civil utc(instant, std::chrono::seconds(0));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kWeekdays[weekday_of(utc.day)], utc.day.day, kMonths[utc.day.month - 1],
                     utc.day.year, utc.time.hour, utc.time.minute, utc.time.second);
}

Date utc_date(WallTime instant) { return Civil(instant, std::chrono::seconds(0)).day; }

Result<Zone> Zone::find(std::string_view name) {
  try {
    return Zone(date::locate_zone(name));
  } catch (const std::exception&) { return Error(Code::not_found, "no time zone is called " + std::string(name)); }
}

std::string Zone::name() const { return zone_->name(); }

std::chrono::seconds Zone::offset(WallTime instant) const { return zone_->get_info(instant).offset; }

Date Zone::date_of(WallTime instant) const { return Civil(instant, offset(instant)).day; }

Result<WallTime> Zone::instant(Date date, int hour, int minute, int second, Choose choose) const {
  TimeOfDay time{hour, minute, second, 0};
  if (!date.valid() || !time.valid()) return Error(Code::invalid_argument, "no such date or time of day");
  auto local = date::local_days(calendar(date)) + time.since_midnight();
  return WallTime(zone_->to_sys(local, choose == Choose::earliest ? date::choose::earliest : date::choose::latest));
}

std::string Zone::local_text(WallTime instant) const {
  auto east = offset(instant);
  auto minutes = std::chrono::duration_cast<std::chrono::minutes>(east).count();
  char sign = minutes < 0 ? '-' : '+';
  minutes = std::abs(minutes);
  return fmt::format("{}{}{:02}:{:02}", Civil(instant, east).text(), sign, minutes / 60, minutes % 60);
}

}  // namespace mlc
