// One claimed job while it runs: its journal, and the fenced way to change anything in its name.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/context.h"
#include "runtime/engine/ending.h"
#include "runtime/engine/journal.h"

namespace mlc::engine {

struct JobContext {
  JobContext(Context& given, store::Claimed claimed, InstancePtr its_instance);

  Context& context;
  store::Job job;
  InstancePtr instance;
  Mode mode;
  store::EventKind event_kind;
  std::string topic;
  WallTime received;
  store::Sealed payload;
  Journal journal;
  std::map<std::string, WallTime> looks;          // "connection operation" -> when this run asked it last, and not its journal
  int settled = 0, superseded = 0, shadowed = 0;  // sends of this run, for done_as
  bool unsettled = false;                         // it ended while one of its writes may still land

  // A full disk is waited out (the store refuses cleanly, F3); conflict means that the claim is lost.
  Task<Result<store::Committed>> commit(store::Change change);
  // Queued behind what was committed before and awaited by nobody: a later commit is durable only after it.
  // `held` is let go when it is stored.
  void record(store::Change change, std::shared_ptr<void> held = nullptr);

  // The role's connection: as asked, else where the event came from, else the first. not_found names what is missing.
  Result<std::string> connection(const std::string& role, const std::string& asked) const;
  // nullopt = open. Else why the connection cannot work now: parked when only a person can help.
  std::optional<Ending> held(const std::string& connection) const;
  std::string own_entity() const { return job.source + ":" + job.key; }
  store::EntryBirth exchange_entry(const std::string& name, const remote::Exchange& exchange) const;
  bool lost() const { return lost_; }

 private:
  Task<Unit> record_later(store::Change change, std::shared_ptr<void> held);
  bool lost_ = false;
};

// Exchanges in the journal: {"method","url","request":{…},"status","response":{…},"failure","began","ended"}.
std::string exchange_json(const remote::Exchange& exchange);

}  // namespace mlc::engine
