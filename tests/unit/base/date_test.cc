#include "runtime/base/date.h"

#include <gtest/gtest.h>

namespace mlc {
namespace {

using namespace std::chrono_literals;

WallTime at(std::string_view text) {
  auto instant = parse_instant(text);
  EXPECT_TRUE(instant) << text;
  return instant.value_or(WallTime());
}
Zone zone(std::string_view name) { return *Zone::find(name); }

TEST(Date, ReadsIsoDatesOnly) {
  EXPECT_EQ(*parse_iso_date("2024-02-29"), (Date{2024, 2, 29}));
  EXPECT_EQ(parse_iso_date("2024-02-29")->text(), "2024-02-29");
  for (const char* text : {"2023-02-29", "2100-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-1-1", "24-01-01", "2024-01-01T",
                           "2024/01/01", "", "0000-01-01"})
    EXPECT_FALSE(parse_iso_date(text)) << text;
}

TEST(Date, CountsDays) {
  EXPECT_EQ((Date{1970, 1, 1}.days_since_epoch()), 0);
  EXPECT_EQ((Date{2024, 2, 28}.plus_days(1)), (Date{2024, 2, 29}));
  EXPECT_EQ((Date{2024, 2, 29}.plus_days(366)), (Date{2025, 3, 1}));
  EXPECT_EQ((Date{2025, 1, 1}.plus_days(-1)), (Date{2024, 12, 31}));
  EXPECT_LT((Date{2024, 12, 31}), (Date{2025, 1, 1}));
}

TEST(Instant, ReadsRfc3339AndIso8601) {
  EXPECT_EQ(to_micros(at("2025-10-14T21:58:03Z")), 1'760'479'083'000'000);
  EXPECT_EQ(at("2025-10-14T23:58:03+02:00"), at("2025-10-14T21:58:03Z"));
  EXPECT_EQ(at("2025-10-14T23:58:03+0200"), at("2025-10-14T21:58:03Z"));
  EXPECT_EQ(at("2025-10-14 16:28:03-05:30"), at("2025-10-14T21:58:03Z"));
  EXPECT_EQ(at("2025-10-14T21:58:03.5Z") - at("2025-10-14T21:58:03Z"), 500ms);
  EXPECT_EQ(at("2025-10-14T21:58:03.1234567Z") - at("2025-10-14T21:58:03Z"), 123456us);
  EXPECT_EQ(at("2024-02-29T23:59:59Z") + 1s, at("2024-03-01T00:00:00Z"));
  EXPECT_EQ(at("2016-12-31T23:59:60Z") + 1us, at("2017-01-01T00:00:00Z"));
}

TEST(Instant, ReadsMailDates) {
  EXPECT_EQ(at("Tue, 14 Oct 2025 21:58:03 +0000"), at("2025-10-14T21:58:03Z"));
  EXPECT_EQ(at("Tue, 14 Oct 2025 21:58:03 GMT"), at("2025-10-14T21:58:03Z"));
  EXPECT_EQ(at("Tue, 14 Oct 2025 23:58:03 +0200"), at("2025-10-14T21:58:03Z"));
  EXPECT_EQ(at("14 Oct 2025 21:58 -0000"), at("2025-10-14T21:58:00Z"));
  EXPECT_EQ(at("Sat, 1 Mar 2025 00:00:00 GMT"), at("2025-03-01T00:00:00Z"));
}

TEST(Instant, RefusesWhatNamesNoInstant) {
  for (const char* text : {"2025-10-14", "2025-10-14T21:58:03", "2025-10-14T24:00:00Z", "2025-10-14T21:60:00Z", "2025-02-30T00:00:00Z",
                           "2025-10-14T21:58:03.Z", "2025-10-14T21:58:03Zx", "2025-10-14T21:58:03+2:00", "2025-10-14T21:58:03+24:00",
                           "Mon, 14 Oct 2025 21:58:03 GMT", "Tue, 14 Okt 2025 21:58:03 GMT", "Tue, 14 Oct 2025 21:58:03",
                           "Tue 14 Oct 2025 21:58:03 GMT", "", "1760479083", "now"})
    EXPECT_FALSE(parse_instant(text)) << text;
}

TEST(Instant, WritesWhatItReads) {
  EXPECT_EQ(format_rfc3339(at("2025-10-14T21:58:03Z")), "2025-10-14T21:58:03Z");
  EXPECT_EQ(format_rfc3339(at("2025-10-14T21:58:03.120Z")), "2025-10-14T21:58:03.120Z");
  EXPECT_EQ(format_rfc3339(at("2025-10-14T21:58:03.000001Z")), "2025-10-14T21:58:03.000001Z");
  EXPECT_EQ(format_rfc3339(at("1969-12-31T23:59:59.5Z")), "1969-12-31T23:59:59.500Z");
  EXPECT_EQ(format_http_date(at("2025-10-14T21:58:03.9Z")), "Tue, 14 Oct 2025 21:58:03 GMT");
  EXPECT_EQ(utc_date(at("2025-10-14T23:30:00-02:00")), (Date{2025, 10, 15}));
}

TEST(Zone, KnowsTheDayOfAnInstant) {
  Zone amsterdam = zone("Europe/Amsterdam");
  EXPECT_EQ(amsterdam.date_of(at("2025-12-31T22:59:59Z")), (Date{2025, 12, 31}));
  EXPECT_EQ(amsterdam.date_of(at("2025-12-31T23:00:00Z")), (Date{2026, 1, 1}));
  EXPECT_EQ(amsterdam.local_text(at("2024-02-29T12:00:00Z")), "2024-02-29T13:00:00+01:00");
  EXPECT_EQ(amsterdam.name(), "Europe/Amsterdam");
  EXPECT_EQ(Zone::find("Europe/Atlantis").error().code(), Code::not_found);
  EXPECT_FALSE(Zone::find(""));
}

// America/Los_Angeles, 2026-03-08: 02:00 becomes 03:00.
TEST(Zone, SkipsAnHourInSpring) {
  Zone la = zone("America/Los_Angeles");
  EXPECT_EQ(la.local_text(at("2026-03-08T09:59:59Z")), "2026-03-08T01:59:59-08:00");
  EXPECT_EQ(la.local_text(at("2026-03-08T10:00:00Z")), "2026-03-08T03:00:00-07:00");
  Date day{2026, 3, 8};
  for (auto choose : {Zone::Choose::earliest, Zone::Choose::latest}) {
    EXPECT_EQ(*la.instant(day, 2, 30, 0, choose), at("2026-03-08T10:00:00Z"));
    EXPECT_EQ(*la.instant(day, 3, 0, 0, choose), at("2026-03-08T10:00:00Z"));
    EXPECT_EQ(*la.instant(day, 1, 59, 59, choose), at("2026-03-08T09:59:59Z"));
  }
  EXPECT_EQ(*la.instant(day.plus_days(1), 0, 0, 0, Zone::Choose::earliest) - *la.instant(day, 0, 0, 0, Zone::Choose::earliest), 23h);
}

// 2026-11-01: 01:00 to 02:00 comes twice.
TEST(Zone, RepeatsAnHourInAutumn) {
  Zone la = zone("America/Los_Angeles");
  Date day{2026, 11, 1};
  EXPECT_EQ(*la.instant(day, 1, 30, 0, Zone::Choose::earliest), at("2026-11-01T08:30:00Z"));
  EXPECT_EQ(*la.instant(day, 1, 30, 0, Zone::Choose::latest), at("2026-11-01T09:30:00Z"));
  EXPECT_EQ(la.local_text(at("2026-11-01T08:30:00Z")), "2026-11-01T01:30:00-07:00");
  EXPECT_EQ(la.local_text(at("2026-11-01T09:30:00Z")), "2026-11-01T01:30:00-08:00");
  EXPECT_EQ(*la.instant(day.plus_days(1), 0, 0, 0, Zone::Choose::earliest) - *la.instant(day, 0, 0, 0, Zone::Choose::earliest), 25h);
}

TEST(Zone, RefusesImpossibleLocalTimes) {
  Zone utc = zone("UTC");
  EXPECT_FALSE(utc.instant({2025, 2, 29}, 0, 0, 0, Zone::Choose::earliest));
  EXPECT_FALSE(utc.instant({2025, 2, 28}, 24, 0, 0, Zone::Choose::earliest));
  EXPECT_FALSE(utc.instant({2025, 2, 28}, 0, -1, 0, Zone::Choose::earliest));
  EXPECT_EQ(*utc.instant({2025, 10, 14}, 21, 58, 3, Zone::Choose::latest), at("2025-10-14T21:58:03Z"));
}

}  // namespace
}  // namespace mlc
