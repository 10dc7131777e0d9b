#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

WallTime at(const char* text) { return *parse_instant(text); }

std::string period(const char* every, const char* now, const char* time = "06:30") {
  auto due = reconcile_due({"acme", "shop_nl", "Europe/Amsterdam", every, time, {}}, at(now));
  EXPECT_TRUE(due) << due.error().text();
  return due ? format_rfc3339(due->nominal) + " " + due->from.text() + " " + due->to.text() : "";
}

TEST(ReconcileCalendar, C9_ThePeriodIsTheOneThatEndedInTheClientsZone) {
  EXPECT_EQ(period("day", "2026-11-21T05:29:00Z"), "2026-11-20T05:30:00Z 2026-11-19 2026-11-19");
  EXPECT_EQ(period("day", "2026-11-21T05:30:00Z"), "2026-11-21T05:30:00Z 2026-11-20 2026-11-20");
  EXPECT_EQ(period("week", "2026-11-21T12:00:00Z"), "2026-11-16T05:30:00Z 2026-11-09 2026-11-15");
  EXPECT_EQ(period("month", "2026-11-01T05:29:00Z"), "2026-10-01T04:30:00Z 2026-09-01 2026-09-30");
  EXPECT_EQ(period("month", "2026-11-01T05:30:00Z"), "2026-11-01T05:30:00Z 2026-10-01 2026-10-31");
  EXPECT_EQ(period("month", "2026-11-30T23:30:00Z"), "2026-11-01T05:30:00Z 2026-10-01 2026-10-31");
  EXPECT_EQ(period("month", "2027-01-15T12:00:00Z", "23:45"), "2027-01-01T22:45:00Z 2026-12-01 2026-12-31");
  EXPECT_FALSE(reconcile_due({"acme", "shop_nl", "Europe/Amsterdam", "day", "25:00", {}}, at("2026-11-21T05:29:00Z")));
}

struct Month {
  World world;
  std::vector<ReportMail> mails;
  int refusals = 0;
  Month() {
    ReconcileSpec spec;
    spec.client = "acme", spec.instance = "shop_nl", spec.name = "invoices";
    spec.left.connection = "shop", spec.left.operation = "orders.list", spec.left.key = "shop-{id}", spec.left.noun = "order";
    spec.left.arguments = "{\"query\":{\"since\":\"2020-01-01T00:00:00Z\",\"page\":\"1\"}}";
    spec.left.date = {"date_modified"}, spec.left.total = "total", spec.left.zone = "Europe/Amsterdam";
    spec.right.connection = "books", spec.right.operation = "invoices.find", spec.right.key = "Ref", spec.right.date = {"Date"};
    spec.right.total = "Amount";
    world.catalog.reconciles = listed({spec});
    world.catalog.calendars = {{"acme", "shop_nl", "Europe/Amsterdam", "day", "06:30", {"finance"}}};
    world.options.mail_report = [this](ReportMail mail) -> Task<Status> {
      if (refusals > 0) {
        --refusals;
        co_return Error(Code::unavailable, "the mail command is not there");
      }
      mails.push_back(std::move(mail));
      co_return ok_status();
    };
    world.order("1", "2025-10-14T10:00:00Z", "10.00");  // 21:58 UTC of that day: 23:58 in Amsterdam
    world.start();
    world.go_live();
  }
  size_t runs() {
    auto all = world.run(world.engine->reconcile().reports("acme", "shop_nl"));
    return all ? all->size() : 0;
  }
};

TEST(ReconcileCalendar, C9_RunsByItselfAndMailsFinanceWithTheCsvOnce) {
  Month month;
  month.world.loop->run_for(std::chrono::hours(1));
  EXPECT_EQ(month.runs(), 0u);  // what is new has missed nothing
  month.world.loop->run_for(std::chrono::hours(8));
  ASSERT_EQ(month.mails.size(), 1u);
  const auto& mail = month.mails.front();
  EXPECT_EQ(mail.to, std::vector<std::string>{"finance"});
  EXPECT_EQ(mail.subject, "acme shop_nl, 2025-10-14: 1 difference in 0 documents");
  EXPECT_EQ(mail.text.substr(0, 34), "1 difference in 0 documents.\n\nComp");
  ASSERT_EQ(mail.files.size(), 2u);
  EXPECT_NE(mail.files[0].second.find("2025-10-14,invoices,missing,"), std::string::npos);
  month.world.restart();
  month.world.loop->run_for(std::chrono::hours(2));
  EXPECT_EQ(month.mails.size(), 1u);
  EXPECT_EQ(month.runs(), 1u);
}

TEST(ReconcileCalendar, C9_WhatFellDueWhileNothingRanIsDoneOnceAndALetterWaitsForItsCommand) {
  Month month;
  month.world.loop->run_for(std::chrono::minutes(5));
  month.world.kill();
  month.world.wall += std::chrono::hours(72);
  month.refusals = 2;
  month.world.start();
  month.world.loop->run_for(std::chrono::minutes(2));
  EXPECT_TRUE(month.mails.empty());
  month.world.restart();
  month.world.loop->run_for(std::chrono::hours(2));
  ASSERT_EQ(month.mails.size(), 1u);
  EXPECT_EQ(month.mails.front().subject, "acme shop_nl, 2025-10-16: There was nothing to compare");
  EXPECT_EQ(month.runs(), 1u);
}

}  // namespace
}  // namespace mlc::engine::testing
