#include "runtime/http/client_pool.h"

#include <algorithm>

namespace mlc::http {
namespace {

constexpr Duration kFreshTime = std::chrono::seconds(2);
constexpr size_t kReadBufferBytes = 64 * 1024;

}  // namespace

ClientPool::ClientPool(EventLoop& event_loop, ClientOptions client_options, std::unique_ptr<Resolver> given_resolver)
    : loop(event_loop), options(std::move(client_options)), resolver(std::move(given_resolver)), read_buffer(kReadBufferBytes) {}

ClientPool::Lease::Lease(std::shared_ptr<ClientPool> pool, std::string key, std::unique_ptr<Wire> kept)
    : pool_(std::move(pool)), key_(std::move(key)), wire_(std::move(kept)), reused_(wire_ != nullptr) {}

ClientPool::Lease::~Lease() {
  if (keep_ && wire_) {
    pool_->give_back(key_, std::move(wire_));
  } else {
    wire_.reset();
    pool_->closed(key_);
  }
}

ClientPool::Waiter::~Waiter() { std::erase(pool->waiting_, this); }

ClientPool::LeasePtr ClientPool::try_take(const std::string& key, bool fresh) {
  Host& host = hosts_[key];
  SteadyTime now = clock_.steady();
  Duration usable = fresh ? std::min(kFreshTime, options.idle_time) : options.idle_time;
  while (!host.idle.empty()) {
    Idle& newest = host.idle.back();
    if (now - newest.since > usable) break;
    auto wire = std::move(newest.wire);
    host.idle.pop_back();
    --counters.idle;
    if (wire->is_quiet()) {
      ++counters.reused;
      return std::make_shared<Lease>(shared_from_this(), key, std::move(wire));
    }
    --host.open;
    --counters.open;
  }
  // Those left are too old for this request: one of them makes room if there is none.
  if (host.open >= options.max_connections_per_host && !host.idle.empty()) {
    host.idle.erase(host.idle.begin());
    --host.open;
    --counters.idle;
    --counters.open;
  }
  bool room = host.open < options.max_connections_per_host && (counters.open < options.max_connections || evict_oldest());
  if (!room) return nullptr;
  ++hosts_[key].open;
  ++counters.open;
  ++counters.opened;
  return std::make_shared<Lease>(shared_from_this(), key, nullptr);
}

bool ClientPool::evict_oldest() {
  Host* oldest = nullptr;
  for (auto& [key, host] : hosts_) {
    if (!host.idle.empty() && (oldest == nullptr || host.idle.front().since < oldest->idle.front().since)) oldest = &host;
  }
  if (oldest == nullptr) return false;
  oldest->idle.erase(oldest->idle.begin());
  --oldest->open;
  --counters.idle;
  --counters.open;
  return true;
}

void ClientPool::give_back(const std::string& key, std::unique_ptr<Wire> wire) {
  hosts_[key].idle.push_back({std::move(wire), clock_.steady()});
  ++counters.idle;
  if (waiting_.empty()) {
    sweep_later();
  } else {
    let_next_go();
  }
}

void ClientPool::closed(const std::string& key) {
  --counters.open;
  auto host = hosts_.find(key);
  if (--host->second.open == 0) hosts_.erase(host);
  let_next_go();
}

// The first in line that can go, goes; others may wait for another host. Posted, because this runs inside the end of
// somebody else's send.
void ClientPool::let_next_go() {
  for (size_t i = 0; i < waiting_.size(); ++i) {
    Waiter* waiter = waiting_[i];
    LeasePtr lease = try_take(waiter->key, waiter->fresh);
    if (!lease) continue;
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    loop.post([granted = std::move(waiter->granted), lease] { granted(lease); });
    break;
  }
  if (counters.idle > 0) sweep_later();
}

// Weak: idle connections must not outlive the client because of their own timer.
void ClientPool::sweep_later() {
  if (sweeper_) return;
  sweeper_ = loop.after_real(options.idle_time / 2 + std::chrono::milliseconds(1), [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->sweep();
  });
}

void ClientPool::sweep() {
  SteadyTime now = clock_.steady();
  for (auto entry = hosts_.begin(); entry != hosts_.end();) {
    Host& host = entry->second;
    size_t dropped = std::erase_if(host.idle, [&](const Idle& idle) { return now - idle.since > options.idle_time; });
    host.open -= dropped;
    counters.open -= dropped;
    counters.idle -= dropped;
    entry = host.open == 0 ? hosts_.erase(entry) : std::next(entry);
  }
  sweeper_.reset();
  if (counters.idle > 0) sweep_later();
  if (!waiting_.empty()) let_next_go();
}

}  // namespace mlc::http
