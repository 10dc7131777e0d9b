// The part of Story that counts.
#include <algorithm>
#include <set>

#include "runtime/base/date.h"
#include "runtime/engine/story.h"

namespace mlc::engine {
namespace {

using document::Node;

bool balances(const store::Counts& counts) {
  return counts.jobs_born == counts.done + counts.dead + counts.cancelled + counts.open &&
         counts.events == counts.with_jobs + counts.ignored;
}

Node equation(const store::Counts& counts) {
  auto node = Node::object();
  node.set("events", counts.events).set("with_jobs", counts.with_jobs).set("ignored", counts.ignored).set("duplicates", counts.duplicates);
  node.set("jobs_born", counts.jobs_born).set("done", counts.done).set("dead", counts.dead).set("cancelled", counts.cancelled);
  node.set("open", counts.open).set("balances", balances(counts));
  return node;
}

int64_t seconds(Duration span) { return static_cast<int64_t>(std::chrono::duration_cast<std::chrono::seconds>(span).count()); }

}  // namespace

Task<Result<Node>> Story::status() {
  const auto now = context_.now();
  auto late = co_await behind(Duration{});
  if (!late) co_return late.error();
  auto clients = Node::array();
  for (const auto& client : context_.registry.clients()) {
    auto counts = co_await context_.store.counts(client);
    if (!counts) co_return counts.error();
    auto node = Node::object();
    node.set("client", client).set("waiting", counts->waiting).set("running", counts->running).set("parked", counts->parked);
    node.set("done", counts->done).set("dead", counts->dead);

    // How long the oldest record that may run has been due, flow by flow; back-fill and retries to come are not behind.
    Duration lag{};
    auto instances = Node::array();
    std::set<std::string> connections;
    for (const auto& instance : context_.registry.all()) {
      if (instance->client != client) continue;
      const auto mode = context_.doors.mode(client, instance->name);
      auto one = Node::object();
      one.set("name", instance->name).set("integration", instance->integration).set("mode", mode.live ? "live" : "shadow");
      one.set("start", format_rfc3339(mode.start)).set("version", instance->version);
      const auto shut = context_.doors.shut(client, instance->name, "");
      one.set("shut", shut.empty() ? Node() : Node(shut));
      auto flows = Node::array();
      for (const auto& flow : instance->flows) {
        const auto found = std::find_if(late->begin(), late->end(), [&](const Behind& behind) {
          return behind.client == client && behind.instance == instance->name && behind.flow == flow.name && behind.jobs > 0;
        });
        const auto by = found == late->end() ? Duration{} : found->by;
        lag = std::max(lag, by);
        auto entry = Node::object();
        entry.set("flow", flow.name).set("lag_seconds", seconds(by)).set("due", found == late->end() ? 0 : found->jobs);
        flows.push(std::move(entry));
      }
      one.set("flows", std::move(flows));
      instances.push(std::move(one));
      for (const auto& [role, bound] : instance->roles) connections.insert(bound.begin(), bound.end());
    }
    node.set("lag_seconds", seconds(lag)).set("instances", std::move(instances));

    auto holds = Node::array();
    for (const auto& connection : connections) {
      const auto hold = context_.remote.held(client, connection);
      if (!hold) continue;
      auto one = Node::object();
      one.set("connection", connection).set("code", hold->reason_code).set("reason", hold->reason);
      one.set("until", hold->until == WallTime::max() ? Node() : Node(format_rfc3339(hold->until)));
      holds.push(std::move(one));
    }
    node.set("holds", std::move(holds));
    node.set("held_after_restore", context_.doors.holds(client));
    if (const auto& restored = context_.doors.restored(); restored && context_.doors.holds(client))
      node.set("held_since", format_rfc3339(restored->at)).set("backup_taken", format_rfc3339(restored->taken));

    auto polls = Node::array();
    for (const auto& [key, at] : schedule_.polled()) {
      if (!key.starts_with(client + "/")) continue;
      auto one = Node::object();
      one.set("poll", key.substr(client.size() + 1)).set("complete", format_rfc3339(at));
      polls.push(std::move(one));
    }
    node.set("polls", std::move(polls));
    node.set("equation", equation(*counts));
    clients.push(std::move(node));
  }
  auto paused = Node::array();
  for (const auto& key : context_.doors.paused()) paused.push(key);
  auto all = co_await context_.store.counts("");
  if (!all) co_return all.error();
  auto grants = co_await context_.store.grants();
  if (!grants) co_return grants.error();
  auto list = Node::array();
  for (const auto& grant : *grants) {
    auto one = Node::object();
    one.set("grant", grant.id).set("state", grant.state).set("reason", grant.reason).set("generation", grant.generation);
    one.set("access_until", format_rfc3339(grant.access_until)).set("refresh_until", format_rfc3339(grant.refresh_until));
    list.push(std::move(one));
  }
  auto node = Node::object();
  node.set("time", format_rfc3339(now)).set("clients", std::move(clients)).set("paused", std::move(paused)).set("grants", std::move(list));
  node.set("equation", equation(*all));
  co_return node;
}

Task<Result<std::vector<Metric>>> Story::metrics() {
  std::vector<Metric> list;
  const auto add = [&](std::string name, std::vector<std::pair<std::string, std::string>> labels, int64_t value, bool counter) {
    list.push_back({std::move(name), std::move(labels), static_cast<double>(value), counter});
  };
  const auto number = [](uint64_t value) { return static_cast<int64_t>(value); };

  const auto& intake = intake_.counts();
  add("webhooks_total", {{"result", "accepted"}}, number(intake.accepted), true);
  add("webhooks_total", {{"result", "duplicate"}}, number(intake.duplicates), true);
  add("webhooks_total", {{"result", "ignored"}}, number(intake.ignored), true);
  add("webhooks_total", {{"result", "empty"}}, number(intake.empty), true);
  for (size_t kind = 1; kind < intake.refused.size(); ++kind) {
    add("webhooks_refused_total", {{"reason", std::string(crypto::verdict_name(static_cast<crypto::Verdict::Kind>(kind)))}},
        number(intake.refused[kind]), true);
  }
  add("webhooks_refused_total", {{"reason", "not_for_us"}}, number(intake.foreign), true);
  add("webhooks_refused_total", {{"reason", "malformed_body"}}, number(intake.malformed), true);
  add("webhooks_refused_total", {{"reason", "unknown_hook"}}, number(intake.unknown_route), true);
  add("webhooks_refused_total", {{"reason", "overloaded"}}, number(intake.overloaded), true);
  add("webhooks_refused_total", {{"reason", "unavailable"}}, number(intake.unavailable), true);
  add("webhooks_without_key_total", {}, number(intake.without_key), true);

  const auto& jobs = jobs_.counts();
  add("jobs_claimed_total", {}, number(jobs.claimed), true);
  add("runs_ended_total", {{"how", "done"}}, number(jobs.done), true);
  add("runs_ended_total", {{"how", "retry"}}, number(jobs.retried), true);
  add("runs_ended_total", {{"how", "wait"}}, number(jobs.waited), true);
  add("runs_ended_total", {{"how", "parked"}}, number(jobs.parked), true);
  add("runs_ended_total", {{"how", "dead"}}, number(jobs.dead), true);
  add("runs_ended_total", {{"how", "stale"}}, number(jobs.stale), true);
  add("effects_total", {{"state", "armed"}}, number(jobs.effects_armed), true);
  add("effects_total", {{"state", "settled"}}, number(jobs.effects_settled), true);
  add("effects_total", {{"state", "rejected"}}, number(jobs.effects_rejected), true);
  add("effects_total", {{"state", "unknown"}}, number(jobs.effects_unknown), true);
  add("effects_total", {{"state", "disarmed"}}, number(jobs.effects_disarmed), true);
  add("effects_total", {{"state", "superseded"}}, number(jobs.effects_superseded), true);
  add("runs_in_flight", {}, jobs_.running(), false);
  add("polls_total", {}, number(schedule_.counts().polls), true);
  add("polls_failed_total", {}, number(schedule_.counts().failures), true);
  add("poll_rows_total", {}, number(schedule_.counts().rows), true);

  for (const auto& client : context_.registry.clients()) {
    auto counts = co_await context_.store.counts(client);
    if (!counts) co_return counts.error();
    const auto gauge = [&](const char* state, int64_t value) { add("jobs", {{"client", client}, {"state", state}}, value, false); };
    gauge("waiting", counts->waiting);
    gauge("running", counts->running);
    gauge("parked", counts->parked);
    gauge("done", counts->done);
    gauge("dead", counts->dead);
    gauge("cancelled", counts->cancelled);
    add("jobs_born", {{"client", client}}, counts->jobs_born, false);
    add("events", {{"client", client}, {"as", "with_jobs"}}, counts->with_jobs, false);
    add("events", {{"client", client}, {"as", "ignored"}}, counts->ignored, false);
    add("equation_balances", {{"client", client}}, balances(*counts) ? 1 : 0, false);
  }
  co_return list;
}

}  // namespace mlc::engine
