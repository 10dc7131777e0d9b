#include "runtime/base/encoding.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace mlc {
namespace {

constexpr std::string_view kLowerHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr int8_t kNone = -1;

using Table = std::array<int8_t, 256>;

constexpr Table inverse(std::string_view alphabet) {
  Table table{};
  for (auto& entry : table) entry = kNone;
  for (size_t i = 0; i < alphabet.size(); ++i) table[static_cast<uint8_t>(alphabet[i])] = static_cast<int8_t>(i);
  return table;
}
constexpr Table kBase64Values = inverse(kBase64);
constexpr Table kBase64UrlValues = inverse(kBase64Url);

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return kNone;
}

std::string encode64(std::string_view bytes, std::string_view alphabet, bool pad) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  size_t i = 0;
  auto byte = [&](size_t at) { return static_cast<uint32_t>(static_cast<uint8_t>(bytes[at])); };
  for (; i + 3 <= bytes.size(); i += 3) {
    uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    for (int shift = 18; shift >= 0; shift -= 6) text += alphabet[group >> shift & 63];
  }
  if (size_t left = bytes.size() - i; left > 0) {
    uint32_t group = byte(i) << 16 | (left == 2 ? byte(i + 1) << 8 : 0);
    text += alphabet[group >> 18 & 63];
    text += alphabet[group >> 12 & 63];
    if (left == 2) text += alphabet[group >> 6 & 63];
    if (pad) text.append(3 - left, '=');
  }
  return text;
}

// `text` is without padding.
Result<std::string> decode64(std::string_view text, const Table& values) {
  const Error bad(Code::invalid_argument, "not valid base64");
  size_t left = text.size() % 4;
  if (left == 1) return bad;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  uint32_t group = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    int8_t value = values[static_cast<uint8_t>(text[i])];
    if (value == kNone) return bad;
    group = group << 6 | static_cast<uint32_t>(value);
    if (i % 4 == 3) {
      bytes += static_cast<char>(group >> 16 & 255);
      bytes += static_cast<char>(group >> 8 & 255);
      bytes += static_cast<char>(group & 255);
      group = 0;
    }
  }
  // The last characters carry 4 or 2 bits that belong to no byte; a second text for the same bytes is refused.
  if (left == 2) {
    if ((group & 15) != 0) return bad;
    bytes += static_cast<char>(group >> 4 & 255);
  } else if (left == 3) {
    if ((group & 3) != 0) return bad;
    bytes += static_cast<char>(group >> 10 & 255);
    bytes += static_cast<char>(group >> 2 & 255);
  }
  return bytes;
}

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string to_hex(std::string_view bytes, bool upper) {
  std::string_view digits = upper ? kUpperHex : kLowerHex;
  std::string text;
  text.reserve(bytes.size() * 2);
  for (char c : bytes) {
    text += digits[static_cast<uint8_t>(c) >> 4];
    text += digits[static_cast<uint8_t>(c) & 15];
  }
  return text;
}

Result<std::string> from_hex(std::string_view text) {
  const Error bad(Code::invalid_argument, "not valid hex");
  if (text.size() % 2 != 0) return bad;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    int high = hex_value(text[i]), low = hex_value(text[i + 1]);
    if (high == kNone || low == kNone) return bad;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string to_base64(std::string_view bytes) { return encode64(bytes, kBase64, true); }
std::string to_base64url(std::string_view bytes) { return encode64(bytes, kBase64Url, false); }

Result<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return Error(Code::invalid_argument, "not valid base64");
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode64(text, kBase64Values);
}

Result<std::string> from_base64url(std::string_view text) { return decode64(text, kBase64UrlValues); }

std::string percent_encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size() + 16);
  for (char c : text) {
    if (unreserved(c)) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kUpperHex[static_cast<uint8_t>(c) >> 4];
      encoded += kUpperHex[static_cast<uint8_t>(c) & 15];
    }
  }
  return encoded;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    int high = i + 2 < text.size() ? hex_value(text[i + 1]) : kNone;
    int low = i + 2 < text.size() ? hex_value(text[i + 2]) : kNone;
    if (high == kNone || low == kNone) return Error(Code::invalid_argument, "not valid percent-encoding");
    decoded += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return decoded;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7f; });
}

bool valid_utf8(std::string_view text) {
  auto at = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  for (size_t i = 0; i < text.size();) {
    uint8_t lead = at(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    size_t length;
    uint8_t low = 0x80, high = 0xbf;  // of the second byte
    if (lead >= 0xc2 && lead <= 0xdf) {
      length = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      length = 3;
      if (lead == 0xe0) low = 0xa0;   // overlong below
      if (lead == 0xed) high = 0x9f;  // surrogates above
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      length = 4;
      if (lead == 0xf0) low = 0x90;
      if (lead == 0xf4) high = 0x8f;  // above U+10FFFF
    } else {
      return false;
    }
    if (text.size() - i < length || at(i + 1) < low || at(i + 1) > high) return false;
    for (size_t k = 2; k < length; ++k)
      if ((at(i + k) & 0xc0) != 0x80) return false;
    i += length;
  }
  return true;
}

}  // namespace mlc
