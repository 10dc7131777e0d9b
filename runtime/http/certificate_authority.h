// A certificate authority made at run time, for `sandbox` and for tests: a key, a self-signed certificate and leaf
// certificates for names on this machine. Nothing here is trusted by anyone who was not given certificate_pem().
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/base/time.h"

namespace mlc::http {

struct CertificatePair {
  std::string certificate_pem;
  std::string key_pem;
};

struct LeafOptions {
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};  // DNS names and addresses
  std::chrono::seconds valid_from = -std::chrono::hours(1);            // relative to now
  std::chrono::seconds valid_until = std::chrono::hours(24 * 365);
};

class CertificateAuthority {
 public:
  static Result<CertificateAuthority> make(const std::string& common_name);
  CertificateAuthority(CertificateAuthority&&) noexcept;
  CertificateAuthority& operator=(CertificateAuthority&&) noexcept;
  ~CertificateAuthority();

  const std::string& certificate_pem() const { return certificate_pem_; }
  Result<CertificatePair> issue(const LeafOptions& options = {}) const;

 private:
  struct Keys;
  CertificateAuthority(std::unique_ptr<Keys> keys, std::string certificate_pem);
  std::unique_ptr<Keys> keys_;
  std::string certificate_pem_;
};

}  // namespace mlc::http
