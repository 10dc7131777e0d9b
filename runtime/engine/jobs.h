// Claims jobs and runs them, at most Options::in_flight at once; what a run's end means is decided here: done, wait
// and retry, parked with a case, dead. Owned by Engine; executor's thread.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "runtime/engine/context.h"
#include "runtime/engine/turns.h"

namespace mlc::engine {

class JobRun;

struct JobCounts {
  uint64_t claimed = 0, done = 0, retried = 0, waited = 0, parked = 0, dead = 0, stale = 0;
  uint64_t effects_armed = 0, effects_settled = 0, effects_rejected = 0, effects_unknown = 0, effects_disarmed = 0, effects_superseded = 0;
};

class Jobs {
 public:
  explicit Jobs(Context& context);
  ~Jobs();

  void start();
  Task<Unit> drain();  // claims no more; waits for the runs, at most Options::drain, then abandons them
  void wake();

  int running() const { return static_cast<int>(runs_.size()); }
  const JobCounts& counts() const { return counts_; }

 private:
  friend class JobRun;
  int room(size_t clients) const;
  Task<Unit> claim_loop();
  Task<Unit> release_grants();
  void finished(store::Id job);
  void pause_until(std::optional<WallTime> due, bool stuck);

  Context& context_;
  Turns turns_;
  JobCounts counts_;
  std::map<store::Id, std::shared_ptr<JobRun>> runs_;
  std::unique_ptr<Timer> timer_, grants_timer_;
  bool running_ = false, claiming_ = false, again_ = false;
};

}  // namespace mlc::engine
