#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace mlc::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Connection {
  int socket = -1;
  const std::string* request = nullptr;  // null = idle
  size_t sent = 0;
  std::string answer;
  SteadyClock::time_point began;
  bool closed = false;
};

int connect_to(uint16_t port) {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (made < 0 || connect(made, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("can't connect to port " + std::to_string(port));
  const int on = 1;
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

// 0 = not complete yet, else the status.
int complete_status(const std::string& answer) {
  const auto head = answer.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  size_t length = 0;
  const auto field = answer.find("\r\nContent-Length: ");
  if (field != std::string::npos && field < head) length = std::strtoul(answer.c_str() + field + 18, nullptr, 10);
  if (answer.size() < head + 4 + length) return 0;
  return std::atoi(answer.c_str() + 9);
}

class Generator {
 public:
  Generator(const Load& load, const std::vector<std::string>& requests)
      : load_(load), requests_(requests), all_(static_cast<size_t>(load.connections)) {
    poll_ = epoll_create1(EPOLL_CLOEXEC);
    for (auto& connection : all_) {
      connection.socket = connect_to(load.port);
      epoll_event wanted{};
      wanted.events = EPOLLIN;
      wanted.data.ptr = &connection;
      epoll_ctl(poll_, EPOLL_CTL_ADD, connection.socket, &wanted);
      idle_.push_back(&connection);
    }
    result_.micros.reserve(requests.size());
  }
  ~Generator() {
    for (auto& connection : all_) close(connection.socket);
    close(poll_);
  }

  LoadResult run() {
    began_ = SteadyClock::now();
    epoll_event events[64];
    while (finished_ < requests_.size()) {
      give_out();
      const int count = epoll_wait(poll_, events, 64, wait_ms());
      for (int i = 0; i < count; ++i) take(*static_cast<Connection*>(events[i].data.ptr));
      if (open_ == 0) break;
    }
    result_.seconds = std::chrono::duration<double>(SteadyClock::now() - began_).count();
    result_.refused += requests_.size() - finished_;
    return std::move(result_);
  }

 private:
  SteadyClock::time_point due(size_t index) const {
    return began_ +
           std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(static_cast<double>(index) / load_.per_second));
  }
  int wait_ms() const {
    if (load_.per_second == 0 || next_ == requests_.size() || idle_.empty()) return 1000;
    return due(next_) <= SteadyClock::now() ? 0 : 1;
  }
  void give_out() {
    while (!idle_.empty() && next_ < requests_.size()) {
      const auto now = SteadyClock::now();
      if (load_.per_second > 0 && due(next_) > now) return;
      Connection& connection = *idle_.back();
      idle_.pop_back();
      connection.began = load_.per_second > 0 ? due(next_) : now;
      connection.request = &requests_[next_++];
      connection.answer.clear();
      // A request of some KiB always fits a socket that was just answered.
      const auto sent = send(connection.socket, connection.request->data(), connection.request->size(), MSG_NOSIGNAL);
      if (sent != static_cast<ssize_t>(connection.request->size())) drop(connection);
    }
  }
  void take(Connection& connection) {
    char bytes[4096];
    const auto got = recv(connection.socket, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return drop(connection);
    connection.answer.append(bytes, static_cast<size_t>(got));
    const int status = complete_status(connection.answer);
    if (status == 0) return;
    ++finished_;
    if (status / 100 == 2) ++result_.succeeded;
    else ++result_.refused;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - connection.began).count();
    result_.micros.push_back(static_cast<uint32_t>(took));
    connection.request = nullptr;
    idle_.push_back(&connection);
  }
  void drop(Connection& connection) {
    if (connection.closed) return;
    connection.closed = true;
    epoll_ctl(poll_, EPOLL_CTL_DEL, connection.socket, nullptr);
    --open_;
    if (connection.request != nullptr) ++finished_, ++result_.refused;
  }

  const Load& load_;
  const std::vector<std::string>& requests_;
  int poll_ = -1;
  std::vector<Connection> all_;
  std::vector<Connection*> idle_;
  size_t next_ = 0, finished_ = 0;
  int open_ = load_.connections;
  SteadyClock::time_point began_;
  LoadResult result_;
};

}  // namespace

LoadResult run_load(const Load& load, const std::vector<std::string>& requests) { return Generator(load, requests).run(); }

}  // namespace mlc::bench
