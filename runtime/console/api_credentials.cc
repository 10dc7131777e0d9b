#include "runtime/auth/authorize.h"
#include "runtime/base/date.h"
#include "runtime/console/api.h"
#include "runtime/console/arguments.h"
#include "runtime/console/ping.h"
#include "runtime/remote/access.h"

namespace mlc::console {
namespace {

Result<std::shared_ptr<const remote::Connection>> connection_of(Services& services, const std::string& client, const std::string& name) {
  std::string known;
  for (const auto& connection : services.doors.connections(client)) {
    if (connection->name == name) return connection;
    known += (known.empty() ? "" : ", ") + connection->name;
  }
  return Error(Code::not_found, "client " + client + " has no connection " + name + (known.empty() ? "" : "; it has " + known));
}

Task<Result<Json>> put_secret(Services& services, Call call) {
  auto connection = connection_of(services, call.at("client"), call.at("connection"));
  if (!connection) co_return connection.error();
  auto value = call.text("value");
  if (!value) co_return value.error();
  if (value->empty()) co_return Error(Code::invalid_argument, "an empty secret is refused");
  // One with several ways in holds the secrets of all of them, each bound to where it is used.
  std::vector<std::shared_ptr<const remote::Connection>> ways;
  const auto usual = remote::connection_of_access((*connection)->name);
  for (const auto& each : services.doors.connections((*connection)->client))
    if (remote::connection_of_access(each->name) == usual) ways.push_back(each);
  const auto way = remote::way_of_secret(ways, call.at("key"));
  const auto& target = way ? *way : **connection;
  auto stored = co_await services.vault.put_secret(target.owner, call.at("key"), Secret(std::move(*value)), target.hosts, call.actor);
  if (!stored) co_return stored.error();
  services.authorizer.secret_changed(target.owner);
  services.engine.intake().forget_secrets();
  co_return Json{{"owner", target.owner}, {"key", call.at("key")}};
}

Task<Result<Json>> list_secrets(Services& services, Call) {
  auto all = co_await services.vault.list_secrets("");
  if (!all) co_return all.error();
  Json list = Json::array();
  for (const auto& one : *all) {
    std::string hosts;
    for (const auto& host : one.hosts) hosts += (hosts.empty() ? "" : ", ") + host;
    list.push_back({{"owner", one.owner}, {"key", one.name}, {"set_at", format_rfc3339(one.set_at)}, {"hosts", hosts}});
  }
  co_return Json{{"secrets", list}};
}

std::optional<auth::GrantReport> report_of(Services& services, const std::string& grant) {
  for (auto& report : services.authorizer.report())
    if (report.name == grant) return report;
  return std::nullopt;
}

Task<Result<Json>> authorize(Services& services, Call call) {
  auto connection = connection_of(services, call.at("client"), call.at("connection"));
  if (!connection) co_return connection.error();
  const auto* setup = services.authorizer.grant_of(call.at("client"), call.at("connection"));
  if (setup == nullptr)
    co_return Error(Code::invalid_argument,
                    "connection " + call.at("connection") + " uses no OAuth grant; its credentials are secrets: ml-connector secret set");
  if (services.public_url.empty())
    co_return Error(Code::config, "ml-connector.lua has no public_url, so no redirect address can be told to the provider");
  const std::string grant = setup->name;
  auto before = report_of(services, grant);
  Json answer = {
      {"grant", grant}, {"generation", before ? before->generation : 0}, {"redirect_uri", services.authorizer.flow().redirect_uri(grant)}};
  if (call.body.value("withdraw", false)) {
    auto withdrawn = co_await services.authorizer.flow().revoke_invites(grant, call.actor);
    if (!withdrawn) co_return withdrawn.error();
    answer["withdrawn"] = *withdrawn;
    co_return answer;
  }
  if (call.body.value("invite", false)) {
    auto invited = co_await services.authorizer.flow().invite(grant, call.at("client"), call.at("connection"), call.actor);
    if (!invited) co_return invited.error();
    answer["url"] = services.public_url + "/invite/" + *invited;
    answer["expires"] = format_rfc3339(services.env.clock->wall() + auth::AuthorizeFlow::kInviteLife);
    co_return answer;
  }
  auto link = services.authorizer.flow().start_link(grant);
  if (!link) co_return link.error();
  answer["url"] = services.public_url + "/oauth/start/" + *link;
  co_return answer;
}

Json grant_json(const auth::GrantReport& report) {
  Json one = {{"grant", report.name},
              {"system", report.system},
              {"state", report.state},
              {"reason", report.reason},
              {"generation", report.generation}};
  if (report.refresh_until != WallTime{}) one["refresh_until"] = format_rfc3339(report.refresh_until);
  if (report.access_until != WallTime{}) one["access_until"] = format_rfc3339(report.access_until);
  return one;
}

constexpr Duration kGrantLook = std::chrono::milliseconds(100);

// Answers when the grant is newer than `generation`, or when `seconds` of real time are over.
Task<Result<Json>> wait_for_grant(Services& services, Call call) {
  const int64_t generation = call.body.value("generation", int64_t{0});
  const int64_t seconds = std::clamp<int64_t>(call.body.value("seconds", int64_t{600}), 1, 3600);
  const auto looks = std::chrono::seconds(seconds) / kGrantLook;
  for (int64_t look = 0;; ++look) {
    auto report = report_of(services, call.at("grant"));
    if (!report) co_return Error(Code::not_found, "there is no grant " + call.at("grant"));
    if (report->generation > generation && report->state == "ok") co_return grant_json(*report);
    if (look >= looks) {
      Json answer = grant_json(*report);
      answer["state"] = "waiting";
      answer["reason"] = "nobody agreed within " + std::to_string(seconds) + " s";
      co_return answer;
    }
    std::unique_ptr<Timer> timer;
    Callback<Unit> waiting(
        [&](Callback<Unit>::Complete done) { timer = services.env.timers->after_real(kGrantLook, [done] { done(Unit{}); }); });
    co_await waiting;
  }
}

Task<Result<Json>> grants(Services& services, Call) {
  Json list = Json::array();
  for (const auto& report : services.authorizer.report()) list.push_back(grant_json(report));
  co_return Json{{"grants", list}};
}

Task<Result<Json>> ping(Services& services, Call call) {
  auto client = call.text("client");
  if (!client) co_return client.error();
  auto name = call.text("connection");
  if (!name) co_return name.error();
  std::vector<std::shared_ptr<const remote::Connection>> wanted;
  if (!name->empty()) {
    auto connection = connection_of(services, *client, *name);
    if (!connection) co_return connection.error();
    wanted.push_back(*connection);
  } else {
    wanted = services.doors.connections(*client);
    if (wanted.empty())
      co_return Error(Code::not_found,
                      client->empty() ? "no client has a connection" : "there is no client " + *client + " with connections");
  }
  Json list = Json::array();
  for (const auto& connection : wanted) {
    auto said = co_await ping_connection(services, connection);
    list.push_back(std::move(said));
  }
  co_return Json{{"connections", list}};
}

}  // namespace

std::vector<Route> credential_routes() {
  return {
      {"PUT",
       "/api/v1/clients/{client}/connections/{connection}/secrets/{key}",
       "stores a credential; it never comes back out",
       put_secret,
       {}},
      {"GET", "/api/v1/secrets", "names and dates of credentials", list_secrets, {}},
      {"POST",
       "/api/v1/clients/{client}/connections/{connection}/authorize",
       "a link to agree to an OAuth grant, or an invitation",
       authorize,
       {}},
      {"GET", "/api/v1/grants", "every grant and its state", grants, {}},
      {"POST", "/api/v1/grants/{grant}/wait", "answers when the grant was renewed by a person", wait_for_grant, {}},
      {"POST", "/api/v1/ping", "proves connections against the real systems", ping, {}},
  };
}

}  // namespace mlc::console
