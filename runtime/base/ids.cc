#include "runtime/base/ids.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace mlc {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kIdLength = 26;
using IdBytes = std::array<uint8_t, 16>;

// 128 bits as 26 digits of base 32, the first of which holds three bits.
std::string encode(const IdBytes& bytes) {
  std::string text(kIdLength, '0');
  for (size_t digit = 0; digit < kIdLength; ++digit) {
    unsigned value = 0;
    for (size_t bit = digit * 5; bit < digit * 5 + 5; ++bit) {
      value <<= 1;
      if (bit >= 2) value |= bytes[(bit - 2) / 8] >> (7 - (bit - 2) % 8) & 1u;
    }
    text[digit] = kCrockford[value];
  }
  return text;
}

}  // namespace

std::string new_id(Random& random, WallTime now) {
  IdBytes bytes;
  auto millis = static_cast<uint64_t>(std::max<int64_t>(0, to_micros(now) / 1000));
  for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<uint8_t>(millis >> (40 - 8 * i));
  random.fill(bytes.data() + 6, 10);
  return encode(bytes);
}

std::string derive_id(std::string_view seed, uint64_t counter) {
  // The counter has a fixed length at the end, so no two (seed, counter) pairs give the same text.
  std::string text(seed);
  for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(counter >> shift & 255);
  std::array<uint8_t, SHA256_DIGEST_LENGTH> hash;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  IdBytes bytes;
  std::copy_n(hash.begin(), bytes.size(), bytes.begin());
  return encode(bytes);
}

bool is_id(std::string_view text) {
  return text.size() == kIdLength && text[0] <= '7' &&
         std::all_of(text.begin(), text.end(), [](char c) { return kCrockford.find(c) != std::string_view::npos; });
}

}  // namespace mlc
