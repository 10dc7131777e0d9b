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

// What each read of a look-up was, by its operation.
using Attempts = std::vector<std::pair<std::string, remote::Exchange>>;

// The values at a path in which "*" is each of a list: nothing for one that has none. A list of one may come as the one.
void values_at(document::Value value, std::string_view path, std::vector<document::Value>& all) {
  if (!value) return;
  if (path.empty()) return all.push_back(value);
  const size_t dot = path.find('.');
  const auto step = path.substr(0, dot);
  const auto rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  if (step == "*" && value.is_array()) {
    for (const auto item : value.items()) {
      const size_t before = all.size();
      values_at(item, rest, all);
      if (all.size() == before) all.emplace_back();
    }
  } else if ((step == "*" || step == "0") && value.is_object() && !value.get(step)) {
    values_at(value, rest, all);
  } else {
    values_at(remote::find_dotted(value, step), rest, all);
  }
}

std::vector<std::string> texts_at(document::Value value, std::string_view path) {
  std::vector<document::Value> all;
  if (const auto named = remote::find_dotted(value, path); named && !named.is_object() && !named.is_array()) all.push_back(named);
  else values_at(value, path, all);
  std::vector<std::string> texts;
  for (const auto one : all) {
    if (auto text = plain(one); !text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

std::string first_text(document::Value value, std::string_view path) {
  auto texts = texts_at(value, path);
  return texts.empty() ? std::string() : std::move(texts.front());
}

bool is_ours(const remote::Probe& probe, document::Value row) {
  if (!row.is_object()) return false;
  if (!probe.field.empty()) {
    const auto texts = texts_at(row, probe.field);
    if (std::find(texts.begin(), texts.end(), probe.value) == texts.end()) return false;
  }
  if (!probe.found.empty() && first_text(row, probe.found).empty()) return false;
  if (probe.gone_field.empty()) return true;
  std::vector<document::Value> states;
  values_at(row, probe.gone_field, states);
  const auto is_gone = [&](document::Value state) {
    return std::find(probe.gone.begin(), probe.gone.end(), plain(state)) != probe.gone.end();
  };
  return states.empty() || !std::all_of(states.begin(), states.end(), is_gone);
}

// Rows of which `parts` make one record.
void join_parts(const remote::Probe& probe, Found& found) {
  const size_t rows = found.records.size();
  if (rows == 0) return;
  if (rows < probe.parts) {
    found.parts = rows;
    found.records.clear();
    return;
  }
  if (rows > probe.parts) return;  // parts of several
  std::string json = "{\"found\":[";
  for (const auto& record : found.records) json += (json.ends_with('[') ? "" : ",") + record.json;
  found.records.front().json = json + "]}";
  found.records.resize(1);
}

Task<Result<Found>> look_up(Context& context, remote::Call call, remote::Probe probe, std::string write_operation, WallTime* not_before,
                            Attempts* attempts) {
  Found found;
  const auto facts = context.remote.facts(call.client, call.connection, write_operation);
  const std::string own_id = facts ? facts->id : "", own_number = facts ? facts->number : "";
  const std::string id_path = probe.id.empty() ? own_id : probe.id, number_path = probe.number.empty() ? own_number : probe.number;
  const auto take = [&](document::Value row) {
    if (is_ours(probe, row)) found.records.push_back({first_text(row, id_path), first_text(row, number_path), document::write(row)});
  };
  const auto keep = [&](const std::vector<remote::Exchange>& exchanges) {
    for (const auto& exchange : exchanges) attempts->emplace_back(call.operation, exchange);
  };
  bool whole = false;
  for (int page = 0; page < kMaxPages && !whole; ++page) {
    auto asking = page == 0 ? context.joined_reads->rows(call, probe.field, probe.value) : context.remote.read(call);
    auto read = co_await std::move(asking);
    if (!read) co_return read.error();
    keep(read->attempts);
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
    whole = read->next_arguments.empty();
    call.arguments = std::move(read->next_arguments);
  }
  if (!whole)
    co_return Error(Code::exhausted, probe.operation + " gave more than " + std::to_string(kMaxPages) + " pages for one reference");
  if (probe.parts > 0) join_parts(probe, found);
  if (probe.fetch.empty() || found.records.size() != 1) co_return found;

  call.operation = probe.fetch;
  call.arguments = probe.fetch_arguments;
  auto read = co_await context.remote.read(call);
  if (!read) co_return read.error();
  keep(read->attempts);
  // It exists; that its record is not given is no reason to doubt it.
  if (read->outcome.code == "not_found" || read->outcome.code == "invalid_argument") co_return found;
  if (read->outcome.verdict != remote::Verdict::applied) {
    if (not_before != nullptr) *not_before = read->outcome.not_before;
    co_return read_error(read->outcome);
  }
  auto record = document::Document::parse(read->outcome.body);
  if (!record) co_return record.error().wrap(probe.fetch);
  auto& only = found.records.front();
  if (auto id = first_text(record->root(), own_id); !id.empty()) only.id = std::move(id);
  if (auto number = first_text(record->root(), own_number); !number.empty()) only.number = std::move(number);
  only.json = read->outcome.body;
  co_return found;
}

}  // namespace

Task<Result<Found>> look_up(JobContext& run, std::string connection, remote::Probe probe, std::string write_operation,
                            WallTime* not_before) {
  Attempts attempts;
  remote::Call call{run.job.client, std::move(connection), probe.operation, probe.arguments, run.job.lane};
  auto looking = look_up(run.context, std::move(call), std::move(probe), std::move(write_operation), not_before, &attempts);
  auto found = co_await std::move(looking);
  if (!found) co_return found;
  for (const auto& [operation, exchange] : attempts) found->exchanges.push_back(run.exchange_entry(operation, exchange));
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
