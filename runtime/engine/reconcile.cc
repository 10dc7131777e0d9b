#include "runtime/engine/reconcile.h"

#include <algorithm>
#include <set>

#include "runtime/base/sleep.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/probe.h"
#include "runtime/engine/reconcile_lines.h"
#include "runtime/engine/sealed_row.h"

namespace mlc::engine {
namespace {

using document::Document;
using document::Node;

constexpr int kMaxPages = 10'000;
constexpr Duration kResumeWithin = std::chrono::hours(6);  // older pages would tell of another day's books
constexpr int kTries = 3;
constexpr int64_t kKeptAtOnce = 500;
constexpr Duration kPause = std::chrono::seconds(5);
constexpr Duration kLook = std::chrono::milliseconds(200);
constexpr std::string_view kSealed = "reconcile";

std::string period_part(const ReconcileProgress& run) { return "/part/" + run.from.text() + "_" + run.to.text() + "/"; }

std::string numbered(int64_t number, size_t width) {
  auto text = std::to_string(number);
  return std::string(width - std::min(width, text.size()), '0') + text;
}

Result<std::string> sealed(Context& context, const std::string& client, const std::string& plain) {
  auto made = context.vault.seal(client, kSealed, plain);
  if (!made) return made.error();
  return pack(*made);
}

Result<std::string> opened(Context& context, const std::string& client, const std::string& value) {
  auto box = unpack(value);
  if (!box) return box.error();
  return context.vault.open(client, kSealed, *box);
}

bool is_foreign(const std::string& key, const std::vector<std::string>& foreign) {
  return std::any_of(foreign.begin(), foreign.end(), [&](const std::string& begin) { return key.starts_with(begin); });
}

}  // namespace

std::vector<ReconcileSpec> Reconcile::specs_of(const std::string& client, const std::string& instance) const {
  return specs_ ? specs_(client, instance) : std::vector<ReconcileSpec>();
}

Result<ReconcileProgress> Reconcile::begin(std::string client, std::string instance, Date from, Date to, std::string by) {
  if (specs_of(client, instance).empty())
    return Error(Code::not_found, "the integration of " + client + "/" + instance + " declares nothing to reconcile");
  const auto key = client + "/" + instance;
  auto& run = runs_[key];
  if (run.state == "running" && run.began != WallTime{}) {
    if (run.from == from && run.to == to) return run;
    return Error(Code::conflict, "a reconciliation of " + run.from.text() + " to " + run.to.text() + " is under way: wait for its end");
  }
  run = ReconcileProgress{};
  run.client = std::move(client), run.instance = std::move(instance), run.by = std::move(by);
  run.from = from, run.to = to, run.began = context_.now();
  context_.scope.spawn(work(key));
  return run;
}

std::optional<ReconcileProgress> Reconcile::progress(const std::string& client, const std::string& instance) const {
  const auto found = runs_.find(client + "/" + instance);
  if (found == runs_.end()) return std::nullopt;
  return found->second;
}

Task<Result<std::string>> Reconcile::run(std::string client, std::string instance, Date from, Date to, std::string by) {
  auto begun = begin(client, instance, from, to, std::move(by));
  if (!begun) co_return begun.error();
  for (;;) {
    const auto now = progress(client, instance);
    if (now->state == "done") co_return now->report;
    if (now->state == "failed") co_return now->failure;
    co_await sleep_for(*context_.env.timers, kLook);
  }
}

Task<Unit> Reconcile::work(std::string key) {
  auto report = co_await compared(key);
  auto& run = runs_[key];
  run.waits_until = {};
  if (report) {
    run.report = std::move(*report), run.state = "done";
  } else {
    run.failure = report.error(), run.state = "failed";
    context_.log.warn("reconcile.failed", {{"instance", key}, {"error", report.error().text()}});
  }
  co_return Unit{};
}

Task<Result<remote::Remote::Read>> Reconcile::ask(std::string key, remote::Call call) {
  for (int tried = 1;; ++tried) {
    auto read = co_await context_.remote.read(call);
    if (!read || read->outcome.verdict == remote::Verdict::applied || read->outcome.code == "not_found") co_return read;
    const auto& end = read->outcome;
    const auto now = context_.now();
    const bool quota = end.code == "exhausted" && end.not_before > now;
    if (!quota && (tried >= kTries || !end.retryable)) co_return read_error(end);
    if (quota) tried = 0, runs_[key].waits_until = end.not_before;
    const Duration wait = quota ? Duration(end.not_before - now) : kPause;
    co_await sleep_for(*context_.env.timers, wait);
    runs_[key].waits_until = {};
  }
}

// What is read of one side, on its way into the comparison.
struct Reconcile::Taking {
  const ReconcileSide& side;
  Zone zone;
  Date from, to;
  bool is_right;
  const std::vector<std::string>& foreign;
  ReconcileRecords* into;
  int64_t* count;

  Result<std::vector<ReconcileRecord>> records_of(document::Value row) const {
    auto records = reconcile_records(side, row, zone);
    if (!records) return records;
    std::erase_if(*records, [&](const ReconcileRecord& one) {
      // Of the side that is looked for by date, only the period; the other's own period is known by its keys alone.
      return (is_right && (one.date < from || one.date > to)) || is_foreign(one.key, foreign);
    });
    for (auto& one : *records)
      if (one.key.empty()) one.key = "#" + one.number;
    return records;
  }

  void take(ReconcileRecord record) const {
    add_record(side, into, std::move(record));
    ++*count;
  }
};

// What the instance's own job.kv holds, under the side's keys.
Task<Status> Reconcile::read_kept(std::string key, const Taking& taking) {
  const auto client = runs_[key].client, begin = key + "/" + taking.side.kept;
  const auto& dates = taking.side.date;
  for (std::string after;;) {
    auto rows = co_await context_.store.list_part(store::Table::kv, begin, after, kKeptAtOnce);
    if (!rows) co_return rows.error();
    for (const auto& row : *rows) {
      after = row.key;
      auto box = unpack(row.value);
      auto plain = box ? context_.vault.open(client, "kv", *box) : Result<std::string>(box.error());
      auto parsed = plain ? Document::parse(std::move(*plain)) : Result<Document>(plain.error());
      if (!parsed) co_return parsed.error().wrap(row.key);
      const auto value = parsed->root();
      if (!taking.side.kept_by.empty() && filled(taking.side.kept_by, value) != taking.side.connection) continue;
      // What bears none of the dates is of before they were kept.
      if (std::all_of(dates.begin(), dates.end(), [&](const auto& field) { return filled(field, value).empty(); })) continue;
      auto records = taking.records_of(value);
      if (!records) co_return records.error().wrap(row.key);
      for (auto& one : *records) taking.take(std::move(one));
    }
    if (rows->size() < static_cast<size_t>(kKeptAtOnce)) co_return ok_status();
  }
}

Task<Status> Reconcile::read(std::string key, ReconcileSide side, std::string part, bool is_right, std::vector<std::string> foreign,
                             ReconcileRecords* into) {
  const auto client = runs_[key].client;
  const auto from = runs_[key].from, to = runs_[key].to;
  runs_[key].doing = "reading " + side.noun + "s of " + side.connection;
  auto zone = Zone::find(side.zone.empty() ? "UTC" : side.zone);
  if (!zone) co_return zone.error();
  const Taking taking{side, *zone, from, to, is_right, foreign, into, &runs_[key].rows};
  if (!side.kept.empty()) co_return co_await read_kept(key, taking);
  auto given = Document::parse(side.arguments.empty() ? "{}" : side.arguments);
  if (!given) co_return given.error().wrap("reconcile.arguments");
  auto arguments = Node::copy_of(given->root());
  if (!arguments.is_object()) arguments = Node::object();
  if (arguments.get("query") == nullptr) arguments.set("query", Node::object());
  // A day more on either side: a remote's own idea of a day may differ, rows are sorted out here.
  const auto first = from.plus_days(-1 - side.reach).text(), last = to.plus_days(2).text();
  auto* query = arguments.get("query");
  if (!side.from_param.empty()) query->set(side.from_param, first);
  if (!side.to_param.empty()) query->set(side.to_param, last);
  if (!side.filter_param.empty()) query->set(side.filter_param, replaced(replaced(side.filter, "{from}", first), "{to}", last));

  remote::Call call{client, side.connection, side.operation, document::write(arguments), store::Lane::backfill};
  const auto place = key + period_part(runs_[key]) + part + "/";
  int page = 0;
  auto kept = co_await context_.store.list(store::Table::reports, place);
  if (!kept) co_return kept.error();
  for (const auto& row : *kept) {
    if (context_.now() - row.at > kResumeWithin) continue;
    auto plain = opened(context_, client, row.value);
    auto parsed = plain ? Document::parse(std::move(*plain)) : Result<Document>(plain.error());
    if (!parsed) co_return parsed.error().wrap(row.key);
    for (const auto one : parsed->root().get("records").items()) {
      auto record = record_of(one);
      if (!record) co_return record.error();
      taking.take(std::move(*record));
    }
    ++page;
    runs_[key].resumed = true;
    call.arguments = std::string(parsed->root().get("next").text());
    if (call.arguments.empty()) co_return ok_status();
  }
  for (; page < kMaxPages; ++page) {
    auto read = co_await ask(key, call);
    if (!read) co_return read.error();
    if (read->outcome.verdict != remote::Verdict::applied) co_return read_error(read->outcome);
    auto parsed = Document::parse(read->rows.empty() ? "[]" : read->rows);
    if (!parsed) co_return parsed.error().wrap(side.operation);
    auto records = Node::array();
    for (const auto row : parsed->root().items()) {
      auto found = taking.records_of(row);
      if (!found) co_return found.error();
      for (auto& one : *found) {
        records.push(to_node(one));
        taking.take(std::move(one));
      }
    }
    auto body = Node::object();
    body.set("records", std::move(records)).set("next", read->next_arguments);
    auto box = sealed(context_, client, document::write(body));
    if (!box) co_return box.error();
    store::Change change;
    change.put.emplace_back(store::Table::reports, store::Row{place + numbered(page, 6), std::move(*box), context_.now()});
    auto committed = co_await context_.store.commit(std::move(change));
    if (!committed) co_return committed.error();
    if (read->next_arguments.empty()) co_return ok_status();
    call.arguments = read->next_arguments;
  }
  co_return Error(Code::exhausted, side.operation + " never came to its last page");
}

Task<Result<std::map<std::string, std::string>>> Reconcile::account_names(std::string key) {
  std::map<std::string, std::string> names;
  const auto client = runs_[key].client, instance = runs_[key].instance;
  std::set<std::string> asked;
  const auto all = specs_of(client, instance);
  for (const auto& spec : all) {
    if (spec.account_operation.empty() || !asked.insert(spec.right.connection).second) continue;
    runs_[key].doing = "reading accounts of " + spec.right.connection;
    remote::Call call{client, spec.right.connection, spec.account_operation, "{}", store::Lane::backfill};
    for (int page = 0; page < kMaxPages && !call.arguments.empty(); ++page) {
      auto read = co_await ask(key, call);
      if (!read) co_return read.error();
      if (read->outcome.verdict != remote::Verdict::applied) co_return read_error(read->outcome);
      auto parsed = Document::parse(read->rows.empty() ? "[]" : read->rows);
      if (!parsed) co_return parsed.error().wrap(spec.account_operation);
      for (const auto row : parsed->root().items()) {
        const auto name = filled(spec.account_name, row);
        names[filled(spec.account_id, row)] = filled(spec.account_code, row) + (name.empty() ? "" : " " + name);
      }
      call.arguments = read->next_arguments;
    }
  }
  co_return names;
}

Task<Result<std::string>> Reconcile::compared(std::string key) {
  const auto client = runs_[key].client, instance = runs_[key].instance;
  // What was begun with is gone on with, whatever a reload changes meanwhile.
  auto specs = specs_of(client, instance);
  const auto old = co_await context_.store.list(store::Table::reports, key + "/part/");
  if (!old) co_return old.error();
  store::Change stale;
  for (const auto& row : *old)
    if (context_.now() - row.at > kResumeWithin) stale.drop.emplace_back(store::Table::reports, row.key);
  if (!stale.drop.empty()) {
    auto dropped = co_await context_.store.commit(std::move(stale));
    if (!dropped) co_return dropped.error();
  }
  Inputs inputs;
  std::set<std::string> read_already;
  for (const auto& spec : specs) {
    auto input = std::find_if(inputs.begin(), inputs.end(), [&](const ReconcileInput& one) { return one.spec->name == spec.name; });
    if (input == inputs.end()) {
      inputs.emplace_back();
      input = std::prev(inputs.end());
      input->spec = &spec;
    }
    input->lefts.push_back(spec.left);
    auto left =
        co_await read(key, spec.left, spec.name + "/left/" + spec.left.connection + "." + spec.left.operation, false, {}, &input->left);
    if (!left) co_return left.error();
    // Books that several sources share are read once.
    if (!read_already.insert(spec.name + "/" + spec.right.connection).second) continue;
    auto right = co_await read(key, spec.right, spec.name + "/right/" + spec.right.connection + "." + spec.right.operation, true,
                               spec.foreign, &input->right);
    if (!right) co_return right.error();
  }
  for (auto& input : inputs) {
    auto zone = Zone::find(input.spec->left.zone.empty() ? "UTC" : input.spec->left.zone);
    if (zone) input.today = zone->date_of(context_.now());
  }
  for (auto& input : inputs) keep_ours(input.spec->right, input.lefts, &input.right);
  auto names = co_await account_names(key);
  if (!names) co_return names.error();
  runs_[key].doing = "looking for what is missing";
  auto looked = co_await look_around(key, &inputs);
  if (!looked) co_return looked.error();
  auto hinted = co_await give_hints(key, &inputs);
  if (!hinted) co_return hinted.error();
  auto result = compare(inputs, runs_[key].from, runs_[key].to, *names);
  co_return co_await keep(key, std::move(result));
}

Task<Result<std::string>> Reconcile::keep(std::string key, Reconciled result) {
  const auto client = runs_[key].client, instance = runs_[key].instance;
  auto known = co_await accepted(client, instance);
  if (!known) co_return known.error();
  for (auto& one : result.differences) {
    if (one.explained || one.kind == Reconciled::Class::waiting) continue;
    const auto found = std::find_if(known->begin(), known->end(), [&](const ReconcileAcceptance& each) {
      return !each.revoked && each.comparison == one.comparison && each.key == one.key;
    });
    if (found == known->end()) continue;
    if (found->left != one.left || found->right != one.right || found->right_number != one.right_number) {
      one.sentence += " It was accepted when it was " + (found->left.empty() ? "nothing" : found->left) + " against " +
                      (found->right.empty() ? "nothing" : found->right) + ", and has changed since.";
      continue;
    }
    one.explained = true, one.accepted_by = found->by, one.accepted_because = found->because, one.accepted_at = found->at;
  }
  auto rows = co_await context_.store.list(store::Table::reports, key + "/run/");
  if (!rows) co_return rows.error();
  ReconcileRun told;
  told.number = 1;
  if (!rows->empty()) told.number = std::stoll(rows->back().key.substr(rows->back().key.rfind('/') + 1)) + 1;
  told.client = client, told.instance = instance, told.by = runs_[key].by;
  told.from = runs_[key].from, told.to = runs_[key].to, told.began = runs_[key].began, told.ended = context_.now();
  const auto text = document::write(report_of(told, result));
  auto box = sealed(context_, client, text);
  if (!box) co_return box.error();
  store::Change change;
  change.put.emplace_back(store::Table::reports, store::Row{key + "/run/" + numbered(told.number, 9), std::move(*box), told.ended});
  auto parts = co_await context_.store.list(store::Table::reports, key + period_part(runs_[key]));
  if (!parts) co_return parts.error();
  for (const auto& row : *parts) change.drop.emplace_back(store::Table::reports, row.key);
  change.audit.push_back(
      {client, told.by, "reconciled", instance, told.from.text() + " to " + told.to.text() + ", run " + std::to_string(told.number)});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  const auto open = std::count_if(result.differences.begin(), result.differences.end(), [](const auto& one) { return !one.explained; });
  if (context_.options.on_reconciled) context_.options.on_reconciled({client, instance, told.from, told.to, open});
  co_return text;
}

Task<Result<std::vector<std::string>>> Reconcile::reports(std::string client, std::string instance) {
  auto rows = co_await context_.store.list(store::Table::reports, client + "/" + instance + "/run/");
  if (!rows) co_return rows.error();
  std::vector<std::string> all;
  for (auto row = rows->rbegin(); row != rows->rend(); ++row) {
    auto plain = opened(context_, client, row->value);
    if (!plain) co_return plain.error().wrap(row->key);
    all.push_back(std::move(*plain));
  }
  co_return all;
}

Task<Result<std::string>> Reconcile::report(std::string client, std::string instance, int64_t number) {
  auto row = co_await context_.store.get(store::Table::reports, client + "/" + instance + "/run/" + numbered(number, 9));
  if (!row) co_return row.error();
  if (!*row) co_return Error(Code::not_found, "there is no run " + std::to_string(number) + " of " + client + "/" + instance);
  co_return opened(context_, client, (*row)->value);
}

}  // namespace mlc::engine
