#include "runtime/crypto/ed25519.h"

#include "runtime/crypto/openssl.h"

namespace mlc::crypto {
namespace {

PublicKey private_key(const Key256& seed) {
  PublicKey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), kKeyBytes));
  require(key != nullptr, "EVP_PKEY_new_raw_private_key");
  return key;
}

}  // namespace

std::string ed25519_public_key(const Key256& seed) {
  std::string out(kEd25519PublicBytes, '\0');
  size_t length = out.size();
  require(EVP_PKEY_get_raw_public_key(private_key(seed).get(), bytes_of(out), &length) == 1, "EVP_PKEY_get_raw_public_key");
  return out;
}

std::string ed25519_sign(const Key256& seed, std::string_view data) {
  PublicKey key = private_key(seed);
  MdContext context(EVP_MD_CTX_new());
  std::string out(kEd25519SignatureBytes, '\0');
  size_t length = out.size();
  require(context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
              EVP_DigestSign(context.get(), bytes_of(out), &length, bytes_of(data), data.size()) == 1,
          "Ed25519");
  return out;
}

bool ed25519_verify(std::string_view public_key, std::string_view data, std::string_view signature) {
  if (public_key.size() != kEd25519PublicBytes || signature.size() != kEd25519SignatureBytes) return false;
  PublicKey key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(public_key), public_key.size()));
  MdContext context(EVP_MD_CTX_new());
  bool valid = key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
               EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(data), data.size()) == 1;
  if (!valid) ERR_clear_error();
  return valid;
}

}  // namespace mlc::crypto
