// Inside script: from files to Scripts and Programs. The loader calls it with what it read from disk, restore_program
// with what the store kept; both get the same for the same bytes.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/document/node.h"
#include "runtime/script/definition.h"
#include "runtime/script/program.h"

namespace mlc::script {

// name, files and `role_systems` are given; everything else follows. Null when something is wrong: then `problems` grew, or
// the fault is one that reading the definition had told before. The cost of a repeated call is a look-up by content.
std::shared_ptr<const Scripts> compile_scripts(const Host& host, Scripts parts, std::vector<Problem>& problems);

// scripts, layers, role_settings and instance.{client, name, zone, roles} are given, and the settings as the client wrote
// them (JSON); everything else follows.
std::shared_ptr<const Program> assemble(const Host& host, Program parts, const std::string& own_settings, std::vector<Problem>& problems);

// {"<name>":{"hash":…,"shown":…}}, in canonical form.
std::string listing_of(const FileSet& files);

// The types of the scripts' systems with the client's own fields (client/types.lua) added.
TypeSet client_types(const Host& host, const Scripts& scripts, const FileSet& layers, std::vector<Problem>& problems);

// The mappings of the scripts with shared layers and the client's over them; null when `problems` grew. One for equal content.
// `own` is what lineage calls the client's layer.
std::shared_ptr<const MappingSet> lay_over(const Host& host, const Scripts& scripts, const TypeSet& types, const FileSet& layers,
                                           const std::string& own, std::vector<Problem>& problems);

// Whether a file belongs to the client's side of a program, not to the scripts.
bool is_client_file(const std::string& key);

// One for equal content.
std::shared_ptr<const RoleSettings> share_role_settings(RoleSettings settings);

// A system's types in the words of the mapping room: record names get the system's name in front.
document::Node mapping_types(const std::string& system, document::Value definition);

}  // namespace mlc::script
