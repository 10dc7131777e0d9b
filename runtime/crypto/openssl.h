// Internal to crypto: owners for OpenSSL objects, algorithms fetched once a process, and the failure that should not be.
#pragma once
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "runtime/crypto/digest.h"

namespace mlc::crypto {

template <auto release>
struct Releaser {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
using MdContext = std::unique_ptr<EVP_MD_CTX, Releaser<EVP_MD_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Releaser<EVP_MAC_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Releaser<EVP_CIPHER_CTX_free>>;
using PublicKey = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;

// For calls that can fail only if OpenSSL is broken or memory is gone.
inline void require(bool success, const char* call) {
  if (success) return;
  ERR_clear_error();
  throw std::runtime_error(std::string("OpenSSL: ") + call + " failed");
}

inline const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
inline unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

const EVP_MD* message_digest(Hash hash);

}  // namespace mlc::crypto
