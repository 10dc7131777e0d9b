#include "runtime/base/date.h"
#include "runtime/base/wall_clock.h"
#include "runtime/engine/poll.h"
#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

WallTime at(const char* text) { return *parse_instant(text); }

Trigger daily(const std::string& time) {
  Trigger trigger;
  trigger.kind = Trigger::Kind::schedule;
  trigger.at = time;
  return trigger;
}

TEST(Nominal, C2_ADailyTimeStandsInTheZoneOverADstNight) {
  const auto trigger = daily("02:30");
  // Los Angeles skips 02:30 on 2026-03-08 and has 01:30 twice on 2026-11-01.
  auto due = nominal_due(trigger, "America/Los_Angeles", at("2026-03-08T08:30:00Z"), at("2026-03-08T11:00:00Z"));
  ASSERT_TRUE(due && *due);
  auto next = nominal_next(daily("01:30"), "America/Los_Angeles", at("2026-11-01T08:29:00Z"));
  ASSERT_TRUE(next);
  EXPECT_EQ(*next, at("2026-11-01T08:30:00Z"));
  next = nominal_next(daily("01:30"), "America/Los_Angeles", *next);
  ASSERT_TRUE(next);
  EXPECT_EQ(*next, at("2026-11-02T09:30:00Z"));  // once, not again an hour later
}

TEST(Nominal, C2_WhatWasMissedIsDueOnce) {
  Trigger trigger;
  trigger.kind = Trigger::Kind::schedule;
  trigger.every = std::chrono::hours(1);
  auto due = nominal_due(trigger, "UTC", at("2025-10-14T01:00:00Z"), at("2025-10-14T09:59:00Z"));
  ASSERT_TRUE(due && *due);
  EXPECT_EQ(**due, at("2025-10-14T09:00:00Z"));
  due = nominal_due(trigger, "UTC", **due, at("2025-10-14T09:59:59Z"));
  ASSERT_TRUE(due);
  EXPECT_FALSE(*due);
}

TEST(Nominal, WrongTimesAreErrors) {
  for (const char* text : {"24:00", "7:61", "noon", "12:", ":30", "-1:00"})
    EXPECT_FALSE(nominal_due(daily(text), "UTC", WallTime{}, WallTime{})) << text;
}

Task<RunEnd> nothing(HostPtr, RunInput) { co_return ended(RunEnd::How::skipped, "", "seen"); }

World& scheduled(World& world) {
  world.flows["orders"] = nothing;
  auto trigger = daily("23:30");
  world.instances.front().flows.front().triggers = {trigger};
  world.instances.front().zone = "UTC";
  return world;
}

TEST(Schedule, C2_FiresOncePerNominalTimeThroughJumpsAndRestarts) {
  World world;
  scheduled(world).start();  // 21:58 UTC
  world.loop->run_for(std::chrono::hours(1));
  EXPECT_EQ(world.counts().jobs_born, 0);
  world.loop->run_for(std::chrono::hours(1));
  EXPECT_EQ(world.counts().jobs_born, 1);
  world.loop->jump_wall(std::chrono::hours(-1));  // the clock is set back over the time
  world.loop->run_for(std::chrono::hours(2));
  EXPECT_EQ(world.counts().jobs_born, 1);
  world.restart();
  world.loop->run_for(std::chrono::minutes(10));
  EXPECT_EQ(world.counts().jobs_born, 1);
  world.kill();
  world.wall += std::chrono::hours(24 * 5);  // off for five days: once, not five times
  world.start();
  world.loop->run_for(std::chrono::minutes(10));
  EXPECT_EQ(world.counts().jobs_born, 2);
}

World& polled(World& world) {
  world.flows["orders"] = nothing;
  Trigger trigger;
  trigger.kind = Trigger::Kind::poll;
  trigger.role = "shop";
  trigger.operation = "orders.list";
  trigger.key_path = "id";
  trigger.since = "date_modified";
  trigger.every = std::chrono::minutes(15);
  trigger.overlap = std::chrono::minutes(10);
  world.instances.front().flows.front().triggers = {trigger};
  return world;
}

// The same by a list whose rows count their changes.
Trigger& counted(World& world) {
  auto& trigger = polled(world).instances.front().flows.front().triggers.front();
  trigger.operation = "accounts.changed", trigger.since = "";
  return trigger;
}

TEST(Poll, C2_BC9_EachVersionOfARowBecomesOneJobAcrossOverlapAndPages) {
  World world;
  polled(world);
  for (int i = 1; i <= 5; ++i) world.order(std::to_string(i), "2025-10-14T22:0" + std::to_string(i) + ":00Z");
  world.order("9", "2025-10-14T10:00:00Z");  // older than the instance's start: not asked for
  world.start();
  world.loop->run_for(std::chrono::hours(1));
  EXPECT_EQ(world.counts().jobs_born, 5);
  world.order("3", "2025-10-14T23:30:00Z");
  world.loop->run_for(std::chrono::hours(1));
  EXPECT_EQ(world.counts().jobs_born, 6);
  world.restart();
  world.loop->run_for(std::chrono::hours(1));
  EXPECT_EQ(world.counts().jobs_born, 6);
  auto cursors = world.run(world.store->list(store::Table::cursors, "acme/"));
  ASSERT_TRUE(cursors);
  ASSERT_EQ(cursors->size(), 1u);
  EXPECT_EQ(cursors->front().value, std::to_string(to_micros(at("2025-10-14T23:30:00Z"))));
}

TEST(Poll, C2_OfManyThatAreDueAtAStartAFewAreUnderWayAtATime) {
  World world;
  polled(world);
  constexpr int kClients = 100;
  for (int i = 1; i < kClients; ++i) {
    world.instances.push_back(world.instances.front());
    world.instances.back().client = "client" + std::to_string(i);
  }
  world.options.polls_at_once = 8;
  world.start();
  world.loop->run_for(std::chrono::minutes(1));
  EXPECT_EQ(world.remote.reads, kClients);
  EXPECT_EQ(world.remote.most_reads_at_once, 8);
  world.loop->run_for(std::chrono::minutes(15));
  EXPECT_EQ(world.remote.reads, 2 * kClients) << "each once a period";
}

TEST(Poll, C2_APollAtATimeOfDayRunsOnceADayInTheClientsZone) {
  World world;
  polled(world);
  auto& trigger = world.instances.front().flows.front().triggers.front();
  trigger.at = "18:00", trigger.every = std::chrono::hours(24);  // end of business in Amsterdam: 16:00 UTC in summer, 17:00 in winter
  world.start();                                                 // 2025-10-14T21:58Z; a poll that is new begins at once
  world.loop->run_for(std::chrono::minutes(1));
  world.order("1", "2025-10-14T22:30:00Z");
  world.loop->run_for(at("2025-10-15T15:59:00Z") - world.loop->wall());
  EXPECT_EQ(world.counts().jobs_born, 0);
  world.loop->run_for(std::chrono::minutes(2));
  EXPECT_EQ(world.counts().jobs_born, 1);
  world.order("2", "2025-10-15T16:30:00Z");
  world.loop->run_for(at("2025-10-16T15:59:00Z") - world.loop->wall());
  EXPECT_EQ(world.counts().jobs_born, 1);
  world.loop->run_for(at("2025-10-26T16:59:00Z") - world.loop->wall());  // the clocks went back that night
  EXPECT_EQ(world.counts().jobs_born, 2);
  world.order("3", "2025-10-26T16:59:30Z");
  world.loop->run_for(std::chrono::seconds(50));
  EXPECT_EQ(world.counts().jobs_born, 2);
  world.loop->run_for(std::chrono::minutes(1));
  EXPECT_EQ(world.counts().jobs_born, 3);
}

TEST(Poll, C2_WhatAWebhookToldAndAPollFindsAgainIsOneInvoice) {
  World world;
  polled(world);
  auto& flow = world.instances.front().flows.front();
  Trigger webhook;
  webhook.role = "shop", webhook.topics = {"order/updated"}, webhook.key_path = "data.id";
  flow.triggers.push_back(webhook);
  world.flows["orders"] = order_to_invoice;
  world.start();
  world.go_live();
  const auto now = format_rfc3339(world.loop->wall() + std::chrono::minutes(1));
  for (const char* id : {"1", "2"}) world.order(id, now);
  EXPECT_EQ(world.deliver(World::order_event("1")).status, 200);  // that of 2 is lost
  world.loop->run_for(std::chrono::hours(1));
  EXPECT_EQ(world.remote.count("shop-1"), 1);
  EXPECT_EQ(world.remote.count("shop-2"), 1);
  EXPECT_EQ(world.remote.sends, 2);
  for (const auto& job : world.jobs()) EXPECT_EQ(job.state, store::JobState::done);
}

TEST(Poll, C13_TheOverlapBringsNothingFromBeforeTheStart) {
  World world;
  polled(world);
  world.start();
  world.go_live();
  const auto start = world.loop->wall();
  world.order("1", format_rfc3339(start - std::chrono::minutes(5)));  // changed in shadow, a webhook of it may have come then
  world.order("2", format_rfc3339(std::chrono::floor<std::chrono::seconds>(start)));
  world.order("3", format_rfc3339(start + std::chrono::minutes(1)));
  world.loop->run_for(std::chrono::hours(1));
  EXPECT_EQ(world.counts().jobs_born, 2);
  for (const auto& job : world.jobs()) EXPECT_NE(job.key, "1");
}

// What a remote dates by the clock on its wall is found once, on the nights too when an hour comes twice or not at all.
TEST(Poll, XS3_TimesWithoutAnOffsetAreReadInTheirZoneOnBothNights) {
  const auto zone = Zone::find("America/Los_Angeles");
  for (const char* night : {"2026-03-08T07:30:00Z", "2026-11-01T06:30:00Z"}) {
    SCOPED_TRACE(night);
    World world;
    polled(world);
    world.wall = at(night) - std::chrono::hours(3);
    world.remote.zone = "America/Los_Angeles";
    world.instances.front().flows.front().triggers.front().overlap = std::chrono::hours(2);
    world.start();
    world.go_live();
    int made = 0;
    for (WallTime now = at(night); now < at(night) + std::chrono::hours(6); now += std::chrono::minutes(13)) {
      world.loop->run_for(now - world.loop->wall());
      world.order(std::to_string(++made), format_wall_clock(now, *zone));
    }
    world.loop->run_for(std::chrono::hours(1));
    EXPECT_EQ(world.counts().jobs_born, made);
  }
}

// The order moves to the list's end, and all behind it a place forward: the next page would begin one order too late.
TEST(Poll, BC9_AnOrderThatChangesWhileItsPageIsReadMakesNoneBePassedOver) {
  World world;
  polled(world);
  for (int i = 1; i <= 7; ++i)
    world.order(std::to_string(i), "2025-10-14T2" + std::to_string(2 + i / 4) + ":" + std::to_string(10 + i % 4 * 12) + ":00Z");
  world.remote.after_page = [&] { world.order("1", "2025-10-14T23:59:00Z"); };
  world.start();
  world.loop->run_for(std::chrono::hours(1));
  EXPECT_EQ(world.counts().jobs_born, 8) << "each once, and the first one twice";
}

TEST(Poll, BC9_ManyOrdersOfOneMomentAreReadByTheirPages) {
  World world;
  polled(world);
  for (int i = 1; i <= 7; ++i) world.order(std::to_string(i), "2025-10-14T22:01:00Z");
  world.order("8", "2025-10-14T22:02:00Z");
  world.start();
  world.loop->run_for(std::chrono::hours(1));
  EXPECT_EQ(world.counts().jobs_born, 8);
}

TEST(Poll, BC9_AFailureLeavesTheCursorWhereTheLastPagePutIt) {
  World world;
  polled(world);
  for (int i = 1; i <= 5; ++i) world.order(std::to_string(i), "2025-10-14T22:0" + std::to_string(i) + ":00Z");
  world.remote.read_faults = {"", "unavailable"};
  world.start();
  world.loop->run_for(std::chrono::minutes(1));
  EXPECT_EQ(world.counts().jobs_born, 2);
  world.loop->run_for(std::chrono::minutes(30));
  EXPECT_EQ(world.counts().jobs_born, 5);
}

TEST(Poll, BC11_ARowVersionIsACursorThatBeginsWithEverythingBehindWhatIsLive) {
  World world;
  counted(world);
  const std::string past_32_bits = "8589934592";
  world.remote.lists["accounts.changed"] = R"([{"id":"a","Timestamp":7},{"id":"b","Timestamp":9}])";
  world.start();
  world.loop->run_for(std::chrono::minutes(1));
  EXPECT_EQ(world.counts().jobs_born, 2);
  auto jobs = world.run(world.store->jobs({}));
  ASSERT_TRUE(jobs);
  for (const auto& job : *jobs) EXPECT_EQ(job.lane, store::Lane::backfill);
  world.remote.lists["accounts.changed"] = R"([{"id":"b","Timestamp":9},{"id":"a","Timestamp":)" + past_32_bits + "}]";
  world.loop->run_for(std::chrono::minutes(16));
  EXPECT_EQ(world.counts().jobs_born, 3);
  jobs = world.run(world.store->jobs({}));
  ASSERT_TRUE(jobs);
  for (const auto& job : *jobs) { EXPECT_EQ(job.lane, job.id == 3 ? store::Lane::live : store::Lane::backfill); }
  auto cursors = world.run(world.store->list(store::Table::cursors, "acme/"));
  ASSERT_TRUE(cursors);
  EXPECT_EQ(cursors->front().value, past_32_bits);
}

TEST(Poll, C13_ARowVersionBeginsAtTheInstancesStartWhereTheRemoteTellsIt) {
  World world;
  counted(world);
  world.remote.begins = R"({"count":8})";
  world.remote.lists["accounts.changed"] = R"([{"id":"a","Timestamp":7}])";
  world.start();
  world.loop->run_for(std::chrono::minutes(31));
  EXPECT_EQ(world.counts().jobs_born, 0);
  EXPECT_EQ(world.remote.begins_asked, 1);  // once, also while nothing has changed
  world.remote.lists["accounts.changed"] = R"([{"id":"a","Timestamp":7},{"id":"b","Timestamp":9}])";
  world.loop->run_for(std::chrono::minutes(16));
  ASSERT_EQ(world.counts().jobs_born, 1);
  EXPECT_EQ(world.only_job().key, "b");
  EXPECT_EQ(world.only_job().lane, store::Lane::live);
}

TEST(Poll, ARemoteThatRefusesToSayWhereAListBeginsIsReadFromItsBeginning) {
  for (const auto& [answer, whole] :
       std::vector<std::pair<std::string, bool>>{{"400", false}, {"403", false}, {R"({"other":8})", false}, {R"({"count":8})", true}}) {
    World world;
    counted(world).whole = whole;
    world.remote.begins = answer;
    world.remote.lists["accounts.changed"] = R"([{"id":"a","Timestamp":7},{"id":"b","Timestamp":9}])";
    world.start();
    world.loop->run_for(std::chrono::minutes(1));
    ASSERT_EQ(world.counts().jobs_born, 2) << answer;
    for (const auto& job : world.jobs()) EXPECT_EQ(job.lane, store::Lane::backfill) << answer;
  }
}

Task<RunEnd> hands_on(HostPtr host, RunInput) {
  HostRequest emit = EmitRequest{"children", "c", "{}", "", ""};
  auto emitted = co_await ask(host, std::move(emit));
  co_return ended(RunEnd::How::done);
}

Task<RunEnd> says_start(HostPtr host, RunInput) {
  HostRequest start = StartRequest{};
  auto given = co_await ask(host, std::move(start));
  co_return ended(RunEnd::How::skipped, "", value_of(given));
}

// Whoever reads all there ever was asks for none of it: labels of a whole history would be bought.
TEST(Poll, C13_WhatComesOfAFirstLookAtEverythingIsHeldAgainstTheStart) {
  World world;
  counted(world);
  world.remote.begins = "403";
  world.remote.lists["accounts.changed"] = R"([{"id":"a","Timestamp":7}])";
  Flow flow;
  flow.name = "children";
  world.instances.front().flows.push_back(flow);
  world.flows[world.instances.front().flows.front().name] = hands_on;
  world.flows["children"] = says_start;
  world.start();
  world.go_live();
  world.loop->run_for(std::chrono::minutes(20));
  ASSERT_EQ(world.jobs().size(), 2u);
  EXPECT_EQ(world.jobs()[0].lane, store::Lane::backfill);
  EXPECT_EQ(world.jobs()[1].lane, store::Lane::retry);
  EXPECT_EQ(world.jobs()[1].reason.substr(0, 3), "\"20") << world.jobs()[1].reason;
}

TEST(Poll, ARemoteThatIsDownWhenItIsAskedWhereAListBeginsIsAskedAgain) {
  World world;
  counted(world);
  world.remote.begins = R"({"count":8})";
  world.remote.read_faults = {"unavailable"};
  world.remote.lists["accounts.changed"] = R"([{"id":"a","Timestamp":7},{"id":"b","Timestamp":9}])";
  world.start();
  world.loop->run_for(std::chrono::minutes(1));
  EXPECT_EQ(world.counts().jobs_born, 0);
  world.loop->run_for(std::chrono::minutes(16));
  EXPECT_EQ(world.counts().jobs_born, 1);
}

TEST(Poll, C13_WhatWasReadInShadowSinceTheStartIsReadAgainOnceItIsLive) {
  World world;
  polled(world);
  world.order("1", "2025-10-14T22:01:00Z");
  world.order("2", "2025-10-14T22:05:00Z");
  world.start();
  world.loop->run_for(std::chrono::minutes(35));
  ASSERT_EQ(world.counts().jobs_born, 2);
  ASSERT_TRUE(world.run(world.engine->operations().live("acme", "shop_nl", at("2025-10-14T22:04:00Z"), "test")));
  world.loop->run_for(std::chrono::minutes(16));
  ASSERT_EQ(world.counts().jobs_born, 3);
  EXPECT_EQ(world.jobs().back().key, "2");
  // Said again, and without a start: nothing is read anew, nothing falls behind the start.
  ASSERT_TRUE(world.run(world.engine->operations().live("acme", "shop_nl", at("2025-10-14T22:04:00Z"), "test")));
  ASSERT_TRUE(world.run(world.engine->operations().live("acme", "shop_nl", std::nullopt, "test")));
  world.order("3", "2025-10-14T22:30:00Z");
  world.loop->run_for(std::chrono::minutes(16));
  EXPECT_EQ(world.counts().jobs_born, 4);
  // An earlier start after all.
  ASSERT_TRUE(world.run(world.engine->operations().live("acme", "shop_nl", at("2025-10-14T22:00:00Z"), "test")));
  world.loop->run_for(std::chrono::minutes(16));
  EXPECT_EQ(world.counts().jobs_born, 7);
}

TEST(Poll, C14_ARecordOfOneOfSeveralShopsNamesItsShop) {
  World world;
  polled(world);
  world.instances.front().roles = {{"shop", {"shop", "shop_uk"}}, {"books", {"books"}}};
  world.start();
  auto which = world.run(world.engine->schedule().sync("acme", "shop_nl", "", std::string("118"), "operator"));
  ASSERT_FALSE(which);
  EXPECT_NE(which.error().text().find("shop:118"), std::string::npos) << which.error().text();
  auto one = world.run(world.engine->schedule().sync("acme", "shop_nl", "", std::string("shop_uk:118"), "operator"));
  ASSERT_TRUE(one) << one.error().text();
  auto jobs = world.run(world.store->jobs({}));
  ASSERT_EQ(jobs->size(), 1u);
  EXPECT_EQ(jobs->front().source, "shop_uk");
  EXPECT_EQ(jobs->front().key, "118");
}

TEST(Poll, C2_SyncTakesOneRecordOrWhatIsDue) {
  World world;
  polled(world);
  world.start();
  world.loop->run_for(std::chrono::minutes(1));
  auto one = world.run(world.engine->schedule().sync("acme", "shop_nl", "", std::string("77"), "operator"));
  ASSERT_TRUE(one) << one.error().text();
  ASSERT_EQ(one->jobs.size(), 1u);
  EXPECT_EQ(world.only_job().key, "77");
  EXPECT_EQ(world.only_job().source, "shop");
  world.order("5", "2025-10-14T22:30:00Z");
  auto due = world.run(world.engine->schedule().sync("acme", "shop_nl", "orders", std::nullopt, "operator"));
  ASSERT_TRUE(due) << due.error().text();
  EXPECT_EQ(due->rows, 1);
  EXPECT_EQ(world.counts().jobs_born, 2);
  EXPECT_FALSE(world.run(world.engine->schedule().sync("acme", "nobody", "", std::nullopt, "operator")));
}

TEST(Poll, L6_AFlowThatNothingStartsTakesTheRecordsThatAPersonNames) {
  World world;
  polled(world);
  Flow by_hand;
  by_hand.name = "void";
  world.instances.front().flows.push_back(by_hand);
  world.start();
  auto one = world.run(world.engine->schedule().sync("acme", "shop_nl", "void", std::string("1Z"), "operator"));
  ASSERT_TRUE(one) << one.error().text();
  ASSERT_EQ(one->jobs.size(), 1u);
  EXPECT_EQ(world.only_job().flow, "void");
  EXPECT_EQ(world.only_job().source, "manual");
  // Without a name such flows are left out.
  auto all = world.run(world.engine->schedule().sync("acme", "shop_nl", "", std::string("77"), "operator"));
  ASSERT_TRUE(all) << all.error().text();
  EXPECT_EQ(all->jobs.size(), 1u);
}

TEST(Poll, ReadsInstantsAsRemotesWriteThem) {
  EXPECT_EQ(*parse_remote_instant("/Date(1760479083000)/"), from_micros(1'760'479'083'000'000));
  EXPECT_EQ(*parse_remote_instant("Tue, 14 Oct 2025 21:58:03 +0000"), from_micros(1'760'479'083'000'000));
  EXPECT_EQ(*parse_remote_instant("1760479083"), from_micros(1'760'479'083'000'000));
  EXPECT_FALSE(parse_remote_instant("yesterday"));
  EXPECT_FALSE(parse_remote_instant("/Date(x)/"));
}

}  // namespace
}  // namespace mlc::engine::testing
