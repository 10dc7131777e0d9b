#include "runtime/app/signals.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

namespace mlc::app {
namespace {

class RealSignals : public Signals {
 public:
  RealSignals(EventLoop& loop, std::function<void()> stop) : set_(loop.context(), SIGTERM, SIGINT), stop_(std::move(stop)) { wait(); }

 private:
  void wait() {
    set_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      stop_();
      wait();
    });
  }

  boost::asio::signal_set set_;
  std::function<void()> stop_;
};

}  // namespace

std::unique_ptr<Signals> on_stop_signal(EventLoop& loop, std::function<void()> stop) {
  return std::make_unique<RealSignals>(loop, std::move(stop));
}

}  // namespace mlc::app
