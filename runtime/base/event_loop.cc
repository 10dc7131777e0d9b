#include "runtime/base/event_loop.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cmath>

namespace mlc {
namespace {

// Cancelling an asio timer does not recall a handler that is already queued, so the handler asks `state` first; it
// is on the same thread as the destructor.
class LoopTimer : public Timer {
 public:
  LoopTimer(boost::asio::io_context& context, Duration wait, std::function<void()> work)
      : timer_(context), state_(std::make_shared<std::function<void()>>(std::move(work))) {
    timer_.expires_after(std::max(wait, Duration(0)));
    timer_.async_wait([state = state_](const boost::system::error_code&) {
      if (auto fire = std::exchange(*state, nullptr)) fire();  // the function may destroy this timer
    });
  }
  ~LoopTimer() override { *state_ = nullptr; }

 private:
  boost::asio::steady_timer timer_;
  std::shared_ptr<std::function<void()>> state_;
};

// A virtual wait in real time, rounded up: a timer must not fire before its virtual instant.
Duration unscaled(Duration wait, double scale) {
  if (scale == 1.0) return wait;
  return Duration(static_cast<int64_t>(std::ceil(static_cast<double>(wait.count()) / scale)));
}

}  // namespace

EventLoop::EventLoop(const Clock& clock) : clock_(clock), context_(std::make_unique<boost::asio::io_context>(1)) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
  auto guard = boost::asio::make_work_guard(*context_);
  context_->restart();
  context_->run();
}

void EventLoop::stop() { context_->stop(); }

void EventLoop::post(std::function<void()> work) { boost::asio::post(*context_, std::move(work)); }

std::unique_ptr<Timer> EventLoop::after(Duration wait, std::function<void()> work) {
  return after_real(unscaled(wait, clock_.scale()), std::move(work));
}

std::unique_ptr<Timer> EventLoop::after_real(Duration wait, std::function<void()> work) {
  return std::make_unique<LoopTimer>(*context_, wait, std::move(work));
}

}  // namespace mlc
