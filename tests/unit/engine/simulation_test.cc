// Webhook to invoice on a virtual clock, with crashes at every named point and lost answers, for all kinds of effects.
#include <algorithm>

#include "runtime/base/encoding.h"
#include "runtime/base/sleep.h"
#include "runtime/crypto/digest.h"
#include "runtime/document/write.h"
#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

using store::DoneAs;
using store::EffectState;
using store::JobState;
using Fault = RemoteWorld::Fault;

std::string operation_of(char kind) {
  return kind == 'A' ? "invoices.put_a" : std::string("invoices.create_") + static_cast<char>(kind - 'A' + 'a');
}

TEST(Simulation, C3_ASignedWebhookBecomesOneInvoiceWithItsStory) {
  World world;
  world.start();
  world.go_live();
  world.order("118", "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.deliver(World::order_event("118")).status, 200);
  ASSERT_TRUE(world.settle_down());

  const auto job = world.only_job();
  EXPECT_EQ(job.state, JobState::done);
  EXPECT_EQ(job.done_as, DoneAs::sent);
  ASSERT_EQ(world.remote.invoices.size(), 1u);
  EXPECT_EQ(world.remote.sends, 1);
  EXPECT_TRUE(world.balances());

  for (const std::string number : {"118", "r1", "N-r1", "shop-118"}) {  // any side's number
    auto story = world.run(world.engine->story().show("acme", number));
    ASSERT_TRUE(story) << number << ": " << story.error().text();
    EXPECT_EQ(story->get("jobs")->items().size(), 1u) << number;
  }
  auto verified = world.run(world.store->verify_audit());
  EXPECT_TRUE(verified);
}

TEST(Simulation, C2_FromWebhookToWriteBackWithinTenSeconds) {
  World world;
  world.start();
  world.go_live();
  constexpr int kOrders = 200;
  std::map<std::string, WallTime> told;
  std::vector<Duration> took;
  const auto look = [&] {
    for (auto one = told.begin(); one != told.end();) {
      if (world.remote.count("shop-" + one->first) == 0) {
        ++one;
        continue;
      }
      took.push_back(world.loop->wall() - one->second);
      one = told.erase(one);
    }
  };
  for (int i = 1; i <= kOrders; ++i) {
    const auto id = std::to_string(i);
    world.order(id, "2025-10-14T20:00:00Z");
    told[id] = world.loop->wall();
    EXPECT_EQ(world.deliver(World::order_event(id)).status, 200);
    world.loop->run_for(std::chrono::milliseconds(100));
    look();
  }
  for (int i = 0; i < 600 && !told.empty(); ++i) {
    world.loop->run_for(std::chrono::milliseconds(100));
    look();
  }
  ASSERT_EQ(took.size(), static_cast<size_t>(kOrders));
  std::sort(took.begin(), took.end());
  EXPECT_LE(took[took.size() * 95 / 100], std::chrono::seconds(10));
}

Timers* lasting_timers = nullptr;

Task<RunEnd> lasting(HostPtr, RunInput) {
  co_await sleep_for(*lasting_timers, std::chrono::minutes(10));
  co_return ended(RunEnd::How::done);
}

TEST(Simulation, C2_StatusShowsEachFlowsLag) {
  World world;
  world.flows["orders"] = lasting;
  world.start();
  lasting_timers = world.loop.get();
  world.go_live();
  const auto flow = [&] {
    auto status = world.run(world.engine->story().status());
    EXPECT_TRUE(status);
    return *document::Document::parse(document::write(status ? *status : document::Node::object()));
  };
  const auto told = [](const document::Document& status, const char* field) {
    const auto one = status.root().get("clients").at(0).get("instances").at(0).get("flows").at(0);
    EXPECT_EQ(one.get("flow").text(), "orders");
    return one.get(field).integer().value_or(-1);
  };
  EXPECT_EQ(told(flow(), "lag_seconds"), 0);
  world.deliver(World::order_event("1", "order/updated", "1"));
  world.deliver(World::order_event("1", "order/updated", "2"));  // runs of one record follow each other
  world.loop->run_for(std::chrono::minutes(5));
  const auto late = flow();
  EXPECT_GE(told(late, "lag_seconds"), 299);
  EXPECT_EQ(told(late, "due"), 1);
  EXPECT_EQ(late.root().get("clients").at(0).get("lag_seconds").integer().value_or(0), told(late, "lag_seconds"));
  world.loop->run_for(std::chrono::minutes(6));
  EXPECT_EQ(told(flow(), "lag_seconds"), 0);
}

TEST(Simulation, TheSameWorldTwiceGivesEqualJournals) {
  const auto once = [] {
    World world;
    world.start();
    world.go_live();
    std::string journals;
    for (const std::string id : {"1", "2", "3"}) {
      world.order(id, "2025-10-14T20:00:00Z");
      world.deliver(World::order_event(id));
    }
    world.remote.faults = {Fault::none, Fault::lose_answer, Fault::again};
    EXPECT_TRUE(world.settle_down());
    for (const auto& job : world.jobs()) journals += world.canonical_journal(job.id) + "--\n";
    return journals;
  };
  const auto first = once();
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(first, once());
}

class Crash : public ::testing::TestWithParam<std::tuple<std::string, char>> {};

// F1: whatever the point, the remote ends with one record; kind D stops for a person where it may have been sent.
TEST_P(Crash, EndsWithOneRecord) {
  const auto& [point, kind] = GetParam();
  World world;
  kind_operation = operation_of(kind);
  if (kind == 'C') world.remote.confirm_fields = {"Amount"};
  world.start();
  world.go_live();
  world.order("118", "2025-10-14T20:00:00Z");
  world.die_at = point;
  EXPECT_EQ(world.deliver(World::order_event("118")).status, 200);
  EXPECT_EQ(world.deliver(World::order_event("118")).status, 200);  // the sender repeats itself
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.deaths, point == "after_confirm" && kind != 'C' ? 0 : 1) << "the crash point was not reached";

  auto job = world.only_job();
  const bool in_doubt = point == "after_arm" || point == "before_send" || point == "after_send" || point == "before_outcome";
  if (kind == 'D' && in_doubt) {
    ASSERT_EQ(job.state, JobState::parked) << job.reason;
    EXPECT_EQ(job.reason_code, "unknown_effect");
    EXPECT_LE(world.remote.sends, 1);
    Operations::Settlement settlement;
    settlement.happened = !world.remote.invoices.empty();
    settlement.reference = settlement.happened ? world.remote.invoices.front().id : "";
    auto settled = world.run(world.engine->operations().settle(job.id, settlement, "controller"));
    ASSERT_TRUE(settled) << settled.error().text();
    ASSERT_TRUE(world.settle_down());
    job = world.only_job();
  }
  EXPECT_EQ(job.state, JobState::done) << job.reason;
  EXPECT_EQ(job.done_as, DoneAs::sent);
  EXPECT_EQ(world.remote.invoices.size(), 1u);
  EXPECT_TRUE(world.balances());
  for (const auto& effect : world.effects()) EXPECT_EQ(effect.state, EffectState::settled);
}

INSTANTIATE_TEST_SUITE_P(EveryPointEveryKind, Crash,
                         ::testing::Combine(::testing::ValuesIn(std::vector<std::string>(kCrashPoints.begin(), kCrashPoints.end())),
                                            ::testing::Values('A', 'B', 'C', 'D')),
                         [](const auto& given) { return std::get<0>(given.param) + "_" + std::get<1>(given.param); });

class Lost : public ::testing::TestWithParam<std::tuple<Fault, char>> {};

// F7: the remote applied it or not, we cannot tell.
TEST_P(Lost, EndsWithOneRecordOrAPerson) {
  const auto& [fault, kind] = GetParam();
  World world;
  kind_operation = operation_of(kind);
  world.start();
  world.go_live();
  world.order("118", "2025-10-14T20:00:00Z");
  world.remote.faults = {fault};
  const auto began = world.loop->wall();
  world.deliver(World::order_event("118"));
  ASSERT_TRUE(world.settle_down());
  const auto job = world.only_job();
  if (kind == 'D') {
    EXPECT_EQ(job.state, JobState::parked);
    EXPECT_EQ(world.remote.sends, 1);  // no automatic resend
    EXPECT_LE(world.loop->wall() - began, std::chrono::seconds(5));
  } else {
    EXPECT_EQ(job.state, JobState::done) << job.reason;
    EXPECT_EQ(world.remote.invoices.size(), 1u);
  }
  if (kind == 'C' && fault == Fault::lose_request) {  // absence needs two searches, a settle time before each
    EXPECT_GE(world.loop->wall() - began, 2 * world.remote.quiet);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Lost,
                         ::testing::Combine(::testing::Values(Fault::lose_answer, Fault::lose_request),
                                            ::testing::Values('A', 'B', 'C', 'D')));

TEST(Simulation, TenThousandJobsThatWaitOnQuotaSurviveAKillWithNothingUnknown) {
  World world;
  world.start();
  world.go_live();
  world.remote.quota_until = world.loop->wall() + std::chrono::hours(1);
  constexpr int kJobs = 10'000;
  int answered = 0;
  for (int i = 1; i <= kJobs; ++i) {
    world.order(std::to_string(i), "2025-10-14T20:00:00Z");
    const auto body = World::order_event(std::to_string(i));
    HeaderList headers = {{"X-Signature", to_hex(crypto::hmac(crypto::Hash::sha256, "s3cret-of-the-shop", body))}};
    spawn<IntakeAnswer>(world.engine->intake().webhook("acme", "shop", headers, body),
                        [&](IntakeAnswer given) { answered += given.status == 200; });
    if (i % 1000 == 0) world.loop->run_for(std::chrono::seconds(1));
  }
  ASSERT_TRUE(world.run_until([&] { return answered == kJobs; }, std::chrono::minutes(5)));
  ASSERT_TRUE(world.run_until([&] { return world.engine->jobs().counts().waited >= kJobs; }, std::chrono::minutes(30)));
  world.restart();
  store::EffectFilter filter;
  filter.states = {EffectState::armed, EffectState::unknown};
  auto doubtful = world.run(world.store->effects(filter));
  ASSERT_TRUE(doubtful);
  EXPECT_TRUE(doubtful->empty());
  EXPECT_EQ(world.remote.sends, 0);
  const auto counts = world.counts();
  EXPECT_EQ(counts.jobs_born, kJobs);
  EXPECT_EQ(counts.open, kJobs);
  EXPECT_TRUE(world.balances());
}

}  // namespace
}  // namespace mlc::engine::testing
