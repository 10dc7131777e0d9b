#include "runtime/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstring>

#include "runtime/base/date.h"
#include "runtime/http/server_connection.h"
#include "runtime/http/server_core.h"

namespace mlc::http {
namespace {

constexpr int kBacklog = 1024;
constexpr int kAcceptsPerTurn = 64;
constexpr size_t kReadBufferBytes = 64 * 1024;
constexpr Duration kMinTick = std::chrono::milliseconds(5);
constexpr Duration kMaxTick = std::chrono::milliseconds(250);
constexpr Duration kAcceptPause = std::chrono::milliseconds(100);

// For peers turned away at the door of a plain listener; over TLS they just see the connection closed.
constexpr std::string_view kFull = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

Error io_error(const std::string& doing) { return Error(Code::io, doing + ": " + std::strerror(errno)); }

// An eighth of the shortest limit, so that no deadline is late by more than a quarter of itself.
Duration tick_for(const ServerLimits& limits) {
  Duration least = std::min({limits.head_time, limits.body_time, limits.write_time, limits.idle_time, limits.handshake_time});
  return std::clamp(least / 8, kMinTick, kMaxTick);
}

IpAddress v4_of(const sockaddr_in& from) {
  std::array<uint8_t, 4> bytes;
  std::memcpy(bytes.data(), &from.sin_addr, 4);
  return IpAddress::v4(bytes);
}

IpAddress v6_of(const sockaddr_in6& from) {
  std::array<uint8_t, 16> bytes;
  std::memcpy(bytes.data(), &from.sin6_addr, 16);
  return IN6_IS_ADDR_V4MAPPED(&from.sin6_addr) ? IpAddress::v4({bytes[12], bytes[13], bytes[14], bytes[15]}) : IpAddress::v6(bytes);
}

}  // namespace

ServerCore::ServerCore(EventLoop& loop, ServerOptions options, Handler given_handler, UpgradeHandler given_upgrade)
    : handler(std::move(given_handler)),
      upgrade(std::move(given_upgrade)),
      read_buffer(kReadBufferBytes),
      loop_(loop),
      options_(std::move(options)),
      acceptor_(loop.context()),
      tick_length_(tick_for(options_.limits)) {}

ServerCore::~ServerCore() = default;

Status ServerCore::listen() {
  for (const std::string& proxy : options_.proxies) {
    auto address = IpAddress::parse(proxy);
    if (!address) return Error(Code::config, "proxies: \"" + proxy + "\" is not an address");
    proxies_.push_back(*address);
  }
  if (options_.tls) {
    Status loaded = reload_tls(*options_.tls);
    if (!loaded) return loaded;
    options_.tls.reset();  // the key's text is not needed again
  }
  int made = -1;
  Status bound = options_.unix_path.empty() ? listen_tcp(made, family_) : listen_unix(made);
  if (bound && ::listen(made, kBacklog) != 0) bound = io_error("listening");
  boost::system::error_code failed;
  if (bound) acceptor_.assign(boost::asio::generic::stream_protocol(family_, 0), made, failed);
  if (failed) bound = Error(Code::io, "listening: " + failed.message());
  if (!bound) {
    if (made >= 0) ::close(made);
    return bound;
  }
  accept_soon();
  return ok_status();
}

Status ServerCore::listen_tcp(int& made, int& family) {
  auto address = IpAddress::parse(options_.address);
  if (!address) return Error(Code::config, "\"" + options_.address + "\" is not an address to listen on");
  family = address->is_v4() ? AF_INET : AF_INET6;
  made = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return io_error("making a socket");
  int on = 1;
  setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // accepted sockets inherit it
  sockaddr_in6 where6{};
  sockaddr_in where4{};
  where6.sin6_family = AF_INET6;
  where6.sin6_port = where4.sin_port = htons(options_.port);
  where4.sin_family = AF_INET;
  std::memcpy(&where4.sin_addr, address->bytes().data(), 4);
  std::memcpy(&where6.sin6_addr, address->bytes().data(), 16);
  bool is_v4 = address->is_v4();
  sockaddr* where = is_v4 ? reinterpret_cast<sockaddr*>(&where4) : reinterpret_cast<sockaddr*>(&where6);
  socklen_t size = is_v4 ? sizeof where4 : sizeof where6;
  if (bind(made, where, size) != 0) return io_error("listening on " + options_.address + " port " + std::to_string(options_.port));
  if (getsockname(made, where, &size) != 0) return io_error("reading the port");
  port = ntohs(is_v4 ? where4.sin_port : where6.sin6_port);
  return ok_status();
}

// The folder is ours and holds the instance's lock, so a socket file left by a crash has no owner.
Status ServerCore::listen_unix(int& made) {
  family_ = AF_UNIX;
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (options_.unix_path.size() >= sizeof where.sun_path)
    return Error(Code::config, "socket path longer than 107 bytes: " + options_.unix_path);
  std::memcpy(where.sun_path, options_.unix_path.data(), options_.unix_path.size());
  made = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return io_error("making a socket");
  struct stat found;
  if (lstat(where.sun_path, &found) == 0) {
    if (!S_ISSOCK(found.st_mode)) return Error(Code::config, options_.unix_path + " exists and is no socket");
    unlink(where.sun_path);
  }
  // fchmod before bind gives the file its mode from the first moment (Linux).
  if (fchmod(made, 0600) != 0 || bind(made, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0 || chmod(where.sun_path, 0600) != 0) {
    return io_error("listening on " + options_.unix_path);
  }
  return ok_status();
}

Status ServerCore::reload_tls(const ServerTls& tls) {
  auto made = server_context(tls.certificate_pem, tls.key_pem);
  if (!made) return made.error();
  tls_ = *made;
  return ok_status();
}

void ServerCore::accept_soon() {
  if (closed_ || draining_) return;
  acceptor_.async_wait(boost::asio::socket_base::wait_read, [self = shared_from_this()](boost::system::error_code failed) {
    if (!failed && !self->closed_ && !self->draining_) self->accept_all();
  });
}

void ServerCore::accept_all() {
  for (int count = 0; count < kAcceptsPerTurn; ++count) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    int made = accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (made < 0) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        // Out of descriptors: the socket stays readable, so waiting on it again would spin.
        accept_pause_ = loop_.after_real(kAcceptPause, [this] { accept_soon(); });
        return;
      }
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      continue;  // that peer has gone already
    }
    Peer peer;
    if (from.ss_family == AF_UNIX) {
      peer.text = "unix";
    } else {
      bool is_v4 = from.ss_family == AF_INET;
      auto* v4 = reinterpret_cast<sockaddr_in*>(&from);
      auto* v6 = reinterpret_cast<sockaddr_in6*>(&from);
      IpAddress address = is_v4 ? v4_of(*v4) : v6_of(*v6);
      std::string text = address.is_v4() ? address.text() : "[" + address.text() + "]";
      peer.text = text + ":" + std::to_string(ntohs(is_v4 ? v4->sin_port : v6->sin6_port));
      peer.is_proxy = is_trusted(address);
      size_t counted = address.is_v4() ? 4 : 8;
      if (!peer.is_proxy) peer.key.assign(reinterpret_cast<const char*>(address.bytes().data()), counted);
    }
    welcome(made, std::move(peer));
  }
  accept_soon();
}

void ServerCore::welcome(int made, Peer peer) {
  auto count = peer.key.empty() ? by_peer_.end() : by_peer_.try_emplace(peer.key, 0).first;
  bool peer_full = count != by_peer_.end() && count->second >= options_.limits.max_connections_per_peer;
  bool full = peer_full || connections_.size() >= options_.limits.max_connections;
  if (full || (family_ == AF_UNIX && !unix_peer_is_ours(made))) {
    ++counters.refused_connections;
    if (full && !tls_) ::send(made, kFull.data(), kFull.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count != by_peer_.end() && count->second == 0) by_peer_.erase(count);
    ::close(made);
    return;
  }
  SslHandle ssl(tls_ ? SSL_new(tls_.get()) : nullptr);
  if (ssl) SSL_set_accept_state(ssl.get());
  Wire wire(loop_.context(), made, family_, std::move(ssl));
  if (!wire.is_open() || (tls_ && !wire.is_tls())) {
    ++counters.refused_connections;
    if (count != by_peer_.end() && count->second == 0) by_peer_.erase(count);
    return;
  }
  if (count != by_peer_.end()) ++count->second;
  ++counters.accepted;
  ++counters.open;
  start_ticking();
  auto connection = std::make_shared<ServerConnection>(*this, std::move(wire), std::move(peer));
  connection->index = connections_.size();
  connections_.push_back(connection);
  connection->start();
}

bool ServerCore::unix_peer_is_ours(int made) const {
  ucred who{};
  socklen_t size = sizeof who;
  if (getsockopt(made, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return false;
  return who.uid == geteuid() || who.uid == 0;
}

bool ServerCore::is_trusted(const IpAddress& address) const {
  return std::find(proxies_.begin(), proxies_.end(), address) != proxies_.end();
}

void ServerCore::forget(ServerConnection& connection) {
  --counters.open;
  auto count = by_peer_.find(connection.peer().key);
  if (count != by_peer_.end() && --count->second == 0) by_peer_.erase(count);
  size_t index = connection.index;
  auto kept = std::move(connections_[index]);
  if (index + 1 != connections_.size()) {
    connections_[index] = std::move(connections_.back());
    connections_[index]->index = index;
  }
  connections_.pop_back();
  check_drained();
}

std::string_view ServerCore::date() {
  const WallTime now = loop_.clock().wall();
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (date_.empty() || second != dated_) {
    date_ = format_http_date(now);
    dated_ = second;
  }
  return date_;
}

void ServerCore::start_ticking() {
  if (ticker_) return;
  ticker_ = loop_.after_real(tick_length_, [this] { tick(); });
}

void ServerCore::tick() {
  ++tick_;
  // From the back: closing one moves the last, which has been looked at, into its place.
  for (size_t i = connections_.size(); i-- > 0;) {
    if (i >= connections_.size()) continue;
    auto connection = connections_[i];
    connection->check_deadline(tick_);
  }
  // Nothing ticks while nobody is connected.
  ticker_.reset();
  if (!connections_.empty()) start_ticking();
}

void ServerCore::drain(Duration limit, std::function<void()> drained) {
  draining_ = true;
  drained_ = std::move(drained);
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (size_t i = connections_.size(); i-- > 0;) {
    auto connection = connections_[i];
    connection->stop_if_idle();
  }
  drain_limit_ = loop_.after_real(limit, [this] {
    while (!connections_.empty()) {
      auto connection = connections_.back();
      connection->close();
    }
  });
  check_drained();
}

void ServerCore::check_drained() {
  if (!draining_ || !drained_ || !connections_.empty()) return;
  loop_.post(std::exchange(drained_, {}));
}

void ServerCore::shut_down() {
  closed_ = true;
  drained_ = {};
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  ticker_.reset();
  accept_pause_.reset();
  drain_limit_.reset();
  while (!connections_.empty()) {
    auto connection = connections_.back();
    connection->close();
  }
  if (!options_.unix_path.empty() && family_ == AF_UNIX) unlink(options_.unix_path.c_str());
}

Server::Server(std::shared_ptr<ServerCore> core) : core_(std::move(core)) {}
Server::~Server() { core_->shut_down(); }

Result<std::unique_ptr<Server>> Server::start(EventLoop& loop, ServerOptions options, Handler handler, UpgradeHandler upgrade) {
  auto core = std::make_shared<ServerCore>(loop, std::move(options), std::move(handler), std::move(upgrade));
  Status listening = core->listen();
  if (!listening) return listening.error();
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

uint16_t Server::port() const { return core_->port; }
const ServerCounters& Server::counters() const { return core_->counters; }
Status Server::reload_tls(const ServerTls& tls) { return core_->reload_tls(tls); }
void Server::drain(Duration limit, std::function<void()> drained) { core_->drain(limit, std::move(drained)); }

}  // namespace mlc::http
