#pragma once

#include <string_view>

namespace mlc {

// Decimals of amounts in a currency, by its ISO 4217 code: 2 for what it does not know.
int minor_digits(std::string_view currency);

}  // namespace mlc
