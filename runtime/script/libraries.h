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

// A stock function that runs in C as long as its arguments are: what it is given is charged first. `numbers`: its arguments
// are numbers, and a text of many digits in place of one is refused.
enum class Takes { texts, numbers };
void push_guarded(lua_State* L, Takes takes);  // takes the function from the stack
inline constexpr size_t kNumberText = 200;     // bytes of a text that stands for a number
inline constexpr int kMaxValues = 20'000;      // results of one call: passing them on copies them all

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
