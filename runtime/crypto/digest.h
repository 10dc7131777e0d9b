// Hashes and MACs by OpenSSL 3, with one context per thread and nothing fetched per call. Values are raw bytes;
// runtime/base/encoding.h gives them a text form. A failing hash means a broken OpenSSL and throws.
#pragma once
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace mlc::crypto {

enum class Hash { sha1, sha256, sha512 };

std::string digest(Hash hash, std::string_view data);
std::string sha1(std::string_view data);    // 20 bytes; for remotes that insist, never for our own use
std::string sha256(std::string_view data);  // 32 bytes
std::string sha512(std::string_view data);  // 64 bytes

// Incremental SHA-256, of one thread at a time.
class Sha256 {
 public:
  Sha256();
  Sha256& update(std::string_view data);
  std::string finish();  // and starts anew

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string hmac(Hash hash, std::string_view key, std::string_view data);
// Over the parts one after another, without joining them first.
std::string hmac(Hash hash, std::string_view key, std::span<const std::string_view> parts);
inline std::string hmac(Hash hash, std::string_view key, std::initializer_list<std::string_view> parts) {
  return hmac(hash, key, std::span(parts.begin(), parts.size()));
}

// Time depends on the lengths only.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace mlc::crypto
