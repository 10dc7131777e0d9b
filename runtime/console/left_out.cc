#include "runtime/console/left_out.h"

#include <algorithm>

namespace mlc::console {
namespace {

std::string does_not_run(const std::string& what, const std::string& why) {
  return what + " does not run: " + why + ". Mend it; ml-connector check says when it is good";
}

std::string text_of(const Json& problem) {
  return problem.value("file", "") + ":" + std::to_string(problem.value("line", 0)) + ": " + problem.value("sentence", "");
}

}  // namespace

std::vector<LeftOut> left_out(const Doors& doors) {
  std::vector<LeftOut> list;
  const auto problems = doors.problems();
  if (problems.empty()) return list;
  for (const auto& client : doors.clients()) {
    // One that had been sound keeps what it had.
    if (!doors.connections(client).empty()) continue;
    const std::string file = "clients/" + client + "/client.lua:";
    const auto found = std::find_if(problems.begin(), problems.end(), [&](const auto& one) { return one.starts_with(file); });
    if (found != problems.end()) list.push_back({client, *found});
  }
  return list;
}

std::string why_not_there(const Services& services, const std::string& client, const std::string& instance) {
  for (const auto& one : left_out(services.doors))
    if (one.client == client) return does_not_run("client " + client, one.why);
  if (instance.empty() || services.engine.zone_of(client, instance)) return "";
  const Json standing = services.scripts.standing(client, instance);
  const auto problems = standing.find("problems");
  if (problems == standing.end() || !problems->is_array() || problems->empty()) return "";
  return does_not_run(client + "/" + instance, text_of(problems->front()));
}

}  // namespace mlc::console
