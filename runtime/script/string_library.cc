// Strings. Patterns run on our own counted matcher, plain searches in linear time, repetition under the memory cap; the
// metatable is locked and does no arithmetic ("19.99" * 3 would be a float).
#include <cstring>

#include "runtime/script/decimal_value.h"
#include "runtime/script/isolate.h"
#include "runtime/script/libraries.h"
#include "runtime/script/pattern.h"

namespace mlc::script {
namespace {

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

void append_replacement(lua_State* L, std::string& out, const Matcher& matcher, std::string_view subject, size_t begin, size_t end) {
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
          out.push_back(given[i]);
          continue;
        }
        char what = ++i < given.size() ? given[i] : '\0';
        if (what == '%') {
          out.push_back('%');
        } else if (what == '0') {
          out.append(subject.substr(begin, end - begin));
        } else if (what >= '1' && what <= '9') {
          push_capture(L, matcher, subject, static_cast<size_t>(what - '1'), begin, end);
          out += show(L, -1);
          lua_pop(L, 1);
        } else {
          raise(L, "invalid use of '%' in replacement string");
        }
      }
      return;
    }
  }
  if (!lua_toboolean(L, -1)) {
    out.append(subject.substr(begin, end - begin));
  } else if (lua_type(L, -1) == LUA_TSTRING || lua_type(L, -1) == LUA_TNUMBER || to_decimal_object(L, -1) != nullptr) {
    out += show(L, -1);
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
    std::string out;
    int64_t count = 0;
    size_t at = 0;
    size_t last_end = Matcher::npos;
    while (count < most) {
      size_t end = matcher.match_at(at, anchored ? 1 : 0);
      size_t before = out.size();
      if (end != Matcher::npos && end != last_end) {
        ++count;
        append_replacement(L, out, matcher, subject, at, end);
        at = last_end = end;
      } else if (at < subject.size()) {
        out.push_back(subject[at++]);
      } else {
        break;
      }
      isolate.charge(L, 1 + (out.size() - before) / 64);
      if (out.capacity() > 65536 && out.size() * 2 > out.capacity()) isolate.need(L, out.size() * 2);
      if (anchored) break;
    }
    if (at < subject.size()) out.append(subject.substr(at));
    push_text(L, out);
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
  std::string out;
  out.reserve(total);
  for (int64_t i = 0; i < count; ++i) {
    out.append(text);
    if (i + 1 < count) out.append(separator);
  }
  push_text(L, out);
  return 1;
}

// string.format(format, ...): host objects by their text, no addresses (%p).
int string_format(lua_State* L) {
  auto format = text_argument(L, 1);
  int argument = 1;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i < format.size() && format[i] == '%') continue;
    while (i < format.size() && std::strchr("-+ #0123456789.", format[i]) != nullptr) ++i;
    ++argument;
    if (i >= format.size()) break;
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
  for (const char* name : {"byte", "char", "len", "lower", "upper", "reverse", "sub", "pack", "unpack", "packsize"}) {
    lua_getfield(L, stock, name);
    lua_setfield(L, -2, name);
  }
  set_functions(L, {{"find", string_find}, {"match", string_match}, {"gmatch", string_gmatch}, {"gsub", string_gsub}, {"rep", string_rep}});
  lua_getfield(L, stock, "format");
  push_native(L, string_format, 1);
  lua_setfield(L, -2, "format");
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
