// Small text helpers on views; ASCII only, no locale, no allocation except where a vector or string is returned.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace mlc {

// "a,,b" gives "a", "", "b"; empty text gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

// Without leading and trailing space, tab, CR and LF.
std::string_view trim(std::string_view text);

inline char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
std::string to_lower(std::string_view text);
bool iequals(std::string_view a, std::string_view b);

// Non-empty and only '0'..'9'.
bool all_digits(std::string_view text);

}  // namespace mlc
