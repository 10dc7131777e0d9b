// Reads of single records that wait at the same time are asked of their list together.
#include <algorithm>
#include <numeric>

#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

using store::JobState;

std::map<std::string, std::string> got;  // record -> what its job was told of it

Task<RunEnd> reader(HostPtr host, RunInput input) {
  HostRequest get = ReadRequest{"shop", "", "orders.get", "{\"path\":{\"id\":\"" + input.job.key + "\"}}"};
  auto read = co_await ask(host, std::move(get));
  if (read.value.index() != 0) co_return failed(read);
  got[input.job.key] = value_of(read);
  co_return ended(RunEnd::How::done);
}

class JoinedReadsTest : public ::testing::Test {
 protected:
  JoinedReadsTest() {
    got.clear();
    world_.remote.any_of = 5;
    world_.flows["orders"] = reader;
    world_.start();
    world_.go_live();
  }
  void deliver(int orders, int missing = -1) {
    for (int i = 0; i < orders; ++i) {
      const auto id = std::to_string(200 + i);
      if (i != missing) world_.order(id, "2025-10-14T20:00:00Z", std::to_string(i) + ".00");
      EXPECT_EQ(world_.deliver(World::order_event(id)).status, 200);
    }
    ASSERT_TRUE(world_.settle_down());
  }
  World world_;
};

TEST_F(JoinedReadsTest, C5_W7_WhatComesWhileOneIsAskedGoesOutAsOneCallAndEachGetsItsOwn) {
  deliver(11);
  ASSERT_EQ(got.size(), 11u);
  for (const auto& [id, text] : got) EXPECT_EQ(text, world_.remote.orders[id]);
  EXPECT_LE(world_.remote.reads, 4) << "one at once, then at most five at a time";
  EXPECT_EQ(*std::max_element(world_.remote.asked_together.begin(), world_.remote.asked_together.end()), 5u);
}

TEST_F(JoinedReadsTest, OneAloneIsReadAsItAlwaysWas) {
  deliver(1);
  EXPECT_TRUE(world_.remote.asked_together.empty());
  EXPECT_EQ(got.size(), 1u);
}

TEST_F(JoinedReadsTest, ARecordThatIsNotThereIsAskedForAloneAndTheOthersAreTold) {
  deliver(5, 3);
  EXPECT_EQ(got.size(), 4u);
  std::vector<std::string> reasons;
  for (const auto& job : world_.jobs())
    if (job.state != JobState::done) reasons.push_back(job.reason);
  ASSERT_EQ(reasons.size(), 1u);
  EXPECT_NE(reasons[0].find("there is no 203"), std::string::npos) << reasons[0];
}

TEST_F(JoinedReadsTest, ARemoteThatTakesNoSeveralIsAskedOneByOne) {
  world_.remote.refuses_several = true;
  deliver(4);
  EXPECT_EQ(got.size(), 4u);
}

TEST_F(JoinedReadsTest, AnOutageIsTheFailureOfEachJobAlone) {
  world_.remote.read_faults = {"unavailable", "unavailable"};
  deliver(6);
  EXPECT_EQ(got.size(), 6u);
}

}  // namespace
}  // namespace mlc::engine::testing
