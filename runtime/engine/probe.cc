#include "runtime/engine/probe.h"

#include <algorithm>

#include "runtime/base/decimal.h"
#include "runtime/document/document.h"
#include "runtime/document/write.h"
#include "runtime/engine/joined_reads.h"
#include "runtime/remote/system_spec.h"

namespace mlc::engine {
namespace {

constexpr int kMaxPages = 50;  // of a look-up by one reference; more means that the remote ignored the filter

std::string plain(document::Value value) {
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  return std::string(value.text());
}

// Remotes give the same number as 40, 40.0 or "40.0000".
bool same(document::Value a, document::Value b) {
  if (a.is_object() || a.is_array() || b.is_object() || b.is_array()) return document::canonical(a) == document::canonical(b);
  const auto left = a.decimal(), right = b.decimal();
  if (left && right) return *left == *right;
  return plain(a) == plain(b);
}

}  // namespace

Error read_error(const remote::Outcome& outcome) {
  const auto code = outcome.code == "exhausted"   ? Code::exhausted
                    : outcome.code == "denied"    ? Code::denied
                    : outcome.code == "not_found" ? Code::not_found
                    : outcome.code == "timeout"   ? Code::timeout
                    : outcome.code == "corrupt"   ? Code::corrupt
                                                  : Code::unavailable;
  return Error(code, outcome.sentence.empty() ? outcome.code : outcome.sentence);
}

namespace {

using Attempts = std::vector<remote::Exchange>;

Task<Result<Found>> look_up(Context& context, remote::Call call, remote::Probe probe, std::string write_operation, WallTime* not_before,
                            Attempts* attempts) {
  Found found;
  const auto facts = context.remote.facts(call.client, call.connection, write_operation);
  const std::string id_path = facts ? facts->id : "", number_path = facts ? facts->number : "";
  const auto take = [&](document::Value row) {
    if (!row.is_object() || plain(remote::find_dotted(row, probe.field)) != probe.value) return;
    found.records.push_back({plain(remote::find_dotted(row, id_path)), plain(remote::find_dotted(row, number_path)), document::write(row)});
  };
  for (int page = 0; page < kMaxPages; ++page) {
    auto asking = page == 0 ? context.joined_reads->rows(call, probe.field, probe.value) : context.remote.read(call);
    auto read = co_await std::move(asking);
    if (!read) co_return read.error();
    attempts->insert(attempts->end(), read->attempts.begin(), read->attempts.end());
    if (read->outcome.verdict != remote::Verdict::applied) {
      if (read->outcome.code == "not_found") co_return found;
      if (not_before != nullptr) *not_before = read->outcome.not_before;
      co_return read_error(read->outcome);
    }
    auto parsed = document::Document::parse(read->rows.empty() ? (read->outcome.body.empty() ? "null" : read->outcome.body) : read->rows);
    if (!parsed) co_return parsed.error().wrap(probe.operation);
    if (parsed->root().is_array()) {
      for (const auto row : parsed->root().items()) take(row);
    } else {
      take(parsed->root());
    }
    if (read->next_arguments.empty()) co_return found;
    call.arguments = read->next_arguments;
  }
  co_return Error(Code::exhausted, probe.operation + " gave more than " + std::to_string(kMaxPages) + " pages for one reference");
}

}  // namespace

Task<Result<Found>> look_up(JobContext& run, std::string connection, remote::Probe probe, std::string write_operation,
                            WallTime* not_before) {
  Attempts attempts;
  remote::Call call{run.job.client, std::move(connection), probe.operation, probe.arguments, run.job.lane};
  const std::string operation = probe.operation;
  auto looking = look_up(run.context, std::move(call), std::move(probe), std::move(write_operation), not_before, &attempts);
  auto found = co_await std::move(looking);
  if (!found) co_return found;
  for (const auto& exchange : attempts) found->exchanges.push_back(run.exchange_entry(operation, exchange));
  co_return found;
}

Task<Result<Found>> look_up(Context& context, std::string client, std::string connection, remote::Probe probe,
                            std::string write_operation) {
  Attempts attempts;
  remote::Call call{std::move(client), std::move(connection), probe.operation, probe.arguments, store::Lane::live};
  auto looking = look_up(context, std::move(call), std::move(probe), std::move(write_operation), nullptr, &attempts);
  co_return co_await std::move(looking);
}

bool holds_fields(std::string_view record_json, std::string_view body) {
  auto record = document::Document::parse(std::string(record_json));
  auto sent = document::Document::parse(std::string(body));
  if (!record || !sent) return false;
  for (const auto field : sent->root().fields()) {
    if (field.value.is_object() || field.value.is_array()) continue;  // remotes reshape parts; only plain fields are evidence
    if (!same(field.value, record->root().get(field.key))) return false;
  }
  return true;
}

bool takes_updates(const remote::Probe& probe, std::string_view record_json) {
  if (probe.state_field.empty()) return true;
  auto record = document::Document::parse(std::string(record_json));
  if (!record) return true;
  const auto state = plain(remote::find_dotted(record->root(), probe.state_field));
  return std::find(probe.states.begin(), probe.states.end(), state) != probe.states.end();
}

std::string said(remote::Remote& remote, const remote::Plan& plan) {
  auto taken = remote.take(plan.client, plan.connection, plan.operation, plan.body);
  if (!taken) return plan.body;
  return std::move(*taken);
}

bool proves(remote::Remote& remote, const remote::Plan& plan, std::string_view record_json) {
  const auto* spec = remote.spec(plan.client, plan.connection);
  const auto* operation = spec == nullptr ? nullptr : spec->operation(plan.operation);
  if (operation == nullptr || operation->effect.done.empty()) return holds_fields(record_json, said(remote, plan));
  auto record = document::Document::parse(std::string(record_json));
  if (!record) return false;
  for (const auto& [field, value] : operation->effect.done) {
    if (remote::find_dotted(record->root(), field).text() != value) return false;
  }
  return true;
}

std::string compare_confirmed(const std::vector<std::string>& fields, std::string_view sent, std::string_view expect,
                              std::string_view got) {
  auto body = document::Document::parse(sent.empty() ? "null" : std::string(sent));
  auto wanted = document::Document::parse(expect.empty() ? "null" : std::string(expect));
  auto record = document::Document::parse(std::string(got));
  if (!record) return "the record read back is unreadable";
  for (const auto& field : fields) {
    document::Value ours = wanted ? remote::find_dotted(wanted->root(), field) : document::Value();
    if (!ours && body) ours = remote::find_dotted(body->root(), field);
    if (!ours) continue;
    const auto theirs = remote::find_dotted(record->root(), field);
    if (!theirs) return field + " was sent as " + plain(ours) + " and is not there";
    if (!same(ours, theirs)) return field + " was sent as " + plain(ours) + " and stands there as " + plain(theirs);
  }
  return "";
}

}  // namespace mlc::engine
