#include "runtime/engine/schedule.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/journal.h"
#include "runtime/engine/poll.h"

namespace mlc::engine {
namespace {

constexpr Duration kLongestWait = std::chrono::seconds(30);  // the wall clock may be set while the steady one waits
constexpr Duration kShortestWait = std::chrono::milliseconds(10);

}  // namespace

Schedule::Schedule(Context& context) : context_(context) {}
Schedule::~Schedule() = default;

std::vector<Schedule::Entry> Schedule::entries() const {
  std::vector<Entry> list;
  for (const auto& instance : context_.registry.all()) {
    for (const auto& flow : instance->flows) {
      for (const auto& trigger : flow.triggers) {
        const auto base = instance->client + "/" + instance->name + "/" + flow.name + "/";
        if (trigger.kind == Trigger::Kind::schedule)
          list.push_back({base + "schedule " + (trigger.at.empty() ? std::to_string(trigger.every.count()) : trigger.at), instance,
                          flow.name, "", trigger});
        if (trigger.kind != Trigger::Kind::poll) continue;
        for (const auto& connection : connections_of(*instance, trigger.role)) {
          list.push_back({base + "poll " + connection + " " + trigger.operation, instance, flow.name, connection, trigger});
        }
      }
    }
  }
  return list;
}

Task<Status> Schedule::start() {
  auto rows = co_await context_.store.list(store::Table::schedules, "");
  if (!rows) co_return rows.error();
  for (const auto& row : *rows) {
    const auto value = Decimal::parse(row.value);
    if (value) last_[row.key] = from_micros(value->to_int64().value_or(0));
  }
  running_ = true;
  context_.scope.spawn(round());
  co_return ok_status();
}

void Schedule::stop() {
  running_ = false;
  due_polls_.clear();
  queued_.clear();
  timer_.reset();
}

void Schedule::reload() {
  if (running_ && !in_round_) context_.scope.spawn(round());
}

Task<Unit> Schedule::round() {
  if (!running_ || in_round_) co_return Unit{};
  in_round_ = true;
  timer_.reset();
  const auto list = entries();
  for (const auto& entry : list) {
    const auto now = context_.now();
    const auto known = last_.find(entry.key);
    auto last = known == last_.end() ? WallTime{} : known->second;
    // A schedule that is new has missed nothing; a poll that is new begins at once.
    if (known == last_.end() && entry.trigger.kind == Trigger::Kind::schedule) {
      last_[entry.key] = last = now;
      auto remembered = co_await remember(entry.key, now);
      if (!remembered) context_.log.error("schedule.not_remembered", {{"schedule", entry.key}, {"error", remembered.error().text()}});
    }
    auto due = nominal_due(entry.trigger, entry.instance->zone, last, now);
    if (!due) {
      context_.log.error("schedule.wrong", {{"schedule", entry.key}, {"error", due.error().text()}});
      continue;
    }
    if (*due) co_await fire(entry, **due);
  }
  in_round_ = false;
  wait();
  co_return Unit{};
}

void Schedule::wait() {
  if (!running_) return;
  auto wait = kLongestWait;
  const auto now = context_.now();
  for (const auto& entry : entries()) {
    auto next = nominal_next(entry.trigger, entry.instance->zone, now);
    if (next) wait = std::min<Duration>(wait, *next - now);
  }
  timer_ = context_.env.timers->after(std::max(wait, kShortestWait), [this] { context_.scope.spawn(round()); });
}

Task<Status> Schedule::remember(std::string key, WallTime nominal) {
  store::Change change;
  change.put.emplace_back(store::Table::schedules, store::Row{std::move(key), std::to_string(to_micros(nominal)), context_.now()});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  co_return ok_status();
}

Task<Unit> Schedule::fire(Entry entry, WallTime nominal) {
  const auto client = entry.instance->client;
  if (entry.trigger.kind == Trigger::Kind::poll) {
    if (!context_.doors.shut(client, entry.instance->name, entry.flow).empty() || busy_.contains(entry.key)) co_return Unit{};
    if (!queued_.insert(entry.key).second) co_return Unit{};
    last_[entry.key] = nominal;
    due_polls_.emplace_back(std::move(entry), nominal);
    if (pollers_ == context_.options.polls_at_once) co_return Unit{};
    ++pollers_;
    context_.scope.spawn(work_off_polls());
    co_return Unit{};
  }

  auto payload = document::Node::object();
  payload.set("nominal", format_rfc3339(nominal));
  auto sealed = context_.vault.seal(client, "event", document::write(payload));
  if (!sealed) co_return Unit{};
  store::EventBirth event;
  event.kind = store::EventKind::schedule;
  event.client = client;
  event.topic = entry.flow;
  event.received = context_.now();
  event.replay_key = hash_parts({"schedule", entry.key, std::to_string(to_micros(nominal))});
  event.replay_until = event.received + context_.options.replay_kept;
  event.payload = std::move(*sealed);
  store::JobBirth job;
  job.client = client;
  job.instance = entry.instance->name;
  job.flow = entry.flow;
  job.source = "schedule";
  job.key = format_rfc3339(nominal);
  event.jobs.push_back(std::move(job));
  store::Change change;
  change.events.push_back(std::move(event));
  change.put.emplace_back(store::Table::schedules, store::Row{entry.key, std::to_string(to_micros(nominal)), context_.now()});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) {
    context_.log.error("schedule.not_fired", {{"schedule", entry.key}, {"error", committed.error().text()}});
    co_return Unit{};
  }
  last_[entry.key] = nominal;
  context_.wake_jobs();
  co_return Unit{};
}

Task<Unit> Schedule::work_off_polls() {
  while (running_ && !due_polls_.empty()) {
    auto [entry, nominal] = std::move(due_polls_.front());
    due_polls_.pop_front();
    queued_.erase(entry.key);
    auto remembered = co_await remember(entry.key, nominal);
    if (!remembered) continue;
    auto polled = co_await poll(std::move(entry));
    (void)polled;  // counted and logged there
  }
  --pollers_;
  co_return Unit{};
}

Task<Result<int64_t>> Schedule::poll(Entry entry) {
  if (!busy_.insert(entry.key).second) co_return Error(Code::conflict, "this poll is under way");
  ++counts_.polls;
  PollTask task{entry.instance, entry.flow, entry.connection, entry.trigger};
  const auto key = cursor_key(task);
  auto rows = co_await run_poll(context_, std::move(task));
  busy_.erase(entry.key);
  if (!rows) {
    ++counts_.failures;
    context_.log.warn("poll.failed", {{"poll", entry.key}, {"error", rows.error().text()}});
    co_return rows;
  }
  counts_.rows += static_cast<uint64_t>(*rows);
  polled_[key] = context_.now();
  co_return rows;
}

Task<Result<Schedule::Synced>> Schedule::sync(std::string client, std::string instance, std::string flow, std::optional<std::string> record,
                                              std::string actor) {
  const auto found = context_.registry.find(client, instance);
  if (!found) co_return Error(Code::not_found, "no instance " + client + "/" + instance);
  if (!flow.empty() && find_flow(*found, flow) == nullptr) co_return Error(Code::not_found, "no flow " + flow);
  Synced synced;
  if (record) {
    // "shop_uk:118" says which of several sources; without it the record is the first source's.
    std::string from;
    if (const auto colon = record->find(':'); colon != std::string::npos) {
      for (const auto& [role, bound] : found->roles) {
        if (std::find(bound.begin(), bound.end(), record->substr(0, colon)) != bound.end()) from = record->substr(0, colon);
      }
      if (!from.empty()) record = record->substr(colon + 1);
    }
    auto payload = document::Node::object();
    payload.set("key", *record);
    auto sealed = context_.vault.seal(client, "event", document::write(payload));
    if (!sealed) co_return sealed.error();
    store::EventBirth event;
    event.kind = store::EventKind::manual;
    event.client = client;
    event.topic = flow;
    event.received = context_.now();
    event.payload = std::move(*sealed);
    const bool has_main = std::any_of(found->flows.begin(), found->flows.end(), [](const Flow& one) { return one.main; });
    for (const auto& one : found->flows) {
      // Named by a person, a flow needs nothing that starts it by itself: voids and looks are such flows.
      if (flow.empty() ? one.triggers.empty() : one.name != flow) continue;
      if (flow.empty() && has_main && !one.main) continue;
      // A record belongs to the flows that are about records; a flow that only runs by the clock has none.
      const auto by_record = std::find_if(one.triggers.begin(), one.triggers.end(),
                                          [](const Trigger& trigger) { return trigger.kind != Trigger::Kind::schedule; });
      if (by_record == one.triggers.end() && flow.empty()) continue;
      std::string role;
      if (by_record != one.triggers.end()) role = by_record->role;
      else if (!one.triggers.empty()) role = one.triggers.front().role;
      const auto& bound = connections_of(*found, role);
      if (!from.empty() && std::find(bound.begin(), bound.end(), from) == bound.end()) continue;
      if (from.empty() && bound.size() > 1)
        co_return Error(Code::invalid_argument, "several connections have such records: say which, as in " + bound.front() + ":" + *record);
      store::JobBirth job;
      job.client = client;
      job.instance = instance;
      job.flow = one.name;
      job.source = !from.empty() ? from : bound.empty() ? "manual" : bound.front();
      job.key = *record;
      event.connection = job.source;
      event.jobs.push_back(std::move(job));
    }
    if (event.jobs.empty()) co_return Error(Code::not_found, "no flow of " + instance + " takes single records");
    store::Change change;
    change.events.push_back(std::move(event));
    change.audit.push_back({client, actor, "sync", instance + (flow.empty() ? "" : "/" + flow), "one record"});
    auto committed = co_await context_.store.commit(std::move(change));
    if (!committed) co_return committed.error();
    synced.jobs = committed->events.front().jobs;
    context_.wake_jobs();
    co_return synced;
  }

  store::Change change;
  change.audit.push_back({client, actor, "sync", instance + (flow.empty() ? "" : "/" + flow), "what is due"});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  const auto list = entries();
  for (const auto& entry : list) {
    if (entry.instance != found || (!flow.empty() && entry.flow != flow)) continue;
    if (entry.trigger.kind == Trigger::Kind::schedule) {
      co_await fire(entry, context_.now());
      continue;
    }
    auto rows = co_await poll(entry);
    if (!rows) co_return rows.error();
    synced.rows += *rows;
  }
  co_return synced;
}

}  // namespace mlc::engine
