#include "runtime/mapping/letters.h"

#include <cstdint>

namespace mlc::mapping {
namespace {

// Blocks of Unicode where case is a fixed distance.
struct Shifted {
  char32_t first_lower, last_lower;
  char32_t distance;  // lower minus upper
};
constexpr Shifted kShifted[] = {{'a', 'z', 32},     {0xE0, 0xF6, 32},   {0xF8, 0xFE, 32},  {0x3B1, 0x3C1, 32},
                                {0x3C3, 0x3CB, 32}, {0x430, 0x44F, 32}, {0x450, 0x45F, 80}};

// Blocks where upper and lower alternate, the upper at `parity`.
struct Paired {
  char32_t first, last, parity;
};
constexpr Paired kPaired[] = {{0x100, 0x12F, 0}, {0x132, 0x137, 0}, {0x139, 0x148, 1}, {0x14A, 0x177, 0}, {0x179, 0x17E, 1},
                              {0x218, 0x21B, 0}, {0x460, 0x481, 0}, {0x48A, 0x4BF, 0}, {0x4D0, 0x52F, 0}};

char32_t upper(char32_t c) {
  for (const Shifted& block : kShifted) {
    if (c >= block.first_lower && c <= block.last_lower) return c - block.distance;
  }
  for (const Paired& block : kPaired) {
    if (c >= block.first && c <= block.last) return c % 2 == block.parity ? c : c - 1;
  }
  if (c == 0xFF) return 0x178;
  return c;
}

char32_t lower(char32_t c) {
  for (const Shifted& block : kShifted) {
    if (c >= block.first_lower - block.distance && c <= block.last_lower - block.distance) return c + block.distance;
  }
  for (const Paired& block : kPaired) {
    if (c >= block.first && c <= block.last) return c % 2 == block.parity ? c + 1 : c;
  }
  if (c == 0x178) return 0xFF;
  return c;
}

// All letters above lie below U+0800, so two bytes are the most that ever change; the rest is copied.
std::string mapped(std::string_view text, char32_t (*map)(char32_t)) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    char32_t c = byte;
    if (byte >= 0x80) {
      if ((byte & 0xE0) != 0xC0 || i + 1 >= text.size()) {
        out.push_back(text[i]);
        continue;
      }
      c = static_cast<char32_t>((byte & 0x1F) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3F));
    }
    c = map(c);
    if (c < 0x80) {
      out.push_back(static_cast<char>(c));
    } else {
      out.push_back(static_cast<char>(0xC0 | c >> 6));
      out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    }
  }
  return out;
}

}  // namespace

std::string upper_case(std::string_view utf8) { return mapped(utf8, upper); }
std::string lower_case(std::string_view utf8) { return mapped(utf8, lower); }

}  // namespace mlc::mapping
