// A remote that signs by RSA, for tests: a key pair made once, and what it signs.
#pragma once
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "runtime/crypto/rsa.h"

namespace mlc::crypto {

class RsaSigner {
 public:
  // The same pair for each (id, bits) of a test program: making one takes long.
  static const RsaSigner& of(const std::string& id, int bits = 2048);

  std::string sign(std::string_view text) const;  // base64
  std::string jwk(std::string_view more = R"("use":"sig","alg":"RS256")") const;
  std::string pinned() const;
  const std::string& modulus() const { return modulus_; }

 private:
  RsaSigner(std::string id, int bits);
  std::string id_, modulus_;
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
};

}  // namespace mlc::crypto
