// Ed25519 (RFC 8032): audit checkpoints and webhook signatures of version v1a. Any thread.
#pragma once
#include <string>
#include <string_view>

#include "runtime/crypto/aead.h"

namespace mlc::crypto {

inline constexpr size_t kEd25519PublicBytes = 32;
inline constexpr size_t kEd25519SignatureBytes = 64;

std::string ed25519_public_key(const Key256& seed);                   // 32 bytes
std::string ed25519_sign(const Key256& seed, std::string_view data);  // 64 bytes
bool ed25519_verify(std::string_view public_key, std::string_view data, std::string_view signature);

}  // namespace mlc::crypto
