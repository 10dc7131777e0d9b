#include "runtime/workbench/check_connections.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/remote/wants.h"
#include "runtime/script/places.h"

namespace mlc::workbench {
namespace {

using Json = nlohmann::ordered_json;
using script::Problem;

bool has_problem(const std::vector<Problem>& problems, const std::string& file) {
  return std::any_of(problems.begin(), problems.end(), [&](const Problem& each) { return each.file == file; });
}

// build_directory() says which file and connection; the position says it here.
std::string without(std::string text, const std::string& prefix) { return text.starts_with(prefix) ? text.substr(prefix.size()) : text; }

std::string file_of(const std::string& client) { return "clients/" + client + "/client.lua"; }

// A directory of one connection.
Result<std::shared_ptr<const remote::Directory>> alone(const std::string& settings, const std::string& client, Json definition,
                                                       const std::string& connection, const std::map<std::string, std::string>& systems) {
  definition["connections"] = Json::object({{connection, definition["connections"][connection]}});
  return remote::build_directory(settings, {{client, definition.dump()}}, systems);
}

Problem problem_at(const script::Host& host, const script::Workspace& workspace, const std::string& file,
                   const std::vector<std::string>& keys, const std::string& sentence) {
  Problem problem{file, 0, 0, sentence};
  const auto text = host.files->read(workspace.folder + "/" + file);
  if (!text) return problem;
  const script::Places places(*text);
  if (auto place = places.key(keys)) problem.line = place->line, problem.column = place->column;
  return problem;
}

}  // namespace

void check_connections(const script::Host& host, const script::Workspace& workspace, std::vector<Problem>& problems) {
  if (has_problem(problems, "ml-connector.lua")) return;
  std::map<std::string, std::string> systems;
  for (const auto& [name, definition] : workspace.systems)
    if (remote::parse_system(definition)) systems.emplace(name, definition);
  auto grants = remote::build_directory(workspace.settings, {}, systems);
  if (!grants) {
    const std::string sentence = without(grants.error().text(), "ml-connector.lua: ");
    const size_t end = sentence.find(": ");
    const std::string name = sentence.starts_with("grant ") && end != std::string::npos ? sentence.substr(6, end - 6) : "";
    problems.push_back(problem_at(host, workspace, "ml-connector.lua", {"grants", name}, sentence));
    return;
  }
  std::map<std::string, std::string> clients;
  for (const auto& [client, text] : workspace.clients) {
    if (!has_problem(problems, file_of(client))) clients.emplace(client, text);
  }
  // Whole first: thousands of clients are then one pass. Apart only when something is wrong.
  const auto whole = remote::build_directory(workspace.settings, clients, systems);
  for (const auto& [client, text] : clients) {
    const Json all = Json::parse(text, nullptr, false);
    const Json connections = all.value("connections", Json::object());
    for (const auto& [name, connection] : connections.items()) {
      if (!connection.is_object() || !systems.contains(connection.value("system", ""))) continue;
      auto directory = whole ? whole : alone(workspace.settings, client, all, name, systems);
      std::string sentence;
      if (!directory) sentence = without(directory.error().text(), file_of(client) + ": ");
      else if (const std::string missing = remote::lacks(*(*directory)->find(client, name)); !missing.empty())
        sentence = "connection " + name + ": " + missing;
      if (!sentence.empty()) problems.push_back(problem_at(host, workspace, file_of(client), {"connections", name}, sentence));
    }
  }
}

}  // namespace mlc::workbench
