#include "runtime/http/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "runtime/http/address.h"

namespace mlc::http {
namespace {

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct X509Deleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

std::unique_ptr<BIO, BioDeleter> memory_bio(std::string_view text) {
  return std::unique_ptr<BIO, BioDeleter>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A key file with a passphrase must not make the library ask on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Error ssl_error(const std::string& doing) { return Error(Code::config, doing + ": " + take_ssl_error()); }

// What client and server share. Released buffers keep an idle connection at a few KB; moving and partial writes let the
// caller retry from wherever its bytes are by then.
bool harden(SSL_CTX* context) {
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

// The only protocol spoken here; a peer that insists on another one has mixed up its listeners.
constexpr unsigned char kAlpn[] = "\x08http/1.1";

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kAlpn, sizeof kAlpn - 1, in, in_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

std::string take_ssl_error() {
  unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no detail";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

Result<SslContext> TlsFactory::context(const TlsPolicy& policy) {
  auto known = by_ca_file_.find(policy.ca_file);
  if (known != by_ca_file_.end()) return known->second;
  ERR_clear_error();
  SslContext context(SSL_CTX_new(TLS_client_method()), SslContextDeleter());
  if (!context || !harden(context.get())) return ssl_error("making a TLS context");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_alpn_protos(context.get(), kAlpn, sizeof kAlpn - 1);
  int loaded = policy.ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                      : SSL_CTX_load_verify_file(context.get(), policy.ca_file.c_str());
  if (loaded != 1) return ssl_error("reading certificates of " + (policy.ca_file.empty() ? "the system" : policy.ca_file));
  by_ca_file_.emplace(policy.ca_file, context);
  return context;
}

Result<SslHandle> TlsFactory::connect_to(const TlsPolicy& policy, const std::string& host) {
  auto made = context(policy);
  if (!made) return made.error();
  SslHandle ssl(SSL_new(made->get()));
  if (!ssl) return ssl_error("making a TLS connection");
  bool bound;
  if (IpAddress::parse(host)) {
    bound = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) == 1;  // RFC 6066: no SNI for addresses
  } else {
    SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    bound = SSL_set1_host(ssl.get(), host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl.get(), host.c_str()) == 1;
  }
  if (!bound) return ssl_error("binding a TLS connection to its host");
  SSL_set_connect_state(ssl.get());
  return ssl;
}

Result<SslContext> server_context(std::string_view certificate_pem, std::string_view key_pem) {
  ERR_clear_error();
  SslContext context(SSL_CTX_new(TLS_server_method()), SslContextDeleter());
  if (!context || !harden(context.get())) return ssl_error("making a TLS context");
  SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_alpn, nullptr);
  // Sessions are resumed by tickets only; nothing is kept here.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);

  auto chain = memory_bio(certificate_pem);
  std::unique_ptr<X509, X509Deleter> leaf(PEM_read_bio_X509(chain.get(), nullptr, no_passphrase, nullptr));
  if (!leaf || SSL_CTX_use_certificate(context.get(), leaf.get()) != 1) return ssl_error("reading the certificate");
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, no_passphrase, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context.get(), next) != 1) {
      X509_free(next);
      return ssl_error("reading the certificate chain");
    }
  }
  ERR_clear_error();  // the end of the file is reported as an error

  auto key_text = memory_bio(key_pem);
  std::unique_ptr<EVP_PKEY, KeyDeleter> key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_passphrase, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) return ssl_error("reading the private key");
  if (SSL_CTX_check_private_key(context.get()) != 1) return ssl_error("the private key is not the certificate's");
  return context;
}

}  // namespace mlc::http
