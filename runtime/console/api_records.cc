#include "runtime/console/alerts/alerts.h"
#include "runtime/console/api.h"
#include "runtime/console/arguments.h"
#include "runtime/console/disk.h"
#include "runtime/console/left_out.h"

namespace mlc::console {
namespace {

Task<Result<Json>> show(Services& services, Call call) {
  auto story = co_await services.engine.story().show(call.at("client"), call.at("number"));
  if (!story) co_return story.error();
  co_return to_json(*story);
}

Task<Result<Json>> audit(Services& services, Call call) {
  auto limit = whole_number(call.option("limit", "100"), "limit", 1, 100000);
  if (!limit) co_return limit.error();
  auto after = whole_number(call.option("after", "0"), "after");
  if (!after) co_return after.error();
  auto trail = co_await services.engine.story().audit(call.option("client"), *after, static_cast<int>(*limit));
  if (!trail) co_return trail.error();
  co_return to_json(*trail);
}

double days_between(WallTime from, WallTime to) { return std::chrono::duration<double, std::ratio<86400>>(to - from).count(); }

Json grants_of(Services& services, const std::string& client) {
  Json list = Json::array();
  std::vector<std::string> wanted;
  for (const auto& connection : services.doors.connections(client))
    if (!connection->grant.empty()) wanted.push_back(connection->grant);
  for (const auto& grant : services.authorizer.report()) {
    if (std::find(wanted.begin(), wanted.end(), grant.name) == wanted.end()) continue;
    Json one = {{"grant", grant.name},
                {"system", grant.system},
                {"state", grant.state},
                {"reason", grant.reason},
                {"generation", grant.generation}};
    if (grant.refresh_until != WallTime{})
      one["days_left"] = static_cast<int64_t>(days_between(services.env.clock->wall(), grant.refresh_until));
    list.push_back(one);
  }
  return list;
}

Task<Json> disk(Services& services) {
  auto looking = look_at_disk(services.state_folder, services.store, *services.env.clock);
  const auto seen = co_await std::move(looking);
  if (!seen) co_return Json();
  Json told = {{"free_bytes", seen->free_bytes}, {"store_bytes", seen->store_bytes}};
  if (seen->days_left) told["days_left"] = *seen->days_left;
  co_return told;
}

Json quota(Services& services) {
  Json budgets = Json::array();
  for (const auto& budget : services.limits.report()) {
    Json one = {{"name", budget.key},        {"used", budget.used},
                {"limit", budget.limit},     {"left", std::max<int64_t>(0, budget.limit - budget.used)},
                {"waiting", budget.waiting}, {"connections", budget.connections}};
    if (budget.per > Duration::zero()) one["per_seconds"] = std::chrono::duration_cast<std::chrono::seconds>(budget.per).count();
    if (budget.held_until > services.env.clock->wall()) one["held"] = budget.reason;
    budgets.push_back(one);
  }
  return budgets;
}

// The client's budgets of calls, the most used one first.
Json quota_of(const Json& budgets, const std::string& client) {
  Json own = Json::array();
  for (const auto& budget : budgets) {
    if (!budget.contains("per_seconds")) continue;
    for (const std::string connection : budget["connections"])
      if (connection.starts_with(client + "/")) {
        own.push_back({{"connection", connection.substr(client.size() + 1)},
                       {"left", budget["left"]},
                       {"limit", budget["limit"]},
                       {"per_seconds", budget["per_seconds"]}});
        break;
      }
  }
  const auto share = [](const Json& budget) { return budget["left"].get<double>() / std::max(1.0, budget["limit"].get<double>()); };
  std::sort(own.begin(), own.end(), [&](const Json& a, const Json& b) { return share(a) < share(b); });
  return own;
}

Task<Result<Json>> status(Services& services, Call) {
  auto told = co_await services.engine.story().status();
  if (!told) co_return told.error();
  Json answer = to_json(*told);
  const Json budgets = quota(services);
  for (auto& client : answer["clients"]) {
    client["grants"] = grants_of(services, client["client"].get<std::string>());
    client["quota"] = quota_of(budgets, client["client"].get<std::string>());
    for (auto& instance : client["instances"])
      instance["scripts"] = services.scripts.standing(client["client"].get<std::string>(), instance["name"].get<std::string>());
  }
  answer["quota"] = budgets;
  answer["version"] = MLC_VERSION;
  answer["problems"] = services.doors.problems();
  answer["left_out"] = Json::array();
  for (const auto& one : left_out(services.doors)) answer["left_out"].push_back({{"client", one.client}, {"why", one.why}});
  answer["reload"] = services.scripts.report();
  answer["disk"] = co_await disk(services);
  if (services.alerts != nullptr) answer["alerts"] = services.alerts->summary();
  co_return answer;
}

}  // namespace

std::vector<Route> record_routes() {
  return {
      {"GET", "/api/v1/status", "how every client stands", status, {}},
      {"GET", "/api/v1/clients/{client}/records/{number}", "the story of a record by any side's number", show, {}},
      {"GET", "/api/v1/audit", "the audit trail, newest last", audit, {"client", "after", "limit"}},
  };
}

}  // namespace mlc::console
