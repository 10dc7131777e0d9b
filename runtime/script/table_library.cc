// Tables and maths. Every loop that an argument could make endless is bounded or counted; sort is stable, so that the
// same data gives the same order everywhere.
#include <algorithm>
#include <initializer_list>

#include "runtime/script/isolate.h"
#include "runtime/script/libraries.h"

namespace mlc::script {
namespace {

constexpr int64_t kMaxMove = 10'000'000;  // elements of one call
constexpr int64_t kMaxLength = int64_t{1} << 40;

// The length of the table at 1. Elements placed at powers of two make Lua believe in 2^63 - 1 of them.
int64_t length_of(lua_State* L) {
  lua_Unsigned length = lua_rawlen(L, 1);
  if (length > static_cast<lua_Unsigned>(kMaxLength)) raise(L, "the list has holes: its length is not known");
  return static_cast<int64_t>(length);
}

// table.insert(t, value) or (t, position, value)
int table_insert(lua_State* L) {
  table_argument(L, 1);
  int64_t length = length_of(L);
  if (lua_gettop(L) == 2) {
    lua_rawseti(L, 1, length + 1);
    return 0;
  }
  if (lua_gettop(L) != 3) raise(L, "wrong number of arguments to insert");
  int64_t at = integer_argument(L, 2);
  if (at < 1 || at > length + 1) raise(L, "insert: position " + std::to_string(at) + " is outside 1 to " + std::to_string(length + 1));
  Isolate& isolate = Isolate::of(L);
  for (int64_t i = length; i >= at; --i) {
    lua_rawgeti(L, 1, i);
    lua_rawseti(L, 1, i + 1);
    isolate.charge(L, 1);
  }
  lua_rawseti(L, 1, at);
  return 0;
}

// table.remove(t, position?) -> value
int table_remove(lua_State* L) {
  table_argument(L, 1);
  int64_t length = length_of(L);
  int64_t at = integer_argument(L, 2, length);
  if (length == 0 && (at == 0 || at == length)) {
    lua_rawgeti(L, 1, at);
    return 1;
  }
  if (at < 1 || at > length + 1) raise(L, "remove: position " + std::to_string(at) + " is outside 1 to " + std::to_string(length));
  Isolate& isolate = Isolate::of(L);
  lua_rawgeti(L, 1, at);
  for (int64_t i = at; i < length; ++i) {
    lua_rawgeti(L, 1, i + 1);
    lua_rawseti(L, 1, i);
    isolate.charge(L, 1);
  }
  if (at <= length) {
    lua_pushnil(L);
    lua_rawseti(L, 1, length);
  }
  return 1;
}

// table.move(from, first, last, to_position, to?) -> to
int table_move(lua_State* L) {
  table_argument(L, 1);
  int64_t first = integer_argument(L, 2);
  int64_t last = integer_argument(L, 3);
  int64_t target = integer_argument(L, 4);
  int into = lua_isnoneornil(L, 5) ? 1 : 5;
  table_argument(L, into);
  if (last >= first) {
    if (first < -kMaxMove || last > 2 * kMaxMove || last - first >= kMaxMove || target < -kMaxMove || target > 2 * kMaxMove)
      raise(L, "move: too many elements");
    int64_t count = last - first + 1;
    Isolate& isolate = Isolate::of(L);
    bool backwards = into == 1 && target > first && target <= last;
    for (int64_t i = 0; i < count; ++i) {
      int64_t step = backwards ? count - 1 - i : i;
      lua_rawgeti(L, 1, first + step);
      lua_rawseti(L, into, target + step);
      isolate.charge(L, 1);
    }
  }
  lua_pushvalue(L, into);
  return 1;
}

// table.concat(list, separator?, first?, last?) -> text; a list of a record is welcome too.
int table_concat(lua_State* L) {
  if (lua_type(L, 1) != LUA_TTABLE && lua_type(L, 1) != LUA_TUSERDATA) argument_error(L, 1, "table");
  std::string separator(text_argument(L, 2, ""));
  int64_t first = integer_argument(L, 3, 1);
  int64_t last = 0;
  if (!lua_isnoneornil(L, 4)) {
    last = integer_argument(L, 4);
  } else {
    last = lua_istable(L, 1) ? length_of(L) : luaL_len(L, 1);
  }
  Isolate& isolate = Isolate::of(L);
  TextBuilder all(L);
  for (int64_t i = first; i <= last; ++i) {
    if (lua_istable(L, 1)) {
      lua_rawgeti(L, 1, i);
    } else {
      lua_geti(L, 1, i);
    }
    if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER && lua_type(L, -1) != LUA_TUSERDATA) {
      raise(L, "concat: value at " + std::to_string(i) + " is of type " + type_of(L, -1));
    }
    if (lua_type(L, -1) == LUA_TSTRING) {
      all.add(text_argument(L, lua_gettop(L)));
    } else {
      all.add(show(L, -1));
    }
    lua_pop(L, 1);
    isolate.charge(L, 1);
    if (i == last) break;  // also where there is no integer after it
    all.add(separator);
  }
  all.push();
  return 1;
}

// table.unpack(list, first?, last?) -> values
int table_unpack(lua_State* L) {
  int64_t first = integer_argument(L, 2, 1);
  int64_t last = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : integer_argument(L, 3);
  if (first > last) return 0;
  uint64_t count = static_cast<uint64_t>(last) - static_cast<uint64_t>(first);
  if (count >= kMaxValues) raise(L, "unpack: more than " + std::to_string(kMaxValues) + " values");
  luaL_checkstack(L, static_cast<int>(count) + 1, "too many values to unpack");
  Isolate::of(L).charge(L, count + 1);
  for (int64_t i = first;; ++i) {
    lua_geti(L, 1, i);
    if (i == last) break;
  }
  return static_cast<int>(count) + 1;
}

bool less_than(lua_State* L, int a, int b, bool by_function) {
  if (!by_function) return lua_compare(L, a, b, LUA_OPLT) != 0;
  a = lua_absindex(L, a);
  b = lua_absindex(L, b);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, a);
  lua_pushvalue(L, b);
  lua_call(L, 2, 1);
  bool less = lua_toboolean(L, -1) != 0;
  lua_pop(L, 1);
  return less;
}

// table.sort(list, less?): a merge sort on a scratch table; equal elements keep their order.
int table_sort(lua_State* L) {
  table_argument(L, 1);
  bool by_function = !lua_isnoneornil(L, 2);
  if (by_function) function_argument(L, 2);
  lua_settop(L, 2);
  int64_t count = length_of(L);
  Isolate& isolate = Isolate::of(L);
  lua_createtable(L, static_cast<int>(std::min<int64_t>(count, kMaxMove)), 0);
  int from = 1;
  int into = 3;
  for (int64_t width = 1; width < count; width *= 2) {
    for (int64_t low = 1; low <= count; low += 2 * width) {
      int64_t middle = std::min(low + width, count + 1);
      int64_t high = std::min(low + 2 * width, count + 1);
      int64_t left = low;
      int64_t right = middle;
      for (int64_t out = low; out < high; ++out) {
        bool take_right = left >= middle;
        if (!take_right && right < high) {
          lua_rawgeti(L, from, right);
          lua_rawgeti(L, from, left);
          take_right = less_than(L, -2, -1, by_function);
          lua_pop(L, 2);
        }
        lua_rawgeti(L, from, take_right ? right++ : left++);
        lua_rawseti(L, into, out);
        isolate.charge(L, 1);
      }
    }
    std::swap(from, into);
  }
  if (from != 1) {
    for (int64_t i = 1; i <= count; ++i) {
      lua_rawgeti(L, from, i);
      lua_rawseti(L, 1, i);
    }
  }
  return 0;
}

// math.random(m?, n?): from the run's seed, so that a replay draws the same.
int math_random(lua_State* L) {
  Fiber* fiber = Isolate::of(L).current();
  if (fiber == nullptr || !fiber->random) raise(L, "there is no random here: a definition must be the same each time");
  int64_t low = 1;
  int64_t high = 0;
  if (lua_gettop(L) == 0) {
    lua_pushnumber(L, static_cast<lua_Number>(fiber->random->next() >> 11) * 0x1.0p-53);
    return 1;
  }
  if (lua_gettop(L) == 1) {
    high = integer_argument(L, 1);
  } else {
    low = integer_argument(L, 1);
    high = integer_argument(L, 2);
  }
  if (low > high) raise(L, "random: the interval is empty");
  uint64_t span = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;
  uint64_t drawn = span == 0 ? fiber->random->next() : fiber->random->below(span);
  lua_pushinteger(L, static_cast<int64_t>(static_cast<uint64_t>(low) + drawn));
  return 1;
}

// A table of stock functions, on top of the stack.
void open_guarded(lua_State* L, const char* name, lua_CFunction opener, Takes takes, std::initializer_list<const char*> functions,
                  std::initializer_list<const char*> as_they_are) {
  luaL_requiref(L, name, opener, 0);
  lua_newtable(L);
  for (const char* each : functions) {
    lua_getfield(L, -2, each);
    push_guarded(L, takes);
    lua_setfield(L, -2, each);
  }
  for (const char* each : as_they_are) {
    lua_getfield(L, -2, each);
    lua_setfield(L, -2, each);
  }
  lua_remove(L, -2);
}

}  // namespace

void open_table(lua_State* L) {
  open_guarded(L, LUA_TABLIBNAME, luaopen_table, Takes::texts, {}, {"pack"});
  set_functions(L, {{"insert", table_insert},
                    {"remove", table_remove},
                    {"move", table_move},
                    {"concat", table_concat},
                    {"sort", table_sort},
                    {"unpack", table_unpack}});
  lua_setfield(L, -2, LUA_TABLIBNAME);
}

void open_math(lua_State* L) {
  open_guarded(L, LUA_MATHLIBNAME, luaopen_math, Takes::numbers,
               {"abs", "ceil", "floor", "max", "min", "fmod", "modf", "sqrt", "exp", "log", "tointeger", "ult"},
               {"type", "pi", "huge", "maxinteger", "mininteger"});
  set_functions(L, {{"random", math_random}});
  lua_setfield(L, -2, LUA_MATHLIBNAME);
  open_guarded(L, LUA_UTF8LIBNAME, luaopen_utf8, Takes::texts, {"char", "codepoint", "codes", "len", "offset"}, {"charpattern"});
  lua_setfield(L, -2, LUA_UTF8LIBNAME);
}

}  // namespace mlc::script
