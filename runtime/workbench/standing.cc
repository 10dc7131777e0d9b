#include "runtime/workbench/standing.h"

#include <array>
#include <set>

#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::workbench {
namespace {

using document::Document;
using script::Problem;

constexpr const char* kSettings = "ml-connector.lua";

// Read once, when `serve` starts: sockets, keys and names that others were told.
constexpr std::array<const char*, 8> kAtStart = {"id", "listen", "admin", "public_url", "proxies", "store", "master_key", "contact"};

std::string client_file(const std::string& client) { return "clients/" + client + "/client.lua"; }

// The problems that can be this instance's: of its client's settings, its layers, its integration and that one's systems.
std::vector<Problem> concerning(const std::vector<Problem>& all, const std::string& client, const std::string& instance,
                                const std::string& integration, const std::vector<std::string>& systems) {
  std::vector<std::string> begins = {client_file(client), "clients/" + client + "/" + instance + "/",
                                     "scripts/integrations/" + integration + "/", "scripts/shared/"};
  for (const auto& system : systems) begins.push_back("scripts/systems/" + system + "/");
  std::vector<Problem> found;
  for (const auto& problem : all)
    for (const auto& begin : begins)
      // Scripts of the share folder are shown with its path before theirs.
      if (problem.file.find(begin) != std::string::npos) {
        found.push_back(problem);
        break;
      }
  return found.empty() ? all : found;
}

}  // namespace

Look look_at(const script::Workspace* serving, script::Workspace fresh) {
  Look look;
  std::set<std::string> faulty;
  for (const auto& problem : fresh.problems) faulty.insert(problem.file);
  if (serving != nullptr) {
    if (faulty.contains(kSettings)) fresh.settings = serving->settings;
    for (const auto& [client, definition] : serving->clients)
      if (fresh.clients.contains(client) && faulty.contains(client_file(client))) fresh.clients[client] = definition;
    if (!fresh.problems.empty()) {
      for (const auto& [name, definition] : serving->systems) fresh.systems.emplace(name, definition);
      for (const auto& [name, definition] : serving->integrations) fresh.integrations.emplace(name, definition);
    }
  }
  std::map<std::string, ProgramPtr> sound;
  for (const auto& program : fresh.programs) sound[program->instance.client + "/" + program->instance.name] = program;
  for (const auto& [client, definition] : fresh.clients) {
    auto parsed = Document::parse(definition);
    if (!parsed) continue;
    const bool kept = serving != nullptr && serving->clients.contains(client) && faulty.contains(client_file(client));
    for (auto field : parsed->root().get("instances").fields()) {
      Standing standing;
      standing.client = client;
      standing.instance = std::string(field.key);
      // A program made from settings that are not taken would not fit to those that are.
      if (!kept) standing.candidate = sound[client + "/" + standing.instance];
      if (standing.candidate == nullptr) {
        std::vector<std::string> systems;
        for (auto connection : parsed->root().get("connections").fields()) systems.emplace_back(connection.value.get("system").text());
        standing.problems =
            concerning(fresh.problems, client, standing.instance, std::string(field.value.get("integration").text()), systems);
      }
      look.instances.push_back(std::move(standing));
    }
  }
  std::set<ProgramPtr> taken;
  for (const auto& standing : look.instances) taken.insert(standing.candidate);
  std::erase_if(fresh.programs, [&](const ProgramPtr& program) { return !taken.contains(program); });
  look.workspace = std::move(fresh);
  return look;
}

std::vector<std::string> changed_settings(const std::string& before, const std::string& after) {
  auto old = Document::parse(before), now = Document::parse(after);
  std::vector<std::string> changed;
  if (!old || !now) return changed;
  auto text = [](document::Value value) { return value ? document::write(value) : std::string(); };
  for (const char* name : kAtStart)
    if (text(old->root().get(name)) != text(now->root().get(name))) changed.emplace_back(name);
  return changed;
}

bool asks(const script::Workspace& workspace, const std::string& client) {
  auto said = [](const std::string& json) {
    auto parsed = Document::parse(json);
    return parsed ? std::string(parsed->root().get("reload").text()) : std::string();
  };
  const auto own = workspace.clients.find(client);
  std::string word = own == workspace.clients.end() ? "" : said(own->second);
  if (word.empty()) word = said(workspace.settings);
  return word == "ask";
}

}  // namespace mlc::workbench
