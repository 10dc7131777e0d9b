// Public RSA keys and what they sign: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2) by OpenSSL, and nothing else, whatever a
// message or a key says of algorithms. Pure functions of their arguments; any thread.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace mlc::crypto {

// Of 2048 to 4096 bits, with the exponent that is in use everywhere, 65537.
struct RsaKey {
  std::string id;       // as the remote names it
  std::string modulus;  // big-endian, without a zero before it
};

// The error says what is wrong with the key. Numbers as a JSON Web Key writes them: base64url of big-endian bytes (RFC 7518, 6.3.1).
Result<RsaKey> rsa_key(std::string_view id, std::string_view modulus, std::string_view exponent);

// As it is pinned: "<id> <modulus>", the id percent-encoded, the modulus in base64url.
std::string pinned_text(const RsaKey& key);
Result<RsaKey> pinned_key(std::string_view text);

bool rsa_sha256_verify(const RsaKey& key, std::span<const std::string_view> pieces, std::string_view signature);

}  // namespace mlc::crypto
