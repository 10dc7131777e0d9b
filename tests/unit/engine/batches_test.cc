// Writes that go out together: each stays an effect of its own (XS1; reliability.md section 2, rule f).
#include <set>

#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

using store::EffectState;
using store::JobState;
using Fault = RemoteWorld::Fault;

constexpr int kOrders = 10;

class BatchesTest : public ::testing::Test {
 protected:
  BatchesTest() {
    kind_operation = "invoices.put_a";
    world.remote.batch = 4;
    world.start();
    world.go_live();
  }
  ~BatchesTest() override { kind_operation = "invoices.create_c"; }

  void deliver_all() {
    for (int i = 0; i < kOrders; ++i) {
      const auto id = std::to_string(100 + i);
      world.order(id, "2025-10-14T20:00:00Z");
      EXPECT_EQ(world.deliver(World::order_event(id)).status, 200);
    }
  }
  void expect_one_each() {
    EXPECT_EQ(world.remote.invoices.size(), static_cast<size_t>(kOrders));
    for (const auto& effect : world.effects()) EXPECT_EQ(effect.state, EffectState::settled);
    EXPECT_TRUE(world.balances());
  }

  World world;
};

TEST_F(BatchesTest, XS1_WhatWaitsTogetherGoesOutTogetherAndNoMoreThanTheMost) {
  world.remote.quota_until = world.wall;
  deliver_all();
  ASSERT_TRUE(world.settle_down());
  expect_one_each();
  EXPECT_LT(world.remote.sends, kOrders);
  for (size_t size : world.remote.batched) EXPECT_LE(size, 4u);
  EXPECT_FALSE(world.remote.batched.empty());
  std::set<std::string> ids;
  for (const auto& effect : world.effects()) ids.insert(effect.remote_id);
  EXPECT_EQ(ids.size(), static_cast<size_t>(kOrders));
}

TEST_F(BatchesTest, XS1_OneThatIsRefusedParksAloneAndTheOthersGoOn) {
  world.remote.refused = {"shop-103"};
  deliver_all();
  ASSERT_TRUE(world.settle_down());
  int parked = 0;
  for (const auto& job : world.jobs()) parked += job.state == JobState::parked;
  EXPECT_EQ(parked, 1);
  EXPECT_EQ(world.remote.invoices.size(), static_cast<size_t>(kOrders - 1));
}

TEST_F(BatchesTest, XS1_ALostAnswerIsLookedUpForEachByItsKey) {
  world.remote.faults = {Fault::lose_answer, Fault::lose_request};
  deliver_all();
  ASSERT_TRUE(world.settle_down());
  expect_one_each();
}

TEST_F(BatchesTest, XS1_ARequestThatIsRefusedAsAWholeIsSentOneByOne) {
  world.remote.faults = {Fault::reject};
  deliver_all();
  ASSERT_TRUE(world.settle_down());
  expect_one_each();
  EXPECT_EQ(world.jobs().size(), static_cast<size_t>(kOrders));
}

TEST_F(BatchesTest, XS1_AKillAtAnyPointLeavesOneEach) {
  for (const char* point : {"before_arm", "after_arm", "before_send", "after_send", "before_outcome", "after_outcome"}) {
    SCOPED_TRACE(point);
    World fresh;
    fresh.remote.batch = 4;
    fresh.start();
    fresh.go_live();
    fresh.die_at = point;
    for (int i = 0; i < kOrders; ++i) {
      const auto id = std::to_string(100 + i);
      fresh.order(id, "2025-10-14T20:00:00Z");
      (void)fresh.deliver(World::order_event(id));
    }
    ASSERT_TRUE(fresh.settle_down());
    EXPECT_EQ(fresh.remote.invoices.size(), static_cast<size_t>(kOrders));
    EXPECT_GE(fresh.deaths, 1);
    EXPECT_TRUE(fresh.balances());
  }
}

TEST_F(BatchesTest, APauseWhileWaitingForAPermitLetsNothingOut) {
  world.remote.quota_until = world.loop->wall() + std::chrono::minutes(20);
  deliver_all();
  world.loop->run_for(std::chrono::minutes(5));
  EXPECT_EQ(world.remote.sends, 0);
  ASSERT_TRUE(world.settle_down());
  expect_one_each();
}

}  // namespace
}  // namespace mlc::engine::testing
