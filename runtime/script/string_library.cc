// Strings. Patterns run on our own counted matcher, plain searches in linear time, repetition under the memory cap; the
// metatable is locked and does no arithmetic ("19.99" * 3 would be a float).
#include <algorithm>
#include <cstring>

#include "runtime/script/decimal_value.h"
#include "runtime/script/isolate.h"
#include "runtime/script/libraries.h"
#include "runtime/script/pattern.h"

namespace mlc::script {
namespace {

constexpr size_t kMaxPacked = 1u << 20;

// Position arguments of find, match and gmatch: negative ones count from the end; 0 based, may lie behind the end.
size_t start_argument(lua_State* L, int index, size_t length) {
  int64_t init = integer_argument(L, index, 1);
  if (init > 0) return static_cast<size_t>(init) - 1;
  if (init == 0 || init < -static_cast<int64_t>(length)) return 0;
  return length - static_cast<size_t>(-init);
}

void push_capture(lua_State* L, const Matcher& matcher, std::string_view subject, size_t index, size_t begin, size_t end) {
  const auto& captures = matcher.captures();
  if (index >= captures.size()) {
    if (index != 0) raise(L, "invalid capture index %" + std::to_string(index + 1));
    push_text(L, subject.substr(begin, end - begin));
    return;
  }
  const auto& capture = captures[index];
  if (capture.open) raise(L, "unfinished capture");
  if (capture.position) {
    lua_pushinteger(L, static_cast<lua_Integer>(capture.begin) + 1);
  } else {
    push_text(L, subject.substr(capture.begin, capture.length));
  }
}

// All captures, or the whole match when there are none and it is wanted.
int push_captures(lua_State* L, const Matcher& matcher, std::string_view subject, size_t begin, size_t end, bool whole_if_none) {
  size_t count = matcher.captures().empty() && whole_if_none ? 1 : matcher.captures().size();
  luaL_checkstack(L, static_cast<int>(count) + 2, "too many captures");
  for (size_t i = 0; i < count; ++i) push_capture(L, matcher, subject, i, begin, end);
  return static_cast<int>(count);
}

// The text at `index`, as stock functions take it: a number stands for its text.
std::string_view loose_text(lua_State* L, int index) {
  if (lua_type(L, index) == LUA_TNUMBER) lua_tostring(L, index);
  return text_argument(L, index);
}

// A whole number at `index`, also as a short text.
int64_t loose_integer(lua_State* L, int index, int64_t otherwise) {
  if (lua_isnoneornil(L, index)) return otherwise;
  int is_integer = 0;
  lua_Integer value = 0;
  if (lua_type(L, index) != LUA_TSTRING || lua_rawlen(L, index) <= kNumberText) value = lua_tointegerx(L, index, &is_integer);
  if (!is_integer) argument_error(L, index, "integer");
  return value;
}

// The part of `text` from `first` to `last`, both counted from 1, negative ones from the end.
std::string_view part_of(std::string_view text, int64_t first, int64_t last) {
  auto length = static_cast<int64_t>(text.size());
  if (first < 0) first = first < -length ? 1 : length + first + 1;
  if (first < 1) first = 1;
  if (last < 0) last = last < -length ? 0 : length + last + 1;
  if (last > length) last = length;
  if (first > last) return {};
  return text.substr(static_cast<size_t>(first - 1), static_cast<size_t>(last - first + 1));
}

// string.sub(s, first, last?) -> text
int string_sub(lua_State* L) {
  auto text = loose_text(L, 1);
  if (lua_isnoneornil(L, 2)) argument_error(L, 2, "integer");
  auto part = part_of(text, loose_integer(L, 2, 1), loose_integer(L, 3, -1));
  Isolate::of(L).charge(L, part.size() / 64);
  push_text(L, part);
  return 1;
}

// string.byte(s, first?, last?) -> integers
int string_byte(lua_State* L) {
  auto text = loose_text(L, 1);
  int64_t first = loose_integer(L, 2, 1);
  auto part = part_of(text, first, loose_integer(L, 3, first));
  if (part.size() > kMaxValues) raise(L, "byte: more than " + std::to_string(kMaxValues) + " values");
  luaL_checkstack(L, static_cast<int>(part.size()), "too many bytes");
  for (char c : part) lua_pushinteger(L, static_cast<unsigned char>(c));
  return static_cast<int>(part.size());
}

// string.len(s) -> integer
int string_len(lua_State* L) {
  lua_pushinteger(L, static_cast<lua_Integer>(loose_text(L, 1).size()));
  return 1;
}

// Every byte of s through `change`: ASCII letters whatever the machine's locale.
template <class Change>
int changed(lua_State* L, const Change& change) {
  auto text = loose_text(L, 1);
  Isolate::of(L).charge(L, text.size() / 16);
  luaL_Buffer buffer;
  char* out = luaL_buffinitsize(L, &buffer, text.size());
  change(text, out);
  luaL_pushresultsize(&buffer, text.size());
  return 1;
}

// string.lower(s), string.upper(s), string.reverse(s) -> text
int string_lower(lua_State* L) {
  return changed(L, [](std::string_view text, char* out) {
    for (char c : text) *out++ = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
}
int string_upper(lua_State* L) {
  return changed(L, [](std::string_view text, char* out) {
    for (char c : text) *out++ = c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
  });
}
int string_reverse(lua_State* L) {
  return changed(L, [](std::string_view text, char* out) { std::reverse_copy(text.begin(), text.end(), out); });
}

// string.pack and string.packsize: a size in the format may not stand for megabytes. Upvalue: the stock function.
int string_pack(lua_State* L) {
  auto format = loose_text(L, 1);
  size_t bytes = format.size();
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != 'c') continue;
    size_t size = 0;
    while (i + 1 < format.size() && format[i + 1] >= '0' && format[i + 1] <= '9' && size <= kMaxPacked)
      size = size * 10 + static_cast<size_t>(format[++i] - '0');
    bytes += size;
    if (bytes > kMaxPacked) raise(L, "the format packs more than " + std::to_string(kMaxPacked) + " bytes");
  }
  for (int i = 2; i <= lua_gettop(L); ++i) {
    if (lua_type(L, i) == LUA_TSTRING) bytes += lua_rawlen(L, i);
  }
  Isolate::of(L).charge(L, bytes / 16);
  lua_pushvalue(L, native_upvalue(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

// Runs `work` with a matcher that charges the isolate; a wrong pattern becomes a Lua error.
template <class Work>
int with_matcher(lua_State* L, std::string_view subject, std::string_view pattern, const Work& work) {
  std::string fault;
  try {
    Isolate& isolate = Isolate::of(L);
    Matcher matcher(subject, pattern, [&isolate, L](size_t steps) { isolate.charge(L, steps); });
    return work(matcher);
  } catch (const PatternError& wrong) { fault = wrong.what(); }
  raise(L, fault);
}

int find_or_match(lua_State* L, bool find) {
  auto subject = text_argument(L, 1);
  auto pattern = text_argument(L, 2);
  size_t init = start_argument(L, 3, subject.size());
  if (init > subject.size()) {
    lua_pushnil(L);
    return 1;
  }
  if (find && (lua_toboolean(L, 4) || is_plain_pattern(pattern))) {
    Isolate::of(L).charge(L, (subject.size() - init) / 16 + 1);
    size_t at = init;
    if (!pattern.empty()) {
      // memmem is linear whatever the texts; std::string_view::find is not.
      const void* found = memmem(subject.data() + init, subject.size() - init, pattern.data(), pattern.size());
      if (found == nullptr) {
        lua_pushnil(L);
        return 1;
      }
      at = static_cast<size_t>(static_cast<const char*>(found) - subject.data());
    }
    lua_pushinteger(L, static_cast<lua_Integer>(at) + 1);
    lua_pushinteger(L, static_cast<lua_Integer>(at) + static_cast<lua_Integer>(pattern.size()));
    return 2;
  }
  bool anchored = !pattern.empty() && pattern.front() == '^';
  return with_matcher(L, subject, pattern, [&](Matcher& matcher) {
    for (size_t at = init; at <= subject.size(); ++at) {
      size_t end = matcher.match_at(at, anchored ? 1 : 0);
      if (end != Matcher::npos) {
        if (!find) return push_captures(L, matcher, subject, at, end, true);
        lua_pushinteger(L, static_cast<lua_Integer>(at) + 1);
        lua_pushinteger(L, static_cast<lua_Integer>(end));
        return 2 + push_captures(L, matcher, subject, at, end, false);
      }
      if (anchored) break;
    }
    lua_pushnil(L);
    return 1;
  });
}

// string.find(s, pattern, init?, plain?) -> first, last, captures... | nil
int string_find(lua_State* L) { return find_or_match(L, true); }
// string.match(s, pattern, init?) -> captures... | nil
int string_match(lua_State* L) { return find_or_match(L, false); }

// Upvalues: subject, pattern, next position, end of the last match (an empty match may not stand there again).
int gmatch_next(lua_State* L) {
  std::string_view subject = text_argument(L, native_upvalue(1));
  std::string_view pattern = text_argument(L, native_upvalue(2));
  auto from = static_cast<size_t>(lua_tointeger(L, native_upvalue(3)));
  lua_Integer last_end = lua_tointeger(L, native_upvalue(4));
  return with_matcher(L, subject, pattern, [&](Matcher& matcher) {
    for (size_t at = from; at <= subject.size(); ++at) {
      size_t end = matcher.match_at(at, 0);
      if (end == Matcher::npos || static_cast<lua_Integer>(end) == last_end) continue;
      lua_pushinteger(L, static_cast<lua_Integer>(end));
      lua_pushvalue(L, -1);
      lua_replace(L, native_upvalue(3));
      lua_replace(L, native_upvalue(4));
      return push_captures(L, matcher, subject, at, end, true);
    }
    lua_pushnil(L);
    return 1;
  });
}

// string.gmatch(s, pattern, init?) -> iterator
int string_gmatch(lua_State* L) {
  auto subject = text_argument(L, 1);
  text_argument(L, 2);
  size_t init = start_argument(L, 3, subject.size());
  lua_settop(L, 2);
  lua_pushinteger(L, static_cast<lua_Integer>(std::min(init, subject.size() + 1)));
  lua_pushinteger(L, -1);
  push_native(L, gmatch_next, 4);
  return 1;
}

// The value on top, a text, a number or a decimal.
void add_value(lua_State* L, TextBuilder& out) {
  if (lua_type(L, -1) == LUA_TSTRING) out.add(text_argument(L, lua_gettop(L)));
  else out.add(show(L, -1));
}

void append_replacement(lua_State* L, TextBuilder& out, const Matcher& matcher, std::string_view subject, size_t begin, size_t end) {
  switch (lua_type(L, 3)) {
    case LUA_TTABLE:
      push_capture(L, matcher, subject, 0, begin, end);
      lua_gettable(L, 3);
      break;
    case LUA_TFUNCTION: {
      lua_pushvalue(L, 3);
      int count = push_captures(L, matcher, subject, begin, end, true);
      lua_call(L, count, 1);
      break;
    }
    default: {
      std::string_view given = lua_tostring(L, 3);
      given = {given.data(), lua_rawlen(L, 3)};
      for (size_t i = 0; i < given.size(); ++i) {
        if (given[i] != '%') {
          out.add(given[i]);
          continue;
        }
        char what = ++i < given.size() ? given[i] : '\0';
        if (what == '%') {
          out.add('%');
        } else if (what == '0') {
          out.add(subject.substr(begin, end - begin));
        } else if (what >= '1' && what <= '9') {
          push_capture(L, matcher, subject, static_cast<size_t>(what - '1'), begin, end);
          add_value(L, out);
          lua_pop(L, 1);
        } else {
          raise(L, "invalid use of '%' in replacement string");
        }
      }
      return;
    }
  }
  if (!lua_toboolean(L, -1)) {
    out.add(subject.substr(begin, end - begin));
  } else if (lua_type(L, -1) == LUA_TSTRING || lua_type(L, -1) == LUA_TNUMBER || to_decimal_object(L, -1) != nullptr) {
    add_value(L, out);
  } else {
    raise(L, "invalid replacement value (a " + type_of(L, -1) + ")");
  }
  lua_pop(L, 1);
}

// string.gsub(s, pattern, replacement, most?) -> text, count
int string_gsub(lua_State* L) {
  auto subject = text_argument(L, 1);
  auto pattern = text_argument(L, 2);
  int kind = lua_type(L, 3);
  if (kind == LUA_TNUMBER) lua_tostring(L, 3);
  if (kind != LUA_TNUMBER && kind != LUA_TSTRING && kind != LUA_TTABLE && kind != LUA_TFUNCTION)
    argument_error(L, 3, "text, table or function");
  int64_t most = integer_argument(L, 4, static_cast<int64_t>(subject.size()) + 1);
  bool anchored = !pattern.empty() && pattern.front() == '^';
  return with_matcher(L, subject, pattern, [&](Matcher& matcher) {
    Isolate& isolate = Isolate::of(L);
    TextBuilder out(L);
    int64_t count = 0;
    size_t at = 0;
    size_t last_end = Matcher::npos;
    while (count < most) {
      size_t end = matcher.match_at(at, anchored ? 1 : 0);
      if (end != Matcher::npos && end != last_end) {
        ++count;
        append_replacement(L, out, matcher, subject, at, end);
        at = last_end = end;
      } else if (at < subject.size()) {
        out.add(subject[at++]);
      } else {
        break;
      }
      isolate.charge(L, 1);
      if (anchored) break;
    }
    if (at < subject.size()) out.add(subject.substr(at));
    out.push();
    lua_pushinteger(L, count);
    return 2;
  });
}

// string.rep(s, n, separator?) -> text
int string_rep(lua_State* L) {
  auto text = text_argument(L, 1);
  int64_t count = integer_argument(L, 2);
  auto separator = text_argument(L, 3, "");
  size_t piece = text.size() + separator.size();
  if (count <= 0 || piece == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  Isolate& isolate = Isolate::of(L);
  if (static_cast<uint64_t>(count) > isolate.profile().budget.memory_bytes / piece + 1) isolate.rethrow_if_killed(L, LUA_ERRMEM);
  size_t total = piece * static_cast<size_t>(count) - separator.size();
  isolate.need(L, 2 * total);
  isolate.charge(L, total / 64);
  luaL_Buffer buffer;
  char* out = luaL_buffinitsize(L, &buffer, total);
  for (int64_t i = 0; i < count; ++i) {
    out = std::copy(text.begin(), text.end(), out);
    if (i + 1 < count) out = std::copy(separator.begin(), separator.end(), out);
  }
  luaL_pushresultsize(&buffer, total);
  return 1;
}

// string.format(format, ...): host objects by their text, no addresses (%p).
int string_format(lua_State* L) {
  auto format = text_argument(L, 1);
  int argument = 1;
  size_t bytes = format.size();
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i < format.size() && format[i] == '%') continue;
    while (i < format.size() && std::strchr("-+ #0123456789.", format[i]) != nullptr) ++i;
    ++argument;
    if (i >= format.size()) break;
    if (argument <= lua_gettop(L) && lua_type(L, argument) == LUA_TSTRING) {
      if (format[i] != 's' && format[i] != 'q' && lua_rawlen(L, argument) > kNumberText) argument_error(L, argument, "number");
      bytes += lua_rawlen(L, argument);
    }
    if (format[i] == 'p') raise(L, "format: '%p' is not available");
    if (format[i] == 's' && argument <= lua_gettop(L) && lua_type(L, argument) != LUA_TSTRING) {
      std::string shown = show(L, argument);
      push_text(L, shown);
      lua_replace(L, argument);
    }
    if ((format[i] == 'd' || format[i] == 'i') && to_decimal_object(L, argument) != nullptr) {
      auto whole = to_decimal_object(L, argument)->to_int64();
      if (!whole) raise(L, "format: %d with the decimal " + to_decimal_object(L, argument)->text() + "; use %s");
      lua_pushinteger(L, *whole);
      lua_replace(L, argument);
    }
  }
  Isolate::of(L).charge(L, bytes / 16);
  lua_pushvalue(L, native_upvalue(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

}  // namespace

void open_string(lua_State* L) {
  luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 0);
  int stock = lua_gettop(L);
  lua_newtable(L);
  for (const char* name : {"char", "unpack"}) {
    lua_getfield(L, stock, name);
    push_guarded(L, Takes::texts);
    lua_setfield(L, -2, name);
  }
  set_functions(L, {{"find", string_find},
                    {"match", string_match},
                    {"gmatch", string_gmatch},
                    {"gsub", string_gsub},
                    {"rep", string_rep},
                    {"sub", string_sub},
                    {"byte", string_byte},
                    {"len", string_len},
                    {"lower", string_lower},
                    {"upper", string_upper},
                    {"reverse", string_reverse}});
  const NativeEntry kOverStock[] = {{"format", string_format}, {"pack", string_pack}, {"packsize", string_pack}};
  for (const auto& [name, function] : kOverStock) {
    lua_getfield(L, stock, name);
    push_native(L, function, 1);
    lua_setfield(L, -2, name);
  }
  // The metatable's own table: methods of strings can't be changed through the library that scripts see.
  lua_pushliteral(L, "");
  lua_createtable(L, 0, 2);
  lua_newtable(L);
  lua_pushnil(L);
  while (lua_next(L, stock + 1) != 0) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
  lua_setfield(L, -2, "__index");
  lua_pushliteral(L, "string");
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
  lua_setfield(L, stock - 1, LUA_STRLIBNAME);
  lua_pop(L, 1);
}

}  // namespace mlc::script
