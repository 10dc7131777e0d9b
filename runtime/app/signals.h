// SIGTERM and SIGINT as a call on the event loop.
#pragma once
#include <functional>
#include <memory>

#include "runtime/base/event_loop.h"

namespace mlc::app {

class Signals {
 public:
  virtual ~Signals() = default;
};

// `stop` is called at each signal; the process is not ended by it.
std::unique_ptr<Signals> on_stop_signal(EventLoop& loop, std::function<void()> stop);

}  // namespace mlc::app
