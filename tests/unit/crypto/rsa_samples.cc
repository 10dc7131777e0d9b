#include "tests/unit/crypto/rsa_samples.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <map>
#include <memory>

#include "runtime/base/encoding.h"
#include "runtime/crypto/openssl.h"

namespace mlc::crypto {

RsaSigner::RsaSigner(std::string id, int bits) : id_(std::move(id)), key_(EVP_RSA_gen(static_cast<unsigned>(bits)), EVP_PKEY_free) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key_.get(), OSSL_PKEY_PARAM_RSA_N, &number);
  modulus_.resize(static_cast<size_t>(BN_num_bytes(number)));
  BN_bn2bin(number, bytes_of(modulus_));
  BN_free(number);
}

const RsaSigner& RsaSigner::of(const std::string& id, int bits) {
  static std::map<std::string, std::unique_ptr<RsaSigner>> made;
  auto& one = made[id + "/" + std::to_string(bits)];
  if (!one) one.reset(new RsaSigner(id, bits));
  return *one;
}

std::string RsaSigner::sign(std::string_view text) const {
  MdContext context(EVP_MD_CTX_new());
  size_t length = 0;
  EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
  EVP_DigestSign(context.get(), nullptr, &length, bytes_of(text), text.size());
  std::string out(length, '\0');
  EVP_DigestSign(context.get(), bytes_of(out), &length, bytes_of(text), text.size());
  return to_base64(out);
}

std::string RsaSigner::jwk(std::string_view more) const {
  return R"({"kty":"RSA","kid":")" + id_ + R"(","n":")" + to_base64url(modulus_) + R"(","e":"AQAB")" +
         (more.empty() ? "" : "," + std::string(more)) + "}";
}

std::string RsaSigner::pinned() const { return pinned_text({id_, modulus_}); }

}  // namespace mlc::crypto
