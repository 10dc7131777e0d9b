// What :doc says: of stdlib's functions from the LuaCATS blocks above them, of operations, records and settings from the
// definitions of the chosen instance. Reads files; any thread.
#pragma once
#include <string>

#include "runtime/script/host.h"
#include "runtime/script/program.h"

namespace mlc::workbench {

// "" when nothing is written about the name. `program` may be null.
std::string documentation(const script::Host& host, const script::Program* program, const std::string& name);

}  // namespace mlc::workbench
