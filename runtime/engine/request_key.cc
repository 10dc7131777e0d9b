#include "runtime/engine/request_key.h"

#include <algorithm>

#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/journal.h"
#include "runtime/engine/registry.h"

namespace mlc::engine {

using store::EntryKind;

RequestKey key_of(const ReadRequest& asked, const std::string& connection) {
  return {EntryKind::read, asked.operation, hash_parts({"read", connection, asked.operation, asked.arguments})};
}
RequestKey key_of(const SendRequest& asked, const std::string& connection) {
  return {EntryKind::outcome, asked.effect,
          hash_parts({"send", asked.effect, connection, asked.operation, asked.arguments, asked.version, asked.entity})};
}
RequestKey key_of(const SentRequest& asked, const std::string& connection) {
  return {EntryKind::sent, asked.effect, hash_parts({"sent", asked.effect, connection, asked.entity})};
}
RequestKey key_of(const WithholdRequest& asked, const std::string& connection) {
  return {EntryKind::sent, asked.effect, hash_parts({"withhold", asked.effect, connection, asked.version})};
}
RequestKey key_of(const StartRequest&, const std::string&) { return {EntryKind::kv, "start", hash_parts({"start"})}; }
RequestKey key_of(const LookupRequest& asked, const std::string& connection) {
  std::string keys;
  for (const auto& key : asked.keys) keys += std::to_string(key.size()) + ":" + key;
  return {EntryKind::lookup, asked.name, hash_parts({asked.fresh == Duration{} ? "lookup anew" : "lookup", asked.name, connection, keys})};
}
RequestKey key_of(const LookupStore& asked, const std::string& connection) {
  return {EntryKind::lookup, asked.name, hash_parts({"lookup_store", asked.name, connection, asked.answers})};
}
RequestKey key_of(const KvGet& asked, const std::string&) { return {EntryKind::kv, asked.key, hash_parts({"kv_get", asked.key})}; }
RequestKey key_of(const KvSet& asked, const std::string&) {
  return {EntryKind::kv, asked.key, hash_parts({"kv_set", asked.key, asked.value})};
}
RequestKey key_of(const KvList& asked, const std::string&) {
  return {EntryKind::kv, asked.prefix + "*", hash_parts({"kv_list", asked.prefix, asked.after, std::to_string(asked.limit)})};
}
RequestKey key_of(const EmitRequest& asked, const std::string&) {
  const std::string what = asked.delay == Duration{} ? "emit" : "emit in " + std::to_string(asked.delay.count());
  const std::string flow = asked.connection.empty() ? asked.flow : asked.flow + "@" + asked.connection;
  return {EntryKind::emit, asked.flow, hash_parts({what, flow, asked.key, asked.payload, asked.cursor, asked.cursor_value})};
}
RequestKey key_of(const MapRecord& asked, const std::string&) {
  return {EntryKind::map_input, asked.mapping, hash_parts({"map", asked.mapping, asked.input})};
}
RequestKey key_of(const StepRequest& asked, const std::string&) { return {EntryKind::step, asked.name, ""}; }
RequestKey key_of(const StepDone& asked, const std::string&) { return {EntryKind::step, asked.name, hash_parts({"step", asked.name})}; }
RequestKey key_of(const NoteRequest&, const std::string&) { return {EntryKind::note, "note", ""}; }

RequestKey key_of(const HostRequest& request, const std::string& connection) {
  return std::visit([&](const auto& one) { return key_of(one, connection); }, request);
}

Result<std::string> connection_for(const Instance& instance, const std::string& source, const std::string& role, const std::string& asked) {
  const auto& bound = connections_of(instance, role);
  if (bound.empty()) return Error(Code::not_found, "role " + role + " is bound to no connection");
  const auto has = [&](const std::string& name) { return std::find(bound.begin(), bound.end(), name) != bound.end(); };
  if (!asked.empty()) {
    if (has(asked)) return asked;
    return Error(Code::not_found, "connection " + asked + " is not bound to role " + role);
  }
  if (bound.size() == 1) return bound.front();
  if (has(source)) return source;
  std::string found;
  bool several = false;
  for (const auto& row : instance.routes) {
    const bool there = row.role == role && row.from == source;
    const bool back = row.to == source && has(row.from);
    if (!there && !back) continue;
    const auto& to = there ? row.to : row.from;
    several = several || (!found.empty() && found != to);
    found = to;
  }
  if (!found.empty() && !several) return found;
  return Error(Code::not_found, "role " + role + " is bound to several connections, and `route` gives " +
                                    (several ? "more than one" : "none") + " of them for records of " + source + ": name one with " + role +
                                    ":at \"" + bound.front() + "\"");
}

Result<std::string> connection_for(const Instance& instance, const std::string& source, const HostRequest& request) {
  return std::visit(
      [&](const auto& one) -> Result<std::string> {
        if constexpr (requires {
                        one.role;
                        one.connection;
                      })
          return connection_for(instance, source, one.role, one.connection);
        else return std::string();
      },
      request);
}

std::optional<HostError> refusal_of(const SendRequest& request, const Result<remote::OperationFacts>& facts) {
  if (!facts) return HostError{std::string(code_name(facts.error().code())), facts.error().text(), false, "", ""};
  if (facts->reads) return HostError{"invalid_argument", request.operation + " only reads; call it instead of sending it", false, "", ""};
  if (!facts->create && request.version.empty())
    return HostError{"invalid_argument", request.operation + " updates a record: job:send needs the record's version", false, "", ""};
  return std::nullopt;
}

std::string read_json(const remote::Remote::Read& read) {
  if (read.rows.empty()) return read.outcome.body.empty() ? "null" : read.outcome.body;
  return "{\"rows\":" + read.rows + ",\"next\":" + (read.next_arguments.empty() ? "null" : read.next_arguments) + "}";
}

HostError read_fault(const remote::Outcome& outcome) {
  auto detail = document::Node::object();
  detail.set("status", outcome.exchange.status);
  const bool passing = outcome.retryable || outcome.code == "unavailable" || outcome.code == "timeout";
  return {outcome.code, outcome.sentence, passing, outcome.sentence, document::write(detail)};
}

std::string run_seed(const store::Job& job) {
  return hash_parts({"seed", job.client, job.instance, job.flow, job.source, job.key, std::to_string(job.id), std::to_string(job.attempt)});
}

}  // namespace mlc::engine
