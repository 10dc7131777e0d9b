// Coroutines of scripts. When one of them waits for the host, the wait passes up through every resume to the host's own
// coroutine and comes back the same way; nobody in between notices.
#include "runtime/script/isolate.h"
#include "runtime/script/libraries.h"

namespace mlc::script {
namespace {

lua_State* coroutine_argument(lua_State* L, int index) {
  lua_State* found = lua_tothread(L, index);
  if (found == nullptr) argument_error(L, index, "coroutine");
  return found;
}

int keep_resuming(lua_State* L, lua_State* inner, int arguments);

// The host answered: its reply is taken by the innermost waiting call.
int resumed_by_host(lua_State* L, int, lua_KContext inner) { return keep_resuming(L, reinterpret_cast<lua_State*>(inner), 0); }

// Returns the number of values moved to L, or -1 with the error on top of L.
int keep_resuming(lua_State* L, lua_State* inner, int arguments) {
  Isolate& isolate = Isolate::of(L);
  bool wrapped = lua_toboolean(L, native_upvalue(1)) != 0;
  for (;;) {
    int results = 0;
    int status = isolate.resume_inner(L, inner, arguments, &results);
    if (status == LUA_YIELD && isolate.waiting()) {
      lua_pop(inner, results);
      arguments = 0;
      if (lua_isyieldable(L)) {
        isolate.wait_passes(inner);
        return lua_yieldk(L, 0, reinterpret_cast<lua_KContext>(inner), resumed_by_host);
      }
      isolate.refuse_wait();
      continue;
    }
    if (status == LUA_OK || status == LUA_YIELD) {
      if (!lua_checkstack(L, results + 2)) raise(L, "too many results to resume");
      if (!wrapped) lua_pushboolean(L, 1);
      lua_xmove(inner, L, results);
      return results + (wrapped ? 0 : 1);
    }
    luaL_checkstack(L, 3, nullptr);
    if (!wrapped) lua_pushboolean(L, 0);
    lua_xmove(inner, L, 1);
    isolate.rethrow_if_killed(L, status);
    if (is_control(L, -1)) lua_error(L);
    if (wrapped) {
      isolate.close_inner(L, inner);
      lua_error(L);
    }
    return 2;
  }
}

int begin_resume(lua_State* L, lua_State* inner, int first_argument) {
  Isolate::of(L).rethrow_if_killed(L, LUA_OK);
  int arguments = lua_gettop(L) - first_argument + 1;
  const char* fault = nullptr;
  if (lua_status(inner) == LUA_OK && lua_gettop(inner) == 0) {
    fault = "cannot resume dead coroutine";
  } else if (inner == L || (lua_status(inner) == LUA_OK && lua_gettop(inner) != 1)) {
    fault = "cannot resume non-suspended coroutine";
  } else if (lua_status(inner) != LUA_OK && lua_status(inner) != LUA_YIELD) {
    fault = "cannot resume dead coroutine";
  } else if (!lua_checkstack(inner, arguments)) {
    fault = "too many arguments to resume";
  }
  if (fault != nullptr) {
    if (lua_toboolean(L, native_upvalue(1))) raise(L, fault);
    lua_pushboolean(L, 0);
    lua_pushstring(L, fault);
    return 2;
  }
  lua_xmove(L, inner, arguments);
  return keep_resuming(L, inner, arguments);
}

lua_State* new_coroutine(lua_State* L) {
  function_argument(L, 1);
  Isolate::of(L).rethrow_if_killed(L, LUA_OK);
  lua_State* made = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, made, 1);
  return made;
}

int co_create(lua_State* L) {
  new_coroutine(L);
  return 1;
}

// Upvalue: false.
int co_resume(lua_State* L) { return begin_resume(L, coroutine_argument(L, 1), 2); }

// Upvalues: true, the coroutine.
int co_call_wrapped(lua_State* L) { return begin_resume(L, lua_tothread(L, native_upvalue(2)), 1); }

int co_wrap(lua_State* L) {
  new_coroutine(L);
  lua_pushboolean(L, 1);
  lua_insert(L, -2);
  push_native(L, co_call_wrapped, 2);
  return 1;
}

int co_yield_values(lua_State* L) { return lua_yield(L, lua_gettop(L)); }

// coroutine.close(co) -> true | false, error. Closing runs code of the script's, counted like any other.
int co_close(lua_State* L) {
  lua_State* inner = coroutine_argument(L, 1);
  lua_getfield(L, native_upvalue(1), "status");
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
  std::string_view status = lua_tostring(L, -1);
  if (status != "suspended" && status != "dead") raise(L, "cannot close a " + std::string(status) + " coroutine");
  int ended = Isolate::of(L).close_inner(L, inner);
  Isolate::of(L).rethrow_if_killed(L, ended);
  lua_pushboolean(L, ended == LUA_OK);
  if (ended == LUA_OK) return 1;
  lua_xmove(inner, L, 1);
  return 2;
}

}  // namespace

void open_coroutine(lua_State* L) {
  luaL_requiref(L, "coroutine", luaopen_coroutine, 0);
  int stock = lua_gettop(L);
  lua_newtable(L);
  for (const char* name : {"isyieldable", "running", "status"}) {
    lua_getfield(L, stock, name);
    lua_setfield(L, -2, name);
  }
  set_functions(L, {{"create", co_create}, {"wrap", co_wrap}, {"yield", co_yield_values}});
  lua_pushboolean(L, 0);
  push_native(L, co_resume, 1);
  lua_setfield(L, -2, "resume");
  lua_pushvalue(L, stock);
  push_native(L, co_close, 1);
  lua_setfield(L, -2, "close");
  lua_setfield(L, stock - 1, "coroutine");
  lua_pop(L, 1);
}

}  // namespace mlc::script
