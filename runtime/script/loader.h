// Reads a workspace: ml-connector.lua and every clients/<client>/client.lua in bare isolates, then the systems and
// integrations they name (the workspace's scripts/ first, then the share folder's), then the layers of each instance.
// The result is data in the JSON forms that the rooms below read; faults are collected, never thrown.
//
//   auto workspace = script::load_workspace(host, ".");
//   if (!workspace.problems.empty()) ...
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/script/host.h"
#include "runtime/script/program.h"

namespace mlc::script {

struct Workspace {
  std::string folder;
  std::string settings = "{}";                           // ml-connector.lua
  std::map<std::string, std::string> clients;            // client -> client.lua
  std::map<std::string, std::string> systems;            // name -> definition, for remote::SystemSpec; only those in use
  std::map<std::string, std::string> integrations;       // name -> definition; only those in use
  std::vector<std::shared_ptr<const Program>> programs;  // one an instance, only those without a fault
  std::vector<Problem> problems;                         // in order of discovery; empty = all is well
};

struct LoadOptions {
  bool unused_too = false;  // also systems and integrations of the workspace that no client uses (for `check`)
};

// Blocks on files and runs Lua: not for the io thread, except at start.
Workspace load_workspace(const Host& host, const std::string& folder, const LoadOptions& options = {});

// One definition by its name, without a workspace's clients. The error carries file:line:column.
Result<std::string> load_system(const Host& host, const std::string& folder, const std::string& name);
Result<std::string> load_integration(const Host& host, const std::string& folder, const std::string& name);

// An integration as no client has changed it: without layers, with the defaults of its settings. For specs; nothing runs on
// it. Null when `problems` grew.
std::shared_ptr<const Program> load_base(const Host& host, const std::string& folder, const std::string& name,
                                         std::vector<Problem>& problems);

}  // namespace mlc::script
