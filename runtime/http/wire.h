// A connected stream socket, TCP or Unix, plain or TLS, that never blocks: read and write say at once how far they came
// or what to wait for. OpenSSL works straight on the socket, so an idle connection needs no buffers of ours.
// Owned by one connection; used on the loop's thread.
#pragma once
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <string>

#include "runtime/http/address.h"
#include "runtime/http/tls.h"

namespace mlc::http {

class Wire {
 public:
  enum class Io {
    ok,
    want_read,   // try again when readable
    want_write,  // try again when writable
    end,         // the peer ended the stream in order (over TLS: close_notify)
    cut,         // ended or broken in the middle: reset, TLS without close_notify, bad record
  };

  Wire(boost::asio::io_context& context, int socket, int family, SslHandle ssl);

  bool is_tls() const { return ssl_ != nullptr; }
  bool is_open() const { return socket_.is_open(); }

  Io handshake();  // TLS only
  Io read(char* to, size_t room, size_t& got);
  Io write(const char* from, size_t count, size_t& put);
  // Bytes that a wait for the socket would not report.
  bool has_pending() const { return ssl_ != nullptr && SSL_has_pending(ssl_.get()) == 1; }
  // For a kept connection between messages: false if the peer has closed it or sent something unasked.
  bool is_quiet();
  // Tells the peer that nothing more will be written.
  void finish();
  // Reads and drops what the peer still sends, below TLS. False at its end.
  bool discard();

  // Calls handler(error_code) once when readable or writable, or when cancelled.
  template <class Handler>
  void wait(Io direction, Handler handler) {
    auto what = direction == Io::want_write ? boost::asio::socket_base::wait_write : boost::asio::socket_base::wait_read;
    socket_.async_wait(what, std::move(handler));
  }
  void cancel();  // waits end with operation_aborted
  void close();
  int release();  // the socket, no longer ours

  int native() { return socket_.native_handle(); }
  // Why the last call was `cut`, for an error message.
  const std::string& fault() const { return fault_; }
  SSL* ssl() { return ssl_.get(); }

 private:
  Io tls_outcome(int returned);
  Io socket_fault(const char* doing);

  boost::asio::generic::stream_protocol::socket socket_;
  SslHandle ssl_;
  std::string fault_;
};

// A socket that is connecting to the address: -1 with errno set if it can't be made or fails at once.
int start_connect(const IpAddress& address, uint16_t port);
// The outcome of a connect once the socket is writable: 0 or an errno.
int connect_outcome(int socket);

}  // namespace mlc::http
