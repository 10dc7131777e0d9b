#include "runtime/app/repl_attached.h"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <csignal>

#include "runtime/app/repl_wire.h"
#include "runtime/base/encoding.h"
#include "runtime/document/write.h"

namespace mlc::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

class AttachedRepl : public ReplLink {
 public:
  AttachedRepl() : stream_(io_) {}

  Status open(const ReplDoor& door, const ReplOptions& options) {
    boost::system::error_code failed;
    beast::get_lowest_layer(stream_).assign(door.protocol, door.socket, failed);
    if (failed) return lost(failed);
    stream_.read_message_max(64 * kMaxReplMessageBytes);
    stream_.set_option(websocket::stream_base::decorator([authorization = door.authorization](websocket::request_type& request) {
      if (!authorization.empty()) request.set(beast::http::field::authorization, authorization);
    }));
    std::string target = door.prefix + kReplPath + "?colour=" + (options.colour ? "1" : "0");
    if (!options.client.empty()) target += "&client=" + percent_encode(options.client);
    if (!options.instance.empty()) target += "&instance=" + percent_encode(options.instance);
    websocket::response_type answer;
    stream_.handshake(answer, door.host, target, failed);
    if (!failed) return ok_status();
    if (answer.result_int() >= 400) return Error(Code::unavailable, "the server takes no REPL now: " + answer.body());
    return Error(Code::unavailable, "the server takes no REPL: " + failed.message());
  }

  Status begin(const Hear& hear) override { return wait("", hear); }
  Status line(const std::string& text, const Hear& hear) override { return wait(asked("line", text), hear); }
  Status drop_line(const Hear& hear) override { return wait("{\"drop\":true}", hear); }

  Result<script::Completions> complete(const std::string& before) override {
    auto sent = send(asked("complete", before));
    if (!sent) return sent.error();
    for (;;) {
      auto answer = receive();
      if (!answer) return answer.error();
      if (answer->completions) return *answer->completions;
    }
  }

 private:
  static constexpr const char* kInterrupt = "{\"interrupt\":true}";

  static std::string asked(const char* what, const std::string& text) {
    auto node = document::Node::object();
    node.set(what, text);
    return document::write(node);
  }

  Status send(const std::string& message) {
    boost::system::error_code failed;
    stream_.write(asio::buffer(message), failed);
    if (failed) return lost(failed);
    return ok_status();
  }

  static Error lost(const boost::system::error_code& failed) {
    return Error(Code::unavailable, "the server has gone away: " + failed.message());
  }

  // Reads on while Ctrl-C can be heard.
  Result<ReplAnswer> receive() {
    boost::system::error_code failed;
    bool read = false;
    asio::signal_set signals(io_, SIGINT);
    std::function<void()> hear_signal = [&] {
      signals.async_wait([&](const boost::system::error_code& error, int) {
        if (error) return;
        boost::system::error_code ignored;
        stream_.write(asio::buffer(std::string_view(kInterrupt)), ignored);
        hear_signal();
      });
    };
    hear_signal();
    stream_.async_read(buffer_, [&](const boost::system::error_code& error, size_t) {
      failed = error;
      read = true;
    });
    io_.restart();
    while (!read) io_.run_one();
    signals.cancel();
    io_.restart();
    io_.poll();
    if (failed) return lost(failed);
    const std::string message = beast::buffers_to_string(buffer_.data());
    buffer_.clear();
    return read_answer(message);
  }

  Status wait(const std::string& message, const Hear& hear) {
    if (!message.empty()) {
      auto sent = send(message);
      if (!sent) return sent;
    }
    for (;;) {
      auto answer = receive();
      if (!answer) return answer.error();
      if (!answer->event) continue;
      hear(*answer->event);
      if (answer->event->kind == workbench::ReplEvent::Kind::ready || answer->event->kind == workbench::ReplEvent::Kind::ended)
        return ok_status();
    }
  }

  asio::io_context io_;
  websocket::stream<asio::generic::stream_protocol::socket> stream_;
  beast::flat_buffer buffer_;
};

}  // namespace

Result<std::unique_ptr<ReplLink>> attached_repl(const ReplDoor& door, const ReplOptions& options) {
  auto made = std::make_unique<AttachedRepl>();
  auto opened = made->open(door, options);
  if (!opened) return opened.error();
  return std::unique_ptr<ReplLink>(std::move(made));
}

Result<std::unique_ptr<ReplLink>> attached_repl(const std::string& socket_path, const ReplOptions& options) {
  using Local = asio::local::stream_protocol;
  asio::io_context io;
  Local::socket socket(io);
  boost::system::error_code failed;
  socket.connect(Local::endpoint(socket_path), failed);
  if (failed) return Error(Code::unavailable, "the server behind " + socket_path + " does not answer: " + failed.message());
  return attached_repl(ReplDoor{asio::generic::stream_protocol(Local()), socket.release(), "localhost", "", ""}, options);
}

}  // namespace mlc::app
