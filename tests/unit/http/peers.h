// What the tests of this room talk to and through: an event loop on its own thread, blocking sockets that say any bytes,
// and a remote that answers with any bytes.
#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/base/event_loop.h"
#include "runtime/base/system_clock.h"
#include "runtime/http/client.h"
#include "runtime/http/server.h"

namespace mlc::http::test {

// No wait in these tests is longer, however loaded the machine is.
inline constexpr std::chrono::seconds kPatience{20};

class LoopThread {
 public:
  LoopThread() : loop_(clock_), thread_([this] { loop_.run(); }) {
    call([] {});  // it runs, so stop() can't come before run()
  }
  ~LoopThread() {
    loop_.stop();
    thread_.join();
  }
  EventLoop& loop() { return loop_; }

  // Runs `work` on the loop and gives back what it returned.
  template <class F>
  std::invoke_result_t<F> call(F work) {
    auto done = std::make_shared<std::promise<std::invoke_result_t<F>>>();
    auto outcome = done->get_future();
    loop_.post([done, &work] {
      if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
        work();
        done->set_value();
      } else {
        done->set_value(work());
      }
    });
    return outcome.get();
  }

  std::future<SendResult> begin(Transport& transport, OutgoingRequest request) {
    auto done = std::make_shared<std::promise<SendResult>>();
    loop_.post([done, &transport, request = std::move(request)] {
      spawn<SendResult>(transport.send(request), [done](SendResult result) { done->set_value(std::move(result)); });
    });
    return done->get_future();
  }
  SendResult send(Transport& transport, OutgoingRequest request) {
    auto result = begin(transport, std::move(request));
    if (result.wait_for(kPatience) == std::future_status::ready) return result.get();
    ADD_FAILURE() << "the send did not end";
    std::abort();
  }

 private:
  SystemClock clock_;
  EventLoop loop_;
  std::thread thread_;
};

// A blocking socket that says what it is told to, well-formed or not.
class RawPeer {
 public:
  explicit RawPeer(int connected) : socket_(connected) { set_patience(); }
  explicit RawPeer(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    set_patience();
  }
  explicit RawPeer(const std::string& unix_path) : socket_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, unix_path.data(), unix_path.size());
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    set_patience();
  }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;
  ~RawPeer() { close(); }

  bool connected() const { return connected_; }
  int native() const { return socket_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t put = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(put));
    }
    return true;
  }
  void end() { shutdown(socket_, SHUT_WR); }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

  std::string read_to_end() {
    std::string all;
    while (read_some(all)) {}
    return all;
  }
  std::string read_until(std::string_view marker) {
    std::string all;
    while (all.find(marker) == std::string::npos && read_some(all)) {}
    return all;
  }
  // Whether the other side ended in order, after read_to_end().
  bool ended() const { return ended_; }
  bool readable_within(std::chrono::milliseconds wait) const {
    pollfd waiting{socket_, POLLIN, 0};
    return poll(&waiting, 1, static_cast<int>(wait.count())) == 1;
  }

 private:
  void set_patience() {
    timeval patience{kPatience.count(), 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  bool read_some(std::string& all) {
    char piece[4096];
    ssize_t got = recv(socket_, piece, sizeof piece, 0);
    ended_ = got == 0;
    if (got <= 0) return false;
    all.append(piece, static_cast<size_t>(got));
    return true;
  }

  int socket_;
  bool connected_ = true;
  bool ended_ = false;
};

inline const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// A listener on a free port of 127.0.0.1 whose connections are served one after the other by `serve`.
class RawRemote {
 public:
  using Serve = std::function<void(RawPeer& peer, int number)>;  // `number` counts connections from 0

  explicit RawRemote(Serve serve) : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&at), size) != 0 || listen(listener_, 64) != 0) std::abort();
    getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this, serve = std::move(serve)] {
      for (int number = 0;; ++number) {
        int accepted = accept(listener_, nullptr, nullptr);
        if (accepted < 0) return;
        RawPeer peer(accepted);
        serve(peer, number);
      }
    });
  }
  ~RawRemote() {
    shutdown(listener_, SHUT_RDWR);  // ends accept()
    thread_.join();
    ::close(listener_);
  }
  uint16_t port() const { return port_; }

 private:
  int listener_;
  uint16_t port_ = 0;
  std::thread thread_;
};

// A server and its loop.
class RunningServer {
 public:
  RunningServer(LoopThread& thread, ServerOptions options, Handler handler, UpgradeHandler upgrade = {}) : thread_(thread) {
    thread_.call([&] {
      auto started = Server::start(thread_.loop(), std::move(options), std::move(handler), std::move(upgrade));
      if (!started) {
        ADD_FAILURE() << started.error().text();
        std::abort();
      }
      server_ = std::move(*started);
    });
  }
  ~RunningServer() { stop(); }
  void stop() {
    thread_.call([&] { server_.reset(); });
  }
  Server& server() { return *server_; }
  uint16_t port() const { return server_->port(); }
  ServerCounters counters() {
    return thread_.call([&] { return server_->counters(); });
  }

 private:
  LoopThread& thread_;
  std::unique_ptr<Server> server_;
};

// Names as a test says; anything else has no address.
class TableResolver : public Resolver {
 public:
  using Table = std::map<std::string, std::vector<std::string>>;
  explicit TableResolver(Table table) : table_(std::move(table)) {}
  Task<Result<std::vector<IpAddress>>> resolve(std::string host) override {
    std::vector<IpAddress> addresses;
    auto literal = IpAddress::parse(host);
    if (literal) addresses.push_back(*literal);
    for (const std::string& text : table_[host]) addresses.push_back(*IpAddress::parse(text));
    co_return addresses;
  }

 private:
  Table table_;
};

class RunningClient {
 public:
  explicit RunningClient(LoopThread& thread, ClientOptions options = {}, TableResolver::Table table = {{"localhost", {"127.0.0.1"}}})
      : thread_(thread) {
    thread_.call(
        [&] { client_ = std::make_unique<Client>(thread_.loop(), std::move(options), std::make_unique<TableResolver>(std::move(table))); });
  }
  ~RunningClient() {
    thread_.call([&] { client_.reset(); });
  }
  SendResult send(OutgoingRequest request) { return thread_.send(*client_, std::move(request)); }
  std::future<SendResult> begin(OutgoingRequest request) { return thread_.begin(*client_, std::move(request)); }
  ClientCounters counters() {
    return thread_.call([&] { return client_->counters(); });
  }

 private:
  LoopThread& thread_;
  std::unique_ptr<Client> client_;
};

inline OutgoingRequest get(const std::string& url) {
  OutgoingRequest request;
  request.method = "GET";
  auto parsed = Url::parse(url);
  if (!parsed) {
    ADD_FAILURE() << url << ": " << parsed.error().text();
    std::abort();
  }
  request.url = *parsed;
  request.tls.allow_loopback = true;
  request.allowed_hosts = {parsed->host()};
  request.total_deadline = kPatience;
  return request;
}
inline OutgoingRequest get(uint16_t port) { return get("http://127.0.0.1:" + std::to_string(port) + "/"); }

inline const Response* response_of(const SendResult& result) { return std::get_if<Response>(&result); }
inline const SendFailure* failure_of(const SendResult& result) { return std::get_if<SendFailure>(&result); }

// "200", or "not sent denied", or "unknown timeout": what a table can say about a send.
inline std::string outcome_of(const SendResult& result) {
  if (const Response* response = response_of(result)) return std::to_string(response->status);
  const SendFailure& failure = *failure_of(result);
  return (failure.stage == SendFailure::Stage::not_sent ? "not sent " : "unknown ") + std::string(code_name(failure.error.code()));
}
inline std::string why(const SendResult& result) {
  const SendFailure* failure = failure_of(result);
  return failure == nullptr ? "answered" : failure->error.text();
}

}  // namespace mlc::http::test
