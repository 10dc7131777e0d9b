// Transport: the one way a request leaves the program. Client is the real one; simulations and tests implement it.
//
// A send never retries, never follows a redirect (see follow.h) and ends once, on the executor, with a complete
// response or a SendFailure that says whether the remote can have seen any of it (reliability.md, section 2).
#pragma once
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/base/task.h"
#include "runtime/base/time.h"
#include "runtime/http/message.h"
#include "runtime/http/url.h"

namespace mlc::http {

// How a peer is verified. Verification itself has no switch.
struct TlsPolicy {
  std::string ca_file;          // PEM; empty: the system's store
  bool allow_loopback = false;  // opens 127.0.0.0/8 and ::1, also by plain http; nothing else
  friend bool operator==(const TlsPolicy&, const TlsPolicy&) = default;
};

struct OutgoingRequest {
  std::string method;
  Url url;
  Headers headers;  // without Host, Content-Length, Connection and Transfer-Encoding, which the transport writes
  std::string body;
  Duration total_deadline = std::chrono::seconds(30);  // from send() to the last byte, real time
  size_t max_response_bytes = 16 * 1024 * 1024;        // of the body, before and after decoding
  // Effects of kinds C and D: only on a connection opened for this request or answered in the last 2 s.
  bool fresh = false;
  TlsPolicy tls;
  // Hosts this connection may talk to: "name", "name:port" or "*.name" (any one or more labels before it).
  // A host that is not listed is refused; an empty list refuses all.
  std::vector<std::string> allowed_hosts;
  // Adds secrets at the TLS write: called at most once, on an established connection, just before the first byte is
  // written. What it produces is wiped after the write and never logged.
  std::function<void(Headers& headers, std::string& target, std::string& body)> credentials;
};

struct SendFailure {
  enum class Stage {
    not_sent,  // failed before any byte of the request was given to TLS (or to the plain socket)
    unknown,   // everything after, including a reused connection that turns out to be dead during the write
  };
  Stage stage;
  Error error;
};

using SendResult = std::variant<Response, SendFailure>;

class Transport {
 public:
  virtual ~Transport() = default;
  virtual Task<SendResult> send(OutgoingRequest request) = 0;
};

}  // namespace mlc::http
