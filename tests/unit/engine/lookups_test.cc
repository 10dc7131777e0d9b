// Look-ups that several jobs need at once, and those of jobs that a person released.
#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

using store::JobState;

std::string known_code;  // what the remote answers: "" = there is no such code
bool asks_anew = false, fails_once = false;

// Asks for one code as stdlib does: from what is remembered, else by a read, whose answer is remembered. Parks without one.
Task<RunEnd> coded(HostPtr host, RunInput input) {
  HostRequest look = LookupRequest{"codes", "shop", "", {"21"}, asks_anew ? Duration{} : std::chrono::hours(1)};
  auto known = co_await ask(host, std::move(look));
  std::string row = value_of(known);
  if (row == "{}") {
    HostRequest get = ReadRequest{"shop", "", "orders.get", "{\"path\":{\"id\":\"118\"}}"};
    auto read = co_await ask(host, std::move(get));
    if (read.value.index() != 0) co_return failed(read);
    if (std::exchange(fails_once, false)) co_return ended(RunEnd::How::failed, "unavailable", "it broke", true);
    row = known_code.empty() ? "{\"21\":null}" : "{\"21\":\"" + known_code + "\"}";
    HostRequest store = LookupStore{"codes", "shop", "", row};
    auto stored = co_await ask(host, std::move(store));
  }
  if (row == "{\"21\":null}") co_return ended(RunEnd::How::refused, "refused", "there is no code 21");
  co_return ended(RunEnd::How::done, "", input.job.key);
}

class Lookups : public ::testing::Test {
 protected:
  Lookups() {
    known_code = "V21", asks_anew = fails_once = false;
    world_.flows["orders"] = coded;
    world_.start();
    world_.go_live();
    world_.order("118", "2025-10-14T20:00:00Z");
  }
  void deliver(int orders) {
    for (int i = 0; i < orders; ++i) EXPECT_EQ(world_.deliver(World::order_event(std::to_string(200 + i))).status, 200);
    ASSERT_TRUE(world_.settle_down());
  }
  void release() {
    std::vector<store::Id> parked;
    for (const auto& job : world_.jobs())
      if (job.state == JobState::parked) parked.push_back(job.id);
    ASSERT_FALSE(parked.empty());
    ASSERT_TRUE(world_.run(world_.engine->operations().replay(parked, Operations::Version::pinned, "operator")));
    ASSERT_TRUE(world_.settle_down());
  }
  int in_state(JobState state) {
    int count = 0;
    for (const auto& job : world_.jobs()) count += job.state == state ? 1 : 0;
    return count;
  }
  World world_;
};

TEST_F(Lookups, C5_WhatManyJobsLackAtOnceIsAskedForOnce) {
  deliver(12);
  EXPECT_EQ(in_state(JobState::done), 12);
  EXPECT_EQ(world_.remote.reads, 1);
}

TEST_F(Lookups, WhenTheOneThatAskedFailsTheNextAsks) {
  fails_once = true;
  deliver(3);
  EXPECT_EQ(in_state(JobState::done), 3);
  EXPECT_EQ(world_.remote.reads, 2);
}

TEST_F(Lookups, C15_WhatWasNotThereIsAskedForAgainOnceForAllThatWereReleased) {
  known_code = "";
  deliver(8);
  EXPECT_EQ(in_state(JobState::parked), 8);
  EXPECT_EQ(world_.remote.reads, 1);
  known_code = "V21";
  release();
  EXPECT_EQ(in_state(JobState::done), 8);
  EXPECT_EQ(world_.remote.reads, 2);
}

TEST_F(Lookups, C15_AskedAnewIsNoOlderThanTheRelease) {
  known_code = "";
  deliver(4);
  asks_anew = true;
  release();
  EXPECT_EQ(in_state(JobState::parked), 4);
  EXPECT_EQ(world_.remote.reads, 2);
  world_.loop->run_for(std::chrono::seconds(1));
  known_code = "V21";
  release();
  EXPECT_EQ(in_state(JobState::done), 4);
  EXPECT_EQ(world_.remote.reads, 3);
}

TEST_F(Lookups, AskedAnewInAFirstAttemptAlwaysAsks) {
  asks_anew = true;
  deliver(2);
  EXPECT_EQ(world_.remote.reads, 2);
}

}  // namespace
}  // namespace mlc::engine::testing
