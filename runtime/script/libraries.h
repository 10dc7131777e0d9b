// Inside script: the standard library as scripts see it. Each opener adds its names to the master table on top of the
// stack; environments are copies of the master (isolate.h).
#pragma once
#include <lua.hpp>

namespace mlc::script {

void open_base(lua_State* L);
void open_string(lua_State* L);
void open_table(lua_State* L);
void open_coroutine(lua_State* L);
void open_math(lua_State* L);

// Takes the master from the stack; afterwards nothing of the stock libraries can be reached but through it.
void keep_master(lua_State* L);

// What ends a run from within (job:skip, job:refuse): an error that only the host catches.
void push_control_metatable(lua_State* L);
bool is_control(lua_State* L, int index);

// JSON null in Lua: for writing, and in arrays.
inline const char kNull = 0;
inline void push_null(lua_State* L) { lua_pushlightuserdata(L, const_cast<char*>(&kNull)); }
inline bool is_null(lua_State* L, int index) { return lua_type(L, index) == LUA_TLIGHTUSERDATA && lua_touserdata(L, index) == &kNull; }

}  // namespace mlc::script
