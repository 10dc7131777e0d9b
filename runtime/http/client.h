// The real Transport: HTTP/1.1 over TLS with a bounded pool of kept connections per (scheme, host, port, policy).
// Made on the event loop's thread, used and completing there. Outlives every send it was given.
//
// The stage of a failure: `not_sent` covers allow-list, policy, pool queue, DNS, connect, handshake and a malformed
// request; from the moment the first byte is handed to TLS, everything is `unknown`. An idle connection that the
// remote has visibly closed is dropped before that moment and another one opened.
#pragma once
#include <memory>

#include "runtime/base/event_loop.h"
#include "runtime/http/resolver.h"
#include "runtime/http/transport.h"

namespace mlc::http {

struct ClientOptions {
  size_t max_connections_per_host = 32;
  size_t max_connections = 256;
  size_t max_waiting = 1024;  // sends that wait for a connection; more fail at once, not sent
  Duration idle_time = std::chrono::seconds(30);
  Duration connect_time = std::chrono::seconds(10);  // for one address: TCP and TLS
  size_t max_head_bytes = 64 * 1024;
  // A compressed body may grow to this many times its size (plus 64 KiB); max_response_bytes holds besides.
  size_t max_inflate_ratio = 100;
  std::string user_agent = "ml-connector";
};

struct ClientCounters {
  uint64_t sends = 0;
  uint64_t opened = 0;  // connections
  uint64_t reused = 0;
  uint64_t open = 0;
  uint64_t idle = 0;
};

class Client : public Transport {
 public:
  // `resolver` null: the system's.
  explicit Client(EventLoop& loop, ClientOptions options = {}, std::unique_ptr<Resolver> resolver = nullptr);
  ~Client() override;
  Task<SendResult> send(OutgoingRequest request) override;
  ClientCounters counters() const;

 private:
  std::shared_ptr<class ClientPool> pool_;
};

}  // namespace mlc::http
