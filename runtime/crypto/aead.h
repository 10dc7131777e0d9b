// Authenticated encryption of stored values: AES-256-GCM, one cipher context per thread. A (key, nonce) pair must
// never repeat: random nonces are safe for at most 2^32 values under one key, so payloads get their own data key.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "runtime/base/executor.h"
#include "runtime/base/result.h"
#include "runtime/base/secret.h"

namespace mlc::crypto {

inline constexpr size_t kKeyBytes = 32;
inline constexpr size_t kNonceBytes = 12;
inline constexpr size_t kTagBytes = 16;
inline constexpr size_t kSealOverhead = kNonceBytes + kTagBytes;

// 256 bits that are wiped when they go out of scope.
class Key256 {
 public:
  Key256() : bytes_{} {}
  ~Key256() { wipe(bytes_.data(), bytes_.size()); }
  Key256(const Key256&) = default;
  Key256& operator=(const Key256&) = default;

  static Key256 random(Random& random) {
    Key256 key;
    random.fill(key.bytes_.data(), key.bytes_.size());
    return key;
  }
  static Result<Key256> from_bytes(std::string_view bytes);  // exactly 32

  std::string_view reveal() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }
  const unsigned char* data() const { return bytes_.data(); }

 private:
  std::array<unsigned char, kKeyBytes> bytes_;
};

std::string random_nonce(Random& random);

// nonce || ciphertext || tag. `aad` binds the value to its place (table, row, column) and is not stored.
Result<std::string> seal(const Key256& key, std::string_view nonce, std::string_view aad, std::string_view plain);
// corrupt if anything was changed, cut or moved.
Result<std::string> open(const Key256& key, std::string_view aad, std::string_view sealed);

// RFC 5869; length up to 255 * 32.
Result<std::string> hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info, size_t length);

}  // namespace mlc::crypto
