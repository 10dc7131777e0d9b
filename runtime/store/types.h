// What the store keeps, in the words of the engine. Payloads are sealed before they come here: the store sees
// ciphertext, keyed digests and the few plain columns that claims and operators' lists need.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/time.h"

namespace mlc::store {

using Id = int64_t;

// Compressed, then encrypted with a data key of its own; the data key wrapped by the client's key (G13).
struct Sealed {
  std::string bytes;
  std::string key;
  bool empty() const { return bytes.empty(); }
};

enum class Lane : uint8_t { live = 0, retry = 1, backfill = 2 };  // who goes first when a budget is short
enum class EventKind : uint8_t { webhook = 0, poll = 1, schedule = 2, child = 3, manual = 4 };
enum class JobState : uint8_t { waiting = 0, running = 1, parked = 2, done = 3, dead = 4, cancelled = 5 };
enum class DoneAs : uint8_t { none = 0, sent = 1, skipped = 2, superseded = 3, shadow = 4 };

struct JobBirth {
  std::string client, instance, flow;
  std::string source;  // where the key comes from: the connection's name, so that order 118 of two shops never meet
  std::string key;
  Lane lane = Lane::live;
  std::optional<WallTime> not_before;
};

struct EventBirth {
  EventKind kind = EventKind::webhook;
  std::string client, connection, topic;
  WallTime received;
  std::string replay_key;      // 32 bytes over signed content; empty = none
  WallTime replay_until{};     // kept at least until then
  Sealed payload;              // head fields that were signed, and the raw body
  std::vector<JobBirth> jobs;  // empty = recorded as ignored
};

struct Accepted {
  bool duplicate = false;
  Id event = 0;          // of the first acceptance when it is a duplicate
  std::vector<Id> jobs;  // empty for a duplicate
};

// What other jobs of a job's key may do while it waits.
enum class Precedence : uint8_t {
  none = 0,   // run; it goes on from its journal afterwards
  kept = 1,   // wait behind it: what it has asked or planned would be old news after them
  given = 2,  // run; then it begins anew
};

struct Job {
  Id id = 0, event = 0;
  std::string client, instance, flow, source, key;
  Lane lane = Lane::live;
  JobState state = JobState::waiting;
  DoneAs done_as = DoneAs::none;
  std::string version;  // script content hash, pinned at the first claim
  int runs = 0;         // claims so far
  int attempt = 1;      // revivals by replay
  int restarts = 0;     // new beginnings after others of its key
  int failures = 0;     // consecutive failed runs, for backoff
  int crashes = 0;      // runs in a row that the process did not survive and that recorded nothing new
  int64_t epoch = 0;    // of the claim; every outcome write carries it (G6)
  WallTime born{}, next{}, ended{};
  WallTime revived{};  // by a person or a command, last; the epoch when never
  Id case_id = 0;
  std::string reason;  // one sentence; why it waits, is parked, skipped or dead
  std::string reason_code;

  int chapter() const { return attempt + restarts; }  // of its journal: each begins with questions asked anew
};

enum class EntryKind : uint8_t {
  read = 0,
  step = 1,
  lookup = 2,
  kv = 3,
  plan = 4,
  outcome = 5,
  exchange = 6,
  map_input = 7,
  emit = 8,
  sent = 9,
  note = 10,
};

struct EntryBirth {
  EntryKind kind = EntryKind::read;
  int index = 0;           // position in the run's order of host calls; -1 for exchanges and notes
  std::string name;        // operation, effect or step name
  std::string input_hash;  // 32 bytes over name and input: a difference on replay parks the job (G3)
  Sealed payload;
};

struct Entry : EntryBirth {
  Id row = 0, job = 0;
  WallTime at{};
};

enum class EffectState : uint8_t { planned = 0, armed = 1, settled = 2, rejected = 3, unknown = 4, superseded = 5, shadow = 6 };

struct Effect {
  std::string key;  // hash(connection, operation, entity, name, version, generation)
  Id job = 0;
  std::string client, connection, operation, entity, name, version;
  int generation = 1;
  char kind = 'D';  // A B C D of reliability.md section 2
  EffectState state = EffectState::planned;
  WallTime planned{}, armed{}, ended{};
  Id plan_row = 0, outcome_row = 0;  // journal rows with the frozen request and the recorded answer
  std::string remote_id;             // what the remote calls the record
  int sends = 0;
};

// `from` states the transition is allowed from; empty = must not exist yet. Anything else fails the whole change
// with Code::conflict and writes nothing.
struct EffectChange {
  Effect effect;
  std::vector<EffectState> from;
  bool plan_in_this_change = false;     // plan_row = the row of this change's entry of kind plan
  bool outcome_in_this_change = false;  // the same for kind outcome
};

// What an entity (a shop's order, say) has in a target, whatever job sent it.
struct Entity {
  std::string client, connection, entity, name;  // key
  std::string version;                           // last one settled
  std::string remote_id;
  std::string number;  // the remote's human number, if it gave one
  std::string effect_key;
  bool by_person = false;  // changed or removed by a person there: differences, never overwritten (C17)
  WallTime at{};
};

struct Case {
  Id id = 0;
  std::string client, instance, flow;
  std::string cause;                         // stable digest input: code + what it concerns ("vat_code:5")
  std::string code, sentence, fix, concern;  // concern: finance | warehouse | operator
  WallTime opened{}, closed{};
  int64_t jobs = 0;  // parked or dead jobs that share it
};

// Plain data: never a credential, never a person's name (T16).
struct AuditBirth {
  std::string client, actor, act, subject, detail;
};

struct AuditEntry : AuditBirth {
  int64_t seq = 0;
  WallTime at{};
  std::string hash;  // sha256 over previous hash and this entry
};

// What a number of any side leads to; the digest is the vault's, keyed per client.
struct SearchTerm {
  std::string client;
  std::string digest;
};

struct Grant {
  std::string id;
  int64_t generation = 0;
  std::optional<int64_t> refreshing;  // generation whose refresh was begun and has no result yet
  int64_t lease_epoch = 0, committed_epoch = 0;
  std::string lease_owner;
  WallTime lease_until{};
  Sealed current, previous;  // token pairs; previous is kept until current worked once
  WallTime issued{}, access_until{}, refresh_until{}, used{};
  std::string state = "none";  // none | ok | reauthorise
  std::string reason;
};

// Small keyed rows of one shape. Each is a table of its own.
enum class Table : uint8_t {
  cursors,
  schedules,
  subscriptions,
  budgets,
  holds,
  scripts,
  snapshots,
  instances,
  pauses,
  kv,
  credentials,
  client_keys,
  erasures,
  lookups,
  reports,
  alerts,
};

struct Row {
  std::string key;
  std::string value;
  WallTime at{};
};

struct Counts {
  int64_t events = 0, ignored = 0, with_jobs = 0, duplicates = 0;
  int64_t jobs_born = 0, done = 0, dead = 0, cancelled = 0, open = 0, parked = 0, waiting = 0, running = 0;
};

}  // namespace mlc::store
