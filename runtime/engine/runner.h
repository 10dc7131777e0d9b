// What the engine needs from a host of flows. script implements it; engine tests implement it in C++.
//
// A run: the engine claims a job and calls start(). The flow asks for everything outside itself through RunHost, one
// request at a time; the engine answers each from the job's journal when it stands there, else does it and records
// it. A request may be answered after a long time or never: the run is then ended with abandon().
#pragma once
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/base/task.h"
#include "runtime/base/time.h"
#include "runtime/store/types.h"

namespace mlc::engine {

// All values that cross are JSON texts; arguments in the form of remote::Call.
struct ReadRequest {
  std::string role, connection;  // connection: one of the role's; "" = the routed one
  std::string operation, arguments;
};
struct SendRequest {
  std::string effect;  // name, unique in the job
  std::string role, connection, operation, arguments;
  std::string version;                                                     // "" for creates
  std::string entity;                                                      // "" = by the operation's key field, else source:key
  std::string probe_operation, probe_arguments, probe_field, probe_value;  // frozen look-up of kinds A and C
  bool optional_number = false;
  std::string looked;  // operation by which the run has just looked for the record and found none; "" = it has not
};
struct SentRequest {
  std::string effect, role, connection, entity;
};                        // what this entity got before; null when nothing
struct WithholdRequest {  // as SentRequest; when nothing was sent, no state up to `version` is sent any more
  std::string effect, role, connection, version;
};
struct StartRequest {};  // C13: the instance's start where nothing older may make anything, else null
struct LookupRequest {   // cached answers, older than `fresh` left out
  std::string name, role, connection;
  std::vector<std::string> keys;
  Duration fresh{};
};
struct LookupStore {
  std::string name, role, connection, answers;
};  // JSON object key -> value or null (known absent)
struct KvGet {
  std::string key;
};
struct KvSet {
  std::string key, value;  // value "null" forgets
};
struct KvList {  // [{"key","value"},…] of the keys that begin with `prefix` and stand behind `after`, bytewise
  std::string prefix, after;
  int64_t limit = 1000;
};
struct EmitRequest {
  std::string flow, key, payload;
  std::string cursor, cursor_value;
  Duration delay{};          // the child begins no sooner
  std::string connection{};  // whose record it is; "" = as the job's own
};                           // children and cursor commit together
struct MapRecord {
  std::string mapping, input, output;
};  // recorded for preview and lineage
struct StepRequest {
  std::string name;
};  // asks for a recorded result: {"done":bool,"value":…}
struct StepDone {
  std::string name, value;
};
struct NoteRequest {
  std::string level, text, fields;
};
using HostRequest = std::variant<ReadRequest, SendRequest, SentRequest, WithholdRequest, StartRequest, LookupRequest, LookupStore, KvGet,
                                 KvSet, KvList, EmitRequest, MapRecord, StepRequest, StepDone, NoteRequest>;

struct HostError {
  std::string code, message;  // code: not_found, invalid_argument, denied, exhausted, unavailable, timeout, rejected, …
  bool retryable = false;
  std::string cause;   // the remote's own words
  std::string detail;  // JSON, e.g. {"status":404}
};
struct HostReply {
  std::variant<std::string, HostError> value;  // JSON text
  WallTime now{};                              // time of the journal entry that answered: the script's now()
};

class RunHost {
 public:
  virtual ~RunHost() = default;
  // Any thread; `reply` is called once, on an engine thread, unless the run was abandoned before.
  virtual void request(HostRequest request, std::function<void(HostReply)> reply) = 0;
};

// How a run ends.
struct RunEnd {
  enum class How {
    done,     // flow returned; its sends decide done_as
    skipped,  // job:skip(reason)
    failed,   // an error left the flow: `code`, `reason`, `retryable`
    refused,  // a rule or mapping refused the record: park with a case
    broken,   // the script itself is at fault (error, budget, memory): park, operator's concern
    waiting,  // the engine ended it (park, quota, hold); filled by the engine
  };
  How how = How::done;
  std::string code, reason, fix, concern, cause;  // cause: what groups parked jobs into a case
  bool retryable = false;
  bool decidable = false;       // refused: the flow can go on once a person says whose version counts
  std::string result;           // JSON the flow returned
  std::string script_position;  // file:line, for broken and refused
};

struct RunInput {
  store::Job job;
  std::string event;  // payload JSON: {"topic":…, "received":…, "body":…} for webhooks, the record or arguments else
  WallTime began{};   // now() before the first journal entry
  std::string seed;   // random and ids derive from it
  bool shadow = false;
  WallTime start{};      // C13: nothing older makes a document
  std::string decision;  // "theirs" or "ours": what a person said of the case that the attempt before this one was parked in
};

class Run {
 public:
  virtual ~Run() = default;
  virtual void abandon() = 0;  // cancels: the coroutine is reset, no further request, `end` is not called
};

// A trigger as data; intake runs no Lua.
struct Trigger {
  enum class Kind { webhook, poll, schedule } kind = Kind::webhook;
  std::string role;
  std::vector<std::string> topics;  // webhook
  std::string key_path;             // where the job's key stands in the payload, e.g. "data.id"
  std::string topic_path;           // where the topic stands in the body, from the system
  // poll: list operation of the role's system, cursor field and its query parameter
  std::string operation, since;
  Duration every{}, overlap{};
  bool whole = false;  // poll: its first look takes all there is, not what changed since the instance's start
  std::string at;      // schedule: "23:30" in the instance's zone; empty = every
};

struct Flow {
  std::string name;
  std::vector<Trigger> triggers;
  int max_failures = 12;  // retries with backoff, then parked
  bool main = false;      // a record's number alone means this flow
};

// The flows of an integration, shared by all its instances. A copy is cheap; whoever changes one gets a list of its own.
class Flows {
 public:
  Flows() = default;
  Flows(std::initializer_list<Flow> flows) : list_(std::make_shared<std::vector<Flow>>(flows)) {}

  std::vector<Flow>::const_iterator begin() const { return read().begin(); }
  std::vector<Flow>::const_iterator end() const { return read().end(); }
  size_t size() const { return read().size(); }
  bool empty() const { return read().empty(); }
  const Flow& front() const { return read().front(); }
  Flow& front() { return own().front(); }
  void push_back(Flow flow) { own().push_back(std::move(flow)); }

 private:
  const std::vector<Flow>& read() const {
    static const std::vector<Flow> kNone;
    return list_ == nullptr ? kNone : *list_;
  }
  std::vector<Flow>& own() {
    if (list_ == nullptr || list_.use_count() > 1) list_ = std::make_shared<std::vector<Flow>>(read());
    return *list_;
  }
  std::shared_ptr<std::vector<Flow>> list_;
};

// Which of a role's connections the records of a connection of another role belong to (C14).
struct RouteRow {
  std::string role, from, to;
};

// An instance that can run: an integration bound to a client's connections.
struct Instance {
  std::string client, name, integration;
  std::string version;                                                  // content hash of all that decides what it does
  std::vector<std::pair<std::string, std::vector<std::string>>> roles;  // role -> connections
  std::vector<RouteRow> routes;
  Flows flows;
  std::string zone;
};
using InstancePtr = std::shared_ptr<const Instance>;

class Runner {
 public:
  virtual ~Runner() = default;
  virtual std::vector<InstancePtr> instances() = 0;  // live version of each
  // Starts a run of the job on its pinned version. `end` is called once on an engine thread.
  virtual Result<std::unique_ptr<Run>> start(RunInput input, std::shared_ptr<RunHost> host, std::function<void(RunEnd)> end) = 0;
  virtual bool has_version(const std::string& client, const std::string& instance, const std::string& version) = 0;
  // Makes a version that was live once known again, from wherever old ones are kept; has_version() holds afterwards.
  virtual Task<Status> bring(std::string client, std::string instance, std::string version) {
    co_return Error(Code::not_found, "instance " + client + "/" + instance + " has no version " + version);
  }
};

}  // namespace mlc::engine
