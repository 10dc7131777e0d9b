#include "runtime/script/concat.h"

#include "runtime/script/isolate.h"

// The names that the linker gives to luaT_tryconcatTM(lua_State*) of ltm.c, which is C++ in this build of Lua.
void join_by_metamethod(lua_State* L) asm("__wrap__Z16luaT_tryconcatTMP9lua_State");
void refuse_to_join(lua_State* L) asm("__real__Z16luaT_tryconcatTMP9lua_State");

namespace mlc::script {
namespace {

constexpr const char* kMetamethod = "__concat";

// (left, right) -> what the metamethod of one of them makes of both. A call without continuation: nothing in it can wait.
int join(lua_State* L) {
  if (luaL_getmetafield(L, 1, kMetamethod) == LUA_TNIL && luaL_getmetafield(L, 2, kMetamethod) == LUA_TNIL) lua_pushnil(L);
  lua_insert(L, 1);
  lua_call(L, 2, 1);
  return 1;
}

bool can_join(lua_State* L) {
  const int top = lua_gettop(L);
  const bool can = luaL_getmetafield(L, 1, kMetamethod) != LUA_TNIL || luaL_getmetafield(L, 2, kMetamethod) != LUA_TNIL;
  lua_settop(L, top);
  return can;
}

// Puts what `..` gives below the top of L, or raises; true, or false when no metamethod says what that is. L has five slots to
// spare and no more (EXTRA_STACK of lstate.h), which four uses of it never exceed.
bool join_apart(lua_State* L) {
  Isolate& isolate = Isolate::of(L);
  const Isolate::Joining still(isolate, L);
  lua_State* apart = lua_newthread(L);
  still.begins(apart);
  lua_pushvalue(L, -3);
  lua_pushvalue(L, -3);
  lua_xmove(L, apart, 2);
  if (!can_join(apart)) {
    lua_pop(L, 1);
    return false;
  }
  lua_pushcfunction(apart, join);
  lua_insert(apart, 1);
  int results = 0;
  const int status = isolate.resume_inner(L, apart, 2, &results);
  lua_xmove(apart, L, 1);
  if (status != LUA_OK) {
    isolate.rethrow_if_killed(L, status);
    lua_error(L);
  }
  lua_replace(L, -4);
  lua_pop(L, 1);
  return true;
}

}  // namespace

Isolate::Joining::Joining(Isolate& isolate, lua_State* L) : isolate_(isolate) {
  if (isolate_.joining_.empty()) lua_gc(isolate_.main_, LUA_GCSTOP);
  isolate_.joining_.push_back({L, nullptr});
}

Isolate::Joining::~Joining() {
  isolate_.joining_.pop_back();
  if (isolate_.joining_.empty()) lua_gc(isolate_.main_, LUA_GCRESTART);
}

lua_State* Isolate::joined_by(const lua_State* apart) const {
  for (const auto& join : joining_) {
    if (join.apart == apart) return join.by;
  }
  return nullptr;
}

// All of it, now. Where memory runs out in the midst of a `..`, Lua itself collects, which leaves stacks where they are.
void Isolate::collect() {
  if (joining_.empty()) lua_gc(main_, LUA_GCCOLLECT);
}

lua_State* joined_by(lua_State* L) { return Isolate::of(L).joined_by(L); }

}  // namespace mlc::script

void join_by_metamethod(lua_State* L) {
  if (!mlc::script::join_apart(L)) refuse_to_join(L);
}
