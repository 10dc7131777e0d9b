// The basic functions. pairs and next have one order everywhere: integers ascending, then other numbers, then strings
// bytewise, then booleans; stock Lua's order differs from start to start and would show in a replayed job.
#include <algorithm>
#include <cmath>

#include "runtime/script/decimal_value.h"
#include "runtime/script/isolate.h"
#include "runtime/script/libraries.h"

namespace mlc::script {
namespace {

const char kControlMeta = 0;

struct Key {
  enum Class { integer, real, text, boolean } kind;
  int64_t number;
  double other;
  std::string_view bytes;  // of a string that the table holds

  friend bool operator<(const Key& a, const Key& b) {
    if (a.kind != b.kind) return a.kind < b.kind;
    if (a.kind == real) return a.other < b.other;
    if (a.kind == text) return a.bytes < b.bytes;
    return a.number < b.number;
  }
};

// The key at `index`; raises for keys that have no order.
Key key_at(lua_State* L, int index) {
  switch (lua_type(L, index)) {
    case LUA_TNUMBER:
      if (lua_isinteger(L, index)) return {Key::integer, lua_tointeger(L, index), 0, {}};
      return {Key::real, 0, lua_tonumber(L, index), {}};
    case LUA_TSTRING: {
      size_t length = 0;
      const char* bytes = lua_tolstring(L, index, &length);
      return {Key::text, 0, 0, {bytes, length}};
    }
    case LUA_TBOOLEAN:
      return {Key::boolean, lua_toboolean(L, index), 0, {}};
    default:
      raise(L, "a table with keys of type " + type_of(L, index) + " has no order to walk it in");
  }
}

void push_key(lua_State* L, const Key& key) {
  switch (key.kind) {
    case Key::integer:
      lua_pushinteger(L, key.number);
      break;
    case Key::real:
      lua_pushnumber(L, key.other);
      break;
    case Key::text:
      push_text(L, key.bytes);
      break;
    case Key::boolean:
      lua_pushboolean(L, key.number != 0);
      break;
  }
}

int walk_array(lua_State* L) {
  int64_t next = lua_tointeger(L, 2) + 1;
  lua_settop(L, 1);
  lua_pushinteger(L, next);
  if (lua_rawgeti(L, 1, next) == LUA_TNIL) return 1;
  return 2;
}

// Upvalues: keys in order, position.
int walk_keys(lua_State* L) {
  int64_t at = lua_tointeger(L, native_upvalue(2));
  lua_settop(L, 1);
  for (;;) {
    lua_settop(L, 1);
    if (lua_rawgeti(L, native_upvalue(1), ++at) == LUA_TNIL) return 1;
    lua_pushvalue(L, -1);
    if (lua_rawget(L, 1) != LUA_TNIL) break;  // removed during the walk
  }
  lua_pushinteger(L, at);
  lua_replace(L, native_upvalue(2));
  return 2;
}

// pairs(t) -> iterator, t, nil
int base_pairs(lua_State* L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 3);
    return 3;
  }
  if (lua_type(L, 1) != LUA_TTABLE) argument_error(L, 1, "table");
  lua_settop(L, 1);
  Isolate& isolate = Isolate::of(L);
  Held held(isolate);
  std::vector<Key> keys;
  bool sequence = true;
  size_t length = lua_rawlen(L, 1);
  lua_pushnil(L);
  while (lua_next(L, 1) != 0) {
    lua_pop(L, 1);
    isolate.charge(L, 1);
    if (keys.size() == keys.capacity() && keys.size() >= 64) held.grow(L, 3 * keys.capacity() * sizeof(Key));
    keys.push_back(key_at(L, -1));
    const Key& key = keys.back();
    sequence = sequence && key.kind == Key::integer && key.number >= 1 && static_cast<uint64_t>(key.number) <= length;
  }
  if (sequence && keys.size() == length) {
    push_native(L, walk_array);
  } else {
    std::sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
      isolate.charge(L, 1);
      return a < b;
    });
    lua_createtable(L, static_cast<int>(keys.size()), 0);
    for (size_t i = 0; i < keys.size(); ++i) {
      push_key(L, keys[i]);
      lua_rawseti(L, -2, static_cast<lua_Integer>(i) + 1);
    }
    lua_pushinteger(L, 0);
    push_native(L, walk_keys, 2);
  }
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

// next(t, key?) -> key, value | nil
int base_next(lua_State* L) {
  table_argument(L, 1);
  lua_settop(L, 2);
  bool from_start = lua_isnil(L, 2);
  Key after = from_start ? Key{} : key_at(L, 2);
  bool found = false;
  Key best{};
  Isolate& isolate = Isolate::of(L);
  lua_pushnil(L);
  while (lua_next(L, 1) != 0) {
    lua_pop(L, 1);
    isolate.charge(L, 1);
    Key key = key_at(L, -1);
    if (!from_start && !(after < key)) continue;
    if (!found || key < best) best = key;
    found = true;
  }
  if (!found) {
    lua_pushnil(L);
    return 1;
  }
  push_key(L, best);
  lua_pushvalue(L, -1);
  lua_rawget(L, 1);
  return 2;
}

int base_tostring(lua_State* L) {
  luaL_checkany(L, 1);
  if (lua_type(L, 1) == LUA_TSTRING) {
    lua_settop(L, 1);
    return 1;
  }
  std::string text = show(L, 1);
  push_text(L, text);
  return 1;
}

void pass_on(lua_State* L, int status) {
  Isolate::of(L).rethrow_if_killed(L, status);
  if (is_control(L, -1)) lua_error(L);
}

int finish_pcall(lua_State* L, int status, lua_KContext) {
  if (status != LUA_OK && status != LUA_YIELD) {
    pass_on(L, status);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
  }
  return lua_gettop(L);
}

// pcall(f, ...) -> true, results... | false, error
int base_pcall(lua_State* L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, 1);
  lua_insert(L, 1);
  int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_pcall);
  return finish_pcall(L, status, 0);
}

int finish_handler(lua_State* L, int status, lua_KContext) {
  if (status != LUA_OK && status != LUA_YIELD) pass_on(L, status);
  lua_pushboolean(L, 0);
  lua_insert(L, -2);
  return 2;
}

int finish_xpcall(lua_State* L, int status, lua_KContext) {
  if (status != LUA_OK && status != LUA_YIELD) {
    pass_on(L, status);
    // The handler runs after the unwinding, where it is counted; Lua itself would run it with the hook off. An error in
    // it takes the place of its result.
    lua_pushvalue(L, 1);
    lua_insert(L, -2);
    return finish_handler(L, lua_pcallk(L, 1, 1, 0, 0, finish_handler), 0);
  }
  return lua_gettop(L) - 1;
}

// xpcall(f, handler, ...) -> true, results... | false, handler's result
int base_xpcall(lua_State* L) {
  function_argument(L, 2);
  lua_pushvalue(L, 1);  // f handler ... f
  lua_remove(L, 1);     // handler ... f
  lua_insert(L, 2);     // handler f ...
  lua_pushboolean(L, 1);
  lua_insert(L, 2);  // handler true f ...
  int status = lua_pcallk(L, lua_gettop(L) - 3, LUA_MULTRET, 0, 0, finish_xpcall);
  return finish_xpcall(L, status, 0);
}

// setmetatable(t, meta): __gc could not be stopped and __mode makes the collector's timing visible.
int base_setmetatable(lua_State* L) {
  table_argument(L, 1);
  if (lua_gettop(L) < 2 || (!lua_isnil(L, 2) && lua_type(L, 2) != LUA_TTABLE)) argument_error(L, 2, "nil or table");
  lua_settop(L, 2);
  if (lua_istable(L, 2)) {
    for (const char* refused : {"__gc", "__mode"}) {
      lua_pushstring(L, refused);
      if (lua_rawget(L, 2) != LUA_TNIL) raise(L, std::string("a metatable may not have ") + refused);
      lua_pop(L, 1);
    }
  }
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) raise(L, "cannot change a protected metatable");
  lua_setmetatable(L, 1);
  return 1;
}

// tonumber(v, base?): a decimal that is whole becomes an integer; money never becomes a float.
int base_tonumber(lua_State* L) {
  if (const Decimal* number = to_decimal_object(L, 1)) {
    auto whole = number->to_int64();
    if (!whole) raise(L, "tonumber: " + number->text() + " is a decimal and would lose digits; use it as it is");
    lua_pushinteger(L, *whole);
    return 1;
  }
  if (lua_type(L, 1) == LUA_TSTRING) Isolate::of(L).charge(L, lua_rawlen(L, 1));
  lua_pushvalue(L, native_upvalue(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

// A text that is compiled piece by piece, so that its cost is looked at meanwhile.
struct Pieces {
  std::string_view left;
  static const char* next(lua_State* L, void* self, size_t* size) {
    constexpr size_t kPiece = 2048;
    auto& pieces = *static_cast<Pieces*>(self);
    std::string_view piece = pieces.left.substr(0, kPiece);
    pieces.left.remove_prefix(piece.size());
    Isolate::of(L).charge(L, kPiece);
    *size = piece.size();
    return piece.data();
  }
};

// load(text, name?, mode?, env?) -> function | nil, message; text only.
int base_load(lua_State* L) {
  auto text = text_argument(L, 1);
  std::string name = "=" + std::string(text_argument(L, 2, "load"));
  Pieces pieces{text};
  int status = lua_load(L, Pieces::next, &pieces, name.c_str(), "t");
  if (status != LUA_OK) {
    Isolate::of(L).rethrow_if_killed(L, status);
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
  }
  if (lua_gettop(L) >= 5 && lua_istable(L, 4)) {
    lua_pushvalue(L, 4);
  } else {
    lua_pushvalue(L, native_upvalue(1));
  }
  lua_setupvalue(L, -2, 1);
  return 1;
}

void take(lua_State* L, int from, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    lua_getfield(L, from, name);
    lua_setfield(L, -2, name);
  }
}

bool plain_name(std::string_view name) {
  for (char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.')) return false;
  }
  return !name.empty() && name.front() != '.' && name.back() != '.' && name.find("..") == std::string_view::npos;
}

// require(name) -> what the module returned. Upvalues: loaded modules, environment, sources.
int base_require(lua_State* L) {
  std::string name(text_argument(L, 1));
  lua_settop(L, 1);
  if (!plain_name(name)) raise(L, "require: '" + name + "' is not a plain module name");
  lua_pushvalue(L, native_upvalue(1));
  int loaded = lua_gettop(L);
  if (lua_getfield(L, loaded, name.c_str()) != LUA_TNIL) {
    if (is_null(L, -1)) raise(L, "require: '" + name + "' requires itself");
    return 1;
  }
  lua_pop(L, 1);
  const auto& sources = *static_cast<const Sources*>(lua_touserdata(L, native_upvalue(3)));
  Isolate& isolate = Isolate::of(L);
  bool found = false;
  for (const auto& module : isolate.profile().modules) {
    if (module.name != name) continue;
    // A module that only says why it is not here gives way to a file of that name.
    if (module.functions.empty() && sources.contains(name)) break;
    push_module(L, module);
    found = true;
    break;
  }
  if (!found) {
    auto source = sources.find(name);
    if (source == sources.end()) raise(L, "require: there is no module '" + name + "' beside this script, in scripts/shared or in stdlib");
    push_null(L);
    lua_setfield(L, loaded, name.c_str());
    lua_pushvalue(L, native_upvalue(2));
    isolate.push_chunk(L, *source->second, -1);
    lua_call(L, 0, 1);
    if (lua_isnil(L, -1)) raise(L, "require: module '" + name + "' returned nothing");
  }
  lua_pushvalue(L, -1);
  lua_setfield(L, loaded, name.c_str());
  return 1;
}

// Upvalues: the stock function, whether it takes numbers.
int call_guarded(lua_State* L) {
  bool numbers = lua_toboolean(L, native_upvalue(2)) != 0;
  int count = lua_gettop(L);
  size_t bytes = 0;
  for (int i = 1; i <= count; ++i) {
    if (lua_type(L, i) != LUA_TSTRING) continue;
    bytes += lua_rawlen(L, i);
    if (numbers && lua_rawlen(L, i) > kNumberText) argument_error(L, i, "number");
  }
  if (bytes > 0) Isolate::of(L).charge(L, bytes / 16);
  lua_pushvalue(L, native_upvalue(1));
  lua_insert(L, 1);
  lua_call(L, count, LUA_MULTRET);
  if (lua_gettop(L) > kMaxValues) raise(L, "more than " + std::to_string(kMaxValues) + " results");
  return lua_gettop(L);
}

int undeclared(lua_State* L) { raise(L, "there is no global '" + show(L, 2) + "' (a local is missing, or a require)"); }

int no_new_global(lua_State* L) { raise(L, "globals can't be made: write local " + show(L, 2)); }

const char kMaster = 0;
const char kStrict = 0;

}  // namespace

void push_control_metatable(lua_State* L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &kControlMeta) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushliteral(L, "control");
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &kControlMeta);
}

bool is_control(lua_State* L, int index) {
  if (lua_type(L, index) != LUA_TTABLE || !lua_getmetatable(L, index)) return false;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &kControlMeta);
  bool same = lua_rawequal(L, -1, -2) != 0;
  lua_pop(L, 2);
  return same;
}

void push_guarded(lua_State* L, Takes takes) {
  lua_pushboolean(L, takes == Takes::numbers);
  push_native(L, call_guarded, 2);
}

void open_base(lua_State* L) {
  luaL_requiref(L, "_G", luaopen_base, 0);
  int stock = lua_gettop(L);
  lua_pushvalue(L, stock - 1);
  take(L, stock, {"assert", "error", "getmetatable", "ipairs", "rawequal", "rawget", "rawlen", "rawset", "type", "_VERSION"});
  set_functions(L, {{"pairs", base_pairs},
                    {"next", base_next},
                    {"tostring", base_tostring},
                    {"pcall", base_pcall},
                    {"xpcall", base_xpcall},
                    {"setmetatable", base_setmetatable}});
  lua_getfield(L, stock, "select");
  push_guarded(L, Takes::texts);
  lua_setfield(L, -2, "select");
  lua_getfield(L, stock, "tonumber");
  push_native(L, base_tonumber, 1);
  lua_setfield(L, -2, "tonumber");
  lua_pop(L, 2);
}

void keep_master(lua_State* L) {
  lua_rawsetp(L, LUA_REGISTRYINDEX, &kMaster);
  lua_newtable(L);
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_pushnil(L);
  lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_createtable(L, 0, 3);
  push_native(L, undeclared);
  lua_setfield(L, -2, "__index");
  push_native(L, no_new_global);
  lua_setfield(L, -2, "__newindex");
  lua_pushliteral(L, "strict");
  lua_setfield(L, -2, "__metatable");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &kStrict);
}

void Isolate::push_environment(lua_State* L, const Sources& sources) {
  luaL_checkstack(L, 12, nullptr);
  lua_createtable(L, 0, 64);
  int environment = lua_gettop(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &kMaster);
  int master = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, master) != 0) {
    lua_pushvalue(L, -2);
    if (lua_istable(L, -2)) {
      // Libraries are copied: what a script changes in one, only its own run sees.
      int library = lua_gettop(L) - 1;
      lua_createtable(L, 0, 24);
      lua_pushnil(L);
      while (lua_next(L, library) != 0) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
      }
    } else {
      lua_pushvalue(L, -2);
    }
    lua_rawset(L, environment);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, environment);
  lua_pushlightuserdata(L, const_cast<Sources*>(&sources));
  push_native(L, base_require, 3);
  lua_setfield(L, environment, "require");
  lua_pushvalue(L, environment);
  push_native(L, base_load, 1);
  lua_setfield(L, environment, "load");
  lua_rawgetp(L, LUA_REGISTRYINDEX, &kStrict);
  lua_setmetatable(L, environment);
}

}  // namespace mlc::script
