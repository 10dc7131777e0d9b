#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "runtime/app/channel.h"
#include "runtime/app/exchange.h"
#include "runtime/app/repl_link.h"

namespace mlc::app {
namespace {

namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;

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
    return exchange(socket, std::move(request), "localhost");
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
