#include "tests/unit/store/fixture.h"

namespace mlc::store {
namespace {

class Jobs : public StoreTest {
 protected:
  void SetUp() override { open(); }
};

TEST_F(Jobs, AcceptedEventIsAJobThatIsClaimedOnceWithItsPayload) {
  const auto accepted = accept({event("118", "replay-118")});
  ASSERT_EQ(1u, accepted[0].jobs.size());
  EXPECT_EQ(accepted[0].event, accepted[0].jobs[0]);
  const auto claimed = claim(10);
  ASSERT_EQ(1u, claimed.size());
  EXPECT_EQ("sealed 118", claimed[0].payload.bytes);
  EXPECT_EQ("wrapped key", claimed[0].payload.key);
  EXPECT_EQ("order/created", claimed[0].topic);
  EXPECT_EQ("118", claimed[0].job.key);
  EXPECT_EQ(1, claimed[0].job.runs);
  EXPECT_EQ(JobState::running, claimed[0].job.state);
  EXPECT_TRUE(claimed[0].journal.empty());
  EXPECT_TRUE(claim(10).empty());
}

TEST_F(Jobs, SameReplayKeyIsADuplicateOfTheFirstAlsoAfterARestart) {
  const auto first = accept({event("1", "same")});
  EXPECT_TRUE(accept({event("1", "same")})[0].duplicate);
  open();
  const auto again = accept({event("1", "same"), event("2", "other"), event("3", "other")});
  EXPECT_TRUE(again[0].duplicate);
  EXPECT_EQ(first[0].event, again[0].event);
  EXPECT_TRUE(again[0].jobs.empty());
  EXPECT_FALSE(again[1].duplicate);
  EXPECT_TRUE(again[2].duplicate) << "duplicates inside one batch count";
  EXPECT_EQ(2, good(store_->counts("")).jobs_born);
  EXPECT_EQ(3, good(store_->counts("acme")).duplicates);
}

TEST_F(Jobs, ReplayKeysOfTwoConnectionsNeverMeet) {
  auto other = event("1", "same");
  other.connection = "second shop";
  accept({event("1", "same")});
  EXPECT_FALSE(accept({other})[0].duplicate);
}

TEST_F(Jobs, ReplayKeyIsKeptUntilItsTimeAndForgottenAfter) {
  accept({event("1", "key")});
  loop_.run_for(std::chrono::hours(24 * 7));
  EXPECT_TRUE(accept({event("1", "key")})[0].duplicate);
  loop_.run_for(std::chrono::seconds(1));
  accept({event("2", "pushes the expired one out")});
  EXPECT_FALSE(accept({event("1", "key")})[0].duplicate);
}

TEST_F(Jobs, IgnoredEventIsRecordedWithoutAJob) {
  auto ignored = event("1");
  ignored.jobs.clear();
  EXPECT_TRUE(accept({ignored})[0].jobs.empty());
  EXPECT_TRUE(claim().empty());
  const auto counts = good(store_->counts("acme"));
  EXPECT_EQ(1, counts.events);
  EXPECT_EQ(1, counts.ignored);
  EXPECT_EQ(0, counts.with_jobs);
}

TEST_F(Jobs, OneEventMayBeSeveralJobs) {
  auto both = event("1");
  both.jobs.push_back({"acme", "stock", "reserve", "shop", "1", Lane::live, std::nullopt});
  const auto accepted = accept({both, event("2")});
  ASSERT_EQ(2u, accepted[0].jobs.size());
  EXPECT_NE(accepted[0].jobs[1], accepted[1].jobs[0]);
  const auto claimed = claim(10);
  ASSERT_EQ(3u, claimed.size());
  for (const auto& one : claimed) EXPECT_EQ(one.job.event == accepted[0].event ? "sealed 1" : "sealed 2", one.payload.bytes);
}

TEST_F(Jobs, NoTwoOfOneKeyRunAtOnce) {
  accept({event("1"), event("1"), event("1"), event("2")});
  auto running = claim(10);
  ASSERT_EQ(2u, running.size()) << "one of key 1 and one of key 2";
  EXPECT_TRUE(claim(10).empty());
  commit(ends(running[0], JobState::done));
  auto next = claim(10);
  ASSERT_EQ(1u, next.size());
  EXPECT_EQ("1", next[0].job.key);
  EXPECT_GT(next[0].job.id, running[0].job.id);
  commit(ends(next[0], JobState::done));
  EXPECT_EQ(1u, claim(10).size());
}

// A run that ends waiting, with what others of its key may do meanwhile.
Change waits(const Claimed& claimed, Precedence precedence, WallTime next = {}) {
  Change change;
  change.job = claimed.job.id;
  change.epoch = claimed.job.epoch;
  change.job_update = Change::JobUpdate{JobState::waiting, DoneAs::none, next, 0, "quota", "", std::nullopt, precedence};
  return change;
}

TEST_F(Jobs, G6_AJobThatWaitsInTheMidstOfItsWorkKeepsItsKeyAlsoAfterARestart) {
  accept({event("1"), event("1"), event("2")});
  auto running = claim(10);
  ASSERT_EQ(2u, running.size());
  const WallTime later = loop_.wall() + std::chrono::hours(1);
  commit(waits(running[0], Precedence::kept, later));
  commit(ends(running[1], JobState::done));
  EXPECT_TRUE(claim(10).empty()) << "the second of key 1 would overtake";
  const auto second = good(store_->job(running[0].job.id + 1));
  ASSERT_TRUE(second);
  EXPECT_EQ("waits behind job " + std::to_string(running[0].job.id) + " of the same record", second->reason);
  open();
  EXPECT_TRUE(claim(10).empty());
  loop_.run_for(std::chrono::hours(2));
  auto again = claim(10);
  ASSERT_EQ(1u, again.size());
  EXPECT_EQ(running[0].job.id, again[0].job.id);
  EXPECT_EQ(1, again[0].job.attempt);
  commit(ends(again[0], JobState::done));
  auto next = claim(10);
  ASSERT_EQ(1u, next.size());
  EXPECT_GT(next[0].job.id, again[0].job.id);
}

TEST_F(Jobs, WhoeverKeepsAKeyAndIsCancelledLetsTheNextRun) {
  accept({event("1"), event("1")});
  auto running = claim(10);
  commit(waits(running[0], Precedence::kept, loop_.wall() + std::chrono::hours(1)));
  EXPECT_TRUE(claim(10).empty());
  Change cancel;
  cancel.job = running[0].job.id;
  cancel.job_update = Change::JobUpdate{JobState::cancelled, DoneAs::none, {}, 0, "person", "not wanted", std::nullopt};
  commit(cancel);
  EXPECT_EQ(1u, claim(10).size());
}

TEST_F(Jobs, AJobThatFailedBeforeItPlannedAnythingLetsOthersByAndBeginsAnewAfterThem) {
  accept({event("1"), event("1")});
  auto first = claim(10);
  commit(waits(first[0], Precedence::given, loop_.wall() + std::chrono::hours(1)));
  open();
  auto second = claim(10);
  ASSERT_EQ(1u, second.size());
  EXPECT_EQ(1, second[0].job.attempt);
  commit(ends(second[0], JobState::done));
  loop_.run_for(std::chrono::hours(2));
  auto again = claim(10);
  ASSERT_EQ(1u, again.size());
  EXPECT_EQ(first[0].job.id, again[0].job.id);
  EXPECT_EQ(1, again[0].job.attempt);
  EXPECT_EQ(1, again[0].job.restarts) << "what it had read is older than what the other did";
}

TEST_F(Jobs, AJobThatNobodyOvertookGoesOnWhereItWas) {
  accept({event("1")});
  auto first = claim(10);
  commit(waits(first[0], Precedence::given));
  auto again = claim(10);
  ASSERT_EQ(1u, again.size());
  EXPECT_EQ(0, again[0].job.restarts);
}

TEST_F(Jobs, ABackfillThatWaitsDoesNotKeepALiveEventForItsHours) {
  auto old = event("1");
  old.jobs[0].lane = Lane::backfill;
  accept({old});
  auto running = claim(10);
  ASSERT_EQ(1u, running.size());
  commit(waits(running[0], Precedence::kept, loop_.wall() + std::chrono::hours(24)));
  EXPECT_TRUE(claim(10).empty());
  accept({event("1")});
  auto hurried = claim(10);
  ASSERT_EQ(1u, hurried.size()) << "the live one goes behind the backfill's and makes that one due";
  EXPECT_EQ(running[0].job.id, hurried[0].job.id);
  EXPECT_EQ(Lane::live, hurried[0].job.lane);
}

TEST_F(Jobs, ARevivalIsRemembered) {
  accept({event("1")});
  auto first = claim(10);
  EXPECT_EQ(WallTime{}, first[0].job.revived);
  Change park = ends(first[0], JobState::parked);
  park.park_in = Case();
  park.park_in->cause = "x";
  commit(park);
  loop_.run_for(std::chrono::hours(1));
  const WallTime then = loop_.wall();
  EXPECT_EQ(1, good(store_->revive({first[0].job.id}, "", {})));
  auto again = claim(10);
  ASSERT_EQ(1u, again.size());
  EXPECT_EQ(then, again[0].job.revived);
  commit(waits(again[0], Precedence::kept, loop_.wall() + std::chrono::hours(1)));
  loop_.run_for(std::chrono::hours(2));
  again = claim(10);
  ASSERT_EQ(1u, again.size());
  EXPECT_EQ(then, again[0].job.revived) << "waiting is no revival";
}

TEST_F(Jobs, ABlockedJobIsNotForgottenWhenTheOneBeforeItIsCancelledWaiting) {
  accept({event("1"), event("1"), event("1")});
  auto first = claim(10);
  ASSERT_EQ(1u, first.size());
  commit(ends(first[0], JobState::done));
  Change cancel;
  cancel.job = first[0].job.id + 1;
  cancel.job_update = Change::JobUpdate{JobState::cancelled, DoneAs::none, {}, 0, "person", "not wanted", std::nullopt};
  commit(cancel);
  auto next = claim(10);
  ASSERT_EQ(1u, next.size());
  EXPECT_EQ(first[0].job.id + 2, next[0].job.id);
}

TEST_F(Jobs, HeldScopesWaitAndComeBackAlsoAfterARestart) {
  accept({event("1"), event("2")});
  auto other = event("3");
  other.jobs[0].client = "zeta";
  accept({other});
  EXPECT_EQ(1u, claim(10, {"acme/orders/invoice"}).size());
  EXPECT_TRUE(claim(10, {"acme/orders"}).empty());
  EXPECT_TRUE(claim(10, {"acme"}).empty());
  crash_and_open();
  EXPECT_EQ(1u, claim(10, {"acme"}).size()) << "the one that was running";
  EXPECT_EQ(2u, claim(10).size());
}

TEST_F(Jobs, LiveLaneGoesFirstThenRetryThenBackfillEachOldestFirst) {
  auto backfill = event("b");
  backfill.jobs[0].lane = Lane::backfill;
  auto retry = event("r");
  retry.jobs[0].lane = Lane::retry;
  accept({backfill, retry, event("l1"), event("l2")});
  std::string order;
  for (const auto& one : claim(10)) order += one.job.key + " ";
  EXPECT_EQ("l1 l2 r b ", order);
}

TEST_F(Jobs, AJobWaitsForItsTime) {
  auto later = event("1");
  later.jobs[0].not_before = loop_.wall() + std::chrono::minutes(5);
  accept({later});
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(later.jobs[0].not_before, good(store_->next_due()));
  loop_.run_for(std::chrono::minutes(5));
  auto run = claim();
  ASSERT_EQ(1u, run.size());
  commit(ends(run[0], JobState::waiting, loop_.wall() + std::chrono::seconds(30)));
  EXPECT_EQ(loop_.wall() + std::chrono::seconds(30), good(store_->next_due()));
  loop_.run_for(std::chrono::seconds(30));
  run = claim();
  ASSERT_EQ(1u, run.size());
  EXPECT_EQ(2, run[0].job.runs);
  EXPECT_EQ(2, run[0].job.epoch);
  EXPECT_EQ(std::nullopt, good(store_->next_due()));
}

TEST_F(Jobs, ARunTheProcessDidNotSurviveCountsACrashAndIsClaimableAgain) {
  accept_one("1");
  auto first = claim();
  Change record;
  record.job = first[0].job.id;
  record.epoch = first[0].job.epoch;
  record.entries = {entry("get order"), entry("search account")};
  const auto committed = commit(record);
  crash_and_open();
  auto second = claim();
  ASSERT_EQ(1u, second.size());
  EXPECT_EQ(1, second[0].job.crashes);
  ASSERT_EQ(2u, second[0].journal.size());
  EXPECT_EQ("get order", second[0].journal[0].name);
  EXPECT_EQ(committed.entry_rows[1], second[0].journal[1].row);
  EXPECT_EQ(std::string(32, 'h'), second[0].journal[1].input_hash);
  EXPECT_EQ(committed.at, second[0].journal[1].at);
  EXPECT_EQ(Code::conflict, bad(store_->commit(record))) << "the first run's fence";
}

TEST_F(Jobs, CrashesCountOnlyWhileARunGetsNoFurther) {
  accept_one("1");
  const auto crash = [&](bool gets_further) {
    auto run = claim();
    if (gets_further) {
      Change record;
      record.job = run.at(0).job.id;
      record.epoch = run[0].job.epoch;
      record.entries = {entry("get order")};
      commit(record);
    }
    crash_and_open();
    return run.at(0).job.crashes;
  };
  EXPECT_EQ(0, crash(true));
  EXPECT_EQ(1, crash(false));
  EXPECT_EQ(2, crash(false));
  EXPECT_EQ(3, crash(true)) << "this one gets further before it dies";
  EXPECT_EQ(1, crash(false));
  auto run = claim();
  EXPECT_EQ(2, run.at(0).job.crashes);
  commit(ends(run[0], JobState::waiting, loop_.wall()));
  EXPECT_EQ(0, claim().at(0).job.crashes) << "a run that ended by itself starts the count again";
}

TEST_F(Jobs, AClientThatRunsAsMuchAsItMayKeepsItsOthersBackAndNobodyElses) {
  for (int i = 0; i < 50; ++i) accept_one(std::to_string(i));
  auto other = event("other");
  other.client = "bolt";
  other.jobs = {birth("other", "bolt")};
  accept({other});
  const auto take = [&] {
    ClaimRequest request;
    request.limit = 8;
    request.most_of_client = 4;
    return good(store_->claim(request));
  };
  auto runs = take();
  ASSERT_EQ(5u, runs.size());
  EXPECT_EQ("bolt", runs.back().job.client) << "50 jobs of acme came before it";
  EXPECT_TRUE(take().empty());
  std::vector<std::string> order;
  for (int i = 0; i < 46; ++i) {
    order.push_back(runs.front().job.key);
    commit(ends(runs.front(), JobState::done));
    runs.erase(runs.begin());
    if (i == 20) {
      crash_and_open();
      runs = take();
      ASSERT_EQ(5u, runs.size()) << "after a crash all that waited is claimable again";
      std::erase_if(runs, [](const Claimed& run) { return run.job.client == "bolt"; });
      continue;
    }
    std::erase_if(runs, [](const Claimed& run) { return run.job.client == "bolt"; });
    auto next = take();
    ASSERT_EQ(1u, next.size()) << "run " << i << ": one ended, so one goes";
    runs.push_back(next[0]);
  }
  EXPECT_EQ(46u, order.size());
}

TEST_F(Jobs, AStaleRunWritesNothingAtAll) {
  accept_one("1");
  auto run = claim();
  Change stale = ends(run[0], JobState::done);
  stale.epoch += 1;
  stale.entries = {entry("late")};
  stale.put = {{Table::kv, {"k", "v", {}}}};
  stale.events = {event("child")};
  stale.audit = {{"acme", "engine", "sent", "invoice", ""}};
  EXPECT_EQ(Code::conflict, bad(store_->commit(stale)));
  EXPECT_EQ(0, number("SELECT count(*) FROM journal"));
  EXPECT_EQ(std::nullopt, good(store_->get(Table::kv, "k")));
  EXPECT_EQ(1, number("SELECT count(*) FROM events"));
  EXPECT_EQ(0, number("SELECT count(*) FROM audit"));
  EXPECT_EQ(1, good(store_->verify_audit()).entries);
}

TEST_F(Jobs, TheJournalIsReadThroughManyRunsInOrder) {
  accept({event("1"), event("2")});
  for (int run = 0; run < 3; ++run) {
    auto claimed = claim(2);
    ASSERT_EQ(2u, claimed.size());
    for (int step = 0; step < 2; ++step) {
      for (const auto& one : claimed) {
        Change record;
        record.job = one.job.id;
        record.epoch = one.job.epoch;
        record.entries = {entry(one.job.key + ":" + std::to_string(run) + std::to_string(step))};
        commit(record);
      }
    }
    if (run == 1) {
      crash_and_open();
      continue;
    }
    for (const auto& one : claimed) commit(ends(one, JobState::waiting, loop_.wall()));
  }
  auto story = good(store_->story(1));
  ASSERT_TRUE(story);
  std::string names;
  for (const auto& one : story->journal) names += one.name + " ";
  EXPECT_EQ("1:00 1:01 1:10 1:11 1:20 1:21 ", names);
}

TEST_F(Jobs, ParkedJobsShareACaseThatClosesWithTheLast) {
  accept({event("1"), event("2")});
  Case cause;
  cause.cause = "vat_code:5";
  cause.sentence = "VAT code 5 is unknown";
  for (const auto& one : claim(2)) {
    Change park = ends(one, JobState::parked);
    park.park_in = cause;
    commit(park);
  }
  auto open_cases = good(store_->cases("acme", true));
  ASSERT_EQ(1u, open_cases.size());
  EXPECT_EQ(2, open_cases[0].jobs);
  EXPECT_EQ("invoice", open_cases[0].flow);
  JobFilter in_case;
  in_case.case_id = open_cases[0].id;
  EXPECT_EQ(2u, good(store_->jobs(in_case)).size());
  EXPECT_EQ(1, good(store_->revive({1}, "v2", {{"acme", "ann", "replay", "job 1", ""}})));
  EXPECT_EQ(1, good(store_->cases("acme", true)).at(0).jobs);
  EXPECT_EQ(1, good(store_->revive({2, 77}, "", {})));
  EXPECT_TRUE(good(store_->cases("acme", true)).empty());
  EXPECT_EQ(1u, good(store_->cases("acme", false)).size());
  auto revived = claim(2);
  ASSERT_EQ(2u, revived.size());
  EXPECT_EQ(2, revived[0].job.attempt);
  EXPECT_EQ("v2", revived[0].job.version);
  EXPECT_EQ(0, revived[0].job.case_id);
}

TEST_F(Jobs, ReparkingInTheSameCaseKeepsItOpenAndCountedOnce) {
  accept_one("1");
  for (int i = 0; i < 3; ++i) {
    auto run = claim();
    Change park = ends(run[0], JobState::parked);
    park.park_in = Case{};
    park.park_in->cause = "same";
    commit(park);
    EXPECT_EQ(1, good(store_->cases("", true)).at(0).jobs);
    good(store_->revive({1}, "", {}));
  }
}

TEST_F(Jobs, TheEquationHoldsAndEqualsARecount) {
  for (int i = 0; i < 40; ++i) accept({event(std::to_string(i % 7), i % 5 == 0 ? "r" + std::to_string(i % 10) : "")});
  auto ignored = event("x");
  ignored.jobs.clear();
  accept({ignored});
  const JobState outcomes[] = {JobState::done, JobState::dead, JobState::cancelled, JobState::parked, JobState::waiting};
  for (size_t i = 0; i < 10; ++i) {
    auto claimed = claim(2);
    for (const auto& one : claimed) commit(ends(one, outcomes[(i + static_cast<size_t>(one.job.id)) % 5], loop_.wall()));
  }
  claim(3);
  for (int restart = 0; restart < 2; ++restart) {
    const Counts counts = good(store_->counts(""));
    EXPECT_EQ(counts.jobs_born, counts.done + counts.dead + counts.cancelled + counts.open);
    EXPECT_EQ(counts.events, counts.with_jobs + counts.ignored);
    EXPECT_EQ(counts.events, number("SELECT count(*) FROM events"));
    auto in_state = [&](int state) { return number("SELECT count(*) FROM jobs WHERE state=" + std::to_string(state)); };
    EXPECT_EQ(counts.running, in_state(1));
    EXPECT_EQ(counts.parked, in_state(2));
    EXPECT_EQ(counts.done, in_state(3));
    EXPECT_EQ(counts.dead, in_state(4));
    EXPECT_EQ(counts.cancelled, in_state(5));
    EXPECT_EQ(counts.waiting,
              in_state(0) + number("SELECT count(*) FROM events e WHERE jobs>0 AND NOT EXISTS(SELECT 1 FROM jobs j WHERE j.id=e.id)"));
    crash_and_open();
    EXPECT_EQ(0, good(store_->counts("")).running);
  }
}

TEST_F(Jobs, ListsAlsoShowJobsThatWereNeverClaimed) {
  accept({event("1"), event("2"), event("3")});
  claim(1);
  JobFilter waiting;
  waiting.states = {JobState::waiting};
  const auto listed = good(store_->jobs(waiting));
  ASSERT_EQ(2u, listed.size());
  EXPECT_EQ("3", listed[0].key);
  JobFilter all;
  all.newest_first = false;
  all.limit = 2;
  const auto page = good(store_->jobs(all));
  ASSERT_EQ(2u, page.size());
  EXPECT_EQ(JobState::running, page[0].state);
  EXPECT_EQ(JobState::waiting, good(store_->job(3))->state);
  EXPECT_EQ(std::nullopt, good(store_->job(4)));
}

TEST_F(Jobs, ThousandsWaitingBehindOneKeyDoNotSlowTheClaimOfOthers) {
  std::vector<EventBirth> batch;
  for (int i = 0; i < 20'000; ++i) batch.push_back(event("hot"));
  batch.push_back(event("cold"));
  accept(std::move(batch));
  std::vector<std::string> keys;
  for (int i = 0; i < 10 && keys.size() < 2; ++i) {
    for (const auto& one : claim(10)) keys.push_back(one.job.key);
  }
  EXPECT_EQ((std::vector<std::string>{"hot", "cold"}), keys);
  EXPECT_EQ(0, number("SELECT count(*) FROM jobs WHERE state=0 AND blocked=0")) << "a later claim passes over none of them";
}

TEST_F(Jobs, ChildEventsAndTheirCursorAreOneCommit) {
  Change page;
  page.events = {event("1", "p1"), event("2", "p2")};
  page.put = {{Table::cursors, {"acme/shop/orders", "page 2", {}}}};
  const auto committed = commit(page);
  ASSERT_EQ(2u, committed.events.size());
  crash_and_open();
  EXPECT_EQ("page 2", good(store_->get(Table::cursors, "acme/shop/orders"))->value);
  EXPECT_EQ(2u, claim(5).size());
  EXPECT_TRUE(commit(page).events[0].duplicate);
}

}  // namespace
}  // namespace mlc::store
