// The admin API on its two doors: the socket state/admin.sock, where the peer's user is checked, and loopback TCP, where
// a token is asked. Also /metrics for Prometheus.
#pragma once
#include <memory>

#include "runtime/app/repl_socket.h"
#include "runtime/app/runtime.h"
#include "runtime/console/admin_door.h"
#include "runtime/http/server.h"

namespace mlc::app {

class AdminSite {
 public:
  // Starts both doors; the TCP one only when settings name an address. Writes state/admin.token (0600) when missing.
  // `site` is the public server, whose counts /metrics tells; it outlives this.
  static Result<std::unique_ptr<AdminSite>> start(EventLoop& loop, Runtime& runtime, const Clock& clock, const http::Server& site);
  uint16_t port() const { return tcp_ ? tcp_->port() : 0; }
  void drain();

 private:
  AdminSite(Runtime& runtime, const http::Server& site) : runtime_(runtime), site_(site) {}
  void handle(http::Request&& request, http::Respond respond, std::string actor);

  Runtime& runtime_;
  const http::Server& site_;
  std::unique_ptr<console::AdminDoor> door_;
  std::unique_ptr<ReplSockets> repls_;
  std::unique_ptr<http::Server> socket_, tcp_;
};

}  // namespace mlc::app
