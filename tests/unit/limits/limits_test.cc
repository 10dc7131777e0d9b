#include "runtime/limits/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "runtime/base/scope.h"
#include "runtime/base/sleep.h"
#include "runtime/base/virtual_loop.h"
#include "runtime/document/document.h"
#include "runtime/limits/backoff.h"
#include "tests/unit/limits/fake_store.h"

namespace mlc::limits {
namespace {

using namespace std::chrono_literals;
using store::Lane;

Rules rules(const char* json) {
  auto parsed = document::Document::parse(json);
  auto made = parse_rules(parsed->root(), "limits");
  EXPECT_TRUE(made.ok()) << (made ? "" : made.error().text());
  return std::make_shared<const std::vector<Rule>>(*made);
}

// Counts like a strict provider: refuses whatever is above, by both kinds of window.
struct StrictRemote {
  int64_t limit;
  Duration per;
  std::deque<WallTime> sliding;
  int64_t fixed_index = -1, fixed = 0;
  int64_t calls = 0, violations = 0;

  void arrive(WallTime at) {
    ++calls;
    while (!sliding.empty() && sliding.front() <= at - per) sliding.pop_front();
    sliding.push_back(at);
    const int64_t index = to_micros(at) / per.count();
    if (index != fixed_index) {
      fixed_index = index;
      fixed = 0;
    }
    ++fixed;
    if (fixed > limit || static_cast<int64_t>(sliding.size()) > limit) ++violations;
  }
  int64_t left() const { return limit - fixed; }
  int64_t reset_ms() const { return (fixed_index + 1) * per.count() / 1000; }
};

class LimitsTest : public ::testing::Test {
 protected:
  Environment env() { return {&loop_, &loop_, &loop_, &random_}; }

  Request request(Rules of, Lane lane = Lane::live) {
    Request made;
    made.system = "remote";
    made.rules = std::move(of);
    made.values = {{"app", "a1"}, {"division", "7"}, {"endpoint", "/x"}, {"connection", "acme/books"}};
    made.lane = lane;
    return made;
  }

  std::optional<Permit> take(Limits& limits, Request wish, Duration patience = 0s) {
    std::optional<Permit> got;
    bool done = false;
    spawn<Result<Permit>>(limits.acquire(std::move(wish), patience, &not_before_), [&](Result<Permit> end) {
      done = true;
      if (end) got.emplace(std::move(*end));
    });
    loop_.run_until([&] { return done; }, patience + 1s);
    EXPECT_TRUE(done);
    return got;
  }

  // One that calls without end. What it has sent arrives also if it is killed meanwhile.
  Task<Unit> caller(Limits& limits, Request wish, StrictRemote& remote, WallTime until, bool tells) {
    while (loop_.wall() < until) {
      WallTime again{};
      auto permit = co_await limits.acquire(wish, 10min, &again);
      if (!permit) {
        co_await sleep_for(loop_, std::max<Duration>(again - loop_.wall(), 1ms));
        continue;
      }
      permit->begin();
      const Duration way = Duration(static_cast<int64_t>(random_.below(80'000)));
      on_the_wire_.push_back(loop_.after(way, [this, &remote] { remote.arrive(loop_.wall()); }));
      co_await sleep_for(loop_, way + 1us);
      http::Headers headers;
      if (tells) {
        headers.add("X-Left", std::to_string(std::max<int64_t>(0, remote.left())));
        headers.add("X-Reset", std::to_string(remote.reset_ms()));
      }
      co_await sleep_for(loop_, Duration(static_cast<int64_t>(random_.below(80'000))));
      permit->finish(200, headers);
    }
    co_return Unit{};
  }

  VirtualLoop loop_;
  std::vector<std::unique_ptr<Timer>> on_the_wire_;
  SeededRandom random_{42};
  WallTime not_before_{};
};

TEST_F(LimitsTest, C5_UsesNearlyAllOfTheRateAndNeverMore) {
  for (bool tells : {false, true}) {
    Limits limits(env(), nullptr);
    auto of = rules(
        R"([{"calls":60,"per":"1m","scope":["app"],"learn":{"left":"X-Left","reset_ms":"X-Reset"}},{"in_flight":8,"scope":["app"]}])");
    StrictRemote remote{60, 1min, {}, -1, 0, 0, 0};
    const WallTime until = loop_.wall() + 60min;
    Scope callers;
    for (int i = 0; i < 16; ++i) callers.spawn(caller(limits, request(of), remote, until, tells));
    loop_.run_for(75min);
    EXPECT_EQ(remote.violations, 0) << tells;
    EXPECT_GE(remote.calls, 60 * 60 * 95 / 100) << tells;
  }
}

TEST_F(LimitsTest, C5_RestartsDoNotAddToTheRate) {
  store::FakeStore store(env());
  StrictRemote remote{60, 1min, {}, -1, 0, 0, 0};
  auto of = rules(R"([{"calls":60,"per":"1m","scope":["app"]}])");
  for (int life = 0; life < 40; ++life) {
    auto limits = std::make_unique<Limits>(env(), &store);
    bool loaded = false;
    spawn<Status>(limits->load(), [&](Status end) { loaded = end.ok(); });
    loop_.run_until([&] { return loaded; }, 1s);
    ASSERT_TRUE(loaded);
    const WallTime until = loop_.wall() + 100s;
    Scope callers;
    for (int i = 0; i < 4; ++i) callers.spawn(caller(*limits, request(of), remote, until, false));
    // Killed at a random moment, with calls on the wire: those arrive all the same.
    loop_.run_for(Duration(static_cast<int64_t>(random_.below(20'000'000))));
    callers.clear();
    limits.reset();
    loop_.run_for(200ms);
  }
  EXPECT_EQ(remote.violations, 0);
  EXPECT_GT(remote.calls, 60);
}

TEST_F(LimitsTest, ManyCrashesLeaveMostOfADaysBudget) {
  store::FakeStore store(env());
  auto of = rules(R"([{"calls":5000,"per":"1d","scope":["app"]}])");
  int64_t calls = 0;
  for (int life = 0; life < 20; ++life) {
    auto limits = std::make_unique<Limits>(env(), &store);
    bool loaded = false;
    spawn<Status>(limits->load(), [&](Status end) { loaded = end.ok(); });
    loop_.run_until([&] { return loaded; }, 1s);
    for (int i = 0; i < 10; ++i) {
      auto permit = take(*limits, request(of), 1s);
      ASSERT_TRUE(permit);
      permit->begin();
      permit->finish(200, {});
      ++calls;
    }
    limits.reset();  // a crash: what was reserved ahead counts as used
  }
  Limits limits(env(), &store);
  bool loaded = false;
  spawn<Status>(limits.load(), [&](Status end) { loaded = end.ok(); });
  loop_.run_until([&] { return loaded; }, 1s);
  for (; calls < 4500; ++calls) {
    auto permit = take(limits, request(of), 1s);
    ASSERT_TRUE(permit) << "after " << calls << " calls";
    permit->begin();
    permit->finish(200, {});
  }
}

TEST_F(LimitsTest, C5_AllFlowsAndConnectionsOfOneCredentialShareItsQuota) {
  Limits limits(env(), nullptr);
  auto of = rules(R"([{"calls":10,"per":"1m","scope":["app","division"]}])");
  int given = 0;
  const char* const connections[] = {"acme/books", "acme/books_of_another_instance", "beta/books"};
  const char* const endpoints[] = {"/invoices", "/accounts"};
  for (int i = 0; i < 30; ++i) {
    auto wish = request(of);
    wish.values = {{"app", "a1"}, {"division", "7"}, {"endpoint", endpoints[i % 2]}, {"connection", connections[i % 3]}};
    auto permit = take(limits, std::move(wish));
    if (!permit) continue;
    ++given;
    permit->begin();
    permit->finish(200, {});
  }
  EXPECT_EQ(given, 10);
  auto other = request(of);
  other.values = {{"app", "a1"}, {"division", "8"}, {"endpoint", "/invoices"}, {"connection", "acme/books_uk"}};
  EXPECT_TRUE(take(limits, std::move(other))) << "another division has its own";
}

TEST_F(LimitsTest, C5_LiveGoesBeforeRetryBeforeBackfill) {
  Limits limits(env(), nullptr);
  auto of = rules(R"([{"in_flight":1,"scope":["app"]}])");
  auto first = take(limits, request(of));
  ASSERT_TRUE(first);
  std::string order;
  std::vector<Permit> held;
  for (auto [lane, name] : {std::pair{Lane::backfill, 'b'}, {Lane::retry, 'r'}, {Lane::live, 'l'}, {Lane::live, 'L'}}) {
    const char letter = name;
    spawn<Result<Permit>>(limits.acquire(request(of, lane), 1h, nullptr), [&order, letter](Result<Permit> end) {
      if (end) order += letter;  // and gives it back at once
    });
  }
  first.reset();
  loop_.run_for(1s);
  EXPECT_EQ(order, "lLrb");
}

TEST_F(LimitsTest, C5_BackfillLeavesAReserve) {
  Limits limits(env(), nullptr);
  auto of = rules(R"([{"calls":50,"per":"1m","scope":["app"]}])");
  std::vector<Permit> held;
  while (auto permit = take(limits, request(of, Lane::backfill))) held.push_back(std::move(*permit));
  EXPECT_EQ(held.size(), 48u);
  EXPECT_TRUE(take(limits, request(of, Lane::live)));
}

TEST_F(LimitsTest, GivesBackWhatWasNeverBegun) {
  Limits limits(env(), nullptr);
  auto of = rules(R"([{"calls":1,"per":"1h","scope":["app"]}])");
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(take(limits, request(of)));
  auto permit = take(limits, request(of));
  ASSERT_TRUE(permit);
  permit->begin();
  permit.reset();  // sent, and never heard of again
  EXPECT_FALSE(take(limits, request(of)));
  EXPECT_GT(not_before_, loop_.wall() + 59min);
}

TEST_F(LimitsTest, C5_HoldsAnEndpointBeforeItsErrorsAreUsedUp) {
  Limits limits(env(), nullptr);
  auto of = rules(R"([{"errors":10,"per":"1h","scope":["app","endpoint"],"count":[400,404]}])");
  int errors = 0;
  while (auto permit = take(limits, request(of))) {
    permit->begin();
    permit->finish(errors % 2 == 0 ? 400 : 404, {});
    ++errors;
    ASSERT_LT(errors, 20);
  }
  EXPECT_EQ(errors, 9);
  auto other = request(of);
  other.values["endpoint"] = "/y";
  EXPECT_TRUE(take(limits, other));
  loop_.run_for(61min);
  EXPECT_TRUE(take(limits, request(of)));
}

TEST_F(LimitsTest, StatusesThatAreNoErrorsCostNone) {
  Limits limits(env(), nullptr);
  auto of = rules(R"([{"errors":2,"per":"1h","scope":["app"],"count":[400]}])");
  for (int status : {200, 404, 500, 429}) {
    auto permit = take(limits, request(of), 2min);
    ASSERT_TRUE(permit) << status;
    permit->begin();
    permit->finish(status, {});
  }
}

TEST_F(LimitsTest, ObeysRetryAfterWithinASecond) {
  struct Case {
    const char* value;
    Duration wait;
  };
  for (const Case& one :
       {Case{"30", 30s}, Case{"0", 0s}, Case{"-5", 0s}, Case{nullptr, 60s}, Case{"soon", 60s}, Case{"99999999999999999999", 24h}}) {
    Limits limits(env(), nullptr);
    auto of = rules(R"([{"calls":100,"per":"1m","scope":["app"]}])");
    auto permit = take(limits, request(of));
    permit->begin();
    http::Headers headers;
    if (one.value != nullptr) headers.add("Retry-After", one.value);
    auto told = permit->finish(429, headers);
    ASSERT_TRUE(told);
    EXPECT_EQ(*told - loop_.wall(), one.wait);
    const WallTime began = loop_.wall();
    auto next = take(limits, request(of), 25h);
    ASSERT_TRUE(next) << (one.value ? one.value : "absent");
    EXPECT_GE(loop_.wall() - began, one.wait);
    EXPECT_LE(loop_.wall() - began, one.wait + 1s);
  }
}

TEST_F(LimitsTest, ReadsRetryAfterDates) {
  const WallTime now = from_micros(1'760'479'083'000'000);  // Tue, 14 Oct 2025 21:58:03 GMT
  EXPECT_EQ(parse_retry_after("Tue, 14 Oct 2025 21:59:03 GMT", now), 60s);
  EXPECT_EQ(parse_retry_after("Tue, 14 Oct 2025 21:00:00 GMT", now), 0s);
  EXPECT_EQ(parse_retry_after("Tue, 14 Oct 2031 21:00:00 GMT", now), kLongestRetryAfter);
  EXPECT_EQ(parse_retry_after("", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("12 seconds", now), std::nullopt);
}

TEST_F(LimitsTest, TrustsARemoteThatCountsLess) {
  Limits limits(env(), nullptr);
  auto of = rules(R"([{"calls":150,"per":"30s","scope":["app"],"learn":{"left":"X-Left","limit":"X-Quota","reset_in_ms":"X-In"}}])");
  auto permit = take(limits, request(of));
  permit->begin();
  permit->finish(200, {{"X-Left", "2"}, {"X-Quota", "100"}, {"X-In", "12000"}});
  auto second = take(limits, request(of)), third = take(limits, request(of));
  EXPECT_TRUE(second && third);
  EXPECT_FALSE(take(limits, request(of)));
  EXPECT_GE(not_before_, loop_.wall() + 12s);
  loop_.run_for(13s);
  EXPECT_TRUE(take(limits, request(of)));
}

// W7: who bought more of a remote than the usual is not held to the usual; over a restart neither.
TEST_F(LimitsTest, C5_ARemoteThatAllowsMoreIsBelievedAlsoAfterARestart) {
  store::FakeStore store(env());
  auto of = rules(R"([{"calls":2,"per":"1d","scope":["app"],"learn":{"left":"X-Left","limit":"X-Limit"}}])");
  const auto use = [&](Limits& limits, const char* left) {
    auto permit = take(limits, request(of), 1s);
    ASSERT_TRUE(permit) << left;
    permit->begin();
    permit->finish(200, {{"X-Left", left}, {"X-Limit", "6"}});
    loop_.run_for(1s);
  };
  {
    Limits limits(env(), &store);
    for (const char* left : {"5", "4", "3"}) use(limits, left);
  }
  Limits limits(env(), &store);
  spawn<Status>(limits.load());
  loop_.run_until_idle();
  use(limits, "2");
  use(limits, "1");  // one is kept for a call that the end of the process may have hidden
  EXPECT_FALSE(take(limits, request(of), 1s));
}

TEST_F(LimitsTest, C5_AClientsOwnLimitIsACap) {
  Limits limits(env(), nullptr);
  auto list = document::Document::parse(R"([{"calls":2,"per":"1d","scope":["app"],"learn":{"left":"X-Left","limit":"X-Limit"}}])");
  auto caps = parse_caps(list->root(), "limits");
  ASSERT_TRUE(caps);
  auto of = std::make_shared<const std::vector<Rule>>(*caps);
  for (const char* left : {"4", "3"}) {
    auto permit = take(limits, request(of));
    ASSERT_TRUE(permit);
    permit->begin();
    permit->finish(200, {{"X-Left", left}, {"X-Limit", "5"}});
  }
  EXPECT_FALSE(take(limits, request(of)));
}

TEST_F(LimitsTest, AbsentHeadersAreNotZero) {
  Limits limits(env(), nullptr);
  auto of = rules(R"([{"calls":60,"per":"1m","scope":["app"],"learn":{"left":"X-Left","reset_ms":"X-Reset"}}])");
  for (const char* left : {"", "-1", "many"}) {
    auto permit = take(limits, request(of));
    ASSERT_TRUE(permit);
    permit->begin();
    http::Headers headers;
    if (*left != '\0') headers.add("X-Left", left);
    permit->finish(200, headers);
  }
  EXPECT_TRUE(take(limits, request(of)));
}

TEST_F(LimitsTest, ServesTenThousandWaitersInOrder) {
  Limits limits(env(), nullptr);
  auto of = rules(R"([{"calls":1000,"per":"1s","scope":["app"]}])");
  std::vector<int> order;
  for (int i = 0; i < 10'000; ++i) {
    spawn<Result<Permit>>(limits.acquire(request(of), 1h, nullptr), [&order, i](Result<Permit> end) {
      ASSERT_TRUE(end.ok());
      end->begin();
      end->finish(200, {});
      order.push_back(i);
    });
  }
  loop_.run_for(11s);
  ASSERT_EQ(order.size(), 10'000u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(LimitsTest, C4_JitterSpreadsTheReturnAfterAnOutage) {
  std::map<int64_t, int> seconds;
  const int jobs = 10'000;
  for (int i = 0; i < jobs; ++i) ++seconds[full_jitter(20, 2s, 5min, random_).count() / 1'000'000];
  int peak = 0;
  for (auto& [second, count] : seconds) peak = std::max(peak, count);
  EXPECT_LE(peak, 2 * jobs / 300);
}

TEST_F(LimitsTest, RefusesAtOnceWhatPatienceCanNotBridge) {
  Limits limits(env(), nullptr);
  auto of = rules(R"([{"calls":1,"per":"1h","scope":["app"]}])");
  auto permit = take(limits, request(of));
  permit->begin();
  permit->finish(200, {});
  const WallTime began = loop_.wall();
  EXPECT_FALSE(take(limits, request(of), 10min));
  EXPECT_EQ(loop_.wall(), began);
}

TEST_F(LimitsTest, KeepsHoldsOverARestart) {
  store::FakeStore store(env());
  auto of = rules(R"([{"calls":60,"per":"1m","scope":["app"]}])");
  {
    Limits limits(env(), &store);
    auto permit = take(limits, request(of), 1s);
    ASSERT_TRUE(permit);
    permit->begin();
    permit->finish(429, {{"Retry-After", "3600"}});
    EXPECT_TRUE(limits.held(request(of)));
    loop_.run_for(1s);
  }
  Limits limits(env(), &store);
  spawn<Status>(limits.load());
  loop_.run_until_idle();
  ASSERT_TRUE(limits.held(request(of)));
  EXPECT_FALSE(take(limits, request(of), 1min));
  EXPECT_GE(not_before_, loop_.wall() + 3590s);
}

TEST_F(LimitsTest, GivesNothingWhileTheStoreTakesNothing) {
  store::FakeStore store(env());
  store.full = true;
  Limits limits(env(), &store);
  auto of = rules(R"([{"calls":60,"per":"1m","scope":["app"]}])");
  EXPECT_FALSE(take(limits, request(of), 5s));
  store.full = false;
  EXPECT_TRUE(take(limits, request(of), 5s));
}

TEST(RuleTest, FaultsNameTheirPlace) {
  auto fault = [](const char* json) {
    auto parsed = document::Document::parse(json);
    auto made = parse_rules(parsed->root(), "limits");
    return made ? std::string("none") : made.error().text();
  };
  EXPECT_EQ(fault(R"([{"calls":60,"per":"1m"}])"), "none");
  EXPECT_THAT(fault(R"([{"calls":60,"per":"1 minute"}])"), ::testing::HasSubstr("limits[1].per"));
  EXPECT_THAT(fault(R"([{"calls":0,"per":"1m"}])"), ::testing::HasSubstr("limits[1].calls"));
  EXPECT_THAT(fault(R"([{"in_flight":1},{"calls":1,"errors":1,"per":"1m"}])"), ::testing::HasSubstr("limits[2]"));
  EXPECT_THAT(fault(R"([{"calls":60}])"), ::testing::HasSubstr("per"));
  EXPECT_THAT(fault(R"([{"cals":60,"per":"1m"}])"), ::testing::HasSubstr("cals"));
}

}  // namespace
}  // namespace mlc::limits
