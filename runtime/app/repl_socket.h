// The REPL sessions that are attached to this server: each a WebSocket on /api/v1/repl with a session of its own. Owned by
// AdminSite, whose doors have let the peer in; the loop's thread.
#pragma once
#include <memory>
#include <set>
#include <string>

#include "runtime/http/server.h"

namespace mlc::app {

class Runtime;
class ReplSocket;

class ReplSockets {
 public:
  static constexpr size_t kMaxSessions = 8;

  ReplSockets(EventLoop& loop, Runtime& runtime);
  ~ReplSockets();
  ReplSockets(const ReplSockets&) = delete;
  ReplSockets& operator=(const ReplSockets&) = delete;

  void take(http::Upgrade&& upgrade, const std::string& actor);
  // Answers an upgrade with a plain response and closes.
  static void refuse(http::Upgrade&& upgrade, const http::Response& response);
  void close();  // all of them

 private:
  friend class ReplSocket;
  EventLoop& loop_;
  Runtime& runtime_;
  std::set<std::shared_ptr<ReplSocket>> open_;
};

}  // namespace mlc::app
