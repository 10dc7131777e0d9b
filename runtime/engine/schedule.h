// Time as a trigger: schedules and polls fire once per nominal time (G10), and whatever a person asks to run now.
// Nominal times stand on the wall clock (in the instance's zone for "23:30"), waiting uses the steady one. What fell
// due while nothing ran fires once afterwards; of many polls that are due at once, a few are under way at a time. Owned by Engine;
// executor's thread.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/engine/context.h"

namespace mlc::engine {

// The newest nominal time in (last, now], if there is one. `every` counts from the epoch; `at` is "HH:MM" in `zone`.
Result<std::optional<WallTime>> nominal_due(const Trigger& trigger, const std::string& zone, WallTime last, WallTime now);
// The first nominal time after `now`.
Result<WallTime> nominal_next(const Trigger& trigger, const std::string& zone, WallTime now);

struct PollCounts {
  uint64_t polls = 0, rows = 0, failures = 0;
};

class Schedule {
 public:
  explicit Schedule(Context& context);
  ~Schedule();

  Task<Status> start();  // reads what fired last; then runs until stop()
  void stop();
  void reload();

  struct Synced {
    std::vector<store::Id> jobs;  // of `record`
    int64_t rows = 0;             // polled
  };
  // Now: the poll triggers of a flow ("" = all flows), or one record by its key.
  Task<Result<Synced>> sync(std::string client, std::string instance, std::string flow, std::optional<std::string> record,
                            std::string actor);

  const PollCounts& counts() const { return counts_; }
  // When each poll last read to the end, by cursor key: what `status` calls lag.
  const std::map<std::string, WallTime>& polled() const { return polled_; }

 private:
  struct Entry {
    std::string key;  // "client/instance/flow/<trigger>[/connection]"
    InstancePtr instance;
    std::string flow, connection;
    Trigger trigger;
  };
  std::vector<Entry> entries() const;
  Task<Unit> round();
  Task<Unit> fire(Entry entry, WallTime nominal);
  Task<Unit> work_off_polls();
  Task<Status> remember(std::string key, WallTime nominal);
  Task<Result<int64_t>> poll(Entry entry);
  void wait();

  Context& context_;
  std::map<std::string, WallTime> last_;
  std::map<std::string, WallTime> polled_;
  std::set<std::string> busy_;    // polls under way
  std::set<std::string> queued_;  // polls that are due and wait for their turn, in the order of due_polls_
  std::deque<std::pair<Entry, WallTime>> due_polls_;
  int pollers_ = 0;
  std::unique_ptr<Timer> timer_;
  bool running_ = false, in_round_ = false;
  PollCounts counts_;
};

}  // namespace mlc::engine
