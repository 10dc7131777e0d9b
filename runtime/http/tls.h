// The one place where TLS contexts are made (T6). A client context always verifies the chain, the name, and speaks
// at least TLS 1.2; there is nothing to switch off.
#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "runtime/base/result.h"
#include "runtime/http/transport.h"

namespace mlc::http {

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
struct SslSessionDeleter {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using SslContext = std::shared_ptr<SSL_CTX>;
using SslHandle = std::unique_ptr<SSL, SslDeleter>;
using SslSession = std::unique_ptr<SSL_SESSION, SslSessionDeleter>;

// Client contexts by policy. A ca_file is read once; used on one thread.
class TlsFactory {
 public:
  // A connection to `host` (name or address text) with SNI and host check set, not yet connected.
  Result<SslHandle> connect_to(const TlsPolicy& policy, const std::string& host);

 private:
  Result<SslContext> context(const TlsPolicy& policy);
  std::unordered_map<std::string, SslContext> by_ca_file_;
};

// A server context from PEM text: certificate chain (leaf first) and key. At least TLS 1.2.
Result<SslContext> server_context(std::string_view certificate_pem, std::string_view key_pem);

// The oldest error in this thread's OpenSSL queue as text; clears the queue.
std::string take_ssl_error();

}  // namespace mlc::http
