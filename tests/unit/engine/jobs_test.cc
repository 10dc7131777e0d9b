#include "runtime/base/date.h"
#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

using store::DoneAs;
using store::JobState;
using Fault = RemoteWorld::Fault;

void deliver(World& world, const std::string& id = "118") {
  world.order(id, "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.deliver(World::order_event(id)).status, 200);
}

TEST(Jobs, C19_APausedFlowTakesInAndLetsNothingOut) {
  World world;
  world.start();
  world.go_live();
  ASSERT_TRUE(world.run(world.engine->operations().pause("acme", "shop_nl", "orders", "operator")));
  deliver(world);
  world.loop->run_for(std::chrono::minutes(10));
  EXPECT_EQ(world.only_job().state, JobState::waiting);
  EXPECT_EQ(world.remote.sends, 0);
  world.restart();  // a pause is durable
  world.loop->run_for(std::chrono::minutes(10));
  EXPECT_EQ(world.remote.sends, 0);
  ASSERT_TRUE(world.run(world.engine->operations().resume("acme", "shop_nl", "orders", "operator")));
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.remote.sends, 1);
}

TEST(Jobs, C19_APauseStopsARunAtItsNextEffect) {
  World world;
  world.start();
  world.go_live();
  deliver(world);
  ASSERT_TRUE(world.run_until([&] { return world.remote.reads == 1; }, std::chrono::minutes(1)));
  ASSERT_TRUE(world.run(world.engine->operations().pause("acme", "", "", "operator")));
  world.loop->run_for(std::chrono::minutes(10));
  EXPECT_EQ(world.remote.sends, 0);
  EXPECT_EQ(world.only_job().reason_code, "paused");
  ASSERT_TRUE(world.run(world.engine->operations().resume("acme", "", "", "operator")));
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::done);
}

TEST(Jobs, C4_ARetryAsksAgainOnlyForWhatFailed) {
  World world;
  world.start();
  world.go_live();
  world.remote.read_faults = {"unavailable", "timeout"};
  deliver(world);
  ASSERT_TRUE(world.settle_down());
  const auto job = world.only_job();
  EXPECT_EQ(job.state, JobState::done);
  EXPECT_EQ(job.runs, 3);
  EXPECT_EQ(world.remote.sends, 1);
}

TEST(Jobs, C4_RetriesAreSpentAfterTheFlowsMaximumAndACaseStands) {
  World world;
  world.instances.front().flows.front().max_failures = 3;
  world.start();
  world.go_live();
  world.remote.read_faults = {"unavailable", "unavailable", "unavailable"};
  deliver(world);
  ASSERT_TRUE(world.settle_down());
  auto job = world.only_job();
  EXPECT_EQ(job.state, JobState::parked);
  EXPECT_EQ(job.runs, 3);
  EXPECT_NE(job.case_id, 0);
  ASSERT_TRUE(world.run(world.engine->operations().release(job.case_id, Operations::Version::pinned, "operator")));
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::done);
}

TEST(Jobs, C5_AReadBeyondItsQuotaWaitsAndCountsAsNoFailure) {
  World world;
  world.start();
  world.go_live();
  world.remote.read_faults = {"exhausted"};
  deliver(world);
  world.loop->run_for(std::chrono::minutes(5));
  EXPECT_EQ(world.only_job().reason_code, "quota");
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::done);
  EXPECT_EQ(world.only_job().failures, 0);
}

TEST(Jobs, C6_ADeadGrantParksAndReleasesByItself) {
  World world;
  world.start();
  world.go_live();
  world.remote.hold = remote::Remote::Hold{"reauthorise", "the grant books must be authorised again", WallTime::max()};
  deliver(world, "1");
  deliver(world, "2");
  world.loop->run_for(std::chrono::minutes(2));
  for (const auto& job : world.jobs()) {
    EXPECT_EQ(job.state, JobState::parked);
    EXPECT_EQ(job.reason_code, "grant_dead");
  }
  auto cases = world.run(world.store->cases("acme", true));
  ASSERT_TRUE(cases);
  ASSERT_EQ(cases->size(), 1u);
  EXPECT_EQ(cases->front().jobs, 2);
  const int reads = world.remote.reads;
  world.remote.hold.reset();
  ASSERT_TRUE(world.run_until([&] { return world.counts().done == 2; }, std::chrono::minutes(5)));
  EXPECT_EQ(world.remote.invoices.size(), 2u);
  EXPECT_EQ(world.remote.reads, reads + 2);  // a search each; what was read before the park stands in the journal
}

TEST(Jobs, AJobThatTheWatchdogNamedTwiceIsDead) {
  World world;
  world.options.named_by_watchdog = [](int64_t) { return true; };
  world.start();
  world.go_live();
  world.die_at = "record";
  deliver(world);
  world.loop->run_for(std::chrono::seconds(5));
  ASSERT_TRUE(world.died);
  world.kill();
  world.die_at = "record";
  world.start();
  world.loop->run_for(std::chrono::seconds(5));
  ASSERT_TRUE(world.died);
  world.restart();
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::dead);
  EXPECT_EQ(world.only_job().reason_code, "poison");
  EXPECT_TRUE(world.balances());
  ASSERT_TRUE(world.run(world.engine->operations().replay({world.only_job().id}, Operations::Version::live, "operator")));
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::done);
}

TEST(Jobs, EndsThatNameNobodyCondemnAJobOnlyWhenTheyAreMany) {
  World world;
  world.start();
  world.go_live();
  world.order("118", "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.deliver(World::order_event("118")).status, 200);
  for (int i = 0; i < 9; ++i) {
    world.die_at = "record";
    world.loop->run_for(std::chrono::seconds(5));
    ASSERT_TRUE(world.died) << i;
    world.restart();
  }
  EXPECT_EQ(world.only_job().crashes, 9);
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::done);
  EXPECT_EQ(world.only_job().crashes, 0) << "an end of its own clears the record";
}

Task<RunEnd> other_reads(HostPtr host, RunInput input) {
  HostRequest get = ReadRequest{"shop", "", "orders.get", "{\"path\":{\"id\":\"999\"}}"};
  auto read = co_await ask(host, std::move(get));
  (void)input;
  co_return read.value.index() == 0 ? ended(RunEnd::How::done) : failed(read);
}

TEST(Jobs, AScriptThatAsksSomethingElseOnReplayIsParkedNamingTheCall) {
  World world;
  world.start();
  world.go_live();
  world.remote.quota_until = world.loop->wall() + std::chrono::hours(1);
  deliver(world);
  world.loop->run_for(std::chrono::minutes(1));
  world.flows["orders"] = other_reads;
  ASSERT_TRUE(world.settle_down());
  const auto job = world.only_job();
  EXPECT_EQ(job.state, JobState::parked);
  EXPECT_EQ(job.reason_code, "journal_mismatch");
  EXPECT_NE(job.reason.find("call 1 was \"orders.get\""), std::string::npos) << job.reason;
  world.order("999", "2025-10-14T20:00:00Z");
  ASSERT_TRUE(world.run(world.engine->operations().replay({job.id}, Operations::Version::live, "operator")));
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::done);
}

Task<RunEnd> stepper(HostPtr host, RunInput input) {
  HostRequest ask_step = StepRequest{"number"};
  auto step = co_await ask(host, std::move(ask_step));
  if (value_of(step).find("true") == std::string::npos) {
    HostRequest get = ReadRequest{"shop", "", "orders.get", "{\"path\":{\"id\":\"" + input.job.key + "\"}}"};
    auto read = co_await ask(host, std::move(get));
    if (read.value.index() != 0) co_return failed(read);
    HostRequest done = StepDone{"number", "\"42\""};
    auto recorded = co_await ask(host, std::move(done));
  }
  HostRequest set = KvSet{"last", "\"" + input.job.key + "\""};
  auto kept = co_await ask(host, std::move(set));
  HostRequest get = KvGet{"last"};
  auto got = co_await ask(host, std::move(get));
  if (value_of(got) != "\"" + input.job.key + "\"") co_return ended(RunEnd::How::broken, "kv", value_of(got));
  HostRequest emit = EmitRequest{"children", "c1", "{\"n\":1}", "seen", "77"};
  auto emitted = co_await ask(host, std::move(emit));
  HostRequest again = ReadRequest{"shop", "", "orders.get", "{\"path\":{\"id\":\"" + input.job.key + "\"}}"};
  auto read = co_await ask(host, std::move(again));
  if (read.value.index() != 0) co_return failed(read);
  co_return ended(RunEnd::How::done);
}

Task<RunEnd> child(HostPtr, RunInput input) {
  co_return input.event == "{\"n\":1}" ? ended(RunEnd::How::skipped, "", "seen") : ended(RunEnd::How::broken, "payload", input.event);
}

// Jobs of `orders` make some of `children`.
void start_family(World& world, FlowBody parent, FlowBody child) {
  world.flows["orders"] = std::move(parent);
  world.flows["children"] = std::move(child);
  Flow flow;
  flow.name = "children";
  world.instances.front().flows.push_back(flow);
  world.start();
}

TEST(Jobs, C4_FinishedStepsKeysAndChildrenAreDoneOnceOverRetries) {
  World world;
  start_family(world, stepper, child);
  world.remote.read_faults = {"", "unavailable", "unavailable"};
  deliver(world);
  ASSERT_TRUE(world.settle_down());
  const auto jobs = world.jobs();
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0].state, JobState::done) << jobs[0].reason;
  EXPECT_EQ(jobs[0].runs, 3);
  EXPECT_EQ(jobs[1].done_as, DoneAs::skipped) << jobs[1].reason;
  EXPECT_EQ(world.remote.reads, 4);  // the step's read once, the last one three times
  auto cursor = world.run(world.store->get(store::Table::cursors, "acme/shop_nl/seen"));
  ASSERT_TRUE(cursor && *cursor);
  EXPECT_EQ((*cursor)->value, "77");
}

Task<RunEnd> gatherer(HostPtr host, RunInput) {
  HostRequest emit = EmitRequest{"children", "c1", "{}", "", "", std::chrono::seconds(90)};
  auto emitted = co_await ask(host, std::move(emit));
  co_return ended(RunEnd::How::done);
}

Task<RunEnd> gathered(HostPtr, RunInput) { co_return ended(RunEnd::How::done); }

TEST(Jobs, AChildWithADelayBeginsWhenItIsOverAlsoAfterAKill) {
  World world;
  start_family(world, gatherer, gathered);
  deliver(world);
  ASSERT_TRUE(world.run_until([&] { return world.jobs().size() == 2 && world.jobs()[0].state == JobState::done; }));
  EXPECT_EQ(world.jobs()[1].state, JobState::waiting);
  world.restart();
  ASSERT_TRUE(world.settle_down());
  const auto child = world.jobs()[1];
  EXPECT_EQ(child.state, JobState::done);
  EXPECT_GE(child.ended - child.born, Duration(std::chrono::seconds(90)));
  EXPECT_LT(child.ended - child.born, Duration(std::chrono::seconds(95)));
}

Task<RunEnd> passes_on(HostPtr host, RunInput) {
  HostRequest emit = EmitRequest{"children", "c1", "{}", "", "", {}, "books"};
  auto emitted = co_await ask(host, std::move(emit));
  HostRequest same = EmitRequest{"children", "c1", "{}", "", "", {}, "shop"};
  auto emitted_too = co_await ask(host, std::move(same));
  HostRequest other = EmitRequest{"children", "c2", "{}", "", "", {}, "elsewhere"};
  auto refused = co_await ask(host, std::move(other));
  co_return ended(RunEnd::How::skipped, "", refused.value.index() == 1 ? std::get<HostError>(refused.value).message : "");
}

TEST(Jobs, AChildMayBeOfAnotherConnectionOfItsInstance) {
  World world;
  start_family(world, passes_on, gathered);
  deliver(world);
  ASSERT_TRUE(world.settle_down());
  ASSERT_EQ(world.jobs().size(), 3u) << "one for each connection, though they are alike otherwise";
  EXPECT_EQ(world.jobs()[1].source, "books");
  EXPECT_EQ(world.jobs()[2].source, "shop");
  EXPECT_EQ(world.jobs()[0].reason, "connection elsewhere is bound to no role");
}

std::vector<std::string> kept_lists;  // what each list of a run answered

// Reads after its own sets without a wait between them, then meets a quota: the next run is answered by the journal.
Task<RunEnd> keeper(HostPtr host, RunInput input) {
  for (const auto& [key, value] : {std::pair<std::string, std::string>{"parcel:b", "{\"n\":2}"},
                                   {"parcel:a", "1"},
                                   {"parcel:c", "3"},
                                   {"parcels", "9"},
                                   {"other", "9"},
                                   {"parcel:c", "null"},
                                   {"parcel:\xc3\xa4", "4"}}) {
    HostRequest set = KvSet{key, value};
    auto kept = co_await ask(host, std::move(set));
    if (kept.value.index() != 0) co_return failed(kept);
  }
  for (const auto& wanted : {KvList{"parcel:", "", 1000}, KvList{"parcel:", "", 2}, KvList{"parcel:", "parcel:b", 2},
                             KvList{"", "parcel:b", 2}, KvList{"nothing", "", 2}}) {
    HostRequest list = wanted;
    auto got = co_await ask(host, std::move(list));
    if (got.value.index() != 0) co_return failed(got);
    kept_lists.push_back(value_of(got));
  }
  HostRequest get = ReadRequest{"shop", "", "orders.get", "{\"path\":{\"id\":\"" + input.job.key + "\"}}"};
  auto read = co_await ask(host, std::move(get));
  if (read.value.index() != 0) co_return failed(read);
  co_return ended(RunEnd::How::done);
}

TEST(Jobs, KeptValuesAreListedByPrefixInBytewiseOrderPartByPartAndOutOfTheJournalOnReplay) {
  kept_lists.clear();
  World world;
  world.flows["orders"] = keeper;
  world.start();
  world.remote.read_faults = {"unavailable"};
  deliver(world);
  ASSERT_TRUE(world.settle_down());
  ASSERT_EQ(world.only_job().state, JobState::done) << world.only_job().reason;
  ASSERT_EQ(world.only_job().runs, 2);
  ASSERT_EQ(kept_lists.size(), 10u);
  const std::vector<std::string> first(kept_lists.begin(), kept_lists.begin() + 5), second(kept_lists.begin() + 5, kept_lists.end());
  EXPECT_EQ(first[0],
            "[{\"key\":\"parcel:a\",\"value\":1},{\"key\":\"parcel:b\",\"value\":{\"n\":2}},{\"key\":\"parcel:\xc3\xa4\",\"value\":4}]")
      << "own sets are seen, what was forgotten and what begins otherwise is not";
  EXPECT_EQ(first[1], R"([{"key":"parcel:a","value":1},{"key":"parcel:b","value":{"n":2}}])");
  EXPECT_EQ(first[2], "[{\"key\":\"parcel:\xc3\xa4\",\"value\":4}]");
  EXPECT_EQ(first[3], "[{\"key\":\"parcel:\xc3\xa4\",\"value\":4},{\"key\":\"parcels\",\"value\":9}]");
  EXPECT_EQ(first[4], "[]");
  EXPECT_EQ(first, second);

  // A later job sees other values; the first one, revived to go on, would not.
  world.flows["orders"] = [](HostPtr host, RunInput) -> Task<RunEnd> {
    HostRequest list = KvList{"parcel:", "", 1};
    auto got = co_await ask(host, std::move(list));
    kept_lists.push_back(value_of(got));
    co_return ended(RunEnd::How::done);
  };
  world.order("119", "2025-10-14T20:00:00Z");
  EXPECT_EQ(world.deliver(World::order_event("119")).status, 200);
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(kept_lists.back(), R"([{"key":"parcel:a","value":1}])");
}

std::map<std::string, int> at_work;  // runs per record, now
std::vector<std::string> begun;
int most_of_record = 0, most_of_all = 0;

Task<RunEnd> counted(HostPtr host, RunInput input) {
  most_of_record = std::max(most_of_record, ++at_work[input.job.key]);
  int all = 0;
  for (const auto& [key, count] : at_work) all += count;
  most_of_all = std::max(most_of_all, all);
  begun.push_back(std::to_string(input.job.id));
  HostRequest get = ReadRequest{"shop", "", "orders.get", "{\"path\":{\"id\":\"" + input.job.key + "\"}}"};
  auto read = co_await ask(host, std::move(get));
  --at_work[input.job.key];
  co_return ended(RunEnd::How::done);
}

TEST(Jobs, RunsOfOneRecordFollowEachOtherAndThoseOfOthersDoNotWait) {
  at_work.clear(), begun.clear(), most_of_record = most_of_all = 0;
  World world;
  world.flows["orders"] = counted;
  world.start();
  world.go_live();
  world.order("118", "2025-10-14T20:00:00Z");
  world.order("119", "2025-10-14T20:00:00Z");
  for (const char* nonce : {"1", "2", "3"}) {
    for (const char* id : {"118", "119"}) EXPECT_EQ(world.deliver(World::order_event(id, "order/updated", nonce)).status, 200);
  }
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(most_of_record, 1);
  EXPECT_EQ(most_of_all, 2);
  EXPECT_EQ(begun.size(), 6u);
  for (const auto& job : world.jobs()) EXPECT_EQ(job.state, JobState::done);
}

// Refuses until a person has said whose version counts; the order 119 is about something else.
Task<RunEnd> asks_whose(HostPtr, RunInput input) {
  if (!input.decision.empty()) co_return ended(RunEnd::How::skipped, "", input.decision);
  auto end = ended(RunEnd::How::refused, "refused", "Somebody edited invoice 7.");
  end.script_position = "scripts/integrations/orders/posting.lua:7";
  end.decidable = input.job.key != "119";
  co_return end;
}

TEST(Jobs, C17_APersonSaysWhoseVersionCountsAndTheNextAttemptAloneIsTold) {
  using Decision = Operations::Decision;
  World world;
  world.flows["orders"] = asks_whose;
  world.start();
  deliver(world);
  ASSERT_TRUE(world.settle_down());
  auto job = world.only_job();
  EXPECT_EQ(job.state, JobState::parked);
  // Where in the scripts is for the consultant, beside the sentence.
  EXPECT_EQ(job.reason, "Somebody edited invoice 7.");
  const auto told = world.run(world.engine->story().job(job.id));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->get("position")->text(), "scripts/integrations/orders/posting.lua:7");
  EXPECT_TRUE(told->get("decidable")->as_bool());

  for (const auto& [decision, word] : {std::pair{Decision::ours, "ours"}, std::pair{Decision::theirs, "theirs"}}) {
    world.restart();  // what was decided while nothing runs is durable
    ASSERT_TRUE(world.run(world.engine->operations().decide(job.id, decision, "operator")));
    ASSERT_TRUE(world.settle_down());
    job = world.only_job();
    EXPECT_EQ(job.state, JobState::done);
    EXPECT_EQ(job.reason, word);
    auto again = world.run(world.engine->operations().decide(job.id, decision, "operator"));
    EXPECT_EQ(again.error().code(), Code::conflict);
    // A replay is another attempt: it asks again.
    std::vector<store::Id> jobs(1, job.id);
    ASSERT_TRUE(world.run(world.engine->operations().replay(jobs, Operations::Version::pinned, "operator")));
    ASSERT_TRUE(world.settle_down());
    EXPECT_EQ(world.only_job().state, JobState::parked);
  }
  const auto audit = world.run(world.store->audit("acme", 0, 100));
  ASSERT_TRUE(audit);
  int acts = 0;
  for (const auto& entry : *audit) acts += entry.act == "settle.keep_theirs" || entry.act == "settle.take_ours" ? 1 : 0;
  EXPECT_EQ(acts, 2);

  deliver(world, "119");
  ASSERT_TRUE(world.settle_down());
  auto other = world.run(world.engine->operations().decide(world.jobs().back().id, Decision::ours, "operator"));
  EXPECT_NE(other.error().text().find("does not wait for whose version counts: Somebody edited"), std::string::npos)
      << other.error().text();
}

Task<RunEnd> tells_start(HostPtr host, RunInput) {
  HostRequest start = StartRequest{};
  auto given = co_await ask(host, std::move(start));
  co_return ended(RunEnd::How::skipped, "", value_of(given));
}

TEST(Jobs, C13_ARunIsToldTheStartOnceItsInstanceIsLive) {
  World world;
  world.flows["orders"] = tells_start;
  world.start();
  deliver(world);
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.jobs().back().reason, "null");
  const auto start = world.loop->wall() - std::chrono::hours(24 * 30);
  ASSERT_TRUE(world.run(world.engine->operations().live("acme", "shop_nl", start, "test")));
  deliver(world, "119");
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.jobs().back().reason, "\"" + format_rfc3339(start) + "\"");
}

TEST(Jobs, ACancelledJobStaysCancelled) {
  World world;
  world.start();
  world.remote.read_faults = {"exhausted"};
  deliver(world);
  world.loop->run_for(std::chrono::seconds(5));
  const auto job = world.only_job();
  ASSERT_TRUE(world.run(world.engine->operations().cancel(job.id, "not ours", "operator")));
  ASSERT_TRUE(world.settle_down());
  EXPECT_EQ(world.only_job().state, JobState::cancelled);
  EXPECT_FALSE(world.run(world.engine->operations().cancel(job.id, "again", "operator")));
  EXPECT_TRUE(world.balances());
}

TEST(Jobs, StatusAndMetricsBalance) {
  World world;
  world.start();
  world.go_live();
  deliver(world);
  ASSERT_TRUE(world.settle_down());
  auto status = world.run(world.engine->story().status());
  ASSERT_TRUE(status) << status.error().text();
  EXPECT_TRUE(status->get("equation")->get("balances")->as_bool());
  auto metrics = world.run(world.engine->story().metrics());
  ASSERT_TRUE(metrics);
  double done = -1;
  for (const auto& metric : *metrics) {
    if (metric.name == "runs_ended_total" && metric.labels.front().second == "done") done = metric.value;
  }
  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace mlc::engine::testing
