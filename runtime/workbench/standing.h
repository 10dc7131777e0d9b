// What the files of a workspace are worth beside what serves now. A client.lua, a system or an instance that has a fault
// keeps what it had: a broken candidate takes nothing away. Pure values; any thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/script/loader.h"
#include "runtime/workbench/versions.h"

namespace mlc::workbench {

// One instance that the settings name.
struct Standing {
  std::string client, instance;
  ProgramPtr candidate;                   // what the files give; null when they are broken
  std::vector<script::Problem> problems;  // then: why
};

struct Look {
  script::Workspace workspace;      // settings, clients, systems as they would serve; programs: the sound candidates
  std::vector<Standing> instances;  // by client and instance
};

// `serving`: null at start.
Look look_at(const script::Workspace* serving, script::Workspace fresh);

// Names of settings in ml-connector.lua that differ and are read at start only.
std::vector<std::string> changed_settings(const std::string& before, const std::string& after);

// `reload` of the client's settings, else of the workspace's: whether a sound change waits for `approve`.
bool asks(const script::Workspace& workspace, const std::string& client);

}  // namespace mlc::workbench
