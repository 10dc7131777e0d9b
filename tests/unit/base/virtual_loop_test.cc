#include "runtime/base/virtual_loop.h"

#include <gtest/gtest.h>

#include "runtime/base/sleep.h"

namespace mlc {
namespace {

using namespace std::chrono_literals;

TEST(VirtualLoop, RunsPostedWorkInOrderBeforeTimeMoves) {
  VirtualLoop loop;
  std::string order;
  auto timer = loop.after(0us, [&] { order += "t"; });
  loop.post([&] {
    order += "a";
    loop.post([&] { order += "c"; });
  });
  loop.post([&] { order += "b"; });
  EXPECT_EQ(loop.run_until_idle(), 4u);
  EXPECT_EQ(order, "abct");
}

TEST(VirtualLoop, FiresTimersByDueTimeThenOrderOfMaking) {
  VirtualLoop loop;
  std::string order;
  WallTime start = loop.wall();
  auto c = loop.after(2s, [&] { order += "c"; });
  auto a = loop.after(1s, [&] { order += "a"; });
  auto b = loop.after_real(1s, [&] { order += "b"; });
  loop.run_until_idle();
  EXPECT_EQ(order, "");
  EXPECT_EQ(loop.wall(), start);
  loop.run_for(1999ms);
  EXPECT_EQ(order, "ab");
  loop.run_for(1ms);
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(loop.wall() - start, 2s);
  EXPECT_EQ(loop.timers(), 0u);
}

TEST(VirtualLoop, DestroyedTimersNeverFire) {
  VirtualLoop loop;
  int fired = 0;
  std::unique_ptr<Timer> second;
  auto first = loop.after(1s, [&] { second.reset(); });
  second = loop.after(1s, [&] { ++fired; });
  {
    auto gone = loop.after(1s, [&] { ++fired; });
  }
  loop.run_for(5s);
  EXPECT_EQ(fired, 0);
}

TEST(VirtualLoop, TimersMayDestroyThemselvesAndOutliveTheLoop) {
  std::unique_ptr<Timer> outlives;
  {
    VirtualLoop loop;
    std::unique_ptr<Timer> self;
    self = loop.after(1s, [&] { self.reset(); });
    loop.run_for(2s);
    EXPECT_FALSE(self);
    outlives = loop.after(1s, [] { FAIL(); });
  }
}

TEST(VirtualLoop, RunUntilStopsWhereTheConditionHolds) {
  VirtualLoop loop;
  bool done = false;
  WallTime start = loop.wall();
  auto timer = loop.after(3s, [&] { done = true; });
  EXPECT_FALSE(loop.run_until([&] { return done; }, 2s));
  EXPECT_EQ(loop.wall() - start, 2s);
  EXPECT_TRUE(loop.run_until([&] { return done; }, 10s));
  EXPECT_EQ(loop.wall() - start, 3s);
}

TEST(VirtualLoop, WallMayJumpWithoutTimersNoticing) {
  VirtualLoop loop;
  bool fired = false;
  SteadyTime before = loop.steady();
  auto timer = loop.after(10s, [&] { fired = true; });
  loop.jump_wall(-24h);
  loop.run_for(9s);
  EXPECT_FALSE(fired);
  EXPECT_EQ(loop.steady() - before, 9s);
}

Task<Unit> two_naps(VirtualLoop& loop, std::string& order) {
  co_await sleep_for(loop, 1s);
  order += "1";
  co_await sleep_for(loop, 1s);
  order += "2";
  co_return Unit{};
}

TEST(VirtualLoop, CarriesCoroutinesThatSleep) {
  VirtualLoop loop;
  std::string order;
  spawn(two_naps(loop, order));
  loop.run_for(1s);
  EXPECT_EQ(order, "1");
  loop.run_for(1s);
  EXPECT_EQ(order, "12");
}

TEST(SeededRandom, RepeatsForOneSeedAndDiffersForAnother) {
  SeededRandom a(5), b(5), c(6);
  for (int i = 0; i < 100; ++i) {
    uint64_t value = a.next();
    EXPECT_EQ(value, b.next());
    EXPECT_NE(value, c.next());
  }
}

}  // namespace
}  // namespace mlc
