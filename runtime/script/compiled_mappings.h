// The mappings of one program, compiled with the client's layers, and the types of its systems. Immutable; any thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/date.h"
#include "runtime/document/document.h"
#include "runtime/mapping/compiled.h"
#include "runtime/script/code.h"

namespace mlc::script {

struct MappingUnit {
  std::unique_ptr<const mapping::Compiled> compiled;
  std::string from, to;  // "system.Record": how record and result are read
  // The files whose functions it calls: the base, then the layers. Run in an isolate they give the functions.
  std::vector<std::shared_ptr<const Chunk>> files;
  std::vector<size_t> document_in_file;  // which of the documents a file records
  bool has_functions = false;
};

class CompiledMappings {
 public:
  std::map<std::string, MappingUnit> by_name;
  std::map<std::string, std::shared_ptr<const mapping::TypeTable>> types;  // of a system
  // Of "system.Record"; null when there is no such system.
  std::shared_ptr<const mapping::TypeTable> types_of(const std::string& record) const {
    auto found = types.find(record.substr(0, record.find('.')));
    return found == types.end() ? nullptr : found->second;
  }
  Sources integration;  // modules of the integration, stdlib included
  std::map<std::string, Sources> systems;
  std::optional<document::Document> settings;  // with defaults filled in
  std::optional<Zone> zone;
};

}  // namespace mlc::script
