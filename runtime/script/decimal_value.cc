#include "runtime/script/decimal_value.h"

#include <charconv>

namespace mlc::script {
namespace {

constexpr int kDivisionScale = 20;  // decimals of a / b before trailing zeros go

int push_result(lua_State* L, const Decimal& value) {
  if (value.digits() > kMaxDecimalDigits) raise(L, "the decimal has grown beyond " + std::to_string(kMaxDecimalDigits) + " digits");
  push_decimal(L, value);
  return 1;
}

Decimal operand(lua_State* L, int index) {
  if (lua_type(L, index) == LUA_TNUMBER && !lua_isinteger(L, index))
    raise(L, "a decimal can't be combined with the float " + show(L, index) + "; write decimal \"" + show(L, index) + "\"");
  return decimal_argument(L, index);
}

int decimal_add(lua_State* L) { return push_result(L, operand(L, 1) + operand(L, 2)); }
int decimal_sub(lua_State* L) { return push_result(L, operand(L, 1) - operand(L, 2)); }
int decimal_mul(lua_State* L) { return push_result(L, operand(L, 1) * operand(L, 2)); }
int decimal_unm(lua_State* L) { return push_result(L, -operand(L, 1)); }
int decimal_div(lua_State* L) {
  auto quotient = operand(L, 1).div(operand(L, 2), kDivisionScale, Rounding::half_even);
  if (!quotient) raise(L, quotient.error().message());
  auto plain = Decimal::parse(quotient->compact());
  return push_result(L, plain ? *plain : *quotient);
}
int decimal_eq(lua_State* L) {
  const Decimal* a = to_decimal_object(L, 1);
  const Decimal* b = to_decimal_object(L, 2);
  lua_pushboolean(L, a != nullptr && b != nullptr && *a == *b);
  return 1;
}
int decimal_lt(lua_State* L) {
  lua_pushboolean(L, operand(L, 1) < operand(L, 2));
  return 1;
}
int decimal_le(lua_State* L) {
  lua_pushboolean(L, operand(L, 1) <= operand(L, 2));
  return 1;
}
int decimal_tostring(lua_State* L) {
  push_text(L, decimal_argument(L, 1).text());
  return 1;
}
int decimal_concat(lua_State* L) {
  std::string text = show(L, 1) + show(L, 2);
  push_text(L, text);
  return 1;
}

// d:round(decimals, how?) -> decimal; how: half_up (the default), half_even, down, up, floor, ceil
int decimal_round(lua_State* L) {
  Decimal value = decimal_argument(L, 1);
  int64_t scale = integer_argument(L, 2, 0);
  if (scale < 0 || scale > Decimal::kMaxDigits) argument_error(L, 2, "0 to 400 decimals");
  return push_result(L, value.round(static_cast<int>(scale), rounding_argument(L, 3)));
}
// d:div(by, decimals, how?) -> decimal
int decimal_divide(lua_State* L) {
  int64_t scale = integer_argument(L, 3);
  if (scale < 0 || scale > Decimal::kMaxDigits) argument_error(L, 3, "0 to 400 decimals");
  auto quotient = decimal_argument(L, 1).div(operand(L, 2), static_cast<int>(scale), rounding_argument(L, 4));
  if (!quotient) raise(L, quotient.error().message());
  return push_result(L, *quotient);
}
int decimal_abs(lua_State* L) { return push_result(L, decimal_argument(L, 1).abs()); }
int decimal_sign(lua_State* L) {
  lua_pushinteger(L, decimal_argument(L, 1).sign());
  return 1;
}
int decimal_scale(lua_State* L) {
  lua_pushinteger(L, decimal_argument(L, 1).scale());
  return 1;
}
int decimal_is_zero(lua_State* L) {
  lua_pushboolean(L, decimal_argument(L, 1).is_zero());
  return 1;
}
// d:equals(other) -> boolean: also with integers, which == never is (Lua asks no one there)
int decimal_equals(lua_State* L) {
  lua_pushboolean(L, decimal_argument(L, 1) == operand(L, 2));
  return 1;
}
// d:integer() -> integer; an error when there is a fraction
int decimal_integer(lua_State* L) {
  auto whole = decimal_argument(L, 1).to_int64();
  if (!whole) raise(L, whole.error().message());
  lua_pushinteger(L, *whole);
  return 1;
}
// d:is_integer() -> boolean: without a fraction, whatever its scale
int decimal_is_integer(lua_State* L) {
  lua_pushboolean(L, decimal_argument(L, 1).is_integer());
  return 1;
}
// d:compact() -> text without trailing zeros
int decimal_compact(lua_State* L) {
  push_text(L, decimal_argument(L, 1).compact());
  return 1;
}

const std::vector<NativeEntry> kMethods = {{"round", decimal_round},   {"div", decimal_divide},           {"abs", decimal_abs},
                                           {"sign", decimal_sign},     {"scale", decimal_scale},          {"is_zero", decimal_is_zero},
                                           {"text", decimal_tostring}, {"integer", decimal_integer},      {"compact", decimal_compact},
                                           {"equals", decimal_equals}, {"is_integer", decimal_is_integer}};
const std::vector<NativeEntry> kMeta = {
    {"__add", decimal_add}, {"__sub", decimal_sub}, {"__mul", decimal_mul}, {"__div", decimal_div},           {"__unm", decimal_unm},
    {"__eq", decimal_eq},   {"__lt", decimal_lt},   {"__le", decimal_le},   {"__tostring", decimal_tostring}, {"__concat", decimal_concat}};
const ObjectType kDecimal = {"decimal", &kMethods, &kMeta, destroy_as<Decimal>};

}  // namespace

const std::vector<NativeEntry>& decimal_methods() { return kMethods; }

void push_decimal(lua_State* L, const Decimal& value) { push_object<Decimal>(L, kDecimal, value); }

void push_number(lua_State* L, std::string_view json_number) {
  int64_t whole = 0;
  const char* end = json_number.data() + json_number.size();
  auto [stop, failed] = std::from_chars(json_number.data(), end, whole);
  if (failed == std::errc() && stop == end) {
    lua_pushinteger(L, whole);
    return;
  }
  auto value = Decimal::parse(json_number);
  if (!value) raise(L, value.error().message());
  push_decimal(L, *value);
}

const Decimal* to_decimal_object(lua_State* L, int index) { return test_object<Decimal>(L, index, kDecimal); }

std::optional<Decimal> to_decimal(lua_State* L, int index) {
  if (const Decimal* object = to_decimal_object(L, index)) return *object;
  if (lua_isinteger(L, index)) return Decimal::from_int64(lua_tointeger(L, index));
  if (lua_type(L, index) == LUA_TSTRING) {
    auto parsed = Decimal::parse(text_argument(L, index));
    if (parsed) return *parsed;
  }
  return std::nullopt;
}

Decimal decimal_argument(lua_State* L, int index) {
  if (lua_type(L, index) == LUA_TSTRING) argument_error(L, index, "decimal or integer");
  auto value = to_decimal(L, index);
  if (!value) argument_error(L, index, "decimal or integer");
  return *value;
}

Rounding rounding_argument(lua_State* L, int index) {
  static const std::pair<std::string_view, Rounding> kNames[] = {{"half_up", Rounding::half_up}, {"half_even", Rounding::half_even},
                                                                 {"down", Rounding::down},       {"up", Rounding::up},
                                                                 {"floor", Rounding::floor},     {"ceil", Rounding::ceil}};
  auto name = text_argument(L, index, "half_up");
  for (const auto& [known, rounding] : kNames) {
    if (known == name) return rounding;
  }
  argument_error(L, index, "half_up, half_even, down, up, floor or ceil");
}

}  // namespace mlc::script
