// What a server's connections share: limits, handler, counters, the coarse clock that ends what takes too long. Made and
// owned by Server; connections know it until they are closed, never longer.
#pragma once
#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/http/address.h"
#include "runtime/http/server.h"
#include "runtime/http/tls.h"

namespace mlc::http {

class ServerConnection;

// Where a connection comes from. An IPv6 peer counts by its /64, which is what one customer gets.
struct Peer {
  std::string text;  // "ip:port", "[ip6]:port" or "unix"
  std::string key;   // of the per-peer count; empty: not counted
  bool is_proxy = false;
};

class ServerCore : public std::enable_shared_from_this<ServerCore> {
 public:
  ServerCore(EventLoop& loop, ServerOptions options, Handler handler, UpgradeHandler upgrade);
  ~ServerCore();

  Status listen();
  void shut_down();
  void drain(Duration limit, std::function<void()> drained);
  Status reload_tls(const ServerTls& tls);

  // For connections.
  const ServerLimits& limits() const { return options_.limits; }
  bool is_trusted(const IpAddress& address) const;
  bool is_draining() const { return draining_; }
  // Deadlines are counted in ticks of one timer for all connections: no clock is read and no timer set per request. Never
  // earlier than `limit`, at most two ticks later.
  uint64_t deadline_in(Duration limit) const { return tick_ + 2 + static_cast<uint64_t>(limit / tick_length_); }
  std::string_view date();  // of the Date field, by the loop's clock: a remote counts its windows from it
  EventLoop& loop() { return loop_; }
  void forget(ServerConnection& connection);

  Handler handler;
  UpgradeHandler upgrade;
  ServerCounters counters;
  uint16_t port = 0;
  // Scratch for reading and writing, so that an idle connection owns no buffer. Valid within one call only.
  std::vector<char> read_buffer;
  std::string write_buffer;

 private:
  Status listen_tcp(int& made, int& family);
  Status listen_unix(int& made);
  void accept_soon();
  void accept_all();
  void welcome(int socket, Peer peer);
  bool unix_peer_is_ours(int socket) const;
  void start_ticking();
  void tick();
  void check_drained();

  EventLoop& loop_;
  ServerOptions options_;
  std::vector<IpAddress> proxies_;
  SslContext tls_;
  boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol> acceptor_;
  int family_ = 0;
  bool closed_ = false;
  bool draining_ = false;
  std::function<void()> drained_;
  std::vector<std::shared_ptr<ServerConnection>> connections_;  // each knows its index
  std::unordered_map<std::string, size_t> by_peer_;
  Duration tick_length_;
  uint64_t tick_ = 0;
  std::string date_;
  std::chrono::sys_seconds dated_{};
  std::unique_ptr<Timer> ticker_;
  std::unique_ptr<Timer> accept_pause_;
  std::unique_ptr<Timer> drain_limit_;
};

}  // namespace mlc::http
