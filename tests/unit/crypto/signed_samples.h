// Correctly signed webhooks of every kind of scheme, for tests to break.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "runtime/crypto/signature.h"

namespace mlc::crypto {

struct Sample {
  std::string name;
  SignatureScheme scheme;
  std::vector<std::pair<std::string, std::string>> headers;  // every one of them is checked by the scheme
  std::string body;
  std::vector<SecretVersion> secrets;
  std::vector<SecretVersion> token_secrets;
  WallTime now;

  Verdict check() const { return verify(scheme, headers, body, secrets, token_secrets, now); }
};

// Published by Standard Webhooks; the fact sheets name the sources.
Sample standard_vector();
Sample standard_ed25519_vector();
// Check values of the fact sheets: UTF-8 key with a token header, and a hash code inside the body.
Sample shop_vector();
Sample books_vector();
// Made here.
Sample header_hex_sample();
Sample header_base64_sample();
Sample parts_sample();
Sample sha512_sample();
Sample token_sample();

std::vector<Sample> all_samples();

}  // namespace mlc::crypto
