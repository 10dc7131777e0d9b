#include "runtime/base/strings.h"

#include <algorithm>

#include "runtime/base/encoding.h"

namespace mlc {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), ascii_lower);
  return lower;
}

bool iequals(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

namespace {

// Bytes at the beginning of `text` that a terminal must not be given.
size_t hidden_bytes(std::string_view text) {
  const auto at = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  const unsigned char first = at(0), second = at(1), third = at(2);
  if (first == '\n' || first == '\t' || (first == '\r' && second == '\n')) return 0;
  if (first < 0x20 || first == 0x7f) return 1;
  if (first == 0xC2 && second >= 0x80 && second < 0xA0) return 2;  // C1
  if (first == 0xE2 && second == 0x80 && (third == 0x8E || third == 0x8F || (third >= 0xAA && third <= 0xAE))) return 3;
  if (first == 0xE2 && second == 0x81 && third >= 0xA6 && third <= 0xA9) return 3;  // isolates
  if (first == 0xD8 && second == 0x9C) return 2;
  return 0;
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t hidden = hidden_bytes(text);
    for (size_t i = 0; i < hidden; ++i) out += "\\x" + to_hex(text.substr(i, 1));
    if (hidden == 0) out += text.front();
    text.remove_prefix(std::max<size_t>(hidden, 1));
  }
  return out;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace mlc
