#include "runtime/script/lua.h"

#include <charconv>
#include <cmath>

#include "runtime/base/strings.h"
#include "runtime/script/isolate.h"

namespace mlc::script {
namespace {

int trampoline(lua_State* L) {
  auto function = reinterpret_cast<NativeFunction>(lua_touserdata(L, lua_upvalueindex(1)));
  std::string failure;
  try {
    return function(L);
  } catch (const std::exception& broken) { failure = broken.what(); }
  // After the catch block: raising inside it would leave the caught exception alive.
  raise(L, "internal error: " + failure);
}

int error_to_text(lua_State* L) {
  lua_getfield(L, 1, "message");
  lua_getfield(L, 1, "cause");
  if (lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) > 0) {
    lua_pushliteral(L, ": ");
    lua_insert(L, -2);
    lua_concat(L, 3);
  } else {
    lua_pop(L, 1);
  }
  return 1;
}

const char kErrorMeta = 0;

}  // namespace

Ref Ref::pop(lua_State* L) {
  Ref ref;
  ref.id_ = luaL_ref(L, LUA_REGISTRYINDEX);
  ref.main_ = Isolate::of(L).state();
  ref.alive_ = Isolate::of(L).alive();
  return ref;
}

Ref& Ref::operator=(Ref&& other) noexcept {
  if (this != &other) {
    reset();
    main_ = std::exchange(other.main_, nullptr);
    id_ = other.id_;
    alive_ = std::move(other.alive_);
  }
  return *this;
}

void Ref::reset() {
  if (main_ != nullptr && alive_.lock()) luaL_unref(main_, LUA_REGISTRYINDEX, id_);
  main_ = nullptr;
}

void push_native(lua_State* L, NativeFunction function, int upvalues) {
  lua_pushlightuserdata(L, reinterpret_cast<void*>(function));
  lua_insert(L, -1 - upvalues);
  lua_pushcclosure(L, trampoline, 1 + upvalues);
}

void set_functions(lua_State* L, const std::vector<NativeEntry>& functions) {
  for (const auto& entry : functions) {
    push_native(L, entry.function);
    lua_setfield(L, -2, entry.name);
  }
}

void push_module(lua_State* L, const Module& module) {
  lua_createtable(L, 0, static_cast<int>(module.functions.size()));
  set_functions(L, module.functions);
  if (module.more != nullptr) module.more(L);
}

void raise(lua_State* L, const std::string& message) {
  luaL_where(L, 1);
  lua_State* by = lua_rawlen(L, -1) == 0 ? Isolate::of(L).joined_by(L) : nullptr;
  lua_Debug at{};
  if (by != nullptr && lua_getstack(by, 0, &at) != 0 && lua_getinfo(by, "Sl", &at) != 0 && at.currentline > 0) {
    lua_pop(L, 1);
    lua_pushfstring(L, "%s:%d: ", at.short_src, at.currentline);
  }
  push_text(L, message);
  lua_concat(L, 2);
  lua_error(L);
  std::abort();  // lua_error does not return
}

void push_error_table(lua_State* L, std::string_view code, std::string_view message, bool retryable, std::string_view cause,
                      std::string_view detail) {
  luaL_checkstack(L, 6, nullptr);
  lua_createtable(L, 0, 5);
  push_text(L, code);
  lua_setfield(L, -2, "code");
  push_text(L, message);
  lua_setfield(L, -2, "message");
  lua_pushboolean(L, retryable);
  lua_setfield(L, -2, "retryable");
  if (!cause.empty()) {
    push_text(L, cause);
    lua_setfield(L, -2, "cause");
  }
  if (!detail.empty()) {
    push_text(L, detail);
    lua_setfield(L, -2, "detail");
  }
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &kErrorMeta) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_createtable(L, 0, 2);
    push_native(L, error_to_text);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "error");
    lua_setfield(L, -2, "__metatable");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kErrorMeta);
  }
  lua_setmetatable(L, -2);
}

void raise_failure(lua_State* L, std::string_view code, std::string_view message, bool retryable, std::string_view cause,
                   std::string_view detail) {
  push_error_table(L, code, message, retryable, cause, detail);
  lua_error(L);
  std::abort();
}

void raise_failure(lua_State* L, const Error& error) {
  push_failure(L, error);
  lua_error(L);
  std::abort();
}

int push_failure(lua_State* L, std::string_view code, std::string_view message, bool retryable) {
  lua_pushnil(L);
  push_error_table(L, code, message, retryable, {}, {});
  return 2;
}

int push_failure(lua_State* L, const Error& error) {
  bool retryable = error.code() == Code::timeout || error.code() == Code::unavailable || error.code() == Code::exhausted;
  lua_pushnil(L);
  push_error_table(L, code_name(error.code()), error.text(), retryable, {}, {});
  return 2;
}

std::string type_of(lua_State* L, int index) {
  if (lua_type(L, index) == LUA_TUSERDATA && luaL_getmetafield(L, index, "__name") == LUA_TSTRING) {
    std::string name = lua_tostring(L, -1);
    lua_pop(L, 1);
    return name;
  }
  switch (lua_type(L, index)) {
    case LUA_TNONE:
      return "nothing";
    case LUA_TSTRING:
      return "text";
    case LUA_TNUMBER:
      return lua_isinteger(L, index) ? "integer" : "float";
    case LUA_TLIGHTUSERDATA:
      return "null";
    default:
      return luaL_typename(L, index);
  }
}

void argument_error(lua_State* L, int index, std::string_view wanted) {
  raise(L, "argument " + std::to_string(index) + ": " + std::string(wanted) + " expected, got " + type_of(L, index));
}

std::string_view text_argument(lua_State* L, int index) {
  if (lua_type(L, index) != LUA_TSTRING) argument_error(L, index, "text");
  size_t length = 0;
  const char* text = lua_tolstring(L, index, &length);
  return {text, length};
}

std::string_view text_argument(lua_State* L, int index, std::string_view otherwise) {
  return lua_isnoneornil(L, index) ? otherwise : text_argument(L, index);
}

int64_t integer_argument(lua_State* L, int index) {
  int is_integer = 0;
  int64_t value = lua_type(L, index) == LUA_TNUMBER ? lua_tointegerx(L, index, &is_integer) : 0;
  if (!is_integer) argument_error(L, index, "integer");
  return value;
}

int64_t integer_argument(lua_State* L, int index, int64_t otherwise) {
  return lua_isnoneornil(L, index) ? otherwise : integer_argument(L, index);
}

bool flag_argument(lua_State* L, int index, bool otherwise) {
  if (lua_isnoneornil(L, index)) return otherwise;
  if (lua_type(L, index) != LUA_TBOOLEAN) argument_error(L, index, "boolean");
  return lua_toboolean(L, index) != 0;
}

void table_argument(lua_State* L, int index) {
  if (lua_type(L, index) != LUA_TTABLE) argument_error(L, index, "table");
}

void function_argument(lua_State* L, int index) {
  if (lua_type(L, index) != LUA_TFUNCTION) argument_error(L, index, "function");
}

Options::Options(lua_State* L, int index, std::initializer_list<std::string_view> known) : state_(L), index_(lua_absindex(L, index)) {
  if (lua_isnoneornil(L, index_)) {
    lua_newtable(L);
    index_ = lua_gettop(L);
    return;
  }
  table_argument(L, index_);
  lua_pushnil(L);
  while (lua_next(L, index_) != 0) {
    lua_pop(L, 1);
    std::string key = show(L, -1);
    bool found = false;
    for (auto name : known) found = found || (lua_type(L, -1) == LUA_TSTRING && name == key);
    if (found) continue;
    std::string allowed;
    for (auto name : known) allowed += (allowed.empty() ? "" : ", ") + std::string(name);
    raise(L, "unknown option '" + key + "'; known are " + allowed);
  }
}

bool Options::has(const char* key) {
  bool found = lua_getfield(state_, index_, key) != LUA_TNIL;
  lua_pop(state_, 1);
  return found;
}

int Options::push(const char* key) { return lua_getfield(state_, index_, key); }

void Options::refuse(const char* key, std::string_view wanted) {
  lua_getfield(state_, index_, key);
  raise(state_, "option '" + std::string(key) + "': " + std::string(wanted) + " expected, got " + type_of(state_, -1));
}

std::string Options::text(const char* key, std::string_view otherwise) {
  int type = push(key);
  if (type != LUA_TNIL && type != LUA_TSTRING) refuse(key, "text");
  size_t length = 0;
  const char* bytes = type == LUA_TNIL ? nullptr : lua_tolstring(state_, -1, &length);
  std::string value = bytes == nullptr ? std::string(otherwise) : std::string(bytes, length);
  lua_pop(state_, 1);
  return value;
}

std::string Options::text_needed(const char* key) {
  if (!has(key)) refuse(key, "text");
  return text(key);
}

int64_t Options::integer(const char* key, int64_t otherwise) {
  int type = push(key);
  if (type != LUA_TNIL && !lua_isinteger(state_, -1)) refuse(key, "integer");
  int64_t value = type == LUA_TNIL ? otherwise : lua_tointeger(state_, -1);
  lua_pop(state_, 1);
  return value;
}

bool Options::flag(const char* key, bool otherwise) {
  int type = push(key);
  if (type != LUA_TNIL && type != LUA_TBOOLEAN) refuse(key, "boolean");
  bool value = type == LUA_TNIL ? otherwise : lua_toboolean(state_, -1) != 0;
  lua_pop(state_, 1);
  return value;
}

Duration Options::duration(const char* key, Duration otherwise) {
  int type = push(key);
  Duration value = otherwise;
  if (type == LUA_TSTRING) {
    auto parsed = parse_duration(lua_tostring(state_, -1));
    if (!parsed) refuse(key, "a duration such as \"15m\"");
    value = *parsed;
  } else if (type == LUA_TNUMBER) {
    double seconds = lua_tonumber(state_, -1);
    if (!(seconds >= 0 && seconds < 1e9)) refuse(key, "seconds from 0");
    value = Duration(static_cast<int64_t>(std::llround(seconds * 1e6)));
  } else if (type != LUA_TNIL) {
    refuse(key, "seconds");
  }
  lua_pop(state_, 1);
  return value;
}

Result<Duration> parse_duration(std::string_view text) {
  uint64_t amount = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), amount);
  std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  int64_t micros = unit == "ms"  ? 1000
                   : unit == "s" ? 1'000'000
                   : unit == "m" ? 60'000'000
                   : unit == "h" ? 3'600'000'000
                   : unit == "d" ? 86'400'000'000
                                 : 0;
  if (failed != std::errc() || micros == 0 || amount > 1'000'000'000)
    return Error(Code::invalid_argument, "a duration such as \"250ms\", \"30s\", \"15m\", \"1h\" or \"1d\" expected");
  return Duration(static_cast<int64_t>(amount) * micros);
}

void push_metatable(lua_State* L, const ObjectType& type) {
  luaL_checkstack(L, 6, nullptr);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &type) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  if (type.meta != nullptr) set_functions(L, *type.meta);
  if (type.methods != nullptr) {
    lua_newtable(L);
    set_functions(L, *type.methods);
    lua_setfield(L, -2, "__index");
  }
  lua_pushlightuserdata(L, const_cast<ObjectType*>(&type));
  lua_pushcclosure(
      L,
      [](lua_State* state) {
        auto* of = static_cast<const ObjectType*>(lua_touserdata(state, lua_upvalueindex(1)));
        of->destroy(object_place(lua_touserdata(state, 1)));
        return 0;
      },
      1);
  lua_setfield(L, -2, "__gc");
  lua_pushstring(L, type.name);
  lua_setfield(L, -2, "__name");
  lua_pushstring(L, type.name);
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &type);
}

void* object_at(lua_State* L, int index, const ObjectType& type) {
  if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return nullptr;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &type);
  bool same = lua_rawequal(L, -1, -2) != 0;
  lua_pop(L, 2);
  return same ? object_place(lua_touserdata(L, index)) : nullptr;
}

int tell_where(lua_State* L) {
  if (lua_type(L, 1) != LUA_TSTRING || !std::string_view(lua_tostring(L, 1)).starts_with("attempt to ")) return 1;
  lua_Debug at{};
  int level = 1;
  while (lua_getstack(L, level, &at) != 0 && (lua_getinfo(L, "Sl", &at) == 0 || at.currentline <= 0)) ++level;
  const std::string said = lua_tostring(L, 1),
                    place = at.currentline > 0 ? std::string(at.short_src) + ":" + std::to_string(at.currentline) : "?";
  if (said.starts_with("attempt to call ")) push_error_table(L, "internal", "in what " + place + " calls: " + said, true, {}, {});
  else push_text(L, place + ": " + said);
  return 1;
}

std::string show(lua_State* L, int index) {
  index = lua_absindex(L, index);
  switch (lua_type(L, index)) {
    case LUA_TNIL:
      return "nil";
    case LUA_TBOOLEAN:
      return lua_toboolean(L, index) ? "true" : "false";
    case LUA_TNUMBER:
    case LUA_TSTRING: {
      lua_pushvalue(L, index);  // lua_tolstring would turn a key into a string in place
      size_t length = 0;
      const char* bytes = lua_tolstring(L, -1, &length);
      std::string text(bytes, length);
      lua_pop(L, 1);
      return text;
    }
    case LUA_TLIGHTUSERDATA:
      return "null";
    default:
      break;
  }
  if (luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
    lua_pushvalue(L, index);
    lua_call(L, 1, 1);
    if (lua_type(L, -1) != LUA_TSTRING) raise(L, "'__tostring' must return a string");
    size_t length = 0;
    const char* bytes = lua_tolstring(L, -1, &length);
    std::string text(bytes, length);
    lua_pop(L, 1);
    return text;
  }
  return type_of(L, index) + ": " + std::to_string(Isolate::of(L).number_of(L, index));
}

}  // namespace mlc::script
