#include "runtime/http/wire.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace mlc::http {
namespace {

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a peer that has gone would end the process by SIGPIPE.
int bio_socket(BIO* bio) { return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio))); }

int bio_write(BIO* bio, const char* from, int count) {
  BIO_clear_retry_flags(bio);
  ssize_t put = send(bio_socket(bio), from, static_cast<size_t>(count), MSG_NOSIGNAL);
  if (put < 0 && (would_block(errno) || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(put);
}

int bio_read(BIO* bio, char* to, int room) {
  BIO_clear_retry_flags(bio);
  ssize_t got = recv(bio_socket(bio), to, static_cast<size_t>(room), 0);
  if (got < 0 && (would_block(errno) || errno == EINTR)) BIO_set_retry_read(bio);
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(got);
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP ? 1 : 0;
}

BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

}  // namespace

Wire::Wire(boost::asio::io_context& context, int socket, int family, SslHandle ssl) : socket_(context), ssl_(std::move(ssl)) {
  boost::system::error_code failed;
  socket_.assign(boost::asio::generic::stream_protocol(family, 0), socket, failed);
  if (failed) {
    ::close(socket);
    return;
  }
  if (!ssl_) return;
  BIO* bio = BIO_new(socket_method());
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(socket)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
}

Wire::Io Wire::handshake() {
  ERR_clear_error();
  int returned = SSL_do_handshake(ssl_.get());
  return returned == 1 ? Io::ok : tls_outcome(returned);
}

Wire::Io Wire::read(char* to, size_t room, size_t& got) {
  if (ssl_) {
    ERR_clear_error();
    int returned = SSL_read_ex(ssl_.get(), to, room, &got);
    return returned == 1 ? Io::ok : tls_outcome(returned);
  }
  ssize_t returned;
  do { returned = recv(native(), to, room, 0); } while (returned < 0 && errno == EINTR);
  if (returned == 0) return Io::end;
  if (returned < 0) return would_block(errno) ? Io::want_read : socket_fault("read");
  got = static_cast<size_t>(returned);
  return Io::ok;
}

Wire::Io Wire::write(const char* from, size_t count, size_t& put) {
  if (ssl_) {
    ERR_clear_error();
    int returned = SSL_write_ex(ssl_.get(), from, count, &put);
    return returned == 1 ? Io::ok : tls_outcome(returned);
  }
  ssize_t returned;
  do { returned = send(native(), from, count, MSG_NOSIGNAL); } while (returned < 0 && errno == EINTR);
  if (returned < 0) return would_block(errno) ? Io::want_write : socket_fault("write");
  put = static_cast<size_t>(returned);
  return Io::ok;
}

bool Wire::is_quiet() {
  char byte;
  if (!ssl_) return recv(native(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && would_block(errno);
  // Session tickets may lie there; reading takes them and then wants more. Anything else is an end or unasked data.
  size_t got = 0;
  return read(&byte, 1, got) == Io::want_read;
}

void Wire::finish() {
  if (!is_open()) return;
  if (ssl_ && SSL_is_init_finished(ssl_.get())) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  shutdown(native(), SHUT_WR);
}

bool Wire::discard() {
  char dropped[4096];
  for (int round = 0; round < 64; ++round) {
    ssize_t got = recv(native(), dropped, sizeof dropped, 0);
    if (got == 0) return false;
    if (got < 0) return would_block(errno) || errno == EINTR;
  }
  return true;
}

void Wire::cancel() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Wire::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

int Wire::release() {
  boost::system::error_code failed;
  int socket = socket_.release(failed);
  return failed ? -1 : socket;
}

Wire::Io Wire::tls_outcome(int returned) {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return Io::want_read;
    case SSL_ERROR_WANT_WRITE:
      return Io::want_write;
    case SSL_ERROR_ZERO_RETURN:
      return Io::end;
    case SSL_ERROR_SYSCALL:
      return socket_fault("TLS");
    default:
      break;
  }
  // The verification's own words say more than "certificate verify failed".
  long verified = SSL_get_verify_result(ssl_.get());
  fault_ = "TLS: " + take_ssl_error();
  if (verified != X509_V_OK) fault_ += std::string(": ") + X509_verify_cert_error_string(verified);
  return Io::cut;
}

Wire::Io Wire::socket_fault(const char* doing) {
  int error = errno;
  ERR_clear_error();
  fault_ = std::string(doing) + ": " + (error == 0 ? "connection ended" : std::strerror(error));
  return Io::cut;
}

int start_connect(const IpAddress& address, uint16_t port) {
  int family = address.is_v4() ? AF_INET : AF_INET6;
  int made = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return -1;
  int on = 1;
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_storage to{};
  socklen_t size;
  if (address.is_v4()) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&to);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    std::memcpy(&v4->sin_addr, address.bytes().data(), 4);
    size = sizeof *v4;
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&to);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    std::memcpy(&v6->sin6_addr, address.bytes().data(), 16);
    size = sizeof *v6;
  }
  if (connect(made, reinterpret_cast<sockaddr*>(&to), size) == 0 || errno == EINPROGRESS) return made;
  int error = errno;
  ::close(made);
  errno = error;
  return -1;
}

int connect_outcome(int socket) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

}  // namespace mlc::http
