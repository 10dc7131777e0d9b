// Decimals in Lua: an immutable host object with exact + - * and comparisons among decimals and integers. Floats are
// refused: a literal such as 0.1 has already lost its exactness, decimal "0.1" has not.
#pragma once
#include <optional>

#include "runtime/base/decimal.h"
#include "runtime/script/lua.h"

namespace mlc::script {

// Digits a result may have: repeated multiplication in a script doubles them each time.
inline constexpr size_t kMaxDecimalDigits = 1000;

void push_decimal(lua_State* L, const Decimal& value);
// Whole numbers without a fraction as they were written ("118") become integers, all else ("40.00") decimals.
void push_number(lua_State* L, std::string_view json_number);
const Decimal* to_decimal_object(lua_State* L, int index);  // null when it is none
// A decimal, an integer, or text that is a number.
std::optional<Decimal> to_decimal(lua_State* L, int index);
Decimal decimal_argument(lua_State* L, int index);  // raises; no text
Rounding rounding_argument(lua_State* L, int index);
const std::vector<NativeEntry>& decimal_methods();  // d:round() and the like, for the documentation's test

}  // namespace mlc::script
