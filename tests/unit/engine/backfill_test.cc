#include "runtime/engine/backfill.h"

#include "runtime/base/date.h"
#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

WallTime at(const char* text) { return *parse_instant(text); }

Task<RunEnd> nothing(HostPtr, RunInput) { co_return ended(RunEnd::How::done, "", ""); }

// Orders of three days, two rows a page; the instance starts after them all.
World& with_history(World& world) {
  world.flows["orders"] = nothing;
  Trigger trigger;
  trigger.kind = Trigger::Kind::poll;
  trigger.role = "shop";
  trigger.operation = "orders.list";
  trigger.key_path = "id";
  trigger.since = "date_modified";
  trigger.every = std::chrono::hours(24);
  world.instances.front().flows.front().triggers = {trigger};
  for (int i = 1; i <= 7; ++i) world.order(std::to_string(i), "2025-09-0" + std::to_string(i) + "T10:00:00Z");
  return world;
}

Backfill only(World& world) {
  auto all = world.run(world.engine->backfills().list("acme", "shop_nl"));
  EXPECT_TRUE(all);
  EXPECT_EQ(all->size(), 1u);
  return all->empty() ? Backfill() : all->front();
}

TEST(Backfill, C10_C13_HistoryOfAPeriodIsTakenOnceEvenFromBeforeTheStart) {
  World world;
  with_history(world);
  world.start();
  world.loop->run_for(std::chrono::minutes(1));
  EXPECT_EQ(world.counts().jobs_born, 0);  // older than the instance's start
  auto begun = world.run(
      world.engine->backfills().begin("acme", "shop_nl", "orders", at("2025-09-02T00:00:00Z"), at("2025-09-06T00:00:00Z"), "operator"));
  ASSERT_TRUE(begun) << begun.error().text();
  world.loop->run_for(std::chrono::minutes(1));
  const auto task = only(world);
  EXPECT_EQ(task.state, "done") << task.reason;
  EXPECT_EQ(task.jobs, 4);
  EXPECT_EQ(task.done, 4);
  EXPECT_EQ(task.rows - task.outside, 4);
  auto jobs = world.run(world.store->jobs({}));
  ASSERT_TRUE(jobs);
  for (const auto& job : *jobs) {
    EXPECT_EQ(job.lane, store::Lane::backfill);
    EXPECT_NE(job.done_as, store::DoneAs::skipped) << job.reason;
  }
}

TEST(Backfill, C10_KilledInTheMiddleItGoesOnWhereItWasAndDoublesNothing) {
  World world;
  with_history(world);
  world.start();
  world.remote.read_faults = {"", "unavailable"};
  auto begun =
      world.run(world.engine->backfills().begin("acme", "shop_nl", "orders", at("2025-09-01T00:00:00Z"), std::nullopt, "operator"));
  ASSERT_TRUE(begun) << begun.error().text();
  world.loop->run_for(std::chrono::milliseconds(20));
  world.kill();
  world.remote.read_faults.clear();
  world.start();
  world.loop->run_for(std::chrono::minutes(2));
  auto task = only(world);
  if (task.state == "failed") {  // it failed before the kill: a person goes on with it
    ASSERT_TRUE(world.run(world.engine->backfills().begin("acme", "shop_nl", "orders", std::nullopt, std::nullopt, "operator")));
    world.loop->run_for(std::chrono::minutes(2));
    task = only(world);
  }
  EXPECT_EQ(task.state, "done") << task.reason;
  EXPECT_EQ(task.jobs, 7);
  EXPECT_EQ(world.counts().jobs_born, 7);
}

TEST(Backfill, C10_StoppedAndGoneOnWithItKeepsItsOwnDates) {
  World world;
  with_history(world);
  world.start();
  auto& backfills = world.engine->backfills();
  EXPECT_FALSE(world.run(backfills.halt("acme", "shop_nl", "orders", "operator")));
  ASSERT_TRUE(world.run(backfills.begin("acme", "shop_nl", "orders", at("2025-09-01T00:00:00Z"), std::nullopt, "operator")));
  ASSERT_TRUE(world.run(backfills.halt("acme", "shop_nl", "orders", "operator")));
  world.loop->run_for(std::chrono::minutes(1));
  EXPECT_EQ(only(world).state, "stopped");
  EXPECT_LT(only(world).jobs, 7);
  auto other = world.run(backfills.begin("acme", "shop_nl", "orders", at("2025-09-03T00:00:00Z"), std::nullopt, "operator"));
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().text().find("is not through yet"), std::string::npos) << other.error().text();
  ASSERT_TRUE(world.run(backfills.begin("acme", "shop_nl", "orders", std::nullopt, std::nullopt, "operator")));
  world.loop->run_for(std::chrono::minutes(1));
  EXPECT_EQ(only(world).state, "done");
  EXPECT_EQ(world.counts().jobs_born, 7);
}

TEST(Backfill, C10_CountingMakesNothingAndAFlowWithoutAListIsNamed) {
  World world;
  with_history(world);
  world.start();
  auto counted =
      world.run(world.engine->backfills().count("acme", "shop_nl", "orders", at("2025-09-03T00:00:00Z"), at("2025-09-05T00:00:00Z")));
  ASSERT_TRUE(counted) << counted.error().text();
  EXPECT_EQ(counted->rows - counted->outside, 2);
  EXPECT_EQ(world.counts().jobs_born, 0);
  auto none = world.run(world.engine->backfills().begin("acme", "shop_nl", "returns", std::nullopt, std::nullopt, "operator"));
  ASSERT_FALSE(none);
  auto turned = world.run(
      world.engine->backfills().begin("acme", "shop_nl", "orders", at("2025-09-05T00:00:00Z"), at("2025-09-03T00:00:00Z"), "operator"));
  ASSERT_FALSE(turned);
  EXPECT_NE(turned.error().text().find("ends before it begins"), std::string::npos);
}

}  // namespace
}  // namespace mlc::engine::testing
