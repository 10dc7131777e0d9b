// Inside script: job:map. The compiled mapping runs in C++; only fields that are written as functions come back to Lua.
#pragma once
#include <lua.hpp>

namespace mlc::script {

// host.map_begin(name, record, given) -> call; call:needs() -> {look-up = {keys}}; call:run(answers) -> record
int map_begin(lua_State* L);

}  // namespace mlc::script
