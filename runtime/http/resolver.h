// Names to addresses. One real implementation (the system's resolver on Asio's background thread); tests and
// simulations give their own table.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/base/task.h"
#include "runtime/http/address.h"

namespace mlc {
class EventLoop;
}

namespace mlc::http {

class Resolver {
 public:
  virtual ~Resolver() = default;
  // Completes on the executor. An address given as text resolves to itself,
  // localhost and names below it to loopback without asking anybody (RFC 6761). `host` is in lower case.
  virtual Task<Result<std::vector<IpAddress>>> resolve(std::string host) = 0;
};

std::unique_ptr<Resolver> system_resolver(EventLoop& loop);

}  // namespace mlc::http
