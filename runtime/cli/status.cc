#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {
namespace {

constexpr int kPromisedSeconds = 10;  // from an event to what is written of it

// What the files say that is not live, and why not.
void print_scripts(const Json& status) {
  for (const auto& client : status["clients"])
    for (const auto& instance : client.value("instances", Json::array())) {
      const Json scripts = instance.value("scripts", Json::object());
      const std::string state = get(scripts, "state"), place = get(client, "client") + " " + get(instance, "name");
      if (state == "waiting") std::cout << "WAITS " << place << ": a new version; ml-connector preview " << place << ", then approve\n";
      if (state == "held back") std::cout << "HELD BACK " << place << ": rolled back; the files stay aside until they change\n";
      if (state == "broken") std::cout << "BROKEN " << place << ": the version before goes on\n";
    }
  for (const auto& name : status.value("reload", Json::object()).value("restart", Json::array()))
    std::cout << "RESTART ml-connector.lua: " << text_of(name) << " changed; it is read when serve starts\n";
}

void print_status(const Json& status) {
  std::vector<std::vector<std::string>> rows;
  // At the store's growth so far; known from its second day on.
  const std::string known = get(status.value("disk", Json::object()), "days_left");
  const std::string days = known.empty() ? "-" : known.size() > 3 ? ">999" : known;
  for (const auto& client : status["clients"]) {
    std::string grants, instances;
    for (const auto& grant : client.value("grants", Json::array())) {
      grants += (grants.empty() ? "" : ", ") + get(grant, "grant") + " " + get(grant, "state");
      if (!get(grant, "days_left").empty()) grants += " (" + get(grant, "days_left") + " days)";
    }
    for (const auto& instance : client.value("instances", Json::array())) {
      instances += (instances.empty() ? "" : ", ") + get(instance, "name") + " " + get(instance, "mode");
      if (!get(instance, "shut").empty()) instances += ", " + get(instance, "shut");
    }
    std::string quota = "-";
    for (const auto& budget : client.value("quota", Json::array())) {
      quota = get(budget, "left") + " of " + get(budget, "limit") + " (" + get(budget, "connection") + ")";
      break;  // the one that is used up most
    }
    rows.push_back({get(client, "client"), get(client, "lag_seconds") + " s", get(client, "waiting"), get(client, "parked"),
                    get(client, "dead"), get(client, "done"), grants, quota, days, instances});
  }
  print_table({{"CLIENT"},
               {"LAG", true},
               {"WAITING", true},
               {"PARKED", true},
               {"DEAD", true},
               {"DONE", true},
               {"GRANTS"},
               {"CALLS LEFT"},
               {"DISK DAYS", true},
               {"INSTANCES"}},
              rows);
  for (const auto& client : status["clients"])
    if (client.value("held_after_restore", false))
      std::cout << "HELD " << get(client, "client") << ": since the restore of " << get(client, "held_since").substr(0, 16)
                << " (the backup knows until " << get(client, "backup_taken").substr(0, 16) << "): nothing leaves; ml-connector arm "
                << get(client, "client") << "\n";
  for (const auto& client : status["clients"])
    for (const auto& hold : client.value("holds", Json::array()))
      std::cout << "HOLD " << get(client, "client") << "/" << get(hold, "connection") << ": " << get(hold, "reason")
                << (get(hold, "until").empty() ? "" : ", until " + get(hold, "until")) << "\n";
  for (const auto& client : status["clients"])
    for (const auto& instance : client.value("instances", Json::array()))
      for (const auto& flow : instance.value("flows", Json::array()))
        if (flow.value("lag_seconds", 0) >= kPromisedSeconds)
          std::cout << "LAG " << get(client, "client") << " " << get(instance, "name") << "/" << get(flow, "flow") << ": "
                    << get(flow, "lag_seconds") << " s, " << get(flow, "due")
                    << (get(flow, "due") == "1" ? " record is due\n" : " records are due\n");
  for (const auto& budget : status.value("quota", Json::array()))
    if (get(budget, "left") == "0" || !get(budget, "held").empty())
      std::cout << "QUOTA " << get(budget, "name") << ": " << get(budget, "left") << " of " << get(budget, "limit") << " left\n";
  const Json alerts = status.value("alerts", Json::object());
  if (alerts.value("open", 0) > 0)
    std::cout << "ALERTS " << get(alerts, "open") << " open, " << get(alerts, "critical") << " critical: ml-connector alerts"
              << (alerts.value("destinations", 0) == 0 ? " (nobody is told: no destination is set)" : "") << "\n";
  for (const auto& one : alerts.value("failing", Json::array()))
    std::cout << "ALARM CHANNEL " << get(one, "destination") << " fails since " << get(one, "since") << ": " << get(one, "error") << "\n";
  for (const auto& one : status.value("left_out", Json::array()))
    std::cout << "LEFT OUT " << get(one, "client")
              << ": nothing of it runs, and its webhooks are told to come again later: " << get(one, "why") << ": ml-connector check\n";
  print_scripts(status);
  for (const auto& problem : status.value("problems", Json::array())) std::cout << "PROBLEM " << text_of(problem) << "\n";
}

}  // namespace

void add_status(CLI::App& root, Context& context) {
  command(root, context, "status", "one line a client: lag, waiting, parked, dead, grants, quota", "ml-connector status", true, [&context] {
    auto status = context.ask("GET", api({"status"}));
    if (!status) return;
    if (context.json) print_json(*status);
    else print_status(*status);
  });
}

}  // namespace mlc::cli
