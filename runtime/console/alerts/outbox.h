// What is to be said and was not delivered yet: durable (Table::alerts, "out/…"), in order for each destination, tried with
// backoff until it is delivered. A destination that fails holds up nobody else. A message is sent again when the process
// ends between its delivery and its row's removal: its id stays the same. Owned by Alerts; executor's thread.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/log.h"
#include "runtime/base/scope.h"
#include "runtime/console/alerts/sender.h"
#include "runtime/store/store.h"

namespace mlc::console {

class Outbox {
 public:
  static constexpr Duration kFirstWait = std::chrono::seconds(30), kLongestWait = std::chrono::hours(1);
  static constexpr size_t kMostWaiting = 500;  // for one destination; more are refused, and logged

  Outbox(Environment env, store::Store& store, AlertSender& sender, Log& log) : env_(env), store_(store), sender_(sender), log_(log) {}

  Task<Status> load();
  // What waits for a destination that is no longer there is dropped.
  void configure(std::vector<Destination> destinations);
  const std::vector<Destination>& destinations() const { return destinations_; }

  struct Addressed {
    std::string destination;
    Message message;       // gets its id
    std::string row = {};  // and its place
  };
  // Adds rows to the change; queued() once it is committed, or when it can't be (a full disk is told all the same).
  void prepare(std::vector<Addressed>& messages, store::Change& change);
  void queue(std::vector<Addressed> messages);

  void start();  // from here on it delivers
  void stop();

  struct Standing {
    std::string destination;
    size_t waiting = 0;
    uint64_t sent = 0, failed = 0;
    WallTime failing_since{};  // epoch: the last attempt worked
    std::string error;
  };
  std::vector<Standing> report() const;

 private:
  struct Queue {
    std::deque<std::pair<std::string, Message>> messages;  // row key, message
    uint64_t sent = 0, failed = 0;
    int failures = 0;
    WallTime failing_since{};
    std::string error;
    bool busy = false;
    std::unique_ptr<Timer> timer;
  };
  const Destination* find(const std::string& id) const;
  void kick(const std::string& id);
  Task<Unit> deliver(std::string id);
  Task<Unit> forget(std::vector<std::string> rows);

  Environment env_;
  store::Store& store_;
  AlertSender& sender_;
  Log& log_;
  std::vector<Destination> destinations_;
  std::map<std::string, Queue> queues_;
  std::set<std::string> done_;  // rows whose message is delivered, on their way out
  uint64_t number_ = 0;
  bool running_ = false;
  Scope scope_;  // last
};

}  // namespace mlc::console
