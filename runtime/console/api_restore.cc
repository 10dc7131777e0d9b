// What a restored installation is led out of its hold with, and the key that makes a restore elsewhere possible.
#include <set>

#include "runtime/console/api.h"

namespace mlc::console {
namespace {

// Grants of the client that wait for a person since the restore.
Json doubted_grants(Services& services, const std::string& client) {
  Json list = Json::array();
  std::set<std::string> seen;
  for (const auto& connection : services.doors.connections(client)) {
    const auto* setup = services.authorizer.grant_of(client, connection->name);
    if (setup == nullptr || !seen.insert(setup->name).second) continue;
    for (const auto& report : services.authorizer.report()) {
      if (report.name != setup->name || report.state != "reauthorise") continue;
      list.push_back({{"grant", report.name}, {"connection", connection->name}, {"reason", report.reason}});
    }
  }
  return list;
}

Task<Result<Json>> arm_one(Services& services, std::string client, bool dry, bool trust, std::string actor) {
  auto forecast = co_await services.engine.arming().forecast(client);
  if (!forecast) co_return forecast.error();
  Json answer = to_json(*forecast);
  answer["trusted"] = Json::array();
  if (!dry && trust) {
    for (const auto& grant : doubted_grants(services, client)) {
      auto trusted = co_await services.authorizer.trust(grant["grant"].get<std::string>(), actor);
      if (!trusted) co_return trusted.error();
      if (*trusted) answer["trusted"].push_back(grant["grant"]);
    }
  }
  answer["grants"] = doubted_grants(services, client);
  answer["armed"] = false;
  if (dry) co_return answer;
  auto armed = co_await services.engine.arming().arm(client, actor);
  if (!armed) co_return armed.error();
  const Json done = to_json(*armed);
  answer["unknown"] = done["unknown"];
  answer["settled"] = done["settled"];
  answer["armed"] = true;
  co_return answer;
}

Task<Result<Json>> arm(Services& services, Call call) {
  auto client = call.text("client");
  if (!client) co_return client.error();
  const bool all = call.body.value("all", false);
  if (client->empty() != all) co_return Error(Code::invalid_argument, "name one client, or all with --all");
  std::vector<std::string> clients = {*client};
  if (all) clients = services.doors.clients();
  const bool dry = call.body.value("dry_run", false);
  Json list = Json::array();
  for (const auto& one : clients) {
    if (all && !services.engine.doors().holds(one)) continue;
    auto armed = co_await arm_one(services, one, dry, call.body.value("trust_grants", false), call.actor);
    if (!armed) co_return armed.error();
    list.push_back(std::move(*armed));
  }
  if (!dry) {
    if (all) {  // also what will be added later
      auto armed = co_await services.engine.operations().arm("", call.actor);
      if (!armed) co_return armed.error();
    }
    services.authorizer.thaw();
    auto going = co_await services.engine.go_on();
    if (!going) co_return going.error();
  }
  co_return Json{{"clients", list}};
}

Task<Result<Json>> export_recovery(Services& services, Call call) {
  auto had = co_await services.vault.has_recovery();
  if (!had) co_return had.error();
  auto key = co_await services.vault.export_recovery(call.actor);
  if (!key) co_return key.error();
  co_return Json{{"recovery_key", std::string(key->reveal())}, {"replaces", *had}};
}

Task<Result<Json>> rotate(Services& services, Call call) {
  auto into = call.text("into");
  if (!into) co_return into.error();
  auto had = co_await services.vault.has_recovery();
  if (!had) co_return had.error();
  auto rotating = services.doors.rotate_master_key(*into, call.actor);
  auto done = co_await std::move(rotating);
  if (!done) co_return done.error();
  Json answer = std::move(*done);
  answer["recovery_key_ended"] = *had;
  co_return answer;
}

}  // namespace

std::vector<Route> restore_routes() {
  return {
      {"POST", "/api/v1/arm", "ends the hold of a restored installation, after looking up what was open", arm, {}},
      {"POST", "/api/v1/vault/recovery", "a new recovery key; shown once", export_recovery, {}},
      {"POST", "/api/v1/vault/rotate", "a new master key; everything sealed is put under it", rotate, {}},
  };
}

}  // namespace mlc::console
