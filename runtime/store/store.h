// The durable memory of the runtime: promises, not tables (design.md section 2). sqlite/ keeps them on one machine,
// postgres/ over several. All calls may come from the executor's thread only and complete on it; a write completes
// after its transaction is committed and synced, and writes complete in the order they were made. Many writes share
// one commit.
//
// Errors: Code::conflict (a fence or expected state did not hold; nothing was written), Code::exhausted (disk full;
// nothing was written, later calls may work), Code::corrupt. An I/O error from COMMIT or fsync ends the process
// through `fatal` (G7): its outcome is unknown until the next start.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/base/task.h"
#include "runtime/store/types.h"

namespace mlc::store {

struct Claimed {
  Job job;
  EventKind event_kind = EventKind::webhook;
  std::string topic, connection;
  WallTime received{};
  Sealed payload;
  std::vector<Entry> journal;  // by row
};

// One atomic change. Every part is optional.
struct Change {
  Id job = 0;
  int64_t epoch = 0;  // fence: the job's claim; 0 = not made by a run (an operator's act)
  std::vector<EntryBirth> entries;

  struct JobUpdate {
    JobState state = JobState::waiting;
    DoneAs done_as = DoneAs::none;
    WallTime next{};
    int failures = 0;
    std::string reason_code, reason;
    std::optional<Lane> lane;
    Precedence precedence = Precedence::none;  // of a waiting job
  };
  std::optional<JobUpdate> job_update;  // ends the claim
  std::optional<std::string> pin_version;
  std::optional<Case> park_in;  // opened if its cause has no open case; the job is counted in it

  std::vector<EffectChange> effects;
  std::vector<Entity> entities;
  std::vector<EventBirth> events;  // child events, polled records, due schedules: born in this change
  std::vector<std::pair<Table, Row>> put;
  std::vector<std::pair<Table, std::string>> drop;
  std::vector<AuditBirth> audit;
  std::vector<SearchTerm> terms;  // lead to `job`
};

struct Committed {
  std::vector<Id> entry_rows;    // of Change::entries
  std::vector<Accepted> events;  // of Change::events
  WallTime at{};                 // the time recorded for the entries
};

struct ClaimRequest {
  int limit = 1;
  std::vector<std::string> held;  // "client", "client/instance" or "client/instance/flow" that are paused or held
  int most_of_client = 0;         // no client has more running jobs than this; 0 = no bound
};

// The audit chain as it stands: what somebody notes down to compare with later.
struct AuditProof {
  int64_t entries = 0;
  std::string head;  // hash of the newest entry, of whatever kind; all zeros when there is none
};

struct JobFilter {
  std::string client, instance, flow, key;
  std::vector<JobState> states;
  Id case_id = 0, event = 0, after = 0;
  int limit = 100;
  bool newest_first = true;
};

struct EffectFilter {
  std::string client, connection, entity, name;
  std::vector<EffectState> states;
  Id job = 0;
  WallTime ended_from{}, ended_to{};
  int limit = 1000;
};

class Store {
 public:
  virtual ~Store() = default;

  // Intake (G1). All of a batch commits together.
  virtual Task<Result<std::vector<Accepted>>> accept(std::vector<EventBirth> batch) = 0;

  // Hands out due jobs, live lane first, oldest first; never two with the same (instance, flow, source, key) at
  // once; raises `runs`, sets `epoch`. A job found running at start-up counts a crash and is claimable again.
  virtual Task<Result<std::vector<Claimed>>> claim(ClaimRequest request) = 0;
  // When the next waiting job falls due; nullopt = none waits.
  virtual Task<Result<std::optional<WallTime>>> next_due() = 0;

  // The one way to change anything: record, arm, settle, advance are changes with different parts.
  virtual Task<Result<Committed>> commit(Change change) = 0;

  // Revives parked, dead or (for operators) done jobs: state waiting, attempt + 1. `version` empty = keep.
  virtual Task<Result<int64_t>> revive(std::vector<Id> jobs, std::string version, std::vector<AuditBirth> audit) = 0;

  virtual Task<Result<std::optional<Job>>> job(Id id) = 0;
  virtual Task<Result<std::vector<Job>>> jobs(JobFilter filter) = 0;
  virtual Task<Result<std::optional<Claimed>>> story(Id job) = 0;  // event, job, whole journal; claims nothing
  virtual Task<Result<std::optional<Entry>>> entry(Id row) = 0;
  virtual Task<Result<std::optional<Effect>>> effect(std::string key) = 0;
  virtual Task<Result<std::vector<Effect>>> effects(EffectFilter filter) = 0;
  virtual Task<Result<std::optional<Entity>>> entity(std::string client, std::string connection, std::string entity, std::string name) = 0;
  virtual Task<Result<std::vector<Id>>> find(std::string client, std::string digest) = 0;  // jobs, newest first
  virtual Task<Result<std::vector<Case>>> cases(std::string client, bool open_only) = 0;
  virtual Task<Result<Counts>> counts(std::string client) = 0;  // "" = all
  virtual Task<Result<std::vector<AuditEntry>>> audit(std::string client, int64_t after, int limit) = 0;
  // Walks the whole chain, intake entries included. Error names the first sequence number that does not fit.
  virtual Task<Result<AuditProof>> verify_audit() = 0;

  virtual Task<Result<std::optional<Row>>> get(Table table, std::string key) = 0;
  // Rows whose key begins with `prefix` and stands behind `after`, bytewise; at most `most` of them, 0 = all.
  virtual Task<Result<std::vector<Row>>> list_part(Table table, std::string prefix, std::string after, int64_t most) = 0;
  Task<Result<std::vector<Row>>> list(Table table, std::string prefix) { return list_part(table, std::move(prefix), "", 0); }

  // Grants. take_lease gives the new epoch, or nullopt while another owner's lease is live.
  virtual Task<Result<std::optional<Grant>>> grant(std::string id) = 0;
  virtual Task<Result<std::vector<Grant>>> grants() = 0;
  virtual Task<Result<std::optional<int64_t>>> take_lease(std::string grant, std::string owner, WallTime until) = 0;
  // Written only if `epoch` is the lease's and above the committed one (when `commits`).
  virtual Task<Status> save_grant(Grant grant, int64_t epoch, bool commits, std::vector<AuditBirth> audit) = 0;

  virtual Task<Result<std::string>> incarnation() = 0;
  virtual Task<Status> backup(std::string path) = 0;  // consistent, while writes go on; opens and verifies what it wrote
  virtual Task<Status> flush() = 0;                   // everything made before it is durable, derived tables included
};

}  // namespace mlc::store
