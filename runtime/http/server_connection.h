// One accepted connection: reads a request, hands it on, writes the answer, one at a time. Owned by ServerCore's list and
// by its own pending waits.
#pragma once
#include <memory>
#include <string>

#include "runtime/http/body_reader.h"
#include "runtime/http/head_check.h"
#include "runtime/http/server_core.h"
#include "runtime/http/wire.h"

namespace mlc::http {

class ServerConnection : public std::enable_shared_from_this<ServerConnection> {
 public:
  ServerConnection(ServerCore& core, Wire wire, Peer peer);

  void start();
  void close();  // at once, whatever is under way; the core's last reference may go with it
  void check_deadline(uint64_t tick);
  void stop_if_idle();  // when draining
  void answer(uint64_t request_number, Response&& response);

  size_t index = 0;  // in the core's list
  const Peer& peer() const { return peer_; }

 private:
  enum class State { handshake, head, body, handling, writing, lingering, closed };

  void shake_hands();
  void wait(Wire::Io direction);
  void resume_soon();
  void on_ready();
  void read_on();
  void take(std::string_view bytes);
  bool take_head(std::string_view& bytes);
  bool take_body(std::string_view& bytes);
  void count_arriving(size_t bytes);  // of a body that is not complete yet
  void dispatch(std::string_view rest);
  void apply_proxy_fields();
  void refuse(int status, std::string_view reason);
  void send(Response&& response, bool keep);
  void write_on();
  void written();
  void linger();
  void set_deadline(Duration limit);

  ServerCore* core_;  // null once closed
  Wire wire_;
  Peer peer_;
  State state_ = State::head;
  bool waiting_ = false;      // exactly one wait is under way
  bool in_dispatch_ = false;  // the handler runs; an answer it gives at once must not recurse into the next request
  bool keep_alive_ = true;
  bool to_head_ = false;
  bool head_begun_ = false;
  bool counted_ = false;  // in counters.in_flight
  size_t arriving_ = 0;   // in counters.arriving_bytes
  bool expects_continue_ = false;
  bool wants_upgrade_ = false;
  uint64_t deadline_ = 0;
  uint64_t request_number_ = 0;
  size_t line_start_ = 0;  // progress of find_head_end in pending_
  size_t lingered_ = 0;
  size_t written_ = 0;
  std::string pending_;  // read, not yet consumed
  std::string out_;      // the unwritten rest of an answer
  Request request_;
  BodyReader body_;
};

}  // namespace mlc::http
