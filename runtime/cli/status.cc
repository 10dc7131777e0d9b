#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {
namespace {

void print_status(const Json& status) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& client : status["clients"]) {
    std::string grants, instances, quota;
    for (const auto& grant : client["grants"]) {
      grants += (grants.empty() ? "" : ", ") + get(grant, "grant") + " " + get(grant, "state");
      if (!get(grant, "days_left").empty()) grants += " (" + get(grant, "days_left") + " days)";
    }
    for (const auto& instance : client["instances"]) {
      instances += (instances.empty() ? "" : ", ") + get(instance, "instance") + " " + get(instance, "mode");
      if (instance.value("paused", false)) instances += " paused";
    }
    for (const auto& budget : client["quota"]) quota += (quota.empty() ? "" : ", ") + get(budget, "name") + " " + get(budget, "left") + " left";
    rows.push_back({get(client, "client"), get(client, "lag_seconds") + " s", get(client, "waiting"), get(client, "parked"), get(client, "dead"),
                    get(client, "done"), grants, quota, instances});
  }
  print_table({{"CLIENT"}, {"LAG", true}, {"WAITING", true}, {"PARKED", true}, {"DEAD", true}, {"DONE", true}, {"GRANTS"}, {"QUOTA"}, {"INSTANCES"}}, rows);
  for (const auto& client : status["clients"])
    for (const auto& instance : client["instances"])
      for (const auto& flow : instance["flows"])
        if (!get(flow, "lag_seconds").empty() && get(flow, "lag_seconds") != "0")
          std::cout << get(client, "client") << "/" << get(instance, "instance") << "/" << get(flow, "flow") << ": oldest waits "
                    << get(flow, "lag_seconds") << " s\n";
  if (!get(status, "disk_days").empty()) std::cout << "disk: full in about " << get(status, "disk_days") << " days at today's rate\n";
  if (!get(status, "hold").empty()) std::cout << "HOLD: " << get(status, "hold") << "\n";
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
