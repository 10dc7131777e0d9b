// The client's connections: who may open one, who waits, what is kept. A Lease is the right to one connection; dropping
// it closes the connection and lets the next in line go. Used on the loop's thread; shared by Client and its sends.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/event_loop.h"
#include "runtime/base/system_clock.h"
#include "runtime/http/client.h"
#include "runtime/http/wire.h"

namespace mlc::http {

class ClientPool : public std::enable_shared_from_this<ClientPool> {
 public:
  ClientPool(EventLoop& loop, ClientOptions options, std::unique_ptr<Resolver> resolver);

  class Lease {
   public:
    Lease(std::shared_ptr<ClientPool> pool, std::string key, std::unique_ptr<Wire> kept);
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

    bool is_reused() const { return reused_; }
    bool has_wire() const { return wire_ != nullptr; }
    Wire& wire() { return *wire_; }
    void open(std::unique_ptr<Wire> wire) { wire_ = std::move(wire); }
    void drop_wire() { wire_.reset(); }
    // The answer was complete and the connection may serve again.
    void keep() { keep_ = true; }

   private:
    std::shared_ptr<ClientPool> pool_;
    std::string key_;
    std::unique_ptr<Wire> wire_;
    bool reused_ = false;
    bool keep_ = false;
  };
  using LeasePtr = std::shared_ptr<Lease>;

  // In line for a lease; leaves the line when destroyed.
  struct Waiter {
    std::shared_ptr<ClientPool> pool;
    std::string key;
    bool fresh = false;
    std::function<void(LeasePtr)> granted;
    ~Waiter();
  };

  // Null if the caller has to wait in line.
  LeasePtr try_take(const std::string& key, bool fresh);
  bool line_is_full() const { return waiting_.size() >= options.max_waiting; }
  void stand_in_line(Waiter& waiter) { waiting_.push_back(&waiter); }

  EventLoop& loop;
  const ClientOptions options;
  std::unique_ptr<Resolver> resolver;
  TlsFactory tls;
  ClientCounters counters;
  std::vector<char> read_buffer;  // scratch, valid within one call

 private:
  struct Idle {
    std::unique_ptr<Wire> wire;
    SteadyTime since;
  };
  struct Host {
    size_t open = 0;         // leased and idle
    std::vector<Idle> idle;  // the most recent last
  };

  void give_back(const std::string& key, std::unique_ptr<Wire> wire);
  void closed(const std::string& key);
  bool evict_oldest();
  void let_next_go();
  void sweep_later();
  void sweep();

  SystemClock clock_;  // real time: what a remote and the network see
  std::map<std::string, Host> hosts_;
  std::deque<Waiter*> waiting_;
  std::unique_ptr<Timer> sweeper_;
};

}  // namespace mlc::http
