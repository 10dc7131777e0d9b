// Program: everything that decides what one instance does, pinned by the hash of its content: the integration's files,
// its systems, the client's layers and tables, stdlib, bindings and settings. Two programs of one version behave alike.
// Immutable; any thread; shared by the runs that are pinned to it.
//
// The store keeps programs as small rows: one manifest a version, one row a file content, shared between versions.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/engine/runner.h"
#include "runtime/script/host.h"

namespace mlc::script {

class CompiledMappings;

struct Program {
  engine::Instance instance;                 // instance.version is the content hash
  std::map<std::string, std::string> files;  // "integration/init.lua", "systems/<name>/init.lua", "layers/invoice.lua", "stdlib/job.lua"
  std::map<std::string, std::string> shown;  // the same keys -> path as a person knows it, for messages
  std::map<std::string, std::string> role_systems;                // role -> system's name
  std::map<std::string, std::vector<std::string>> role_settings;  // role -> names that connections fill into paths
  std::string integration;                                        // JSON of the integration's definition, defaults of settings included
  std::map<std::string, std::string> systems;                     // name -> JSON of its definition, types included
  std::shared_ptr<const CompiledMappings> mappings;

  std::string manifest() const;  // JSON: all of the above but the contents
  // What the store should have: ("version:<hash>", manifest) and ("file:<hash>", content) for each file.
  std::vector<std::pair<std::string, std::string>> rows() const;
};

// The reverse of rows(): `get` reads a row by its key.
Result<std::shared_ptr<const Program>> restore_program(const Host& host, const std::string& version,
                                                       const std::function<Result<std::string>(const std::string& key)>& get);
// Keys that restore_program will ask for, for callers whose store answers later.
Result<std::vector<std::string>> rows_of_manifest(const std::string& manifest);

}  // namespace mlc::script
