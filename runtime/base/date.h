// Calendar dates, instants as text, and time zones by the system's tzdata. Values; any thread.
//
// A date without a zone is a Date and stays one: turning it into an instant always names a zone.
#pragma once
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/result.h"
#include "runtime/base/time.h"

namespace date {
class time_zone;
}

namespace mlc {

// Proleptic Gregorian, years 0001 to 9999 when parsed.
struct Date {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;

  friend auto operator<=>(const Date&, const Date&) = default;
  bool valid() const;
  std::string text() const;  // "2026-03-08"
  Date plus_days(int64_t days) const;
  int64_t days_since_epoch() const;
  static Date from_days(int64_t days_since_epoch);
};

Result<Date> parse_iso_date(std::string_view text);  // "YYYY-MM-DD" exactly

// RFC 3339 / ISO 8601 with offset ("Z", "+02:00", "+0200"; 'T' or space), or RFC 2822 / 1123 ("Tue, 14 Oct 2025
// 21:58:03 +0000" or "GMT"; the weekday must fit). Fractions beyond a microsecond are cut off. No zone, no instant.
Result<WallTime> parse_instant(std::string_view text);

// "2025-10-14T21:58:03Z", with a fraction (3 or 6 digits) only when there is one.
std::string format_rfc3339(WallTime instant);
// "Tue, 14 Oct 2025 21:58:03 GMT" (RFC 9110 section 5.6.7).
std::string format_http_date(WallTime instant);
// The UTC date of an instant.
Date utc_date(WallTime instant);

class Zone {
 public:
  // Which instant a local time means when clocks go back over it. A local time that clocks skip is the moment of the
  // skip for both.
  enum class Choose { earliest, latest };

  static Result<Zone> find(std::string_view name);  // IANA name, "Europe/Amsterdam"

  std::string name() const;
  Date date_of(WallTime instant) const;
  Result<WallTime> instant(Date date, int hour, int minute, int second, Choose choose) const;
  std::string local_text(WallTime instant) const;  // RFC 3339 with this zone's offset: "2026-03-08T03:00:00-07:00"
  std::chrono::seconds offset(WallTime instant) const;

 private:
  explicit Zone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_;  // lives as long as the process
};

}  // namespace mlc
