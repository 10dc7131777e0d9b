// What systemd is told (sd_notify(3)): ready, stopping, alive. Without $NOTIFY_SOCKET nothing happens.
#pragma once
#include <memory>
#include <string_view>

#include "runtime/base/executor.h"

namespace mlc::app {

// `state` as in sd_notify(3), e.g. "READY=1".
void notify_manager(std::string_view state);

// Proves the event loop alive: tells systemd at half its watchdog interval, and ends this process itself when the loop
// stood still for kStandstill, because a process that answers nothing is worse than one that restarts (crash-only).
class Watchdog {
 public:
  static constexpr std::chrono::seconds kStandstill{60};
  explicit Watchdog(Timers& timers);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void beat();
  struct Watcher;
  Timers& timers_;
  std::unique_ptr<Timer> timer_;
  std::unique_ptr<Watcher> watcher_;
  bool tell_manager_ = false;
};

}  // namespace mlc::app
