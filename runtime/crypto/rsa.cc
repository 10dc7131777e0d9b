#include "runtime/crypto/rsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <memory>

#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/crypto/openssl.h"

namespace mlc::crypto {
namespace {

constexpr size_t kLeastBytes = 2048 / 8, kMostBytes = 4096 / 8;
constexpr size_t kMaxIdLength = 128;
constexpr std::string_view kExponent("\x01\x00\x01", 3);
constexpr BN_ULONG kExponentValue = 65537;

struct Free {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Result<std::string> number(std::string_view text) {
  auto bytes = from_base64url(text);
  if (!bytes) return Error(Code::invalid_argument, "its numbers are not in base64url");
  std::string_view rest = *bytes;
  while (!rest.empty() && rest.front() == '\0') rest.remove_prefix(1);
  return std::string(rest);
}

PublicKey public_key(const RsaKey& key) {
  Owned<BIGNUM> modulus(BN_bin2bn(bytes_of(key.modulus), static_cast<int>(key.modulus.size()), nullptr)), exponent(BN_new());
  Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!modulus || !exponent || !builder || BN_set_word(exponent.get(), kExponentValue) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return nullptr;
  Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return PublicKey(made);
}

}  // namespace

Result<RsaKey> rsa_key(std::string_view id, std::string_view modulus, std::string_view exponent) {
  if (id.empty() || id.size() > kMaxIdLength || has_control(id))
    return Error(Code::invalid_argument, "a key without an id of at most 128 characters");
  auto n = number(modulus), e = number(exponent);
  if (!n || !e) return (!n ? n.error() : e.error()).wrap("key " + std::string(id));
  if (*e != kExponent) return Error(Code::invalid_argument, "key " + std::string(id) + ": its exponent is not 65537");
  const bool whole = n->size() >= kLeastBytes && n->size() <= kMostBytes && (static_cast<unsigned char>(n->front()) & 0x80U) != 0;
  if (!whole || (static_cast<unsigned char>(n->back()) & 1U) == 0)
    return Error(Code::invalid_argument, "key " + std::string(id) + ": its modulus is not of 2048 to 4096 bits");
  return RsaKey{std::string(id), std::move(*n)};
}

std::string pinned_text(const RsaKey& key) { return percent_encode(key.id) + " " + to_base64url(key.modulus); }

Result<RsaKey> pinned_key(std::string_view text) {
  const size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return Error(Code::corrupt, "a pinned key can't be read");
  auto id = percent_decode(text.substr(0, blank));
  if (!id) return Error(Code::corrupt, "a pinned key can't be read");
  return rsa_key(*id, text.substr(blank + 1), to_base64url(kExponent));
}

bool rsa_sha256_verify(const RsaKey& key, std::span<const std::string_view> pieces, std::string_view signature) {
  if (signature.size() != key.modulus.size()) return false;
  const PublicKey public_half = public_key(key);
  MdContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  bool valid = public_half && context && EVP_DigestVerifyInit(context.get(), &parameters, EVP_sha256(), nullptr, public_half.get()) == 1 &&
               EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) == 1;
  for (const std::string_view piece : pieces) valid = valid && EVP_DigestVerifyUpdate(context.get(), piece.data(), piece.size()) == 1;
  valid = valid && EVP_DigestVerifyFinal(context.get(), bytes_of(signature), signature.size()) == 1;
  if (!valid) ERR_clear_error();
  return valid;
}

}  // namespace mlc::crypto
