#include "runtime/engine/backfill.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/sleep.h"
#include "runtime/base/wall_clock.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/path.h"
#include "runtime/document/write.h"
#include "runtime/engine/journal.h"
#include "runtime/engine/poll.h"
#include "runtime/engine/probe.h"
#include "runtime/remote/system_spec.h"

namespace mlc::engine {
namespace {

using document::Node;
using document::Value;

constexpr size_t kWindow = 500;  // jobs of one back-fill that may be open when its next page is read
constexpr Duration kLook = std::chrono::seconds(1);
constexpr int kLookAt = 500;    // newest jobs among which calls_per_record finds
constexpr size_t kSample = 20;  // so many that sent something: what was there already costs less than what is to come
constexpr std::string_view kPrefix = "backfill/";

std::string key_of(const std::string& client, const std::string& instance, const std::string& flow) {
  return std::string(kPrefix) + client + "/" + instance + "/" + flow;
}

std::string pack(const Backfill& task) {
  auto sources = Node::array();
  for (const auto& source : task.sources) {
    auto one = Node::object();
    one.set("connection", source.connection).set("operation", source.operation).set("key", source.key_path);
    one.set("arguments", source.arguments).set("read", source.read);
    sources.push(std::move(one));
  }
  auto open = Node::array();
  for (const auto id : task.open) open.push(id);
  auto node = Node::object();
  node.set("client", task.client).set("instance", task.instance).set("flow", task.flow).set("state", task.state);
  node.set("reason", task.reason).set("from", task.from).set("to", task.to);
  node.set("began", to_micros(task.began)).set("ended", to_micros(task.ended)).set("sources", std::move(sources));
  node.set("rows", task.rows).set("outside", task.outside).set("jobs", task.jobs);
  node.set("done", task.done).set("parked", task.parked).set("dead", task.dead).set("open", std::move(open));
  return document::write(node);
}

Result<Backfill> unpack(const std::string& text) {
  auto parsed = document::Document::parse(text);
  if (!parsed) return parsed.error();
  const Value root = parsed->root();
  const auto word = [&](const char* name) { return std::string(root.get(name).text()); };
  const auto number = [&](const char* name) { return root.get(name).integer().value_or(0); };
  Backfill task;
  task.client = word("client"), task.instance = word("instance"), task.flow = word("flow");
  task.state = word("state"), task.reason = word("reason"), task.from = word("from"), task.to = word("to");
  task.began = from_micros(number("began")), task.ended = from_micros(number("ended"));
  for (const auto one : root.get("sources").items()) {
    task.sources.push_back({std::string(one.get("connection").text()), std::string(one.get("operation").text()),
                            std::string(one.get("key").text()), std::string(one.get("arguments").text()), one.get("read").as_bool()});
  }
  task.rows = number("rows"), task.outside = number("outside"), task.jobs = number("jobs");
  task.done = number("done"), task.parked = number("parked"), task.dead = number("dead");
  for (const auto id : root.get("open").items()) task.open.push_back(id.integer().value_or(0));
  return task;
}

std::optional<WallTime> moment(const std::string& text) {
  if (text.empty()) return std::nullopt;
  auto parsed = parse_instant(text);
  return parsed ? std::optional<WallTime>(*parsed) : std::nullopt;
}

Value at(Value root, const std::string& path) {
  const auto parsed = document::Path::parse(path);
  return parsed ? document::find(root, *parsed) : root.get(path);
}

std::string told(const Backfill& task) {
  return task.flow + " from " + (task.from.empty() ? "the beginning" : task.from) + " to " + (task.to.empty() ? "now" : task.to);
}

}  // namespace

Task<Status> Backfills::start() {
  auto rows = co_await context_.store.list(store::Table::cursors, std::string(kPrefix));
  if (!rows) co_return rows.error();
  for (const auto& row : *rows) {
    auto task = unpack(row.value);
    if (!task) {
      context_.log.error("backfill.unreadable", {{"key", row.key}, {"error", task.error().text()}});
      continue;
    }
    if (task->state != "running" || running_.contains(row.key) || context_.doors.holds(task->client)) continue;
    running_[row.key] = std::move(*task);
    context_.scope.spawn(run(row.key));
  }
  co_return ok_status();
}

void Backfills::stop() { stopped_ = true; }

Task<Result<std::optional<Backfill>>> Backfills::load(std::string key) {
  if (const auto known = running_.find(key); known != running_.end()) co_return std::optional<Backfill>(known->second);
  auto row = co_await context_.store.get(store::Table::cursors, key);
  if (!row) co_return row.error();
  if (!*row) co_return std::optional<Backfill>();
  auto task = unpack((*row)->value);
  if (!task) co_return task.error().wrap(key);
  co_return std::optional<Backfill>(std::move(*task));
}

Result<Backfill> Backfills::made(const std::string& client, const std::string& instance, const std::string& flow,
                                 std::optional<WallTime> from, std::optional<WallTime> to) const {
  const auto found = context_.registry.find(client, instance);
  if (!found) return Error(Code::not_found, "no instance " + client + "/" + instance);
  const auto* named = find_flow(*found, flow);
  if (named == nullptr) return Error(Code::not_found, "no flow " + flow + " of " + instance);
  if (from && to && *from >= *to) return Error(Code::invalid_argument, "the period ends before it begins");
  Backfill task;
  task.client = client;
  task.instance = instance;
  task.flow = flow;
  task.state = "running";
  if (from) task.from = format_rfc3339(*from);
  if (to) task.to = format_rfc3339(*to);
  task.began = context_.now();
  for (const auto& trigger : named->triggers) {
    if (trigger.kind != Trigger::Kind::poll) continue;
    for (const auto& connection : connections_of(*found, trigger.role)) {
      auto since = context_.remote.period(client, connection, trigger.operation, from, to);
      if (!since) return since.error();
      task.sources.push_back({connection, trigger.operation, trigger.key_path, "", false});
    }
  }
  if (task.sources.empty())
    return Error(Code::unsupported, "flow " + flow + " reads no list: it has no poll, and a back-fill goes through one");
  return task;
}

Task<Status> Backfills::keep(const Backfill& task, store::Change change) {
  change.put.emplace_back(store::Table::cursors, store::Row{key_of(task.client, task.instance, task.flow), pack(task), context_.now()});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  co_return ok_status();
}

Task<Result<Backfill>> Backfills::begin(std::string client, std::string instance, std::string flow, std::optional<WallTime> from,
                                        std::optional<WallTime> to, std::string actor) {
  const auto key = key_of(client, instance, flow);
  auto fresh = made(client, instance, flow, from, to);
  if (!fresh) co_return fresh.error();
  auto known = co_await load(key);
  if (!known) co_return known.error();
  Backfill task = std::move(*fresh);
  const bool unfinished = *known && (*known)->state != "done";
  if (unfinished) {
    const bool same = (!from && !to) || ((*known)->from == task.from && (*known)->to == task.to);
    if (!same)
      co_return Error(Code::conflict, "a back-fill of " + told(**known) + " is not through yet: without dates it goes on, and when it is " +
                                          "through, another may begin");
    task = std::move(**known);
    if (running_.contains(key)) co_return task;
    task.state = "running";
    task.reason.clear();
  }
  store::Change change;
  change.audit.push_back({client, actor, unfinished ? "backfill.resumed" : "backfill.began", instance + "/" + flow, told(task)});
  auto kept = co_await keep(task, std::move(change));
  if (!kept) co_return kept.error();
  halted_.erase(key);
  running_[key] = task;
  context_.scope.spawn(run(key));
  co_return task;
}

Task<Result<Backfill>> Backfills::halt(std::string client, std::string instance, std::string flow, std::string actor) {
  const auto key = key_of(client, instance, flow);
  auto known = co_await load(key);
  if (!known) co_return known.error();
  if (!*known || (*known)->state == "done") co_return Error(Code::not_found, "no back-fill of " + flow + " is under way");
  halted_.insert(key);
  auto& task = **known;
  if (!running_.contains(key)) task.state = "stopped";
  store::Change change;
  change.audit.push_back({client, actor, "backfill.stopped", instance + "/" + flow, told(task)});
  if (running_.contains(key)) {
    auto noted = co_await context_.store.commit(std::move(change));
    if (!noted) co_return noted.error();
  } else {
    auto kept = co_await keep(task, std::move(change));
    if (!kept) co_return kept.error();
  }
  co_return task;
}

Task<Result<std::vector<Backfill>>> Backfills::list(std::string client, std::string instance) {
  const std::string prefix = std::string(kPrefix) + client + "/" + (instance.empty() ? "" : instance + "/");
  auto rows = co_await context_.store.list(store::Table::cursors, prefix);
  if (!rows) co_return rows.error();
  std::vector<Backfill> all;
  for (const auto& row : *rows) {
    if (const auto known = running_.find(row.key); known != running_.end()) {
      all.push_back(known->second);
      continue;
    }
    auto task = unpack(row.value);
    if (task) all.push_back(std::move(*task));
  }
  co_return all;
}

Task<Result<Backfill>> Backfills::count(std::string client, std::string instance, std::string flow, std::optional<WallTime> from,
                                        std::optional<WallTime> to) {
  auto task = made(client, instance, flow, from, to);
  if (!task) co_return task.error();
  for (size_t source = 0; source < task->sources.size(); ++source) {
    for (;;) {
      auto page = co_await read(*task, source, false);
      if (!page) co_return page.error();
      task->rows += page->rows;
      task->outside += page->outside;
      if (page->next.empty()) break;
      task->sources[source].arguments = page->next;
    }
  }
  co_return *task;
}

Task<Result<std::map<std::string, double>>> Backfills::calls_per_record(std::string client, std::string instance, std::string flow) {
  std::map<std::string, double> calls;
  const auto found = context_.registry.find(client, instance);
  if (!found) co_return Error(Code::not_found, "no instance " + client + "/" + instance);
  store::JobFilter filter;
  filter.client = client;
  filter.instance = instance;
  filter.flow = flow;
  filter.states.assign({store::JobState::done});
  filter.limit = kLookAt;
  auto jobs = co_await context_.store.jobs(filter);
  if (!jobs) co_return jobs.error();
  std::erase_if(*jobs, [](const store::Job& job) { return job.done_as != store::DoneAs::sent && job.done_as != store::DoneAs::shadow; });
  if (jobs->size() > kSample) jobs->resize(kSample);
  for (const auto& job : *jobs) {
    auto story = co_await context_.store.story(job.id);
    if (!story) co_return story.error();
    if (!*story) continue;
    for (const auto& entry : (*story)->journal) {
      if (entry.kind != store::EntryKind::exchange) continue;
      for (const auto& [role, bound] : found->roles) {
        const auto* spec = bound.empty() ? nullptr : context_.remote.spec(client, bound.front());
        if (spec != nullptr && spec->operation(entry.name) != nullptr) calls[bound.front()] += 1.0 / static_cast<double>(jobs->size());
      }
    }
  }
  co_return calls;
}

Task<Result<Backfills::Page>> Backfills::read(Backfill task, size_t index, bool births) {
  const auto& source = task.sources[index];
  const auto from = moment(task.from), to = moment(task.to);
  auto period = context_.remote.period(task.client, source.connection, source.operation, from, to);
  if (!period) co_return period.error();
  remote::Call call{task.client, source.connection, source.operation, source.arguments.empty() ? period->arguments : source.arguments,
                    store::Lane::backfill};
  remote::Remote::Read answer;
  for (;;) {
    auto read = co_await context_.remote.read(call);
    if (!read) co_return read.error();
    answer = std::move(*read);
    if (answer.outcome.verdict == remote::Verdict::applied) break;
    const bool passing = answer.outcome.code == "exhausted" || answer.outcome.verdict == remote::Verdict::again || answer.outcome.retryable;
    if (!passing || stopped_) co_return read_error(answer.outcome);
    // A quota that is used up is no failure of a back-fill: it is what it waits for.
    const Duration wait = answer.outcome.not_before - context_.now();
    co_await sleep_for(*context_.env.timers, std::clamp<Duration>(wait, kLook, std::chrono::minutes(10)));
  }
  Page page;
  page.next = answer.next_arguments;
  auto parsed = document::Document::parse(answer.rows.empty() ? "[]" : answer.rows);
  if (!parsed) co_return parsed.error().wrap(source.operation);
  for (const auto row : parsed->root().items()) {
    ++page.rows;
    const auto key = std::string(at(row, source.key_path).text());
    if (key.empty()) co_return Error(Code::corrupt, source.operation + ": a row has no " + source.key_path);
    const auto changed = std::string(remote::find_dotted(row, period->field).text());
    if (!period->counts && (from || to)) {
      const auto zone = Zone::find(period->zone.empty() ? "UTC" : period->zone);
      const auto when = period->zone.empty() || !zone ? parse_remote_instant(changed) : parse_wall_clock(changed, *zone);
      if (when && ((from && *when < *from) || (to && *when >= *to))) {
        ++page.outside;
        continue;
      }
    }
    if (!births) continue;
    std::string payload;
    document::Writer writer(payload);
    writer.begin_object();
    writer.key("record");
    writer.value(row);
    writer.key("cursor");
    writer.string(changed);
    writer.end_object();
    auto sealed = context_.vault.seal(task.client, "event", payload);
    if (!sealed) co_return sealed.error();
    store::EventBirth event;
    event.kind = store::EventKind::manual;  // asked for by a person: older than the instance's start, and wanted (C13)
    event.client = task.client;
    event.connection = source.connection;
    event.topic = source.operation;
    event.received = context_.now();
    event.replay_key = hash_parts(
        {"backfill", key_of(task.client, task.instance, task.flow), std::to_string(to_micros(task.began)), source.connection, key});
    event.replay_until = event.received + context_.options.replay_kept;
    event.payload = std::move(*sealed);
    store::JobBirth job;
    job.client = task.client;
    job.instance = task.instance;
    job.flow = task.flow;
    job.source = source.connection;
    job.key = key;
    job.lane = store::Lane::backfill;
    event.jobs.push_back(std::move(job));
    page.events.push_back(std::move(event));
  }
  co_return page;
}

// Counts what has ended, and waits until at most `most` are open.
Task<Status> Backfills::settle_open(std::string key, size_t most) {
  for (;;) {
    std::vector<store::Id> open;
    const auto ids = running_[key].open;
    int64_t done = 0, parked = 0, dead = 0;
    for (const auto id : ids) {
      auto job = co_await context_.store.job(id);
      if (!job) co_return job.error();
      const auto state = *job ? (*job)->state : store::JobState::cancelled;
      if (state == store::JobState::waiting || state == store::JobState::running) open.push_back(id);
      else if (state == store::JobState::parked) ++parked;
      else if (state == store::JobState::dead) ++dead;
      else ++done;
    }
    auto& task = running_[key];
    task.done += done, task.parked += parked, task.dead += dead;
    task.open = std::move(open);
    if (task.open.size() <= most || stopped_ || halted_.contains(key)) co_return ok_status();
    co_await sleep_for(*context_.env.timers, kLook);
  }
}

Task<Status> Backfills::work(std::string key) {
  for (size_t source = 0; source < running_[key].sources.size(); ++source) {
    while (!running_[key].sources[source].read) {
      auto settled = co_await settle_open(key, kWindow);
      if (!settled) co_return settled;
      if (stopped_ || halted_.contains(key)) co_return ok_status();
      auto page = co_await read(running_[key], source, true);
      if (!page) co_return page.error();
      auto& task = running_[key];
      task.rows += page->rows;
      task.outside += page->outside;
      task.sources[source].arguments = page->next;
      task.sources[source].read = page->next.empty();
      const auto births = static_cast<int64_t>(page->events.size());
      task.jobs += births;
      store::Change change;
      change.events = std::move(page->events);
      change.put.emplace_back(store::Table::cursors, store::Row{key, pack(task), context_.now()});
      auto committed = co_await context_.store.commit(std::move(change));
      if (!committed) co_return committed.error();
      for (const auto& accepted : committed->events) {
        for (const auto id : accepted.jobs) running_[key].open.push_back(id);
      }
      auto kept = co_await keep(running_[key], {});
      if (!kept) co_return kept;
      context_.wake_jobs();
    }
  }
  co_return co_await settle_open(key, 0);
}

Task<Unit> Backfills::run(std::string key) {
  auto worked = co_await work(key);
  if (stopped_) co_return Unit{};
  auto& task = running_[key];
  task.state = !worked ? "failed" : halted_.contains(key) ? "stopped" : "done";
  task.reason = worked ? "" : worked.error().text();
  if (task.state == "done") task.ended = context_.now();
  store::Change change;
  if (task.state != "stopped") {
    change.audit.push_back({task.client, "engine", "backfill." + task.state, task.instance + "/" + task.flow,
                            task.reason.empty() ? std::to_string(task.jobs) + " records" : task.reason});
  }
  auto kept = co_await keep(task, std::move(change));
  if (!kept) context_.log.error("backfill.not_kept", {{"key", key}, {"error", kept.error().text()}});
  if (!worked) context_.log.warn("backfill.failed", {{"key", key}, {"error", worked.error().text()}});
  running_.erase(key);
  halted_.erase(key);
  co_return Unit{};
}

}  // namespace mlc::engine
