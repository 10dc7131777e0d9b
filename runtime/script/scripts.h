// Scripts: an integration with the systems that its roles name and stdlib, compiled: all that does not depend on who
// uses it. Instances of the same files share one; a client's layers, settings and connections stand in Program.
// Immutable; any thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/document/document.h"
#include "runtime/engine/runner.h"
#include "runtime/mapping/compiled.h"
#include "runtime/script/code.h"

namespace mlc::script {

struct FileText {
  std::string text;
  std::string hash;  // hex of SHA-256
};
// One FileText for one content in the process.
std::shared_ptr<const FileText> share_text(std::string text);

struct ScriptFile {
  std::shared_ptr<const FileText> file;
  std::string shown;  // path as a person knows it, for messages
};
// "integration/init.lua", "systems/<name>/init.lua", "stdlib/job.lua"; of a client: "layers/invoice.lua", "layers/countries.csv",
// "packs/01/germany/invoice.lua" (shared layers, in their order), "client/types.lua"
using FileSet = std::map<std::string, ScriptFile>;

struct MappingUnit {
  std::unique_ptr<const mapping::Compiled> compiled;
  std::string from, to;  // "system.Record": how record and result are read
  // The files whose functions it calls: the base, then the layers. Run in an isolate they give the functions.
  std::vector<std::shared_ptr<const Chunk>> files;
  std::vector<size_t> document_in_file;  // which of the documents a file records
  bool has_functions = false;
};
using MappingSet = std::map<std::string, std::shared_ptr<const MappingUnit>>;

// What a mapping or layer file recorded.
struct Recorded {
  document::Document document;
  std::shared_ptr<const Chunk> file;
  size_t index;       // which of the file's documents
  std::string layer;  // what lineage calls it; empty for a mapping of the integration
};

using TypeSet = std::map<std::string, std::shared_ptr<const mapping::TypeTable>>;  // system -> its record types

struct Scripts {
  std::string key;  // of its content
  std::string name;
  FileSet files;                                       // all but layers
  std::string listing;                                 // the same for manifests: JSON of names and hashes
  std::map<std::string, std::string> role_systems;     // role -> system's name
  std::string integration;                             // JSON of the integration's definition, defaults of settings included
  std::optional<document::Document> definition;        // the same, parsed
  std::map<std::string, std::string> systems;          // name -> JSON of its definition, types included
  std::map<std::string, document::Document> declared;  // the same, parsed
  TypeSet types;                                       // as the systems declare them
  Sources modules;                                     // of the integration, stdlib included
  engine::Flows flows;
  std::vector<Recorded> recorded;  // the mappings, for layers to lie over
};

}  // namespace mlc::script
