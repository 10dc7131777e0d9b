// Many runs at once on real worker threads: each ends once, on the engine's thread, with its own result.
#include <condition_variable>
#include <deque>
#include <mutex>

#include "runtime/base/thread_pool.h"
#include "runtime/base/virtual_loop.h"
#include "runtime/script/runner.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::script {
namespace {

// The engine's thread is the test's own: work is queued from any thread and run by run_until.
class Engine : public Executor {
 public:
  void post(std::function<void()> work) override {
    std::lock_guard hold(mutex_);
    queue_.push_back(std::move(work));
    wake_.notify_one();
  }
  void run_until(const std::function<bool()>& done) {
    while (!done()) {
      std::function<void()> work;
      {
        std::unique_lock hold(mutex_);
        if (!wake_.wait_for(hold, std::chrono::seconds(30), [&] { return !queue_.empty(); })) return;
        work = std::move(queue_.front());
        queue_.pop_front();
      }
      work();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
};

class Echo : public engine::RunHost {
 public:
  explicit Echo(Engine& engine) : engine_(engine) {}
  void request(engine::HostRequest request, std::function<void(engine::HostReply)> reply) override {
    engine::HostReply answer;
    answer.value = "{\"id\":" + std::get<engine::ReadRequest>(request).arguments.substr(15, 3) + "}";
    engine_.post([reply, answer] { reply(answer); });
  }

 private:
  Engine& engine_;
};

class ThreadsTest : public WorkspaceFixture {};

TEST_F(ThreadsTest, RunsOnSeveralThreadsKeepApart) {
  flow("local sum = 0 for i = 1, 5 do sum = sum + shop.orders.get(job.key).id end return sum");
  auto workspace = load();
  ASSERT_EQ(all_of(workspace.problems), "");
  Engine engine;
  VirtualLoop clock;
  int ended = 0;
  int wrong = 0;
  std::vector<std::unique_ptr<engine::Run>> runs;
  {
    ThreadPool workers({"lua", 3, 0});
    Runner runner(host_, Environment{&clock, &clock, &engine, nullptr}, workers);
    runner.set_live(workspace.programs);
    auto host = std::make_shared<Echo>(engine);
    for (int i = 100; i < 200; ++i) {
      engine::RunInput input;
      input.job.client = "acme";
      input.job.instance = "main";
      input.job.flow = "orders";
      input.job.source = "shop";
      input.job.key = std::to_string(i);
      auto started = runner.start(input, host, [&, i](engine::RunEnd end) {
        ++ended;
        if (end.result != std::to_string(5 * i)) ++wrong;
      });
      ASSERT_TRUE(started.ok());
      if (i % 10 == 9) (*started)->abandon();
      runs.push_back(std::move(*started));
    }
    engine.run_until([&] { return ended == 90; });
    EXPECT_EQ(ended, 90);
    EXPECT_EQ(wrong, 0);
    EXPECT_LE(runner.isolates(), 8u);
    runs.clear();
  }
}

}  // namespace
}  // namespace mlc::script
