// What a flow's request is in the journal: kind of entry, name, and a hash over all that was asked. One rule for the run that
// records, for the run that continues it, and for the workbench, which compares a re-run with what was recorded. Pure.
#pragma once
#include <string>

#include "runtime/engine/runner.h"
#include "runtime/remote/remote.h"

namespace mlc::engine {

struct RequestKey {
  store::EntryKind kind = store::EntryKind::note;
  std::string name;
  std::string hash;  // "" where the journal keeps none: notes, and the question for a step
};

// `connection`: what the request's role resolved to; not used where a request has no role.
RequestKey key_of(const HostRequest& request, const std::string& connection);
RequestKey key_of(const ReadRequest& asked, const std::string& connection);
RequestKey key_of(const SendRequest& asked, const std::string& connection);
// An empty entity stands for the record's own: the caller puts that name in first.
RequestKey key_of(const SentRequest& asked, const std::string& connection);
RequestKey key_of(const WithholdRequest& asked, const std::string& connection);
RequestKey key_of(const LookupRequest& asked, const std::string& connection);
RequestKey key_of(const LookupStore& asked, const std::string& connection);
RequestKey key_of(const KvGet& asked, const std::string& connection);
RequestKey key_of(const KvSet& asked, const std::string& connection);
RequestKey key_of(const EmitRequest& asked, const std::string& connection);
RequestKey key_of(const MapRecord& asked, const std::string& connection);
RequestKey key_of(const StepRequest& asked, const std::string& connection);
RequestKey key_of(const StepDone& asked, const std::string& connection);
RequestKey key_of(const NoteRequest& asked, const std::string& connection);

// The role's connection: as asked, else where the event came from, else by the routing table in either direction, else the
// only one. Never a guess among several: not_found says what the table lacks (C14).
Result<std::string> connection_for(const Instance& instance, const std::string& source, const std::string& role, const std::string& asked);
// The same for the role that a request names; "" when it names none.
Result<std::string> connection_for(const Instance& instance, const std::string& source, const HostRequest& request);

// Why a write is refused before anything is planned. It is never recorded: it follows from the request alone.
std::optional<HostError> refusal_of(const SendRequest& request, const Result<remote::OperationFacts>& facts);

// What the script sees of a read: the record, or {"rows":[…],"next":<arguments of the next page or null>}.
std::string read_json(const remote::Remote::Read& read);
// What it sees of one that failed.
HostError read_fault(const remote::Outcome& outcome);

// Random numbers and ids of a run derive from it.
std::string run_seed(const store::Job& job);

}  // namespace mlc::engine
