#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"
#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

TEST(Intake, BC1_RefusesAForgedDeliveryAndCountsWhy) {
  World world;
  world.start();
  EXPECT_EQ(world.deliver(World::order_event("1"), "another secret").status, 401);
  const auto& counts = world.engine->intake().counts();
  EXPECT_EQ(counts.refused[crypto::Verdict::mismatch], 1u);
  EXPECT_EQ(counts.accepted, 0u);
  EXPECT_EQ(world.counts().events, 0);
}

Task<RunEnd> broken(HostPtr, RunInput) {
  co_return ended(RunEnd::How::failed, "script_error", "invoice.lua:7: attempt to index nil", false);
}

TEST(Intake, BC1_AScriptThatFailsIsNeverAnsweredWithItsFailure) {
  World world;
  world.flows["orders"] = broken;
  world.start();
  world.go_live();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(world.deliver(World::order_event(std::to_string(i))).status, 200);
  ASSERT_TRUE(world.settle_down());
  for (const auto& job : world.jobs()) EXPECT_EQ(job.state, store::JobState::parked) << job.reason;
  EXPECT_EQ(world.deliver(World::order_event("5")).status, 200);  // with its case open, too
}

TEST(Intake, BC1_SuccessIsSaidAfterTheEventIsStored) {
  World world;
  world.start();
  EXPECT_EQ(world.deliver(World::order_event("1")).status, 200);
  world.restart();  // as if the process had been killed in the moment of the answer
  EXPECT_EQ(world.counts().events, 1);
  EXPECT_EQ(world.only_job().key, "1");
}

TEST(Intake, BC1_RefusesADeliveryWithoutAOrWithTwoSignatures) {
  World world;
  world.start();
  auto none = world.run(world.engine->intake().webhook("acme", "shop", {}, "{}"));
  EXPECT_EQ(none.status, 401);
  HeaderList two = {{"X-Signature", "00"}, {"x-signature", "00"}};
  auto doubled = world.run(world.engine->intake().webhook("acme", "shop", two, "{}"));
  EXPECT_EQ(doubled.status, 400);
  EXPECT_EQ(world.engine->intake().counts().refused[crypto::Verdict::missing], 1u);
  EXPECT_EQ(world.engine->intake().counts().refused[crypto::Verdict::duplicate_field], 1u);
}

TEST(Intake, BC5_AnswersARepetitionWithSuccessAndMakesNoSecondJob) {
  World world;
  world.start();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(world.deliver(World::order_event("1")).status, 200);
  EXPECT_EQ(world.engine->intake().counts().duplicates, 99u);
  EXPECT_EQ(world.counts().jobs_born, 1);
}

TEST(Intake, AHundredAtOnceAreOneJob) {
  World world;
  world.start();
  const auto body = World::order_event("1");
  HeaderList headers = {{"X-Signature", to_hex(crypto::hmac(crypto::Hash::sha256, "s3cret-of-the-shop", body))}};
  int answered = 0;
  for (int i = 0; i < 100; ++i) {
    spawn<IntakeAnswer>(world.engine->intake().webhook("acme", "shop", headers, body),
                        [&](IntakeAnswer answer) { answered += answer.status == 200; });
  }
  world.run_until([&] { return answered == 100; }, std::chrono::minutes(1));
  EXPECT_EQ(answered, 100);
  EXPECT_EQ(world.counts().jobs_born, 1);
}

TEST(Intake, AnEmptyBodyIsAnsweredAndIsNoEvent) {
  World world;
  world.start();
  auto answer = world.run(world.engine->intake().webhook("acme", "shop", {}, ""));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(world.counts().events, 0);
}

TEST(Intake, RecordsATopicThatNobodyWantsAsIgnored) {
  World world;
  world.start();
  EXPECT_EQ(world.deliver(World::order_event("1", "cart/abandoned")).status, 200);
  EXPECT_EQ(world.counts().ignored, 1);
  EXPECT_EQ(world.counts().jobs_born, 0);
  EXPECT_TRUE(world.balances());
}

TEST(Intake, RefusesWhatIsSignedForAnotherStore) {
  World world;
  world.start();
  EXPECT_EQ(world.deliver("{\"scope\":\"order/updated\",\"producer\":\"stores/other\",\"data\":{\"id\":1}}").status, 403);
  EXPECT_EQ(world.counts().events, 0);
}

TEST(Intake, RefusesASignedBodyThatIsNoJson) {
  World world;
  world.start();
  EXPECT_EQ(world.deliver("{\"scope\":\"order/updated\",").status, 400);
  EXPECT_EQ(world.deliver("{\"scope\":\"a\",\"scope\":\"b\"}").status, 400);  // doubled keys are two readings of one text
  EXPECT_EQ(world.engine->intake().counts().malformed, 2u);
}

TEST(Intake, WithoutASecretNothingIsAccepted) {
  World world;
  world.secrets.clear();
  world.start();
  EXPECT_EQ(world.deliver(World::order_event("1"), "").status, 503);
  EXPECT_EQ(world.engine->intake().counts().refused[crypto::Verdict::no_secret], 1u);
  world.secrets["acme/shop#webhook_secret"] = "s3cret-of-the-shop";  // no restart is needed
  EXPECT_EQ(world.deliver(World::order_event("1")).status, 200);
}

TEST(Intake, UnknownEndpointsAreNotFound) {
  World world;
  world.start();
  EXPECT_EQ(world.run(world.engine->intake().webhook("acme", "nobody", {}, "{}")).status, 404);
}

TEST(Intake, MakesOneJobForEachFlowThatMatches) {
  World world;
  auto second = world.instances.front();
  second.name = "copy";
  world.instances.push_back(second);
  world.start();
  EXPECT_EQ(world.deliver(World::order_event("1")).status, 200);
  EXPECT_EQ(world.counts().events, 1);
  EXPECT_EQ(world.counts().jobs_born, 2);
}

TEST(Intake, SaysOverloadedBeforeItsQueueGrowsWithoutBound) {
  World world;
  world.options.max_pending_intake = 10;
  world.start();
  std::map<int, int> answers;
  for (int i = 0; i < 11; ++i) {
    const auto body = World::order_event(std::to_string(i));
    HeaderList headers = {{"X-Signature", to_hex(crypto::hmac(crypto::Hash::sha256, "s3cret-of-the-shop", body))}};
    spawn<IntakeAnswer>(world.engine->intake().webhook("acme", "shop", headers, body),
                        [&](IntakeAnswer answer) { ++answers[answer.status]; });
  }
  world.run_until([&] { return answers[200] + answers[503] == 11; }, std::chrono::minutes(1));
  EXPECT_EQ(answers[200], 10);
  EXPECT_EQ(answers[503], 1);
}

}  // namespace
}  // namespace mlc::engine::testing
