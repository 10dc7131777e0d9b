// History on request (C10): reads a flow's list from one date to another, page by page, and makes a job of each record, behind
// whatever is live. A page's jobs and the place to go on from commit together, so it can be stopped, or killed, and resumed.
// Never more than a window of its jobs is open at once: stopping it leaves little under way. Owned by Engine; executor's thread.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/engine/context.h"

namespace mlc::engine {

struct BackfillSource {
  std::string connection, operation, key_path;
  std::string arguments;  // of the next page; "" = the first
  bool read = false;      // to the end
};

// One back-fill a flow at a time.
struct Backfill {
  std::string client, instance, flow;
  std::string state;     // running | stopped | done | failed
  std::string reason;    // why it failed
  std::string from, to;  // RFC 3339; "" = open
  WallTime began{}, ended{};
  std::vector<BackfillSource> sources;
  int64_t rows = 0;     // seen
  int64_t outside = 0;  // of those, not in the period: where the list can't be asked for it
  int64_t jobs = 0;     // made
  int64_t done = 0, parked = 0, dead = 0;
  std::vector<store::Id> open;
};

class Backfills {
 public:
  explicit Backfills(Context& context) : context_(context) {}

  // Goes on with those that ran when the process ended; of a client that is held, once it is armed and this called again.
  Task<Status> start();
  void stop();

  // Begins one, or goes on with the one that was stopped or failed; then its own dates hold.
  Task<Result<Backfill>> begin(std::string client, std::string instance, std::string flow, std::optional<WallTime> from,
                               std::optional<WallTime> to, std::string actor);
  // Ends at the next page; what is open runs out.
  Task<Result<Backfill>> halt(std::string client, std::string instance, std::string flow, std::string actor);
  Task<Result<std::vector<Backfill>>> list(std::string client, std::string instance);
  // How many records a back-fill would take; reads, makes nothing.
  Task<Result<Backfill>> count(std::string client, std::string instance, std::string flow, std::optional<WallTime> from,
                               std::optional<WallTime> to);
  // Calls a record of this flow took lately, by connection; empty when none has run yet.
  Task<Result<std::map<std::string, double>>> calls_per_record(std::string client, std::string instance, std::string flow);

 private:
  struct Page {
    std::vector<store::EventBirth> events;
    int64_t rows = 0, outside = 0;
    std::string next;
  };
  Task<Unit> run(std::string key);
  Task<Status> work(std::string key);
  Task<Result<Page>> read(Backfill task, size_t source, bool births);
  Task<Status> settle_open(std::string key, size_t most);
  Task<Status> keep(const Backfill& task, store::Change change);
  Result<Backfill> made(const std::string& client, const std::string& instance, const std::string& flow, std::optional<WallTime> from,
                        std::optional<WallTime> to) const;
  Task<Result<std::optional<Backfill>>> load(std::string key);

  Context& context_;
  std::map<std::string, Backfill> running_;  // by key
  std::set<std::string> halted_;
  bool stopped_ = false;
};

}  // namespace mlc::engine
