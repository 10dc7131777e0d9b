// Bytes to a TCP port and nothing back: how printers take a document on port 9100. No HTTP, no TLS, so only to loopback and, where it is
// allowed, the private network. On the loop's thread.
#pragma once
#include <optional>
#include <string>

#include "runtime/base/event_loop.h"
#include "runtime/http/resolver.h"
#include "runtime/http/transport.h"

namespace mlc::http {

struct StreamRequest {
  std::string host;
  uint16_t port = 0;
  bool allow_loopback = false, allow_private = false;  // nothing else may be dialled
  std::string bytes;
  Duration total_deadline = std::chrono::seconds(30);
};

// nullopt: the peer's TCP took every byte. Otherwise the stage is `unknown` from the first byte on: a part may have been used.
// Without bytes it only connects.
Task<std::optional<SendFailure>> send_stream(EventLoop& loop, Resolver& resolver, StreamRequest request);

}  // namespace mlc::http
