// An HTTP/1.1 server on the event loop's thread: one listener, plain, TLS or Unix socket. Every head and all framing
// is checked by our own strict parser (head_check.h); what is refused is answered and the connection closed.
//
//   auto server = Server::start(loop, options, [](Request&& request, Respond respond) { respond({200, {}, "ok"}); });
//
// Owned by whoever started it; used on the loop's thread only. Requests on a connection are handled one at a time.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/event_loop.h"
#include "runtime/base/result.h"
#include "runtime/base/time.h"
#include "runtime/http/message.h"

namespace mlc::http {

struct ServerTls {
  std::string certificate_pem;  // the text itself, chain with the leaf first
  std::string key_pem;
};

struct ServerLimits {
  size_t max_head_bytes = 16 * 1024;
  size_t max_body_bytes = 1024 * 1024;
  Duration head_time = std::chrono::seconds(10);       // from the first byte of a request to the end of its head
  Duration body_time = std::chrono::seconds(30);       // from the end of the head to the last byte, absolute
  Duration write_time = std::chrono::seconds(30);      // for a whole response to be taken by the peer
  Duration idle_time = std::chrono::seconds(60);       // between requests on a kept connection
  Duration handshake_time = std::chrono::seconds(10);  // TLS
  size_t max_connections = 4096;
  size_t max_connections_per_peer = 256;         // by address; peers in `proxies` and a Unix socket are exempt
  size_t max_in_flight = 1024;                   // requests handed to the handler and not yet answered; more get 503
  size_t max_arriving_bytes = 64 * 1024 * 1024;  // of bodies that are not complete yet, all connections together; more get 503
  int retry_after_seconds = 1;                   // told with the 503
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 0;      // 0: any free one, see Server::port()
  std::string unix_path;  // instead of address and port: mode 0600, only our own user (and root) may speak
  std::optional<ServerTls> tls;
  ServerLimits limits;
  std::vector<std::string> proxies;  // addresses that may say X-Forwarded-For and X-Forwarded-Proto
};

// Answers one request, once, on the loop's thread, at once or later; further calls do nothing. If all copies are
// destroyed without a call the peer is told 500. A connection that has gone makes it a no-op.
using Respond = std::function<void(Response)>;
using Handler = std::function<void(Request&&, Respond)>;

// Takes over a connection whose request asked for an upgrade: the socket (Unix or TCP, not TLS) as a file descriptor
// that the callee owns from then on, with bytes that were already read. It writes the 101 itself.
struct Upgrade {
  Request request;
  int socket = -1;
  std::string already_read;
};
using UpgradeHandler = std::function<void(Upgrade&&)>;

struct ServerCounters {
  uint64_t accepted = 0;  // connections
  uint64_t open = 0;
  uint64_t requests = 0;
  uint64_t in_flight = 0;
  uint64_t arriving_bytes = 0;       // of bodies that are not complete yet
  uint64_t refused_connections = 0;  // over the total or per-peer limit, or a foreign user on the Unix socket
  uint64_t refused_head = 0;         // by the head check or body framing, answered 4xx/5xx
  uint64_t refused_body_size = 0;    // 413
  uint64_t refused_busy = 0;         // 503
  uint64_t failed_handshakes = 0;
  uint64_t timeouts = 0;  // handshake, head, body or write; idle closes are not counted
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> start(EventLoop& loop, ServerOptions options, Handler handler, UpgradeHandler upgrade = {});
  ~Server();  // closes everything at once
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  uint16_t port() const;
  const ServerCounters& counters() const;
  // Takes new certificates for connections from now on; the old ones stay if these are bad.
  Status reload_tls(const ServerTls& tls);
  // Stops accepting, closes idle connections, lets requests in flight be answered (with Connection: close), then
  // calls `drained`; what is not answered within `limit` is closed.
  void drain(Duration limit, std::function<void()> drained);

 private:
  explicit Server(std::shared_ptr<class ServerCore> core);
  std::shared_ptr<class ServerCore> core_;
};

}  // namespace mlc::http
