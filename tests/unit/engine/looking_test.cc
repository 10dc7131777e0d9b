// Creates whose look-up proves nothing when it finds nothing (XU7, XF5): looked for over a span, then a person decides; never sent twice.
#include "runtime/engine/probe.h"
#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

using store::EffectState;
using store::JobState;
using Fault = RemoteWorld::Fault;

// Invoices stand for labels: absence is no proof, two minutes of quiet, an hour of looking on.
struct Purchases : World {
  Purchases() {
    remote.quiet = std::chrono::minutes(2);
    remote.probe = [](remote::Probe& probe) { probe.within = std::chrono::hours(1); };
    start();
    go_live();
  }
  void buy(const std::string& id = "118") {
    order(id, "2025-10-14T20:00:00Z");
    EXPECT_EQ(deliver(World::order_event(id)).status, 200);
  }
  store::Job ended() {
    EXPECT_TRUE(settle_down());
    return only_job();
  }
};

TEST(Looking, XU7_XF5_ALostAnswerIsFoundOnceTheRemoteSeesItAndNothingIsBoughtTwice) {
  Purchases world;
  world.remote.faults = {Fault::lose_answer};
  world.remote.unseen = {"shop-118"};
  world.buy();
  world.loop->run_for(std::chrono::minutes(20));
  EXPECT_EQ(world.only_job().state, JobState::waiting);
  EXPECT_EQ(world.remote.sends, 1);
  world.remote.unseen.clear();
  const auto job = world.ended();
  EXPECT_EQ(job.state, JobState::done) << job.reason;
  EXPECT_EQ(world.remote.sends, 1);
  EXPECT_EQ(world.effects().front().remote_id, "r1");
}

TEST(Looking, XU7_XF5_WhatIsNeverFoundIsAPersonsToDecideAndNeverSentAgainByItself) {
  Purchases world;
  world.remote.faults = {Fault::lose_answer};
  world.remote.unseen = {"shop-118"};
  world.buy();
  auto job = world.ended();
  ASSERT_EQ(job.state, JobState::parked);
  EXPECT_EQ(job.reason_code, "unknown_effect");
  EXPECT_NE(job.reason.find("nothing with the reference shop-118 is found there; it may have been made all the same"), std::string::npos)
      << job.reason;
  EXPECT_EQ(world.remote.sends, 1);
  EXPECT_GE(world.loop->wall() - world.effects().front().ended, std::chrono::hours(1));
  const int reads = world.remote.reads;
  EXPECT_LE(reads, 10) << "looks grow apart";

  // A person who releases the job has it looked for once more; it is there now.
  world.remote.unseen.clear();
  ASSERT_TRUE(world.run(world.engine->operations().replay({job.id}, Operations::Version::pinned, "operator")));
  job = world.ended();
  EXPECT_EQ(job.state, JobState::done) << job.reason;
  EXPECT_EQ(world.remote.sends, 1);
  EXPECT_EQ(world.remote.invoices.size(), 1u);
}

TEST(Looking, XU7_ReleasedInVainItIsAskedOnceAndParkedAgain) {
  Purchases world;
  world.remote.faults = {Fault::lose_request};
  world.buy();
  auto job = world.ended();
  ASSERT_EQ(job.reason_code, "unknown_effect");
  const auto before = world.loop->wall();
  ASSERT_TRUE(world.run(world.engine->operations().replay({job.id}, Operations::Version::pinned, "operator")));
  job = world.ended();
  EXPECT_EQ(job.reason_code, "unknown_effect") << job.reason;
  EXPECT_LE(world.loop->wall() - before, std::chrono::minutes(5));
  EXPECT_EQ(world.remote.sends, 1);

  // It did not happen, a person says: now it is bought.
  Operations::Settlement settlement;
  ASSERT_TRUE(world.run(world.engine->operations().settle(job.id, settlement, "operator")));
  job = world.ended();
  EXPECT_EQ(job.state, JobState::done) << job.reason;
  EXPECT_EQ(world.remote.sends, 2);
  EXPECT_EQ(world.remote.invoices.size(), 1u);
}

TEST(Looking, XU7_ACrashBetweenArmAndOutcomeBuysNothingTwice) {
  for (const char* point : {"after_arm", "before_send", "after_send", "before_outcome"}) {
    SCOPED_TRACE(point);
    Purchases world;
    world.die_at = point;
    world.buy();
    world.loop->run_for(std::chrono::seconds(30));
    ASSERT_TRUE(world.died);
    world.restart();
    const auto job = world.ended();
    if (world.remote.invoices.empty()) {
      EXPECT_EQ(job.reason_code, "unknown_effect") << job.reason;
      EXPECT_EQ(world.remote.sends, 0);
    } else {
      EXPECT_EQ(job.state, JobState::done) << job.reason;
      EXPECT_EQ(world.remote.invoices.size(), 1u);
      EXPECT_EQ(world.remote.sends, 1);
    }
  }
}

TEST(Looking, XU7_BeforeTheFirstSendItIsLookedForUnlessItIsDeclaredOtherwise) {
  for (const bool first : {true, false}) {
    Purchases world;
    world.remote.probe = [first](remote::Probe& probe) { probe.within = std::chrono::hours(1), probe.first = first; };
    world.remote.invoices.push_back({"r77", "shop-118", "{\"Ref\":\"shop-118\",\"ID\":\"r77\",\"Number\":\"N-77\"}"});
    world.buy();
    EXPECT_EQ(world.ended().state, JobState::done);
    EXPECT_EQ(world.remote.sends, first ? 0 : 1);
  }
}

TEST(Looking, XF5_ARecordOfSeveralRowsIsFoundWhenAllOfThemAre) {
  const auto parts = [](remote::Probe& probe) { probe.within = std::chrono::hours(1), probe.parts = 2, probe.first = false; };
  const std::string row = "{\"Ref\":\"shop-118\",\"ID\":\"r";
  {
    Purchases world;
    world.remote.probe = parts;
    world.remote.faults = {Fault::lose_answer};  // one row
    world.buy();
    const auto job = world.ended();
    ASSERT_EQ(job.reason_code, "unknown_effect");
    EXPECT_NE(job.reason.find("only 1 of 2 parts with the reference shop-118 are found"), std::string::npos) << job.reason;
  }
  Purchases world;
  world.remote.probe = parts;
  world.remote.faults = {Fault::lose_answer};
  world.remote.invoices.push_back({"r2", "shop-118", row + "2\",\"Number\":\"N-2\"}"});  // the second parcel of the same shipment
  world.buy();
  const auto job = world.ended();
  EXPECT_EQ(job.state, JobState::done) << job.reason;
  EXPECT_EQ(world.remote.sends, 1);

  Purchases doubled;
  doubled.remote.probe = parts;
  doubled.remote.faults = {Fault::lose_answer};
  for (const char* id : {"2", "3"}) doubled.remote.invoices.push_back({id, "shop-118", row + id + "\",\"Number\":\"N\"}"});
  doubled.buy();
  EXPECT_EQ(doubled.ended().reason_code, "several_found");
}

TEST(Looking, XU7_WhatWasTakenBackIsNoRecordAndTheRecordIsFetchedOnceItIsFound) {
  Purchases world;
  world.remote.probe = [](remote::Probe& probe) {
    probe.within = std::chrono::hours(1), probe.found = "ID", probe.field = "refs.*.value";
    probe.gone_field = "parcel.*.state", probe.gone = {"void"};
    probe.id = "parcel.0.number", probe.fetch = "labels.recover", probe.fetch_arguments = "{}";
  };
  world.remote.faults = {Fault::lose_request};
  world.remote.invoices.push_back(
      {"r8", "shop-118", R"({"Ref":"shop-118","ID":"r8","refs":[{"value":"shop-118"}],"parcel":[{"number":"1Z8","state":"void"}]})"});
  world.buy();
  world.loop->run_for(std::chrono::minutes(10));
  EXPECT_EQ(world.only_job().state, JobState::waiting) << "a voided one is none";
  EXPECT_EQ(world.remote.sends, 1);
  // One of its two parcels was voided; the other bears a longer reference too. A single one comes as an object.
  world.remote.lists["labels.recover"] = R"({"ID":"r9-whole","Labels":["^XA"]})";
  world.remote.invoices.push_back(
      {"r9", "shop-118",
       R"({"Ref":"shop-118","ID":"r9","refs":{"value":"shop-118"},"parcel":[{"number":"1Z9","state":"void"},{"number":"1ZA"}]})"});
  world.remote.invoices.push_back(
      {"r10", "shop-118", R"({"Ref":"shop-118","ID":"r10","refs":[{"value":"shop-1180"}],"parcel":[{"number":"1ZB"}]})"});
  const auto job = world.ended();
  EXPECT_EQ(job.state, JobState::done) << job.reason;
  EXPECT_EQ(world.remote.sends, 1);
  EXPECT_EQ(world.effects().front().remote_id, "r9-whole");
}

}  // namespace
}  // namespace mlc::engine::testing
