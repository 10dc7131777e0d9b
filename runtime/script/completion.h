// Inside script: what may follow at the end of a half-written line. Reads names and fields; runs nothing of a script's.
#pragma once
#include <string>

#include "runtime/script/interactive.h"
#include "runtime/script/program.h"

namespace mlc::script {

// `environment`: index of the table in which the line would run. Raises when memory is out.
Completions complete_in(lua_State* L, int environment, const std::string& before, const Program& program);

}  // namespace mlc::script
