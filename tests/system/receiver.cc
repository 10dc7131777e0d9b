#include "tests/system/receiver.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace mlc::system_test {

Receiver::Receiver() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 16) != 0) throw std::runtime_error("no port");
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { work(); });
}

Receiver::~Receiver() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::vector<Json> Receiver::bodies() const {
  const std::lock_guard lock(mutex_);
  return bodies_;
}

std::vector<Json> Receiver::of(const std::string& kind) const {
  std::vector<Json> list;
  for (auto& body : bodies())
    if (body.value("kind", "") == kind) list.push_back(body);
  return list;
}

void Receiver::work() {
  while (true) {
    const int peer = accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    const timeval patience{5, 0};
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::string text;
    char bytes[4096];
    size_t wanted = std::string::npos;
    while (text.size() < wanted) {
      const ssize_t count = recv(peer, bytes, sizeof bytes, 0);
      if (count <= 0) break;
      text.append(bytes, static_cast<size_t>(count));
      const size_t head = text.find("\r\n\r\n"), length = text.find("Content-Length: ");
      if (head != std::string::npos && length != std::string::npos) wanted = head + 4 + std::stoul(text.substr(length + 16));
    }
    const int answer = status;
    if (answer == 200) {
      const std::lock_guard lock(mutex_);
      bodies_.push_back(Json::parse(text.substr(std::min(text.size(), text.find("\r\n\r\n") + 4)), nullptr, false));
    } else {
      ++refused;
    }
    const std::string said = "HTTP/1.1 " + std::to_string(answer) + " X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    (void)!send(peer, said.data(), said.size(), MSG_NOSIGNAL);
    close(peer);
  }
}

}  // namespace mlc::system_test
