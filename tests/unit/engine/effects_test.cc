#include "runtime/engine/effect_key.h"
#include "runtime/mapping/datum.h"
#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

using store::DoneAs;
using store::EffectState;
using store::JobState;
using Fault = RemoteWorld::Fault;

void deliver_version(World& world, const std::string& id, const std::string& version, const std::string& amount = "40.00") {
  world.order(id, version, amount);
  EXPECT_EQ(world.deliver(World::order_event(id, "order/updated", version)).status, 200);
  ASSERT_TRUE(world.settle_down());
}

TEST(Effects, BC5_ASecondCreateGivesTheFirstOnesResultAndSendsNothing) {
  World world;
  world.start();
  world.go_live();
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  deliver_version(world, "118", "2025-10-14T21:00:00Z");
  EXPECT_EQ(world.remote.sends, 1);
  EXPECT_EQ(world.remote.invoices.size(), 1u);
  for (const auto& job : world.jobs()) EXPECT_EQ(job.done_as, DoneAs::sent);
}

TEST(Effects, AnOlderVersionIsSupersededAndAnEqualOneIsSettledAlready) {
  World world;
  kind_operation = "invoices.put_a";
  world.start();
  world.go_live();
  deliver_version(world, "118", "Tue, 14 Oct 2025 20:00:00 +0000", "50.00");
  deliver_version(world, "118", "Tue, 14 Oct 2025 19:00:00 +0000", "40.00");  // older, although its text sorts anywhere
  EXPECT_EQ(world.remote.sends, 1);
  EXPECT_NE(world.remote.invoices.front().body.find("50.00"), std::string::npos);
  EXPECT_EQ(world.jobs().back().done_as, DoneAs::superseded);
  world.order("118", "Tue, 14 Oct 2025 20:00:00 +0000", "50.00");
  EXPECT_EQ(world.deliver(World::order_event("118", "order/updated", "again")).status, 200);
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.remote.sends, 1);
  EXPECT_EQ(world.jobs().back().done_as, DoneAs::sent);
  deliver_version(world, "118", "Tue, 14 Oct 2025 21:00:00 +0000", "60.00");
  EXPECT_EQ(world.remote.sends, 2);
  EXPECT_NE(world.remote.invoices.front().body.find("60.00"), std::string::npos);
}

// An order of nothing is cancelled: it needs no invoice.
Task<RunEnd> sell_or_withhold(HostPtr host, RunInput input) {
  HostRequest get = ReadRequest{"shop", "", "orders.get", "{\"path\":{\"id\":\"" + input.job.key + "\"}}"};
  auto read = co_await ask(host, std::move(get));
  const auto order = document::Document::parse(value_of(read));
  const auto version = std::string(order->root().get("date_modified").text());
  if (order->root().get("total").text() == "0.00") {
    HostRequest withhold = WithholdRequest{"invoice", "books", "", version};
    auto prior = co_await ask(host, std::move(withhold));
    auto end = ended(value_of(prior) == "null" ? RunEnd::How::skipped : RunEnd::How::done);
    end.reason = value_of(prior);
    co_return end;
  }
  HostRequest write =
      SendRequest{"invoice", "books", "", kind_operation, "{\"body\":{\"Ref\":\"shop-118\"}}", version, "", "", "", "", "", false, ""};
  auto sent = co_await ask(host, std::move(write));
  co_return sent.value.index() == 0 ? ended(RunEnd::How::done) : failed(sent);
}

TEST(Effects, BC18_AJobThatReadTheOrderBeforeItsCancellationMakesNoInvoiceAfterIt) {
  World world;
  world.flows["orders"] = sell_or_withhold;
  world.start();
  world.go_live();
  world.remote.quota_until = world.wall + std::chrono::hours(1);
  world.order("118", "2025-10-14T20:00:00Z", "40.00");
  EXPECT_EQ(world.deliver(World::order_event("118", "order/created", "1")).status, 200);
  ASSERT_TRUE(world.run_until([&] { return world.only_job().reason_code == "quota"; }));
  world.order("118", "2025-10-14T20:05:00Z", "0.00");
  EXPECT_EQ(world.deliver(World::order_event("118", "order/updated", "2")).status, 200);
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.remote.invoices.size(), 0u);
  ASSERT_EQ(world.jobs().size(), 2u);
  EXPECT_EQ(world.jobs()[0].done_as, DoneAs::skipped) << "it began anew and read the cancelled order";
  EXPECT_EQ(world.jobs()[1].done_as, DoneAs::skipped);

  deliver_version(world, "118", "2025-10-14T20:10:00Z", "40.00");  // sold after all
  EXPECT_EQ(world.remote.invoices.size(), 1u);
  EXPECT_EQ(world.jobs().back().done_as, DoneAs::sent);
  deliver_version(world, "118", "2025-10-14T20:15:00Z", "0.00");
  EXPECT_EQ(world.jobs().back().reason, R"({"id":"r1","number":"N-r1","version":"2025-10-14T20:10:00Z"})");
}

std::vector<std::string> sent_answers;

Task<RunEnd> keeping_answers(HostPtr host, RunInput input) {
  auto end = co_await order_to_invoice(host, std::move(input));
  sent_answers.push_back(end.result);
  co_return end;
}

TEST(Effects, AnAnswerSaysWhenTheBytesWereThoseOfAnEarlierAttempt) {
  sent_answers.clear();
  World world;
  world.flows["orders"] = keeping_answers;
  world.start();
  world.go_live();
  world.remote.faults = {Fault::lose_answer};
  deliver_version(world, "118", "2025-10-14T20:00:00Z");  // found again by this job itself: its own bytes
  deliver_version(world, "118", "2025-10-14T21:00:00Z");
  deliver_version(world, "119", "2025-10-14T21:00:00Z");
  ASSERT_GE(sent_answers.size(), 3u);
  const auto& second = sent_answers[sent_answers.size() - 2];
  EXPECT_EQ(sent_answers[sent_answers.size() - 3].find("earlier"), std::string::npos) << sent_answers[0];
  EXPECT_NE(second.find("\"earlier\":true"), std::string::npos) << second;
  EXPECT_EQ(sent_answers.back().find("earlier"), std::string::npos) << sent_answers.back();
}

// Order 118 is sold at eight, and nobody knows whether its invoice arrived.
void sell_unanswered(World& world) {
  world.start();
  world.go_live();
  world.remote.faults = {Fault::lose_answer};
  world.order("118", "2025-10-14T20:00:00Z", "40.00");
  EXPECT_EQ(world.deliver(World::order_event("118", "order/created", "1")).status, 200);
  ASSERT_TRUE(world.run_until([&] { return world.effects().size() == 1 && world.effects()[0].state == EffectState::unknown; }));
}

TEST(Effects, WithholdingWaitsForAnInvoiceWhoseOutcomeIsUnknown) {
  World world;
  world.flows["orders"] = sell_or_withhold;
  ASSERT_NO_FATAL_FAILURE(sell_unanswered(world));
  world.order("118", "2025-10-14T20:05:00Z", "0.00");
  EXPECT_EQ(world.deliver(World::order_event("118", "order/updated", "2")).status, 200);
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.remote.invoices.size(), 1u);
  ASSERT_EQ(world.jobs().size(), 2u);
  EXPECT_NE(world.jobs()[1].reason.find("\"id\":\"r1\""), std::string::npos) << world.jobs()[1].reason;
}

Task<RunEnd> create_then_update(HostPtr host, RunInput input) {
  HostRequest ask_prior = SentRequest{"invoice", "books", "", ""};
  auto prior = co_await ask(host, std::move(ask_prior));
  HostRequest get = ReadRequest{"shop", "", "orders.get", "{\"path\":{\"id\":\"" + input.job.key + "\"}}"};
  auto read = co_await ask(host, std::move(get));
  const auto order = document::Document::parse(value_of(read));
  const auto version = std::string(order->root().get("date_modified").text());
  std::string operation = "invoices.create_c", arguments = "{\"body\":{\"Ref\":\"shop-118\"}}";
  if (value_of(prior) != "null") {
    const auto known = document::Document::parse(value_of(prior));
    operation = "lines.update_a";
    arguments = "{\"path\":{\"id\":\"" + std::string(known->root().get("id").text()) + "\"},\"body\":{\"Note\":\"x\"}}";
  }
  HostRequest write = SendRequest{"invoice", "books", "", operation, arguments, version, "", "", "", "", "", false, ""};
  auto sent = co_await ask(host, std::move(write));
  co_return sent.value.index() == 0 ? ended(RunEnd::How::done) : failed(sent);
}

TEST(Effects, BC5_WhatANewerJobFindsIsKeptUnderTheVersionThatWentOut) {
  World world;
  world.flows["orders"] = create_then_update;
  world.remote.quiet = std::chrono::minutes(30);
  ASSERT_NO_FATAL_FAILURE(sell_unanswered(world));
  world.order("118", "2025-10-14T21:00:00Z", "60.00");
  EXPECT_EQ(world.deliver(World::order_event("118", "order/updated", "2")).status, 200);
  ASSERT_TRUE(world.run_until([&] { return world.jobs().size() == 2 && world.jobs()[1].reason_code == "settling"; }));
  world.remote.read_faults = {"unavailable"};  // the first one's look
  ASSERT_TRUE(world.settle_down());
  ASSERT_EQ(world.remote.invoices.size(), 1u);
  ASSERT_EQ(world.effects().front().job, world.jobs()[1].id) << "the newer job was to find it";
  auto entity = world.run(world.store->entity("acme", "books", "shop:118", "invoice"));
  ASSERT_TRUE(entity && *entity);
  EXPECT_EQ((*entity)->version, "2025-10-14T20:00:00Z") << "or the next job takes what stands there for the newer state";
  deliver_version(world, "118", "2025-10-14T21:00:00Z");
  EXPECT_EQ(world.remote.updates, 1);
}

TEST(Effects, AnUpdateThatAnswersNothingKeepsIdAndNumberOfItsRecord) {
  World world;
  world.flows["orders"] = create_then_update;
  world.start();
  world.go_live();
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  deliver_version(world, "118", "2025-10-14T21:00:00Z");
  EXPECT_EQ(world.remote.updates, 1);
  auto entity = world.run(world.store->entity("acme", "books", "shop:118", "invoice"));
  ASSERT_TRUE(entity && *entity);
  EXPECT_EQ((*entity)->remote_id, "r1");
  EXPECT_EQ((*entity)->number, "N-r1");
  EXPECT_EQ((*entity)->version, "2025-10-14T21:00:00Z");
  deliver_version(world, "118", "2025-10-14T20:30:00Z");  // older than the update
  EXPECT_EQ(world.remote.updates, 1);
}

TEST(Effects, NoNewerUpdateLeavesWhileAnOlderOneIsUnknown) {
  World world;
  kind_operation = "invoices.put_a";
  world.remote.quiet = std::chrono::minutes(30);
  world.start();
  world.go_live();
  world.remote.faults = {Fault::lose_request};
  world.order("118", "2025-10-14T20:00:00Z", "40.00");
  world.deliver(World::order_event("118", "order/updated", "1"));
  world.loop->run_for(std::chrono::minutes(2));
  world.order("118", "2025-10-14T21:00:00Z", "60.00");
  world.deliver(World::order_event("118", "order/updated", "2"));
  world.loop->run_for(std::chrono::minutes(10));
  EXPECT_EQ(world.remote.sends, 1);
  EXPECT_EQ(world.jobs().back().reason_code, "behind_unknown");
  ASSERT_TRUE(world.settle_down());
  ASSERT_EQ(world.remote.invoices.size(), 1u);
  EXPECT_NE(world.remote.invoices.front().body.find("60.00"), std::string::npos);  // the newest value stands
}

TEST(Effects, BC5_ACreateWithALookUpFindsWhatIsThereAlready) {
  World world;
  world.start();
  world.go_live();
  world.remote.invoices.push_back({"r77", "shop-118", "{\"Ref\":\"shop-118\",\"ID\":\"r77\",\"Number\":\"N-77\"}"});
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.remote.sends, 0);
  EXPECT_EQ(world.effects().front().remote_id, "r77");
}

// The flow looks by the field that a create is looked up by, and says so.
Task<RunEnd> looks_itself(HostPtr host, RunInput input) {
  HostRequest look = ReadRequest{"books", "", "invoices.find", "{\"query\":{\"ref\":\"shop-" + input.job.key + "\"}}"};
  auto looked = co_await ask(host, std::move(look));
  if (!std::holds_alternative<std::string>(looked.value)) co_return failed(looked);
  SendRequest create;
  create.effect = "invoice";
  create.role = "books";
  create.operation = "invoices.create_c";
  create.arguments = "{\"body\":{\"Ref\":\"shop-" + input.job.key + "\",\"Amount\":\"40.00\"}}";
  create.looked = "invoices.find";
  HostRequest write = std::move(create);
  auto sent = co_await ask(host, std::move(write));
  if (!std::holds_alternative<std::string>(sent.value)) co_return failed(sent);
  co_return ended(RunEnd::How::done);
}

TEST(Effects, C5_WhatTheRunHasLookedForItselfIsNotSearchedASecondTime) {
  World world;
  world.flows["orders"] = looks_itself;
  world.start();
  world.go_live();
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.only_job().state, JobState::done);
  EXPECT_EQ(world.remote.reads, 1);
  EXPECT_EQ(world.remote.count("shop-118"), 1);
}

TEST(Effects, BC5_ALookThatOnlyTheJournalRemembersIsNone) {
  World world;
  world.flows["orders"] = looks_itself;
  world.start();
  world.go_live();
  world.die_at = "after_plan";
  world.order("118", "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.deliver(World::order_event("118")).status, 200);
  world.loop->run_for(std::chrono::seconds(5));
  ASSERT_TRUE(world.died);
  world.remote.invoices.push_back({"r1", "shop-118", R"({"Ref":"shop-118","ID":"r1"})"});  // somebody else's, meanwhile
  world.restart();
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::done);
  EXPECT_EQ(world.remote.sends, 0);
}

TEST(Effects, BC5_SeveralRecordsWithOneReferenceAreForAPerson) {
  World world;
  world.start();
  world.go_live();
  for (const std::string id : {"r1", "r2"})
    world.remote.invoices.push_back({id, "shop-118", "{\"Ref\":\"shop-118\",\"ID\":\"" + id + "\"}"});
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.remote.sends, 0);
  EXPECT_EQ(world.only_job().state, JobState::parked);
  EXPECT_EQ(world.only_job().reason_code, "several_found");
}

TEST(Effects, ARejectionParksWithTheRemotesWordsAndReplaysUnderANewKey) {
  World world;
  world.start();
  world.go_live();
  world.remote.faults = {Fault::reject};
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  auto job = world.only_job();
  EXPECT_EQ(job.state, JobState::parked);
  EXPECT_NE(job.reason.find("VAT code 5 is blocked"), std::string::npos);
  auto cases = world.run(world.store->cases("acme", true));
  ASSERT_TRUE(cases);
  ASSERT_EQ(cases->size(), 1u);
  EXPECT_EQ(cases->front().jobs, 1);

  world.order("118", "2025-10-14T20:00:00Z", "41.00");  // corrected in the shop, same version for the test's sake
  auto released = world.run(world.engine->operations().release(cases->front().id, Operations::Version::pinned, "controller"));
  ASSERT_TRUE(released) << released.error().text();
  EXPECT_EQ(*released, 1);
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::done);
  ASSERT_EQ(world.remote.invoices.size(), 1u);
  EXPECT_NE(world.remote.invoices.front().body.find("41.00"), std::string::npos);  // read anew
  EXPECT_EQ(world.effects().size(), 2u);                                           // generations 1 and 2
}

TEST(Effects, AnUnclearAnswerThatLooksLikeARefusalIsDecidedByOneSearch) {
  World world;
  world.start();
  world.go_live();
  world.remote.faults = {Fault::refusal_like};
  const auto reads = world.remote.reads;
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.only_job().state, JobState::parked);
  EXPECT_EQ(world.effects().front().state, EffectState::rejected);
  EXPECT_EQ(world.remote.sends, 1);
  EXPECT_GE(world.remote.reads - reads, 3);  // the order, the search before, the search after
}

TEST(Effects, C15_AnUpdateThatLooksRefusedAndChangedNothingIsNotSentAgain) {
  World world;
  kind_operation = "invoices.put_a";
  world.start();
  world.go_live();
  deliver_version(world, "118", "2025-10-14T20:00:00Z", "40.00");
  world.remote.faults = {Fault::refusal_like};
  deliver_version(world, "118", "2025-10-14T21:00:00Z", "60.00");
  EXPECT_EQ(world.remote.sends, 2);
  EXPECT_EQ(world.jobs().back().state, JobState::parked);
  EXPECT_NE(world.remote.invoices.front().body.find("40.00"), std::string::npos);
}

TEST(Effects, ASuccessWithoutAReadableBodyIsLookedUpAndNeverSentAgain) {
  World world;
  world.start();
  world.go_live();
  world.remote.faults = {Fault::blind};
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.only_job().state, JobState::done);
  EXPECT_EQ(world.remote.sends, 1);
  EXPECT_EQ(world.effects().front().remote_id, "r1");
}

TEST(Effects, AFullQuotaIsWaitedForWithTheSameBytesAndIsNoFailure) {
  World world;
  world.start();
  world.go_live();
  world.remote.faults = {Fault::again};
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  const auto job = world.only_job();
  EXPECT_EQ(job.state, JobState::done);
  EXPECT_EQ(job.failures, 0);
  EXPECT_EQ(world.effects().size(), 1u);
  EXPECT_EQ(world.effects().front().sends, 2);
}

TEST(Effects, C12_ANewerVersionReplacesBytesThatDidNothingThere) {
  World world;
  world.start();
  world.go_live();
  world.remote.faults = {Fault::again};
  world.remote.again_in = std::chrono::hours(1);
  world.order("118", "2025-10-14T20:00:00Z", "40.00");
  EXPECT_EQ(world.deliver(World::order_event("118", "order/created", "1")).status, 200);
  ASSERT_TRUE(world.run_until([&] { return world.only_job().reason_code == "quota"; }));
  EXPECT_EQ(world.effects().front().sends, 1);
  world.order("118", "2025-10-14T21:00:00Z", "60.00");
  EXPECT_EQ(world.deliver(World::order_event("118", "order/updated", "2")).status, 200);
  ASSERT_TRUE(world.settle_down());
  ASSERT_EQ(world.remote.invoices.size(), 1u);
  EXPECT_NE(world.remote.invoices.front().body.find("60.00"), std::string::npos) << world.remote.invoices.front().body;
  for (const auto& job : world.jobs()) EXPECT_EQ(job.done_as, DoneAs::sent);
  EXPECT_EQ(world.jobs().front().restarts, 1) << "the other one ran while it waited";
}

TEST(Effects, C5_AShortWaitIsNotOvertaken) {
  World world;
  world.start();
  world.go_live();
  world.remote.faults = {Fault::again};
  world.order("118", "2025-10-14T20:00:00Z", "40.00");
  EXPECT_EQ(world.deliver(World::order_event("118", "order/created", "1")).status, 200);
  ASSERT_TRUE(world.run_until([&] { return world.only_job().reason_code == "quota"; }));
  EXPECT_EQ(world.deliver(World::order_event("118", "order/updated", "2")).status, 200);
  ASSERT_TRUE(world.settle_down());
  for (const auto& job : world.jobs()) EXPECT_EQ(job.restarts, 0);
  EXPECT_EQ(world.jobs().back().runs, 1) << "it read the order once, when the one before it was done";
}

TEST(Effects, WhatNeverLeftIsTriedAgainAtAnyKind) {
  for (const std::string operation : {"invoices.put_a", "invoices.create_b", "invoices.create_c", "invoices.create_d"}) {
    World world;
    kind_operation = operation;
    world.start();
    world.go_live();
    world.remote.faults = {Fault::not_sent, Fault::not_sent};
    deliver_version(world, "118", "2025-10-14T20:00:00Z");
    EXPECT_EQ(world.only_job().state, JobState::done) << operation;
    EXPECT_EQ(world.remote.invoices.size(), 1u) << operation;
  }
}

TEST(Effects, L1_AReleasedJobHasAllItsSendsAgain) {
  World world;
  kind_operation = "invoices.create_b";
  world.start();
  world.go_live();
  world.remote.faults.assign(12, Fault::lose_request);
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  auto job = world.only_job();
  ASSERT_EQ(job.state, JobState::parked) << job.reason;
  EXPECT_NE(job.reason.find("failed 12 times"), std::string::npos) << job.reason;
  EXPECT_EQ(world.remote.sends, 12);
  EXPECT_EQ(world.remote.invoices.size(), 0u);
  auto cases = world.run(world.store->cases("acme", true));
  ASSERT_EQ(cases->size(), 1u);
  ASSERT_TRUE(world.run(world.engine->operations().release(cases->front().id, Operations::Version::pinned, "warehouse")));
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::done) << world.only_job().reason;
  EXPECT_EQ(world.remote.invoices.size(), 1u);
}

TEST(Effects, AKindWithoutALookUpMayBeDeclaredRepeatable) {
  World world;
  kind_operation = "invoices.create_d";
  world.remote.may_repeat = true;
  world.start();
  world.go_live();
  world.remote.faults = {Fault::lose_request};
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.only_job().state, JobState::done);
  EXPECT_EQ(world.remote.sends, 2);
}

TEST(Effects, ALateLandingIsFoundAfterTheSecondCreate) {
  World world;
  world.start();
  world.go_live();
  world.remote.faults = {Fault::lose_request};
  world.order("118", "2025-10-14T20:00:00Z");
  world.deliver(World::order_event("118"));
  // Two empty searches pass; the first request lands when the second one is on its way.
  ASSERT_TRUE(world.run_until([&] { return world.remote.sends == 2; }, std::chrono::hours(1)));
  world.remote.invoices.push_back({"late", "shop-118", "{\"Ref\":\"shop-118\",\"ID\":\"late\"}"});
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::parked);
  EXPECT_EQ(world.only_job().reason_code, "several_found");
}

TEST(Effects, C12_AFieldThatTheRemoteChangedIsNamed) {
  World world;
  world.remote.confirm_fields = {"Amount"};
  world.start();
  world.go_live();
  world.order("118", "2025-10-14T20:00:00Z");
  world.deliver(World::order_event("118"));
  ASSERT_TRUE(world.run_until([&] { return !world.remote.invoices.empty(); }, std::chrono::hours(1)));
  world.remote.invoices.front().body = "{\"Ref\":\"shop-118\",\"ID\":\"r1\",\"Amount\":\"39.99\"}";
  ASSERT_TRUE(world.settle_down());
  const auto job = world.only_job();
  EXPECT_EQ(job.state, JobState::parked);
  EXPECT_EQ(job.reason_code, "confirm_differs");
  EXPECT_NE(job.reason.find("Amount was sent as 40.00 and stands there as 39.99"), std::string::npos) << job.reason;
  world.remote.invoices.front().body = "{\"Ref\":\"shop-118\",\"ID\":\"r1\",\"Amount\":40}";
  ASSERT_TRUE(world.run(world.engine->operations().replay({job.id}, Operations::Version::pinned, "controller")));
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::done);
  EXPECT_EQ(world.remote.sends, 1);
}

TEST(Effects, C13_ShadowPlansAndSendsNothing) {
  World world;
  world.start();  // new instances begin in shadow
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.remote.sends, 0);
  EXPECT_EQ(world.only_job().done_as, DoneAs::shadow);
  EXPECT_EQ(world.effects().front().state, EffectState::shadow);
  // Fields of mappings take ids as guids, so a later mapping of the job must be able to name what was not sent.
  const std::string id = shadow_id(world.effects().front().key);
  EXPECT_TRUE(mapping::is_guid(id)) << id;
  world.go_live();
  deliver_version(world, "118", "2025-10-14T21:00:00Z");
  EXPECT_EQ(world.remote.sends, 1);
}

TEST(Effects, C13_NothingThatArrivedBeforeTheStartMakesADocument) {
  World world;
  world.start();
  auto later = world.run(world.engine->operations().live("acme", "shop_nl", world.loop->wall() + std::chrono::hours(5), "test"));
  ASSERT_TRUE(later);
  deliver_version(world, "118", "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.remote.sends, 0);
  EXPECT_EQ(world.only_job().done_as, DoneAs::skipped);
}

}  // namespace
}  // namespace mlc::engine::testing
