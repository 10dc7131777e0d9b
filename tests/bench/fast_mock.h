// A shop and its books that answer at once, over plain HTTP on loopback with kept connections: orders by number, one
// account, invoices that are kept by their transaction id. Answers on a thread of its own.
#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "runtime/base/event_loop.h"
#include "runtime/base/system_clock.h"
#include "runtime/http/server.h"

namespace mlc::bench {

class FastMock {
 public:
  FastMock();
  ~FastMock();
  FastMock(const FastMock&) = delete;
  FastMock& operator=(const FastMock&) = delete;

  uint16_t port() const { return port_; }
  uint64_t calls() const { return calls_; }
  uint64_t invoices() const { return kept_; }

 private:
  http::Response answer(const http::Request& request);

  SystemClock clock_;
  EventLoop loop_{clock_};
  std::unique_ptr<http::Server> server_;
  uint16_t port_ = 0;
  std::atomic<uint64_t> calls_{0}, kept_{0};
  std::map<std::string, std::string> invoices_;  // transaction id -> body; its id is the same text
  std::thread thread_;
};

}  // namespace mlc::bench
