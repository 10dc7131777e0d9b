// `..` with a metamethod, made safe for the packaged Lua. The fix for CVE-2022-33099 in Debian's 5.4.4 (luaV_concat in lvm.c) keeps
// a pointer to the top of the stack across the metamethod. When that makes the stack grow, or a collection shrinks it meanwhile,
// the pointer is stale: locals turn into nil, or the program crashes. Upstream's release has it right ("may invalidate 'top'").
//
// The linker gives us the call that runs the metamethod (--wrap in cmake/rooms.cmake). It runs in a coroutine of its own and the
// collector stands still until it is done, so that the stack of whoever wrote `..` stays where it is.
// docs/decisions/0021-concatenation-of-the-packaged-lua.md.
#include "runtime/script/isolate.h"

// The names that the linker gives to luaT_tryconcatTM(lua_State*) of ltm.c, which is C++ in this build of Lua.
void join_by_metamethod(lua_State* L) asm("__wrap__Z16luaT_tryconcatTMP9lua_State");
void refuse_to_join(lua_State* L) asm("__real__Z16luaT_tryconcatTMP9lua_State");

namespace mlc::script {
namespace {

constexpr const char* kMetamethod = "__concat";

// (metamethod, left, right) -> what it makes of both. A call without continuation: nothing in it can wait.
int join(lua_State* L) {
  lua_call(L, 2, 1);
  return 1;
}

// Puts what `..` gives below the top of L, or raises; true, or false when no metamethod says what that is. L has five slots to
// spare and no more (EXTRA_STACK of lstate.h), which three uses of it never exceed.
bool join_apart(lua_State* L) {
  Isolate& isolate = Isolate::of(L);
  const Isolate::Joining still(isolate, L);
  if (luaL_getmetafield(L, -2, kMetamethod) == LUA_TNIL && luaL_getmetafield(L, -1, kMetamethod) == LUA_TNIL) return false;
  lua_State* apart = lua_newthread(L);
  still.begins(apart);
  lua_pushcfunction(apart, join);
  for (const int from : {-2, -4, -3}) {  // the metamethod, left, right
    lua_pushvalue(L, from);
    lua_xmove(L, apart, 1);
  }
  int results = 0;
  const int status = isolate.resume_inner(L, apart, 3, &results);
  lua_xmove(apart, L, 1);
  if (status != LUA_OK) {
    isolate.rethrow_if_killed(L, status);
    lua_error(L);
  }
  lua_replace(L, -5);
  lua_pop(L, 2);
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

}  // namespace mlc::script

void join_by_metamethod(lua_State* L) {
  if (!mlc::script::join_apart(L)) refuse_to_join(L);
}
