// The thin layer over the C API of Lua 5.4 (its C++ build: an error unwinds the C++ stack). Functions that take a
// lua_State* first may raise a Lua error; call them only from inside a native function or a protected call.
//
// A native function reads and checks all its arguments, works on plain C++ values, then pushes its results. It is
// registered through push_native only: the trampoline there turns std::exception into a Lua error. Never `catch (...)`
// in a native function: that would catch Lua's own throw.
#pragma once
#include <cassert>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <lua.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/base/result.h"
#include "runtime/base/time.h"
#include "runtime/script/host.h"

namespace mlc::script {

// Asserts in debug builds that a scope leaves the stack as it found it, plus `results`.
class StackGuard {
 public:
  explicit StackGuard(lua_State* L, int results = 0) : state_(L), wanted_(lua_gettop(L) + results) {}
  ~StackGuard() { assert(lua_gettop(state_) == wanted_ || std::uncaught_exceptions() > 0); }
  StackGuard(const StackGuard&) = delete;
  StackGuard& operator=(const StackGuard&) = delete;

 private:
  [[maybe_unused]] lua_State* state_;
  [[maybe_unused]] int wanted_;
};

// A value anchored in the registry. Move-only; may outlive its isolate, and then holds nothing.
class Ref {
 public:
  Ref() = default;
  // Takes the value on top of the stack. Raises when memory is out.
  static Ref pop(lua_State* L);
  Ref(Ref&& other) noexcept : main_(std::exchange(other.main_, nullptr)), id_(other.id_), alive_(std::move(other.alive_)) {}
  Ref& operator=(Ref&& other) noexcept;
  ~Ref() { reset(); }
  void push(lua_State* L) const { lua_rawgeti(L, LUA_REGISTRYINDEX, id_); }
  explicit operator bool() const { return main_ != nullptr; }
  void reset();

 private:
  lua_State* main_ = nullptr;
  int id_ = LUA_NOREF;
  std::weak_ptr<bool> alive_;  // of the isolate
};

// Pushes a function behind the trampoline; `upvalues` values are popped from the stack and become upvalues 2, 3, ...
// (see native_upvalue).
void push_native(lua_State* L, NativeFunction function, int upvalues = 0);
inline int native_upvalue(int n) { return lua_upvalueindex(n + 1); }          // n from 1
void set_functions(lua_State* L, const std::vector<NativeEntry>& functions);  // into the table on top
void push_module(lua_State* L, const Module& module);                         // a fresh table

inline void push_text(lua_State* L, std::string_view text) { lua_pushlstring(L, text.data(), text.size()); }

// Raises an error with the position of the caller in front.
[[noreturn]] void raise(lua_State* L, const std::string& message);
// Raises {code, message, retryable, cause}, as stdlib's functions do when the world, not the script, is at fault.
[[noreturn]] void raise_failure(lua_State* L, std::string_view code, std::string_view message, bool retryable = false,
                                std::string_view cause = {}, std::string_view detail = {});
[[noreturn]] void raise_failure(lua_State* L, const Error& error);
// A message handler. What Lua itself finds wrong while C works on a script's behalf ("attempt to compare …") has no position; it
// gets that of the script's innermost line. C that calls what is no function is the host's own fault: it becomes an error table
// with the code `internal`, which is worth another try.
int tell_where(lua_State* L);
// `nil, err` of functions that return their failures.
int push_failure(lua_State* L, std::string_view code, std::string_view message, bool retryable = false);
int push_failure(lua_State* L, const Error& error);
// The table itself: {code, message, retryable, cause, detail} with __tostring.
void push_error_table(lua_State* L, std::string_view code, std::string_view message, bool retryable, std::string_view cause,
                      std::string_view detail);

// Arguments. Each raises "argument n: text expected, got table" when the type is another.
std::string_view text_argument(lua_State* L, int index);  // valid while the value is on the stack
std::string_view text_argument(lua_State* L, int index, std::string_view otherwise);
int64_t integer_argument(lua_State* L, int index);
int64_t integer_argument(lua_State* L, int index, int64_t otherwise);
bool flag_argument(lua_State* L, int index, bool otherwise);
void table_argument(lua_State* L, int index);
void function_argument(lua_State* L, int index);
[[noreturn]] void argument_error(lua_State* L, int index, std::string_view wanted);
std::string type_of(lua_State* L, int index);  // "decimal", "record" and the like for host objects

// One table of options; unknown keys are an error that names them.
class Options {
 public:
  // nil or none is an empty table.
  Options(lua_State* L, int index, std::initializer_list<std::string_view> known);
  bool has(const char* key);
  std::string text(const char* key, std::string_view otherwise = {});
  std::string text_needed(const char* key);
  int64_t integer(const char* key, int64_t otherwise);
  bool flag(const char* key, bool otherwise);
  // Seconds as integer or float, or a duration text ("250ms", "1m").
  Duration duration(const char* key, Duration otherwise);
  int push(const char* key);  // pushes the value (nil when absent), returns its type
  [[noreturn]] void refuse(const char* key, std::string_view wanted);

 private:
  lua_State* state_;
  int index_;
};

// "570s", "15m", "1h", "1d", "250ms".
Result<Duration> parse_duration(std::string_view text);

// Host objects: full userdata with a type tag, made in place. `dead` objects raise on use.
struct ObjectType {
  const char* name;
  const std::vector<NativeEntry>* methods;  // reached by object:method(); may be null
  const std::vector<NativeEntry>* meta;     // __index and the like; may be null
  void (*destroy)(void*);
};
void push_metatable(lua_State* L, const ObjectType& type);  // made once a state
// Lua aligns a userdatum with user values to 8 bytes only; a Decimal holds an __int128, which needs 16.
inline constexpr size_t kObjectAlignment = 16;
inline void* object_place(void* userdata) {
  return reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(userdata) + kObjectAlignment - 1) & ~(kObjectAlignment - 1));
}
// `elsewhere`: bytes that the object keeps outside itself, so that they are counted.
template <class T, class... Args>
T& push_large_object(lua_State* L, const ObjectType& type, size_t elsewhere, Args&&... args) {
  push_metatable(L, type);  // first: a failure here leaves no half-made object
  static_assert(alignof(T) <= kObjectAlignment);
  void* memory = lua_newuserdatauv(L, sizeof(T) + kObjectAlignment + elsewhere, 1);
  T* object = new (object_place(memory)) T(std::forward<Args>(args)...);
  lua_insert(L, -2);
  lua_setmetatable(L, -2);
  return *object;
}
template <class T, class... Args>
T& push_object(lua_State* L, const ObjectType& type, Args&&... args) {
  return push_large_object<T>(L, type, 0, std::forward<Args>(args)...);
}
void* object_at(lua_State* L, int index, const ObjectType& type);  // null when it is something else
template <class T>
T* test_object(lua_State* L, int index, const ObjectType& type) {
  return static_cast<T*>(object_at(L, index, type));
}
template <class T>
T& check_object(lua_State* L, int index, const ObjectType& type) {
  void* found = object_at(L, index, type);
  if (found == nullptr) argument_error(L, index, type.name);
  return *static_cast<T*>(found);
}
template <class T>
void destroy_as(void* object) {
  static_cast<T*>(object)->~T();
}

// Text of any value, never an address; `__tostring` and `__name` are honoured unless they fail.
std::string show(lua_State* L, int index);

}  // namespace mlc::script
