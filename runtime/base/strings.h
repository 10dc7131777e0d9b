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

// For a terminal: control characters (but tabs and ends of lines) and what turns the direction of writing around, as \xNN by their UTF-8
// bytes. They would hide or forge what stands on the screen.
std::string visible(std::string_view text);

// Non-empty and only '0'..'9'.
bool all_digits(std::string_view text);

}  // namespace mlc
