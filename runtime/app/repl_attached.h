// A REPL that is attached to a running server by its WebSocket, over a connection that somebody has opened: to its Unix socket, or to a
// server elsewhere.
#pragma once
#include <boost/asio/generic/stream_protocol.hpp>

#include "runtime/app/repl_link.h"

namespace mlc::app {

struct ReplDoor {
  boost::asio::generic::stream_protocol protocol;
  int socket = -1;            // connected; the link takes it
  std::string host, prefix;   // what the server is called, and the path a proxy keeps it under
  std::string authorization;  // "" = none is asked
};

Result<std::unique_ptr<ReplLink>> attached_repl(const ReplDoor& door, const ReplOptions& options);

}  // namespace mlc::app
