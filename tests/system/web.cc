#include "tests/system/web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "runtime/base/strings.h"

namespace mlc::system_test {
namespace {

constexpr int kAnswerMs = 60'000;

struct Place {
  bool tls = false;
  std::string host, target;
  int port = 0;
};

Place place_of(const std::string& url) {
  Place place;
  place.tls = url.rfind("https://", 0) == 0;
  const size_t begin = url.find("://") + 3;
  const size_t slash = std::min(url.find('/', begin), url.size());
  const std::string authority = url.substr(begin, slash - begin);
  place.host = authority.substr(0, authority.find(':'));
  place.port = std::stoi(authority.substr(authority.find(':') + 1));
  place.target = slash < url.size() ? url.substr(slash) : "/";
  return place;
}

class Connection {
 public:
  Connection(const Place& place, const std::string& ca_file) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(place.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
    if (!place.tls) {
      open_ = true;
      return;
    }
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_load_verify_locations(context_.get(), ca_file.c_str(), nullptr) != 1) return;
    tls_.reset(SSL_new(context_.get()));
    SSL_set_tlsext_host_name(tls_.get(), place.host.c_str());
    SSL_set1_host(tls_.get(), place.host.c_str());
    SSL_set_fd(tls_.get(), socket_);
    open_ = SSL_connect(tls_.get()) == 1;
  }
  ~Connection() {
    tls_.reset();
    if (socket_ >= 0) ::close(socket_);
  }

  bool write(const std::string& bytes) {
    size_t sent = 0;
    while (open_ && sent < bytes.size()) {
      const auto count = tls_ ? SSL_write(tls_.get(), bytes.data() + sent, static_cast<int>(bytes.size() - sent))
                              : static_cast<int>(::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL));
      if (count <= 0) return false;
      sent += static_cast<size_t>(count);
    }
    return open_;
  }
  // False at the end of the stream, at an error, and when nothing came for so long.
  bool read(std::string& into, int patience_ms) {
    if (!open_) return false;
    if (!(tls_ && SSL_pending(tls_.get()) > 0)) {
      pollfd waiting{socket_, POLLIN, 0};
      if (::poll(&waiting, 1, patience_ms) <= 0) return false;
    }
    char bytes[16384];
    const auto count = tls_ ? SSL_read(tls_.get(), bytes, sizeof bytes) : static_cast<int>(::recv(socket_, bytes, sizeof bytes, 0));
    if (count <= 0) return false;
    into.append(bytes, static_cast<size_t>(count));
    return true;
  }

 private:
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  int socket_ = -1;
  bool open_ = false;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> tls_;
};

std::string chunks_joined(const std::string& body) {
  std::string joined;
  for (size_t at = 0; at < body.size();) {
    const size_t line = body.find("\r\n", at);
    if (line == std::string::npos) break;
    const size_t size = std::stoul(body.substr(at, line - at), nullptr, 16);
    if (size == 0) break;
    joined += body.substr(line + 2, size);
    at = line + 2 + size + 2;
  }
  return joined;
}

// Every request says Connection: close, so the end of the stream ends the answer.
Answer parsed(const std::string& bytes) {
  Answer answer;
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string::npos || bytes.size() < 12) return answer;
  answer.status = std::stoi(bytes.substr(9, 3));
  size_t at = bytes.find("\r\n") + 2;
  while (at < end + 2) {
    const size_t line = bytes.find("\r\n", at);
    const size_t colon = bytes.find(':', at);
    answer.fields.emplace_back(bytes.substr(at, colon - at), std::string(trim(bytes.substr(colon + 1, line - colon - 1))));
    at = line + 2;
  }
  answer.body = bytes.substr(end + 4);
  if (iequals(answer.field("Transfer-Encoding"), "chunked")) answer.body = chunks_joined(answer.body);
  const std::string length = answer.field("Content-Length");
  if (!length.empty() && answer.body.size() < std::stoul(length)) answer.status = 0;  // cut off in the middle
  return answer;
}

}  // namespace

std::string Answer::field(const std::string& name) const {
  for (const auto& [key, value] : fields)
    if (iequals(key, name)) return value;
  return "";
}

Answer Web::call(const std::string& method, const std::string& url, const Fields& fields, const std::string& body) const {
  const Place place = place_of(url);
  std::string request =
      method + " " + place.target + " HTTP/1.1\r\nHost: " + place.host + ":" + std::to_string(place.port) + "\r\nConnection: close\r\n";
  for (const auto& [name, value] : fields) request += name + ": " + value + "\r\n";
  if (method != "GET") request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n" + body;
  Connection connection(place, ca_file_);
  if (!connection.write(request)) return {};
  std::string bytes;
  while (connection.read(bytes, kAnswerMs)) {}
  return parsed(bytes);
}

Answer Web::post(const std::string& url, const Json& body, const Fields& fields) const {
  Fields all = fields;
  all.emplace_back("Content-Type", "application/json");
  return call("POST", url, all, body.dump());
}

std::string Web::raw(const std::string& url, const std::string& bytes, int silence_ms) const {
  Connection connection(place_of(url), ca_file_);
  std::string answer;
  if (!connection.write(bytes)) return answer;
  while (connection.read(answer, silence_ms)) {}
  return answer;
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

}  // namespace mlc::system_test
