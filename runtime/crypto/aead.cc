#include "runtime/crypto/aead.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>

#include <climits>
#include <cstring>

#include "runtime/crypto/openssl.h"

namespace mlc::crypto {
namespace {

// A context for each direction keeps its cipher set up; a call gives it only key and nonce.
EVP_CIPHER_CTX* cipher_context(bool encrypt) {
  static EVP_CIPHER* const algorithm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  thread_local CipherContext contexts[2];
  auto& context = contexts[encrypt];
  if (!context) {
    context.reset(EVP_CIPHER_CTX_new());
    require(algorithm && context && EVP_CipherInit_ex2(context.get(), algorithm, nullptr, nullptr, encrypt, nullptr) == 1,
            "EVP_CipherInit_ex2");
  }
  return context.get();
}

bool too_long(size_t length) { return length > static_cast<size_t>(INT_MAX) - kSealOverhead; }

}  // namespace

Result<Key256> Key256::from_bytes(std::string_view bytes) {
  if (bytes.size() != kKeyBytes) return Error(Code::invalid_argument, "a key has 32 bytes");
  Key256 key;
  std::memcpy(key.bytes_.data(), bytes.data(), bytes.size());
  return key;
}

std::string random_nonce(Random& random) {
  std::string nonce(kNonceBytes, '\0');
  random.fill(nonce.data(), nonce.size());
  return nonce;
}

Result<std::string> seal(const Key256& key, std::string_view nonce, std::string_view aad, std::string_view plain) {
  if (nonce.size() != kNonceBytes) return Error(Code::invalid_argument, "a nonce has 12 bytes");
  if (too_long(plain.size()) || too_long(aad.size())) return Error(Code::invalid_argument, "too much to seal at once");
  EVP_CIPHER_CTX* context = cipher_context(true);
  std::string sealed(kSealOverhead + plain.size(), '\0');
  std::memcpy(sealed.data(), nonce.data(), nonce.size());
  unsigned char* out = bytes_of(sealed) + kNonceBytes;
  int length = 0;
  bool done = EVP_EncryptInit_ex(context, nullptr, nullptr, key.data(), bytes_of(nonce)) == 1;
  if (!aad.empty()) done = done && EVP_EncryptUpdate(context, nullptr, &length, bytes_of(aad), static_cast<int>(aad.size())) == 1;
  if (!plain.empty()) done = done && EVP_EncryptUpdate(context, out, &length, bytes_of(plain), static_cast<int>(plain.size())) == 1;
  out += plain.size();
  done = done && EVP_EncryptFinal_ex(context, out, &length) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes), out) == 1;
  require(done, "AES-256-GCM");
  return sealed;
}

Result<std::string> open(const Key256& key, std::string_view aad, std::string_view sealed) {
  const Error bad(Code::corrupt, "sealed data does not open: changed, cut, moved, or another key");
  if (sealed.size() < kSealOverhead || too_long(sealed.size()) || too_long(aad.size())) return bad;
  EVP_CIPHER_CTX* context = cipher_context(false);
  std::string_view cipher = sealed.substr(kNonceBytes, sealed.size() - kSealOverhead);
  auto* tag = const_cast<unsigned char*>(bytes_of(sealed.substr(sealed.size() - kTagBytes)));  // only read by SET_TAG
  std::string plain(cipher.size(), '\0');
  int length = 0;
  bool done = EVP_DecryptInit_ex(context, nullptr, nullptr, key.data(), bytes_of(sealed)) == 1;
  if (!aad.empty()) done = done && EVP_DecryptUpdate(context, nullptr, &length, bytes_of(aad), static_cast<int>(aad.size())) == 1;
  if (!cipher.empty())
    done = done && EVP_DecryptUpdate(context, bytes_of(plain), &length, bytes_of(cipher), static_cast<int>(cipher.size())) == 1;
  require(done && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagBytes), tag) == 1, "AES-256-GCM");
  unsigned char none[kTagBytes];
  if (EVP_DecryptFinal_ex(context, none, &length) != 1) {
    ERR_clear_error();
    wipe(plain.data(), plain.size());  // unauthenticated text goes nowhere
    return bad;
  }
  return plain;
}

Result<std::string> hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info, size_t length) {
  if (secret.empty()) return Error(Code::invalid_argument, "no key is derived from an empty secret");
  if (length == 0 || length > 255 * 32) return Error(Code::invalid_argument, "HKDF-SHA256 gives 1 to 8160 bytes");
  static EVP_KDF* const algorithm = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  std::unique_ptr<EVP_KDF_CTX, Releaser<EVP_KDF_CTX_free>> context(algorithm ? EVP_KDF_CTX_new(algorithm) : nullptr);
  auto octets = [](const char* name, std::string_view value) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(value.data()), value.size());
  };
  OSSL_PARAM parameters[5];
  size_t count = 0;
  parameters[count++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>("SHA256"), 0);
  parameters[count++] = octets(OSSL_KDF_PARAM_KEY, secret);
  if (!salt.empty()) parameters[count++] = octets(OSSL_KDF_PARAM_SALT, salt);
  if (!info.empty()) parameters[count++] = octets(OSSL_KDF_PARAM_INFO, info);
  parameters[count] = OSSL_PARAM_construct_end();
  std::string out(length, '\0');
  require(context && EVP_KDF_derive(context.get(), bytes_of(out), out.size(), parameters) == 1, "HKDF");
  return out;
}

}  // namespace mlc::crypto
