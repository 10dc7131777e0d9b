// What a comparison asks beyond the lists of the period: the document or record that seems missing, by its reference; what jobs
// know of it; and what people accepted.
#include <algorithm>
#include <set>

#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/probe.h"
#include "runtime/engine/reconcile.h"
#include "runtime/engine/reconcile_lines.h"
#include "runtime/engine/sealed_row.h"

namespace mlc::engine {
namespace {

using Class = Reconciled::Class;
using document::Document;
using document::Node;

constexpr size_t kMostAsked = 300;  // of each comparison: more than that is no finding but a fault, and is listed as it is
constexpr size_t kAtOnce = 15;      // references in one call
constexpr int kMostOpenJobs = 100'000;
constexpr std::string_view kSealed = "reconcile";

std::string acceptance_key(const std::string& client, const std::string& instance, const std::string& comparison, const std::string& key) {
  return client + "/" + instance + "/accepted/" + comparison + "/" + key;
}

std::string fill_holes(std::string pattern, const std::map<std::string, std::string>& holes) {
  for (const auto& [name, value] : holes) pattern = replaced(std::move(pattern), "{" + name + "}", value);
  return pattern;
}

// Which source a reference belongs to, and what stands in it.
const ReconcileSide* source_of(const ReconcileInput& input, const std::string& key, std::map<std::string, std::string>* holes) {
  for (const auto& side : input.lefts) {
    auto found = holes_of(side.key, key);
    if (!found) continue;
    *holes = std::move(*found);
    return &side;
  }
  return nullptr;
}

std::vector<std::string> keys_of(const Reconciled& result, const std::string& comparison, Class kind) {
  std::vector<std::string> keys;
  for (const auto& one : result.differences)
    if (one.comparison == comparison && one.kind == kind && keys.size() < kMostAsked) keys.push_back(one.key);
  return keys;
}

}  // namespace

Task<Status> Reconcile::find(std::string key, ReconcileInput* input, std::vector<std::string> keys) {
  std::vector<ReconcileSpec> books;  // each once
  for (auto& one : specs_of(runs_[key].client, runs_[key].instance)) {
    if (one.name != input->spec->name || one.right.find_param.empty()) continue;
    const bool known =
        std::any_of(books.begin(), books.end(), [&](const ReconcileSpec& each) { return each.right.connection == one.right.connection; });
    if (!known) books.push_back(std::move(one));
  }
  const auto from = runs_[key].from, to = runs_[key].to;
  for (const auto& spec : books) {
    const auto& side = spec.right;
    auto zone = Zone::find(side.zone.empty() ? "UTC" : side.zone);
    if (!zone) co_return zone.error();
    for (size_t begin = 0; begin < keys.size(); begin += kAtOnce) {
      std::string wanted;
      for (size_t i = begin; i < std::min(keys.size(), begin + kAtOnce); ++i)
        wanted += (wanted.empty() ? "" : " or ") + replaced(side.find_each, "{key}", replaced(keys[i], "'", "''"));
      auto given = Document::parse(side.arguments.empty() ? "{}" : side.arguments);
      if (!given) co_return given.error().wrap("reconcile.arguments");
      auto arguments = Node::copy_of(given->root());
      if (!arguments.is_object()) arguments = Node::object();
      arguments["query"].set(side.find_param, wanted);
      remote::Call call{runs_[key].client, side.connection, side.operation, document::write(arguments), store::Lane::backfill};
      while (!call.arguments.empty()) {
        auto read = co_await ask(key, call);
        if (!read) co_return read.error();
        if (read->outcome.verdict != remote::Verdict::applied) co_return read_error(read->outcome);
        auto parsed = Document::parse(read->rows.empty() ? "[]" : read->rows);
        if (!parsed) co_return parsed.error().wrap(side.operation);
        for (const auto row : parsed->root().items()) {
          auto records = reconcile_records(side, row, *zone);
          if (!records) co_return records.error();
          for (auto& record : *records) {
            // What stands in the period was in its list already.
            const bool wanted_one = std::find(keys.begin(), keys.end(), record.key) != keys.end();
            if (wanted_one && (record.date < from || record.date > to)) add_record(side, &input->right, std::move(record));
          }
        }
        call.arguments = read->next_arguments;
      }
    }
  }
  co_return ok_status();
}

Task<Status> Reconcile::fetch(std::string key, ReconcileInput* input, std::vector<std::string> keys) {
  for (const auto& wanted : keys) {
    std::map<std::string, std::string> holes;
    const auto* source = source_of(*input, wanted, &holes);
    if (source == nullptr || source->one_operation.empty() || input->left.contains(wanted)) continue;
    auto zone = Zone::find(source->zone.empty() ? "UTC" : source->zone);
    if (!zone) co_return zone.error();
    const auto arguments = "{\"path\":" + fill_holes(source->one_path, holes) + "}";
    remote::Call call{runs_[key].client, source->connection, source->one_operation, arguments, store::Lane::backfill};
    auto read = co_await ask(key, call);
    if (!read) co_return read.error();
    if (read->outcome.code == "not_found") continue;
    if (read->outcome.verdict != remote::Verdict::applied) co_return read_error(read->outcome);
    auto parsed = Document::parse(!read->rows.empty() ? read->rows : "[" + (read->outcome.body.empty() ? "" : read->outcome.body) + "]");
    if (!parsed) co_return parsed.error().wrap(source->one_operation);
    for (const auto row : parsed->root().items()) {
      auto records = reconcile_records(*source, row, *zone);
      if (!records) co_return records.error();
      for (auto& record : *records)
        if (record.key == wanted) input->left.emplace(wanted, std::move(record));
    }
  }
  co_return ok_status();
}

Task<Status> Reconcile::look_around(std::string key, Inputs* inputs) {
  const auto from = runs_[key].from, to = runs_[key].to;
  const auto first = compare(*inputs, from, to);
  for (auto& input : *inputs) {
    auto found = co_await find(key, &input, keys_of(first, input.spec->name, Class::missing));
    if (!found) co_return found.error();
    auto fetched = co_await fetch(key, &input, keys_of(first, input.spec->name, Class::extra));
    if (!fetched) co_return fetched.error();
  }
  // A document that undoes another stands beside it: both, and the record that is no sale any more, may be of other months.
  const auto second = compare(*inputs, from, to);
  for (auto& input : *inputs) {
    if (input.spec->undone_by.empty()) continue;
    const auto undoing = std::find_if(inputs->begin(), inputs->end(),
                                      [&](const ReconcileInput& other) { return other.spec->name == input.spec->undone_by; });
    if (undoing == inputs->end()) continue;
    std::vector<std::string> of_this, of_that;
    for (const auto& one : keys_of(second, input.spec->name, Class::extra)) {
      const auto left = input.left.find(one);
      if (left != input.left.end() && !left->second.sold) of_that.push_back(one + input.spec->undone_suffix);
    }
    for (const auto& one : keys_of(second, input.spec->name, Class::doubled)) of_that.push_back(one + input.spec->undone_suffix);
    for (const auto& one : keys_of(second, undoing->spec->name, Class::extra))
      if (one.ends_with(input.spec->undone_suffix)) of_this.push_back(one.substr(0, one.size() - input.spec->undone_suffix.size()));
    auto fetched = co_await fetch(key, &input, of_this);
    if (!fetched) co_return fetched.error();
    auto found = co_await find(key, &input, of_this);
    if (!found) co_return found.error();
    auto undone = co_await find(key, &*undoing, of_that);
    if (!undone) co_return undone.error();
  }
  co_return ok_status();
}

Task<Status> Reconcile::give_hints(std::string key, Inputs* inputs) {
  const auto client = runs_[key].client, instance = runs_[key].instance;
  const auto result = compare(*inputs, runs_[key].from, runs_[key].to);
  const auto mode = context_.doors.mode(client, instance);
  const auto specs = specs_of(client, instance);
  std::map<std::string, std::map<std::string, store::Job>> open;  // by flow; by source:key
  std::map<std::string, size_t> asked;
  for (const auto& one : result.differences) {
    if (one.explained) continue;
    auto input =
        std::find_if(inputs->begin(), inputs->end(), [&](const ReconcileInput& each) { return each.spec->name == one.comparison; });
    const auto& spec = *input->spec;
    std::map<std::string, std::string> holes;
    const auto* source = source_of(*input, one.key, &holes);
    for (const auto& side : input->lefts)
      if (side.connection == one.connection) source = &side;  // the record is there, and says itself whose it is
    if (source == nullptr || spec.flow.empty()) continue;
    // As the record itself says, where it is there: its job may be named by another field than its reference.
    const auto job_key = one.job_key.empty() ? fill_holes(source->job, holes) : one.job_key;
    if (!open.contains(spec.flow)) {
      store::JobFilter filter;
      filter.client = client, filter.instance = instance, filter.flow = spec.flow, filter.limit = kMostOpenJobs;
      filter.states = {store::JobState::waiting, store::JobState::running, store::JobState::parked};
      auto jobs = co_await context_.store.jobs(filter);
      if (!jobs) co_return jobs.error();
      auto& known = open[spec.flow];
      for (auto& job : *jobs) known[job.source + ":" + job.key] = std::move(job);
    }
    auto& hint = input->hints[one.key];
    if (const auto job = open[spec.flow].find(source->connection + ":" + job_key); job != open[spec.flow].end()) {
      hint.job = job->second.id, hint.case_id = job->second.case_id, hint.reason = job->second.reason;
      hint.job_state = job->second.state == store::JobState::parked    ? "parked"
                       : job->second.state == store::JobState::running ? "running"
                                                                       : "waiting";
      continue;
    }
    if (one.kind != Class::missing) continue;
    if (!mode.live) {
      hint.skipped = "the instance runs in shadow, where nothing is written";
      continue;
    }
    if (++asked[spec.name] > kMostAsked) continue;
    if (!spec.effect.empty() && !input->right.contains(one.key)) {
      auto books = spec.right.connection;
      for (const auto& each : specs)
        if (each.name == spec.name && each.left.connection == source->connection) books = each.right.connection;
      auto made = co_await context_.store.entity(client, books, source->connection + ":" + job_key, fill_holes(spec.effect, holes));
      if (!made) co_return made.error();
      if (*made && !(*made)->remote_id.empty()) {
        const auto& number = (*made)->number;
        hint.was = number.empty() || number == "0" ? (*made)->remote_id : number;
        continue;
      }
    }
    store::JobFilter filter;
    filter.client = client, filter.instance = instance, filter.flow = spec.flow, filter.key = job_key, filter.limit = 20;
    auto jobs = co_await context_.store.jobs(filter);
    if (!jobs) co_return jobs.error();
    const auto last = std::find_if(jobs->begin(), jobs->end(), [&](const store::Job& job) { return job.source == source->connection; });
    if (last != jobs->end() && last->state == store::JobState::cancelled)
      hint.skipped = "a person cancelled its job " + std::to_string(last->id) + (last->reason.empty() ? "" : " (" + last->reason + ")");
    else if (last != jobs->end() && last->done_as == store::DoneAs::skipped) hint.skipped = last->reason;
    if (last != jobs->end() || mode.start == WallTime{}) continue;
    auto zone = Zone::find(source->zone.empty() ? "UTC" : source->zone);
    if (zone && one.date < zone->date_of(mode.start))
      hint.skipped = "it is older than the start of the instance on " + zone->date_of(mode.start).text();
  }
  co_return ok_status();
}

Task<Result<std::vector<ReconcileAcceptance>>> Reconcile::accepted(std::string client, std::string instance) {
  auto rows = co_await context_.store.list(store::Table::reports, client + "/" + instance + "/accepted/");
  if (!rows) co_return rows.error();
  std::vector<ReconcileAcceptance> all;
  for (const auto& row : *rows) {
    auto box = unpack(row.value);
    auto plain = box ? context_.vault.open(client, kSealed, *box) : Result<std::string>(box.error());
    auto parsed = plain ? Document::parse(std::move(*plain)) : Result<Document>(plain.error());
    if (!parsed) co_return parsed.error().wrap(row.key);
    const auto word = [&](const char* name) { return std::string(parsed->root().get(name).text()); };
    all.push_back({word("comparison"), word("key"), word("by"), word("because"), word("left"), word("right"), word("right_number"), row.at,
                   parsed->root().get("revoked").as_bool()});
  }
  co_return all;
}

namespace {

Result<store::Change> written(Context& context, const std::string& client, const std::string& instance, const ReconcileAcceptance& one,
                              const std::string& actor) {
  auto node = Node::object();
  node.set("comparison", one.comparison).set("key", one.key).set("by", one.by).set("because", one.because);
  node.set("left", one.left).set("right", one.right).set("right_number", one.right_number).set("revoked", one.revoked);
  auto box = context.vault.seal(client, kSealed, document::write(node));
  if (!box) return box.error();
  store::Change change;
  change.put.emplace_back(store::Table::reports, store::Row{acceptance_key(client, instance, one.comparison, one.key), pack(*box), one.at});
  change.audit.push_back(
      {client, actor, one.revoked ? "reconcile.revoked" : "reconcile.accepted", instance + "/" + one.comparison,
       one.key + ": " + (one.left.empty() ? "nothing" : one.left) + " against " + (one.right.empty() ? "nothing" : one.right)});
  return change;
}

}  // namespace

Task<Result<ReconcileAcceptance>> Reconcile::accept(std::string client, std::string instance, std::string key, std::string comparison,
                                                    std::string because, std::string actor) {
  if (because.empty()) co_return Error(Code::invalid_argument, "say why, as in --because \"booked by hand in another journal\"");
  if (specs_of(client, instance).empty())
    co_return Error(Code::not_found, "there is no instance " + client + "/" + instance + " that reconciles");
  auto all = co_await reports(client, instance);
  if (!all) co_return all.error();
  for (const auto& text : *all) {
    auto report = Document::parse(text);
    if (!report) co_return report.error();
    std::vector<ReconcileAcceptance> named;
    bool waits = false;
    for (const char* list : {"differences", "explained"}) {
      for (const auto row : report->root().get(list).items()) {
        const auto word = [&](const char* name) { return std::string(row.get(name).text()); };
        if (word("reference") != key || (!comparison.empty() && word("comparison") != comparison) || word("class") == "skipped") continue;
        waits = waits || word("class") == "waiting";
        named.push_back(
            {word("comparison"), key, actor, because, word("left"), word("right"), word("right_number"), context_.now(), false});
      }
    }
    if (named.empty()) continue;
    if (named.size() > 1)
      co_return Error(Code::invalid_argument, key + " differs in several comparisons: say which with --comparison, as " +
                                                  named[0].comparison + " or " + named[1].comparison);
    if (waits)
      co_return Error(Code::conflict,
                      key + " waits for its job: a case is settled or its job cancelled first, then what is left can be accepted");
    auto change = written(context_, client, instance, named[0], actor);
    if (!change) co_return change.error();
    auto committed = co_await context_.store.commit(std::move(*change));
    if (!committed) co_return committed.error();
    co_return named[0];
  }
  co_return Error(Code::not_found, "no run of " + client + "/" + instance + " names a difference " + key + ": `reconcile " + client + " " +
                                       instance + " --month …` lists them with their references");
}

Task<Result<ReconcileAcceptance>> Reconcile::revoke(std::string client, std::string instance, std::string key, std::string comparison,
                                                    std::string actor) {
  auto all = co_await accepted(client, instance);
  if (!all) co_return all.error();
  std::vector<ReconcileAcceptance> named;
  for (const auto& one : *all)
    if (!one.revoked && one.key == key && (comparison.empty() || one.comparison == comparison)) named.push_back(one);
  if (named.empty()) co_return Error(Code::not_found, "nothing was accepted for " + key + " in " + client + "/" + instance);
  if (named.size() > 1)
    co_return Error(Code::invalid_argument, key + " was accepted in several comparisons: say which with --comparison, as " +
                                                named[0].comparison + " or " + named[1].comparison);
  named[0].revoked = true;
  named[0].at = context_.now();
  auto change = written(context_, client, instance, named[0], actor);
  if (!change) co_return change.error();
  auto committed = co_await context_.store.commit(std::move(*change));
  if (!committed) co_return committed.error();
  co_return named[0];
}

}  // namespace mlc::engine
