#include "runtime/console/alerts/settings.h"

#include <nlohmann/json.hpp>

namespace mlc::console {
namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

template <class List>
List texts(const Json& object, const char* name) {
  List list;
  const auto found = object.find(name);
  if (found == object.end()) return list;
  for (const auto& each : *found)
    if (each.is_string()) list.insert(list.end(), each.get<std::string>());
  return list;
}

Duration length(const Json& object, const char* name, Duration otherwise) {
  const std::string said = text(object, name);
  if (said.size() < 2 || said.find_first_not_of("0123456789") != said.size() - 1 || said.size() > 6) return otherwise;
  const auto count = std::stoll(said);
  switch (said.back()) {
    case 's':
      return std::chrono::seconds(count);
    case 'm':
      return std::chrono::minutes(count);
    case 'h':
      return std::chrono::hours(count);
    case 'd':
      return std::chrono::hours(24 * count);
    default:
      return otherwise;
  }
}

int64_t number(const Json& object, const char* name, int64_t otherwise) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : otherwise;
}

void read_destinations(const Json& all, const std::string& client, const std::string& folder, std::vector<Destination>& into) {
  const auto found = all.find("alerts");
  if (found == all.end() || !found->is_object()) return;
  for (const auto& [name, one] : found->items()) {
    Destination destination;
    destination.id = client.empty() ? name : client + "/" + name;
    destination.client = client;
    const std::string form = text(one, "form");
    using Kind = Destination::Kind;
    destination.kind = text(one, "kind") == "mail" ? Kind::mail
                       : form == "slack"           ? Kind::slack
                       : form == "teams"           ? Kind::teams
                                                   : Kind::generic;
    destination.url = text(one, "url");
    destination.secret = text(one, "secret");
    destination.allow_loopback = one.value("allow_loopback", false);
    destination.ca_file = text(one, "ca_file");
    if (!destination.ca_file.empty() && destination.ca_file.front() != '/') destination.ca_file = folder + "/" + destination.ca_file;
    destination.command = texts<std::vector<std::string>>(one, "command");
    destination.to = texts<std::vector<std::string>>(one, "to");
    destination.from = text(one, "from");
    destination.concerns = texts<std::set<std::string>>(one, "concerns");
    destination.severities = texts<std::set<std::string>>(one, "severities");
    into.push_back(std::move(destination));
  }
}

}  // namespace

bool Destination::hears(const std::string& of_client, const std::string& concern, Severity severity) const {
  if (!client.empty() && client != of_client) return false;
  if (!concerns.empty() && !concerns.contains(concern)) return false;
  return severities.empty() || severities.contains(severity_name(severity));
}

std::string_view kind_name(Destination::Kind kind) {
  switch (kind) {
    case Destination::Kind::slack:
      return "slack";
    case Destination::Kind::teams:
      return "teams";
    case Destination::Kind::generic:
      return "generic";
    case Destination::Kind::mail:
      return "mail";
  }
  return "";
}

// No connection can be called so: names have letters, digits, _ and -.
std::string alert_secrets_of(const std::string& client) { return client.empty() ? "@alerts" : client + "/@alerts"; }

AlertSettings parse_alert_settings(const std::string& workspace, const std::map<std::string, std::string>& clients,
                                   const std::string& folder) {
  AlertSettings settings;
  const Json all = Json::parse(workspace, nullptr, false);
  if (all.is_object()) {
    read_destinations(all, "", folder, settings.destinations);
    if (const auto when = all.find("alert_when"); when != all.end() && when->is_object()) {
      auto& into = settings.when;
      into.lag = length(*when, "lag", into.lag);
      into.remind = length(*when, "remind", into.remind);
      into.clock = length(*when, "clock", into.clock);
      into.grant_days = number(*when, "grant_days", into.grant_days);
      into.disk_days = number(*when, "disk_days", into.disk_days);
      into.webhook_success = number(*when, "webhook_success", into.webhook_success);
    }
  }
  for (const auto& [client, json] : clients) {
    if (json.find("\"alerts\"") == std::string::npos) continue;  // most of thousands have none
    const Json own = Json::parse(json, nullptr, false);
    if (own.is_object()) read_destinations(own, client, folder, settings.destinations);
  }
  return settings;
}

}  // namespace mlc::console
