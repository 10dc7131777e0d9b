// decimal: exact numbers. The module itself is called: decimal "12.50".
#include "bindings/modules.h"
#include "runtime/script/decimal_value.h"

namespace mlc::bindings {
namespace {

using namespace script;

// decimal(text or integer) -> decimal; raises for anything that is no number
int make(lua_State* L) {
  if (lua_type(L, 2) == LUA_TNUMBER && !lua_isinteger(L, 2))
    raise(L, "decimal: a float is no exact number; write it as text: decimal \"" + show(L, 2) + "\"");
  auto value = to_decimal(L, 2);
  if (!value) raise(L, "decimal: '" + show(L, 2) + "' is no number");
  push_decimal(L, *value);
  return 1;
}

// Groups of three digits, the first of one to three: "1.234.567" but never "1.23.4567".
bool take_groups(std::string& whole, char group) {
  size_t first = whole.find(group);
  if (first == std::string::npos) return true;
  std::string digits;
  size_t since = 0;
  bool grouped = false;
  for (char c : whole) {
    if (c != group) {
      digits.push_back(c);
      since += c >= '0' && c <= '9' ? 1 : 0;
      continue;
    }
    if (since == 0 || since > 3 || (grouped && since != 3)) return false;
    grouped = true;
    since = 0;
  }
  whole = digits;
  return since == 3;
}

char mark_option(Options& options, const char* name) {
  std::string mark = options.text(name);
  if (mark.size() > 1 || mark.find_first_of("0123456789+-") == 0) options.refuse(name, "one character that is no digit and no sign");
  return mark.empty() ? '\0' : mark[0];
}

// decimal.parse(text, {point = ".", group = nil}?) -> decimal | nil, err: {point = ",", group = "."} reads "1.234,56"
int parse(lua_State* L) {
  std::string text(text_argument(L, 1));
  Options options(L, 2, {"point", "group"});
  char point = mark_option(options, "point");
  char group = mark_option(options, "group");
  if (point != '\0' && point == group) options.refuse("group", "another character than the point");
  if (point != '\0' || group != '\0') {
    size_t mark = text.find(point == '\0' ? '.' : point);
    std::string whole = text.substr(0, mark);
    std::string fraction = mark == std::string::npos ? "" : "." + text.substr(mark + 1);
    if ((group != '\0' && !take_groups(whole, group)) || whole.find('.') != std::string::npos)
      return push_failure(L, "invalid_argument", "'" + text + "' is no number");
    text = whole + fraction;
  }
  auto value = Decimal::parse(text);
  if (!value) return push_failure(L, value.error());
  push_decimal(L, *value);
  return 1;
}

int pick(lua_State* L, bool largest) {
  int count = lua_gettop(L);
  Decimal best = decimal_argument(L, 1);
  for (int i = 2; i <= count; ++i) {
    Decimal next = decimal_argument(L, i);
    if (largest ? best < next : next < best) best = next;
  }
  push_decimal(L, best);
  return 1;
}

// decimal.min(a, ...), decimal.max(a, ...) -> decimal
int min(lua_State* L) { return pick(L, false); }
int max(lua_State* L) { return pick(L, true); }

// decimal.is(value) -> boolean
int is(lua_State* L) {
  lua_pushboolean(L, to_decimal_object(L, 1) != nullptr);
  return 1;
}

// decimal.sum(list, field?) -> decimal: of the items, or of one field of each; what is nil counts nothing
int sum(lua_State* L) {
  Decimal total;
  lua_settop(L, 2);
  lua_Integer count = luaL_len(L, 1);
  for (lua_Integer i = 1; i <= count; ++i) {
    lua_geti(L, 1, i);
    if (!lua_isnil(L, 2)) {
      lua_pushvalue(L, 2);
      lua_gettable(L, -2);
      lua_remove(L, -2);
    }
    if (!lua_isnil(L, -1)) {
      auto value = to_decimal(L, -1);
      if (!value) raise(L, "decimal.sum: item " + std::to_string(i) + " is no number but " + type_of(L, -1));
      total = total + *value;
    }
    lua_pop(L, 1);
  }
  push_decimal(L, total);
  return 1;
}

void more(lua_State* L) {
  lua_newtable(L);
  push_native(L, make);
  lua_setfield(L, -2, "__call");
  lua_setmetatable(L, -2);
}

}  // namespace

script::Module decimal_module() { return {"decimal", {{"parse", parse}, {"is", is}, {"sum", sum}, {"min", min}, {"max", max}}, more}; }

}  // namespace mlc::bindings
