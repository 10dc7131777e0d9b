// What systemd is told (sd_notify(3)): ready, stopping, alive. Without $NOTIFY_SOCKET nothing happens.
#pragma once
#include <memory>
#include <string_view>

#include "runtime/app/suspects.h"
#include "runtime/base/executor.h"

namespace mlc::app {

// `state` as in sd_notify(3), e.g. "READY=1".
void notify_manager(std::string_view state);

// Proves the process alive: tells systemd at half its watchdog interval, and ends this process itself when its event loop
// or one burst of a script stood still for kStandstill, because a process that answers nothing is worse than one that
// restarts (crash-only). Scripts are bounded by their CPU budget; one that lasts hangs in native code, and is named.
// Time counts in ticks of the watching thread, so a process that was stopped and continued is not taken for dead.
class Watchdog {
 public:
  static constexpr std::chrono::seconds kStandstill{60};
  explicit Watchdog(Timers& timers);
  // From now on scripts are watched too. `suspects` must live until watch_scripts(nullptr) or the end.
  void watch_scripts(const Suspects* suspects);
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
