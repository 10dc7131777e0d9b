// Whom to tell: `alerts` of ml-connector.lua and of each client.lua, and `alert_when`, as stdlib/workspace.lua has checked
// them. Values.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/base/time.h"
#include "runtime/console/alerts/condition.h"

namespace mlc::console {

struct Destination {
  enum class Kind { slack, teams, generic, mail };
  std::string id;      // "ops", of a client "acme/people"
  std::string client;  // "" = the workspace's: hears of all clients and of the installation
  Kind kind = Kind::generic;
  std::string url, secret;  // webhooks: one of them; `secret` is a name in the vault
  bool allow_loopback = false;
  std::string ca_file;
  std::vector<std::string> command, to;  // mail
  std::string from;
  std::set<std::string> concerns;    // empty = all
  std::set<std::string> severities;  // empty = all

  // Whether it is told of a matter of this client and concern.
  bool hears(const std::string& of_client, const std::string& concern, Severity severity) const;
  friend bool operator==(const Destination&, const Destination&) = default;
};

std::string_view kind_name(Destination::Kind kind);
// Where the values of `secret "name"` stand in the vault.
std::string alert_secrets_of(const std::string& client);

// When something is worth telling.
struct AlertWhen {
  Duration lag = std::chrono::minutes(10);    // a job that may run has been due so long
  Duration remind = std::chrono::hours(24);   // what still holds is told again after
  Duration clock = std::chrono::seconds(60);  // off the remotes' by
  int64_t grant_days = 10, disk_days = 14;    // left
  int64_t webhook_success = 95;               // percent of deliveries that we answered with 2xx
};

struct AlertSettings {
  std::vector<Destination> destinations;
  AlertWhen when;
};

// From the JSON of ml-connector.lua and of the clients' files. What is not of the known form is left out: check names it.
AlertSettings parse_alert_settings(const std::string& workspace, const std::map<std::string, std::string>& clients,
                                   const std::string& folder);

}  // namespace mlc::console
