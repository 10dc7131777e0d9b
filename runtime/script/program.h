// Program: everything that decides what one instance does, pinned by the hash of its content: the integration's files,
// its systems, the client's layers and tables, stdlib, bindings and settings. Two programs of one version behave alike.
// Immutable; any thread; shared by the runs that are pinned to it. What instances have in common they share (Scripts).
//
// The store keeps programs as small rows: one manifest a version, one row a file content, shared between versions.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/date.h"
#include "runtime/base/result.h"
#include "runtime/engine/runner.h"
#include "runtime/script/host.h"
#include "runtime/script/scripts.h"

namespace mlc::script {

using RoleSettings = std::map<std::string, std::vector<std::string>>;  // role -> names that connections fill into paths

struct Program {
  engine::Instance instance;  // instance.version is the content hash
  std::shared_ptr<const Scripts> scripts;
  FileSet layers;
  std::shared_ptr<const RoleSettings> role_settings;
  TypeSet types;                                       // the systems', with the client's own fields; tables are shared
  std::shared_ptr<const MappingSet> mappings;          // the scripts', with the layers laid over
  std::shared_ptr<const document::Document> settings;  // with defaults filled in
  std::optional<Zone> zone;
  std::map<std::string, Zone> zones;  // of connections that have one of their own: a division abroad

  // In which an instant becomes a date in a record of `to` ("system.Record"): that of the connection that records from
  // `source` are written to, else the client's (C16). Null when there is none.
  const Zone* zone_of(const std::string& to, const std::string& source) const;
  // Of "system.Record" or a system; null when there is no such system.
  std::shared_ptr<const mapping::TypeTable> types_of(const std::string& record) const {
    auto found = types.find(record.substr(0, record.find('.')));
    return found == types.end() ? nullptr : found->second;
  }
  FileSet files() const;         // the scripts' and the layers
  std::string manifest() const;  // JSON: all of the above but the contents
  // What the store should have: ("version:<hash>", manifest) and ("file:<hash>", content) for each file.
  std::vector<std::pair<std::string, std::string>> rows() const;
};

// Keys of those rows.
std::string version_row(const std::string& version);
std::string file_row(const std::string& hash);

// The reverse of rows(): `get` reads a row by its key.
Result<std::shared_ptr<const Program>> restore_program(const Host& host, const std::string& version,
                                                       const std::function<Result<std::string>(const std::string& key)>& get);
// Keys that restore_program will ask for, for callers whose store answers later.
Result<std::vector<std::string>> rows_of_manifest(const std::string& manifest);

}  // namespace mlc::script
