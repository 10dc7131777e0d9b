// Inside script: from files to a Program. The loader calls it with what it read from disk, restore_program with what the
// store kept; both get the same program for the same bytes.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/document/node.h"
#include "runtime/script/definition.h"
#include "runtime/script/program.h"

namespace mlc::script {

// files, shown, role_systems, role_settings, instance.{client, name, integration, zone, roles} and `own_settings` (JSON, as the
// client wrote them) are given; everything else follows.
std::shared_ptr<const Program> assemble(const Host& host, Program parts, const std::string& own_settings, std::vector<Problem>& problems);

// The modules of one folder of a program ("integration/", "systems/x/"), with stdlib's beneath.
Sources sources_of(const Program& program, const std::string& prefix, std::vector<Problem>& problems);

// A system's types in the words of the mapping room: record names get the system's name in front.
document::Node mapping_types(const std::string& system, document::Value definition);

}  // namespace mlc::script
