#include "runtime/http/certificate_authority.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "runtime/http/address.h"
#include "runtime/http/tls.h"

namespace mlc::http {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;

constexpr std::chrono::seconds kRootLife = std::chrono::hours(24 * 3650);

Error failed(const std::string& doing) { return Error(Code::internal, doing + ": " + take_ssl_error()); }

std::string text_of(BIO* bio) {
  char* data = nullptr;
  long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string pem(X509* certificate) {
  Bio bio(BIO_new(BIO_s_mem()));
  return PEM_write_bio_X509(bio.get(), certificate) == 1 ? text_of(bio.get()) : "";
}

std::string pem(EVP_PKEY* key) {
  Bio bio(BIO_new(BIO_s_mem()));
  return PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1 ? text_of(bio.get()) : "";
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Version 3, random serial, P-256 key; unsigned.
Certificate blank(EVP_PKEY* key, const std::string& common_name, X509* issuer, std::chrono::seconds from, std::chrono::seconds until) {
  Certificate certificate(X509_new());
  unsigned char serial[16];
  if (!certificate || RAND_bytes(serial, sizeof serial) != 1) return nullptr;
  serial[0] &= 0x7f;  // positive, RFC 5280 4.1.2.2
  std::unique_ptr<BIGNUM, Deleter<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  X509_NAME* name = X509_get_subject_name(certificate.get());
  bool made = number && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
              BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) != nullptr &&
              X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from.count()) != nullptr &&
              X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until.count()) != nullptr &&
              X509_set_pubkey(certificate.get(), key) == 1 &&
              X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common_name.data()),
                                         static_cast<int>(common_name.size()), -1, 0) == 1 &&
              X509_set_issuer_name(certificate.get(), issuer == nullptr ? name : X509_get_subject_name(issuer)) == 1;
  return made ? std::move(certificate) : nullptr;
}

}  // namespace

struct CertificateAuthority::Keys {
  Key key;
  Certificate certificate;
};

CertificateAuthority::CertificateAuthority(std::unique_ptr<Keys> keys, std::string certificate_pem)
    : keys_(std::move(keys)), certificate_pem_(std::move(certificate_pem)) {}
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;
CertificateAuthority::~CertificateAuthority() = default;

Result<CertificateAuthority> CertificateAuthority::make(const std::string& common_name) {
  auto keys = std::make_unique<Keys>();
  keys->key.reset(EVP_EC_gen("P-256"));
  if (!keys->key) return failed("making a key");
  keys->certificate = blank(keys->key.get(), common_name, nullptr, -std::chrono::hours(1), kRootLife);
  X509* root = keys->certificate.get();
  if (root == nullptr || !add_extension(root, root, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(root, root, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(root, root, NID_subject_key_identifier, "hash") || X509_sign(root, keys->key.get(), EVP_sha256()) == 0) {
    return failed("making a certificate authority");
  }
  std::string text = pem(root);
  return CertificateAuthority(std::move(keys), std::move(text));
}

Result<CertificatePair> CertificateAuthority::issue(const LeafOptions& options) const {
  if (options.names.empty()) return Error(Code::invalid_argument, "a certificate needs a name");
  std::string names;
  for (const std::string& name : options.names) {
    if (name.find_first_of(",:\n") != std::string::npos && !IpAddress::parse(name)) return Error(Code::invalid_argument, "malformed name");
    names += (names.empty() ? "" : ",") + std::string(IpAddress::parse(name) ? "IP:" : "DNS:") + name;
  }
  Key key(EVP_EC_gen("P-256"));
  if (!key) return failed("making a key");
  X509* root = keys_->certificate.get();
  Certificate leaf = blank(key.get(), options.names.front(), root, options.valid_from, options.valid_until);
  if (!leaf || !add_extension(leaf.get(), root, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(leaf.get(), root, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(leaf.get(), root, NID_ext_key_usage, "serverAuth,clientAuth") ||
      !add_extension(leaf.get(), root, NID_subject_alt_name, names) ||
      !add_extension(leaf.get(), root, NID_authority_key_identifier, "keyid") ||
      X509_sign(leaf.get(), keys_->key.get(), EVP_sha256()) == 0) {
    return failed("issuing a certificate");
  }
  return CertificatePair{pem(leaf.get()), pem(key.get())};
}

}  // namespace mlc::http
