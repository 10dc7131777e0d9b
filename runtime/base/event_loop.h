// The io thread's loop: one boost::asio::io_context, run by one thread, that is the executor of sockets, timers and
// coroutines. post() and stop() may be called from any thread, the rest on the thread that runs it (or before run()).
#pragma once
#include <memory>

#include "runtime/base/executor.h"

namespace boost::asio {
class io_context;
}

namespace mlc {

class EventLoop : public Executor, public Timers {
 public:
  // after() divides its waits by clock.scale(), read when the timer is made; the clock outlives the loop.
  explicit EventLoop(const Clock& clock);
  ~EventLoop() override;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void run();   // until stop(), also while nothing waits
  void stop();  // work not yet begun is dropped when the loop is destroyed
  boost::asio::io_context& context() { return *context_; }
  const Clock& clock() const { return clock_; }

  void post(std::function<void()> work) override;
  std::unique_ptr<Timer> after(Duration wait, std::function<void()> work) override;
  std::unique_ptr<Timer> after_real(Duration wait, std::function<void()> work) override;

 private:
  const Clock& clock_;
  std::unique_ptr<boost::asio::io_context> context_;
};

}  // namespace mlc
