#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "runtime/app/channel.h"
#include "runtime/app/repl_link.h"

namespace mlc::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Socket = asio::local::stream_protocol::socket;

constexpr uint64_t kMaxAnswerBytes = 256u << 20;  // a year's reconcile fits; a runaway answer does not

class SocketChannel : public Channel {
 public:
  explicit SocketChannel(std::string path) : path_(std::move(path)) {}

  bool reachable() {
    Socket socket(io_);
    boost::system::error_code error;
    socket.connect(asio::local::stream_protocol::endpoint(path_), error);
    return !error;
  }

  Result<http::Response> send(http::Request request) override {
    Socket socket(io_);
    boost::system::error_code error;
    socket.connect(asio::local::stream_protocol::endpoint(path_), error);
    if (error) return Error(Code::unavailable, "the server behind " + path_ + " does not answer: " + error.message());

    beast::http::request<beast::http::string_body> out;
    out.method_string(request.method);
    out.target(request.target);
    out.version(11);
    out.set(beast::http::field::host, "localhost");
    out.set(beast::http::field::connection, "close");
    for (const auto& field : request.headers) out.insert(field.name, field.value);
    out.body() = std::move(request.body);
    out.prepare_payload();
    beast::http::write(socket, out, error);
    if (error) return Error(Code::unavailable, "asking the server failed: " + error.message());

    beast::flat_buffer buffer;
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(kMaxAnswerBytes);
    beast::http::read(socket, buffer, parser, error);
    if (error) return Error(Code::unavailable, "the server gave no whole answer: " + error.message());
    http::Response response;
    response.status = static_cast<int>(parser.get().result_int());
    for (const auto& field : parser.get()) response.headers.add(std::string(field.name_string()), std::string(field.value()));
    response.body = std::move(parser.get().body());
    return response;
  }

  bool is_server() const override { return true; }
  Result<std::unique_ptr<ReplLink>> repl(const ReplOptions& options) override { return attached_repl(path_, options); }

 private:
  std::string path_;
  asio::io_context io_;
};

}  // namespace

std::unique_ptr<Channel> socket_channel(const std::string& socket_path) {
  auto channel = std::make_unique<SocketChannel>(socket_path);
  if (!channel->reachable()) return nullptr;
  return channel;
}

}  // namespace mlc::app
