// Letters beyond ASCII: one form of each, and what to write where only simple letters can be printed. No locale, so that
// every machine gives one answer. UTF-8 in and out; pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace mlc {

// Normal form C: a letter and its accent as one character where there is one. invalid_argument: not UTF-8.
Result<std::string> compose_letters(std::string_view utf8);

// Latin, Greek and Cyrillic letters, digits and punctuation as ASCII: "Łódź" -> "Lodz", "Straße" -> "Strasse". Accents
// fall away, German umlauts too (a carrier's "Muller" is found, "Mueller" is another name in other countries).
// unsupported: names the first character that has no such form.
Result<std::string> ascii_letters(std::string_view utf8);

// Characters of a text, not bytes.
size_t count_characters(std::string_view utf8);

}  // namespace mlc
