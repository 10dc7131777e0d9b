#include "runtime/app/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

namespace mlc::app {
namespace {

constexpr std::chrono::seconds kBeat{5};
constexpr std::chrono::seconds kTick{6};  // longer than a beat
constexpr int kStandstillExit = 70;       // EX_SOFTWARE

}  // namespace

void notify_manager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string_view name(path);
  if (name.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // abstract namespace
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  if (sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length) < 0)
    std::fputs("the service manager could not be told\n", stderr);
  ::close(socket);
}

struct Watchdog::Watcher {
  std::mutex mutex;
  std::condition_variable wake;
  bool beaten = true;
  bool ending = false;
  const Suspects* suspects = nullptr;
  std::map<uint64_t, std::pair<int64_t, int>> bursts;  // turn -> its job, ticks it was seen at
  std::thread thread;

  void watch() {
    std::unique_lock lock(mutex);
    int still = 0;
    while (!wake.wait_for(lock, kTick, [this] { return ending; })) {
      still = std::exchange(beaten, false) ? 0 : still + 1;
      if (still >= kStandstill / kTick) {
        std::fputs("{\"level\":\"error\",\"event\":\"watchdog.standstill\"}\n", stderr);
        _exit(kStandstillExit);
      }
      watch_bursts();
    }
  }

  void watch_bursts() {
    if (suspects == nullptr) return;
    std::array<WorkBoard::Busy, WorkBoard::kPlaces> busy;
    const size_t count = suspects->board().read(busy);
    std::map<uint64_t, std::pair<int64_t, int>> seen;
    for (size_t i = 0; i < count; ++i) {
      const auto before = bursts.find(busy[i].turn);
      seen[busy[i].turn] = {busy[i].work, before == bursts.end() ? 0 : before->second.second + 1};
    }
    bursts = std::move(seen);
    bool hangs = false;
    for (const auto& [turn, burst] : bursts) {
      if (burst.second < kStandstill / kTick) continue;
      suspects->name(burst.first);
      std::fprintf(stderr, "{\"level\":\"error\",\"event\":\"watchdog.script_hangs\",\"job\":%lld}\n", static_cast<long long>(burst.first));
      hangs = true;
    }
    if (hangs) _exit(kStandstillExit);
  }
};

Watchdog::Watchdog(Timers& timers) : timers_(timers), watcher_(std::make_unique<Watcher>()) {
  tell_manager_ = std::getenv("WATCHDOG_USEC") != nullptr;
  watcher_->thread = std::thread([watcher = watcher_.get()] { watcher->watch(); });
  beat();
}

Watchdog::~Watchdog() {
  {
    std::lock_guard lock(watcher_->mutex);
    watcher_->ending = true;
  }
  watcher_->wake.notify_all();
  watcher_->thread.join();
}

void Watchdog::watch_scripts(const Suspects* suspects) {
  std::lock_guard lock(watcher_->mutex);
  watcher_->suspects = suspects;
}

void Watchdog::beat() {
  {
    std::lock_guard lock(watcher_->mutex);
    watcher_->beaten = true;
  }
  if (tell_manager_) notify_manager("WATCHDOG=1");
  timer_ = timers_.after_real(kBeat, [this] { beat(); });
}

}  // namespace mlc::app
