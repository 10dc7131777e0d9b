#include "runtime/base/task.h"

#include <gtest/gtest.h>

#include "runtime/base/secret.h"
#include "runtime/base/sleep.h"
#include "runtime/base/virtual_loop.h"

namespace mlc {
namespace {

using namespace std::chrono_literals;

Task<Result<int>> half(int value) {
  if (value % 2 != 0) co_return Error(Code::invalid_argument, "odd");
  co_return value / 2;
}

Task<Result<int>> quarter(int value) {
  auto first = co_await half(value);
  if (!first) co_return first.error().wrap("first half");
  auto second = co_await half(*first);
  if (!second) co_return second.error().wrap("second half");
  co_return *second;
}

TEST(Task, CarriesValuesAndErrorsUpwards) {
  std::vector<std::string> ends;
  auto note = [&](Result<int> end) { ends.push_back(end ? std::to_string(*end) : end.error().text()); };
  spawn<Result<int>>(quarter(8), note);
  spawn<Result<int>>(quarter(6), note);
  spawn<Result<int>>(quarter(5), note);
  EXPECT_EQ(ends, (std::vector<std::string>{"2", "second half: odd", "first half: odd"}));
}

TEST(Task, DoesNotStartUntilAwaited) {
  bool started = false;
  auto make = [](bool& flag) -> Task<Unit> {
    flag = true;
    co_return Unit{};
  };
  auto task = make(started);
  EXPECT_FALSE(started);
  spawn(std::move(task));
  EXPECT_TRUE(started);
}

Task<Unit> wait_for(Callback<int>::Complete& complete, int& got) {
  Callback<int> waiting([&](Callback<int>::Complete done) { complete = std::move(done); });
  got = co_await waiting;
  co_return Unit{};
}

TEST(Callback, ResumesWhenCompletedLater) {
  Callback<int>::Complete complete;
  int got = 0;
  spawn(wait_for(complete, got));
  EXPECT_EQ(got, 0);
  complete(7);
  EXPECT_EQ(got, 7);
}

Task<Unit> at_once(int& got) {
  Callback<int> waiting([](Callback<int>::Complete done) { done(5); });
  got = co_await waiting;
  co_return Unit{};
}

TEST(Callback, MayCompleteWhileStarting) {
  int got = 0;
  spawn(at_once(got));
  EXPECT_EQ(got, 5);
}

// Drives a task by hand, so that it can be destroyed while it waits.
struct Driver {
  struct promise_type {
    Driver get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};
Driver drive(Task<Unit> task) { co_await std::move(task); }

TEST(Task, DestroyedWhileWaitingDropsTheLateCompletion) {
  Callback<int>::Complete complete;
  int got = 0;
  Driver driver = drive(wait_for(complete, got));
  driver.handle.destroy();
  complete(7);
  EXPECT_EQ(got, 0);
}

TEST(Task, DestroyedWhileSleepingTakesItsTimerAlong) {
  VirtualLoop loop;
  Driver driver = drive(sleep_for(loop, 1s));
  EXPECT_EQ(loop.timers(), 1u);
  driver.handle.destroy();
  EXPECT_EQ(loop.timers(), 0u);
}

TEST(Error, KeepsItsCodeThroughWrapping) {
  Error error = Error(Code::denied, "wrong key").wrap("opening vault").wrap("starting");
  EXPECT_EQ(error.code(), Code::denied);
  EXPECT_EQ(error.text(), "starting: opening vault: wrong key");
  EXPECT_EQ(code_name(error.code()), "denied");
}

TEST(Secret, IsEmptyOnceMovedFrom) {
  Secret a("value");
  Secret b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT: what is left behind is the point
  EXPECT_EQ(b.reveal(), "value");
  b = Secret();
  EXPECT_TRUE(b.empty());
}

}  // namespace
}  // namespace mlc
