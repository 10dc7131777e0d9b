#include "runtime/crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include <array>

#include "runtime/crypto/openssl.h"

namespace mlc::crypto {
namespace {

constexpr std::array<const char*, 3> kNames = {"SHA1", "SHA256", "SHA512"};

// One MAC context for each hash and thread. The hash is set once; EVP_MAC_init with a new key starts it anew.
EVP_MAC_CTX* mac_context(Hash hash) {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  thread_local std::array<MacContext, kNames.size()> contexts;
  auto& context = contexts[static_cast<size_t>(hash)];
  if (!context) {
    require(algorithm != nullptr, "EVP_MAC_fetch");
    context.reset(EVP_MAC_CTX_new(algorithm));
    require(context != nullptr, "EVP_MAC_CTX_new");
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(kNames[static_cast<size_t>(hash)]), 0),
        OSSL_PARAM_construct_end(),
    };
    require(EVP_MAC_CTX_set_params(context.get(), parameters) == 1, "EVP_MAC_CTX_set_params");
  }
  return context.get();
}

}  // namespace

const EVP_MD* message_digest(Hash hash) {
  static const std::array<EVP_MD*, kNames.size()> fetched = [] {
    std::array<EVP_MD*, kNames.size()> all;
    for (size_t i = 0; i < all.size(); ++i) {
      all[i] = EVP_MD_fetch(nullptr, kNames[i], nullptr);
      require(all[i] != nullptr, "EVP_MD_fetch");
    }
    return all;
  }();
  return fetched[static_cast<size_t>(hash)];
}

std::string digest(Hash hash, std::string_view data) {
  thread_local MdContext context(EVP_MD_CTX_new());
  std::string out(static_cast<size_t>(EVP_MD_get_size(message_digest(hash))), '\0');
  require(context && EVP_DigestInit_ex2(context.get(), message_digest(hash), nullptr) == 1 &&
              EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
              EVP_DigestFinal_ex(context.get(), bytes_of(out), nullptr) == 1,
          "digest");
  return out;
}

std::string sha1(std::string_view data) { return digest(Hash::sha1, data); }
std::string sha256(std::string_view data) { return digest(Hash::sha256, data); }
std::string sha512(std::string_view data) { return digest(Hash::sha512, data); }

void Sha256::Free::operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  require(context_ && EVP_DigestInit_ex2(context_.get(), message_digest(Hash::sha256), nullptr) == 1, "EVP_DigestInit_ex2");
}

Sha256& Sha256::update(std::string_view data) {
  require(EVP_DigestUpdate(context_.get(), data.data(), data.size()) == 1, "EVP_DigestUpdate");
  return *this;
}

std::string Sha256::finish() {
  std::string out(32, '\0');
  require(EVP_DigestFinal_ex(context_.get(), bytes_of(out), nullptr) == 1 && EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) == 1,
          "EVP_DigestFinal_ex");
  return out;
}

std::string hmac(Hash hash, std::string_view key, std::string_view data) { return hmac(hash, key, std::span(&data, 1)); }

std::string hmac(Hash hash, std::string_view key, std::span<const std::string_view> parts) {
  EVP_MAC_CTX* context = mac_context(hash);
  // A null key pointer would mean "keep the last key", of whoever it was.
  const unsigned char* key_bytes = key.empty() ? bytes_of(std::string_view("")) : bytes_of(key);
  std::string out(static_cast<size_t>(EVP_MD_get_size(message_digest(hash))), '\0');
  bool done = EVP_MAC_init(context, key_bytes, key.size(), nullptr) == 1;
  for (std::string_view part : parts) done = done && EVP_MAC_update(context, bytes_of(part), part.size()) == 1;
  require(done && EVP_MAC_final(context, bytes_of(out), nullptr, out.size()) == 1, "HMAC");
  return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace mlc::crypto
