#include "runtime/base/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

namespace mlc {
namespace {

struct Plain {
  int32_t letter;
  std::string_view ascii;
};

// What falls apart into no ASCII letter by decomposition alone. Cyrillic by ISO 9 without accents where carriers write it
// so (passport forms), Greek by ISO 843. Sorted by letter.
constexpr std::array kPlain = std::to_array<Plain>({
    {0x00A1, "!"},  {0x00A3, "GBP"},  {0x00A5, "JPY"},  {0x00A7, "S"},  {0x00A9, "(c)"}, {0x00AB, "\""}, {0x00AD, ""},   {0x00AE, "(r)"},
    {0x00B0, "o"},  {0x00B4, "'"},    {0x00B7, "-"},    {0x00BB, "\""}, {0x00BF, "?"},   {0x00C6, "AE"}, {0x00D0, "D"},  {0x00D7, "x"},
    {0x00D8, "O"},  {0x00DE, "Th"},   {0x00DF, "ss"},   {0x00E6, "ae"}, {0x00F0, "d"},   {0x00F8, "o"},  {0x00FE, "th"}, {0x0110, "D"},
    {0x0111, "d"},  {0x0126, "H"},    {0x0127, "h"},    {0x0131, "i"},  {0x0138, "k"},   {0x0141, "L"},  {0x0142, "l"},  {0x014A, "N"},
    {0x014B, "n"},  {0x0152, "OE"},   {0x0153, "oe"},   {0x0166, "T"},  {0x0167, "t"},   {0x018F, "E"},  {0x0259, "e"},  {0x02BC, "'"},
    {0x0391, "A"},  {0x0392, "V"},    {0x0393, "G"},    {0x0394, "D"},  {0x0395, "E"},   {0x0396, "Z"},  {0x0397, "I"},  {0x0398, "Th"},
    {0x0399, "I"},  {0x039A, "K"},    {0x039B, "L"},    {0x039C, "M"},  {0x039D, "N"},   {0x039E, "X"},  {0x039F, "O"},  {0x03A0, "P"},
    {0x03A1, "R"},  {0x03A3, "S"},    {0x03A4, "T"},    {0x03A5, "Y"},  {0x03A6, "F"},   {0x03A7, "Ch"}, {0x03A8, "Ps"}, {0x03A9, "O"},
    {0x03B1, "a"},  {0x03B2, "v"},    {0x03B3, "g"},    {0x03B4, "d"},  {0x03B5, "e"},   {0x03B6, "z"},  {0x03B7, "i"},  {0x03B8, "th"},
    {0x03B9, "i"},  {0x03BA, "k"},    {0x03BB, "l"},    {0x03BC, "m"},  {0x03BD, "n"},   {0x03BE, "x"},  {0x03BF, "o"},  {0x03C0, "p"},
    {0x03C1, "r"},  {0x03C2, "s"},    {0x03C3, "s"},    {0x03C4, "t"},  {0x03C5, "y"},   {0x03C6, "f"},  {0x03C7, "ch"}, {0x03C8, "ps"},
    {0x03C9, "o"},  {0x0402, "Dj"},   {0x0404, "Ye"},   {0x0405, "Dz"}, {0x0406, "I"},   {0x0408, "J"},  {0x0409, "Lj"}, {0x040A, "Nj"},
    {0x040B, "C"},  {0x040F, "Dz"},   {0x0410, "A"},    {0x0411, "B"},  {0x0412, "V"},   {0x0413, "G"},  {0x0414, "D"},  {0x0415, "E"},
    {0x0416, "Zh"}, {0x0417, "Z"},    {0x0418, "I"},    {0x041A, "K"},  {0x041B, "L"},   {0x041C, "M"},  {0x041D, "N"},  {0x041E, "O"},
    {0x041F, "P"},  {0x0420, "R"},    {0x0421, "S"},    {0x0422, "T"},  {0x0423, "U"},   {0x0424, "F"},  {0x0425, "Kh"}, {0x0426, "Ts"},
    {0x0427, "Ch"}, {0x0428, "Sh"},   {0x0429, "Shch"}, {0x042A, ""},   {0x042B, "Y"},   {0x042C, ""},   {0x042D, "E"},  {0x042E, "Yu"},
    {0x042F, "Ya"}, {0x0430, "a"},    {0x0431, "b"},    {0x0432, "v"},  {0x0433, "g"},   {0x0434, "d"},  {0x0435, "e"},  {0x0436, "zh"},
    {0x0437, "z"},  {0x0438, "i"},    {0x043A, "k"},    {0x043B, "l"},  {0x043C, "m"},   {0x043D, "n"},  {0x043E, "o"},  {0x043F, "p"},
    {0x0440, "r"},  {0x0441, "s"},    {0x0442, "t"},    {0x0443, "u"},  {0x0444, "f"},   {0x0445, "kh"}, {0x0446, "ts"}, {0x0447, "ch"},
    {0x0448, "sh"}, {0x0449, "shch"}, {0x044A, ""},     {0x044B, "y"},  {0x044C, ""},    {0x044D, "e"},  {0x044E, "yu"}, {0x044F, "ya"},
    {0x0452, "dj"}, {0x0454, "ye"},   {0x0455, "dz"},   {0x0456, "i"},  {0x0458, "j"},   {0x0459, "lj"}, {0x045A, "nj"}, {0x045B, "c"},
    {0x045F, "dz"}, {0x0490, "G"},    {0x0491, "g"},    {0x1E9E, "SS"}, {0x2010, "-"},   {0x2011, "-"},  {0x2012, "-"},  {0x2013, "-"},
    {0x2014, "-"},  {0x2015, "-"},    {0x2018, "'"},    {0x2019, "'"},  {0x201A, "'"},   {0x201C, "\""}, {0x201D, "\""}, {0x201E, "\""},
    {0x2020, "+"},  {0x2022, "-"},    {0x2032, "'"},    {0x2033, "\""}, {0x2039, "'"},   {0x203A, "'"},  {0x2044, "/"},  {0x20AC, "EUR"},
    {0x2212, "-"},
});

using Buffer = std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)>;

Result<std::string> mapped(std::string_view utf8, int options) {
  utf8proc_uint8_t* out = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()), static_cast<utf8proc_ssize_t>(utf8.size()), &out,
                                   static_cast<utf8proc_option_t>(options));
  Buffer owned(out, &std::free);
  if (length < 0) return Error(Code::invalid_argument, "the text is not UTF-8");
  return std::string(reinterpret_cast<const char*>(out), static_cast<size_t>(length));
}

void append_letter(std::string& out, int32_t letter) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto length = utf8proc_encode_char(letter, bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<size_t>(length));
}

// False: no ASCII form.
bool append_plain(std::string& out, int32_t letter) {
  if (letter < 0x80) {
    out.push_back(static_cast<char>(letter));
    return true;
  }
  const auto found =
      std::lower_bound(kPlain.begin(), kPlain.end(), letter, [](const Plain& each, int32_t wanted) { return each.letter < wanted; });
  if (found == kPlain.end() || found->letter != letter) return false;
  out += found->ascii;
  return true;
}

}  // namespace

Result<std::string> compose_letters(std::string_view utf8) { return mapped(utf8, UTF8PROC_STABLE | UTF8PROC_COMPOSE); }

Result<std::string> ascii_letters(std::string_view utf8) {
  auto composed = compose_letters(utf8);
  if (!composed) return composed;
  std::string out;
  out.reserve(composed->size());
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(composed->data());
  const auto* end = at + composed->size();
  while (at < end) {
    int32_t letter = 0;
    at += utf8proc_iterate(at, end - at, &letter);
    if (append_plain(out, letter)) continue;
    std::array<int32_t, 32> parts{};
    int last_class = 0;
    const auto count = utf8proc_decompose_char(letter, parts.data(), static_cast<utf8proc_ssize_t>(parts.size()),
                                               static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE), &last_class);
    bool plain = count > 0 && count <= static_cast<utf8proc_ssize_t>(parts.size());
    for (utf8proc_ssize_t i = 0; plain && i < count; ++i) {
      const auto category = utf8proc_category(parts[static_cast<size_t>(i)]);
      if (category != UTF8PROC_CATEGORY_MN) plain = append_plain(out, parts[static_cast<size_t>(i)]);
    }
    if (!plain) {
      std::string shown;
      append_letter(shown, letter);
      return Error(Code::unsupported, "the character '" + shown + "' has no form in plain letters");
    }
  }
  return out;
}

size_t count_characters(std::string_view utf8) {
  return static_cast<size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace mlc
