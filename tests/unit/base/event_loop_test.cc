#include "runtime/base/event_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <future>
#include <thread>

#include "runtime/base/system_clock.h"
#include "runtime/base/thread_pool.h"

namespace mlc {
namespace {

using namespace std::chrono_literals;

class FastClock : public SystemClock {
 public:
  double scale() const override { return 1000; }
};

TEST(EventLoop, RunsWorkFromAnyThreadInOrderOnItsOwn) {
  SystemClock clock;
  EventLoop loop(clock);
  std::vector<int> order;
  std::thread::id ran_on;
  std::thread poster([&] {
    for (int i = 0; i < 100; ++i) loop.post([&, i] { order.push_back(i); });
    loop.post([&] {
      ran_on = std::this_thread::get_id();
      loop.stop();
    });
  });
  loop.run();
  poster.join();
  ASSERT_EQ(order.size(), 100u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(EventLoop, ScalesVirtualWaitsAndNotRealOnes) {
  FastClock clock;
  EventLoop loop(clock);
  std::string order;
  auto real = loop.after_real(200ms, [&] {
    order += "r";
    loop.stop();
  });
  auto scaled = loop.after(60s, [&] { order += "s"; });   // 60 ms
  auto never = loop.after(3600s, [&] { order += "n"; });  // 3.6 s
  loop.run();
  EXPECT_EQ(order, "sr");
}

// Both timers are due in the same turn of the loop: the second one's handler is already queued when it is destroyed.
TEST(EventLoop, DestroyedTimerNeverFiresEvenWhenDue) {
  SystemClock clock;
  EventLoop loop(clock);
  bool fired = false;
  std::unique_ptr<Timer> second;
  auto first = loop.after(0us, [&] {
    second.reset();
    loop.post([&] { loop.stop(); });
  });
  second = loop.after(0us, [&] { fired = true; });
  loop.run();
  EXPECT_FALSE(fired);
}

TEST(EventLoop, TimerMayDestroyItselfAndOutliveNothing) {
  SystemClock clock;
  EventLoop loop(clock);
  std::unique_ptr<Timer> self;
  self = loop.after(1us, [&] {
    self.reset();
    loop.stop();
  });
  loop.run();
  EXPECT_FALSE(self);
}

TEST(ThreadPool, RunsEverythingPostedBeforeItsEnd) {
  std::atomic<int> ran{0};
  {
    ThreadPool pool({.name = "test", .threads = 3, .nice = 5});
    for (int i = 0; i < 1000; ++i) pool.post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 1000);
}

TEST(ThreadPool, OneThreadKeepsOrderAndCarriesItsName) {
  std::vector<int> order;
  std::promise<std::string> name;
  {
    ThreadPool pool({.name = "a-rather-long-name", .threads = 1});
    pool.post([&] {
      char buffer[32];
      pthread_getname_np(pthread_self(), buffer, sizeof buffer);
      name.set_value(buffer);
    });
    for (int i = 0; i < 100; ++i) pool.post([&, i] { order.push_back(i); });
  }
  EXPECT_EQ(name.get_future().get(), "a-rather-lon");
  EXPECT_EQ(order.size(), 100u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

}  // namespace
}  // namespace mlc
