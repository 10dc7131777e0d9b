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

// decimal.parse(text) -> decimal | nil, err
int parse(lua_State* L) {
  auto value = Decimal::parse(text_argument(L, 1));
  if (!value) return push_failure(L, value.error());
  push_decimal(L, *value);
  return 1;
}

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

script::Module decimal_module() { return {"decimal", {{"parse", parse}, {"is", is}, {"sum", sum}}, more}; }

}  // namespace mlc::bindings
