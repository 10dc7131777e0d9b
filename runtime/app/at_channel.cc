#include "runtime/app/at_channel.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "runtime/app/exchange.h"
#include "runtime/app/repl_attached.h"
#include "runtime/app/servers_file.h"
#include "runtime/http/tls.h"

namespace mlc::app {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Local = asio::local::stream_protocol;
using TlsStream = asio::ssl::stream<Tcp::socket>;

// Passes bytes between a TLS connection and a socket, on a thread of its own, until either end has gone.
class TlsPump {
 public:
  TlsPump(asio::io_context& io, TlsStream tls, Local::socket plain) : io_(io), tls_(std::move(tls)), plain_(std::move(plain)) {
    pass(tls_, plain_, in_);
    pass(plain_, tls_, out_);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TlsPump() {
    io_.stop();
    thread_.join();
  }
  TlsPump(const TlsPump&) = delete;
  TlsPump& operator=(const TlsPump&) = delete;

 private:
  using Buffer = std::array<char, 16 * 1024>;

  template <class From, class To>
  void pass(From& from, To& to, Buffer& buffer) {
    from.async_read_some(asio::buffer(buffer), [this, &from, &to, &buffer](boost::system::error_code error, size_t count) {
      if (error) return end();
      asio::async_write(to, asio::buffer(buffer, count), [this, &from, &to, &buffer](boost::system::error_code failed, size_t) {
        if (failed) return end();
        pass(from, to, buffer);
      });
    });
  }

  void end() {
    boost::system::error_code ignored;
    tls_.next_layer().close(ignored);
    plain_.close(ignored);
  }

  asio::io_context& io_;
  TlsStream tls_;
  Local::socket plain_;
  Buffer in_{}, out_{};
  std::thread thread_;
};

class AtChannel : public Channel {
 public:
  explicit AtChannel(ServerElsewhere server) : server_(std::move(server)) {}

  Result<http::Response> send(http::Request request) override {
    request.target = prefix() + request.target;
    request.headers.add("Authorization", "Bearer " + std::string(server_.token.reveal()));
    auto answer = server_.url.secure() ? over_tls(std::move(request)) : over_tcp(std::move(request));
    if (!answer) return answer;
    if (answer->status == 401)
      return failed(Code::config, "the token in " + server_.token_file + " is refused; it must be what stands in state/admin.token there");
    if (answer->status == 421)
      return failed(Code::config, "it is not called " + server_.host +
                                      " there: let the tunnel have the same port at both ends, or give `host` in servers.json the name and "
                                      "port that `admin` has there");
    const std::string type(answer->headers.get("Content-Type").value_or(""));
    if (answer->status >= 400 && type.find("json") == std::string::npos)
      return failed(Code::unavailable,
                    "what stands before it answers " + std::to_string(answer->status) + ": is it running, and is the url right?");
    return answer;
  }

  bool is_server() const override { return true; }

  Result<std::unique_ptr<ReplLink>> repl(const ReplOptions& options) override {
    auto door = server_.url.secure() ? door_by_tls() : door_by_tcp();
    if (!door) return door.error();
    door->host = server_.host;
    door->prefix = prefix();
    door->authorization = "Bearer " + std::string(server_.token.reveal());
    auto link = attached_repl(*door, options);
    if (!link) return failed(link.error().code(), link.error().message());
    return link;
  }

 private:
  Error failed(Code code, const std::string& sentence) const {
    return Error(code, server_.name + " (" + server_.url.origin() + "): " + sentence);
  }

  // A proxy may keep it under a path of its own.
  std::string prefix() const {
    std::string path = server_.url.path();
    while (!path.empty() && path.back() == '/') path.pop_back();
    return path;
  }

  Status connect(Tcp::socket& socket) {
    boost::system::error_code error;
    Tcp::resolver resolver(io_);
    const auto places = resolver.resolve(server_.url.host(), std::to_string(server_.url.port()), error);
    if (error) return failed(Code::unavailable, "the name is not known: " + error.message());
    asio::connect(socket, places, error);
    if (error)
      return failed(Code::unavailable,
                    "nobody answers there: " + error.message() + (server_.url.secure() ? "" : "; is the ssh -L tunnel up?"));
    return ok_status();
  }

  Status connect(TlsStream& stream) {
    auto open = connect(stream.next_layer());
    if (!open) return open;
    boost::system::error_code error;
    stream.handshake(TlsStream::client, error);
    if (!error) return ok_status();
    const long verified = SSL_get_verify_result(stream.native_handle());
    if (verified == X509_V_OK) return failed(Code::unavailable, "no TLS with it: " + error.message());
    return failed(Code::config, std::string("its certificate is not trusted: ") + X509_verify_cert_error_string(verified) +
                                    "; when it is of an authority of your own, name that one's PEM file as `ca_file` in servers.json");
  }

  Result<http::Response> over_tcp(http::Request request) {
    Tcp::socket socket(io_);
    auto open = connect(socket);
    if (!open) return open.error();
    return told(exchange(socket, std::move(request), server_.host));
  }

  Result<http::Response> over_tls(http::Request request) {
    auto handle = tls_.connect_to({server_.ca_file, false}, server_.url.host());
    if (!handle) return failed(Code::config, handle.error().text());
    TlsStream stream(io_, handle->release());
    auto open = connect(stream);
    if (!open) return open.error();
    return told(exchange(stream, std::move(request), server_.host));
  }

  Result<ReplDoor> door_by_tcp() {
    Tcp::socket socket(io_);
    auto open = connect(socket);
    if (!open) return open.error();
    const auto protocol = socket.local_endpoint().protocol();
    return ReplDoor{asio::generic::stream_protocol(protocol), socket.release(), "", "", ""};
  }

  // What is typed goes through a pair of sockets to the one who speaks TLS.
  Result<ReplDoor> door_by_tls() {
    auto handle = tls_.connect_to({server_.ca_file, false}, server_.url.host());
    if (!handle) return failed(Code::config, handle.error().text());
    TlsStream stream(io_, handle->release());
    auto open = connect(stream);
    if (!open) return open.error();
    Local::socket ours(io_), theirs(io_);
    asio::local::connect_pair(ours, theirs);
    pump_ = std::make_unique<TlsPump>(io_, std::move(stream), std::move(ours));
    return ReplDoor{asio::generic::stream_protocol(Local()), theirs.release(), "", "", ""};
  }

  Result<http::Response> told(Result<http::Response> answer) const {
    if (!answer) return failed(answer.error().code(), answer.error().message());
    return answer;
  }

  ServerElsewhere server_;
  asio::io_context io_;
  http::TlsFactory tls_;
  std::unique_ptr<TlsPump> pump_;  // while a REPL runs
};

}  // namespace

Result<std::unique_ptr<Channel>> at_channel(const std::string& name) {
  RealFiles files;
  auto server = find_server(files, name);
  if (!server) return server.error();
  return std::unique_ptr<Channel>(std::make_unique<AtChannel>(std::move(*server)));
}

}  // namespace mlc::app
