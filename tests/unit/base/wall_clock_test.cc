#include "runtime/base/wall_clock.h"

#include <gtest/gtest.h>

namespace mlc {
namespace {

WallTime at(const char* instant) { return *parse_instant(instant); }
const Zone& pacific() {
  static const Zone zone = *Zone::find("America/Los_Angeles");
  return zone;
}

TEST(WallClock, XS3_ReadsWhatAClockShowsOnOrdinaryDaysAndBothNights) {
  const std::pair<const char*, const char*> cases[] = {
      {"2026-07-01T12:00:00", "2026-07-01T19:00:00Z"},
      {"2026-01-05 12:00:00", "2026-01-05T20:00:00Z"},
      {"2014-10-03T06:51:33.6270000", "2014-10-03T13:51:33.627Z"},
      {"2016-02-16T15:16:53.707", "2016-02-16T23:16:53.707Z"},
      {"2026-03-08T01:59:59", "2026-03-08T09:59:59Z"},
      {"2026-03-08T02:30:00", "2026-03-08T10:00:00Z"},  // clocks skip it: the moment of the skip
      {"2026-03-08T03:00:00", "2026-03-08T10:00:00Z"},
      {"2026-11-01T00:59:59", "2026-11-01T07:59:59Z"},
      {"2026-11-01T01:30:00", "2026-11-01T08:30:00Z"},  // twice: the earlier, so that nothing is behind a cursor
      {"2026-11-01T02:00:00", "2026-11-01T10:00:00Z"},
      {"2026-11-30T23:30:00", "2026-12-01T07:30:00Z"},
      {"2024-02-29T23:59:59", "2024-03-01T07:59:59Z"},
  };
  for (const auto& [text, instant] : cases) {
    const auto read = parse_wall_clock(text, pacific());
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(format_rfc3339(*read), instant) << text;
  }
  EXPECT_EQ(*parse_wall_clock("2026-11-01T01:30:00", pacific(), Zone::Choose::latest), at("2026-11-01T09:30:00Z"));
}

TEST(WallClock, RefusesWhatIsNone) {
  for (const char* text : {"", "2026-01-05", "2026-01-05T12:00", "2026-01-05T12:00:00Z", "2026-01-05T12:00:00-08:00", "2026-01-05T25:00:00",
                           "2026-02-30T12:00:00", "2026-01-05T12:00:00.", "12:00:00"})
    EXPECT_FALSE(parse_wall_clock(text, pacific())) << text;
}

// A remote that compares such texts leaves out what is below the bound: no clock may show less later.
TEST(WallClock, XS3_ABoundIsNeverAboveWhatTheClockShowsLater) {
  EXPECT_EQ(format_wall_clock_from(at("2026-01-05T20:00:00Z"), pacific()), "2026-01-05 12:00:00");
  for (const char* night : {"2026-03-08T06:00:00Z", "2026-11-01T05:00:00Z"}) {
    for (int minute = 0; minute < 480; minute += 7) {
      const WallTime from = at(night) + std::chrono::minutes(minute);
      const auto bound = format_wall_clock_from(from, pacific());
      for (int later = 0; later < 300; later += 5)
        EXPECT_LE(bound, format_wall_clock(from + std::chrono::minutes(later), pacific())) << format_rfc3339(from) << " + " << later;
    }
  }
}

}  // namespace
}  // namespace mlc
