#include "runtime/app/repl_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

#include "runtime/app/repl_wire.h"
#include "runtime/app/runtime.h"
#include "runtime/console/router.h"
#include "runtime/http/message_writer.h"
#include "runtime/http/url.h"

namespace mlc::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

using Socket = asio::generic::stream_protocol::socket;

}  // namespace

class ReplSocket : public std::enable_shared_from_this<ReplSocket> {
 public:
  ReplSocket(ReplSockets& owner, Socket socket) : owner_(&owner), stream_(std::move(socket)) {
    stream_.read_message_max(kMaxReplMessageBytes);
    stream_.text(true);
    // A person thinks as long as he likes; the kernel says when his end has gone.
    stream_.set_option(websocket::stream_base::timeout{std::chrono::seconds(30), websocket::stream_base::none(), false});
  }

  void start(const http::Request& request, const std::string& actor) {
    beast::http::request<beast::http::empty_body> asked;
    asked.method(beast::http::verb::get);
    asked.target(request.target);
    asked.version(11);
    for (const auto& field : request.headers) asked.insert(field.name, field.value);
    stream_.async_accept(asked, [self = shared_from_this(), actor, target = request.target](beast::error_code failed) {
      if (failed || self->owner_ == nullptr) return self->gone();
      self->open(target, actor);
    });
  }

  void close() {
    owner_ = nullptr;
    session_.reset();
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).close(ignored);
  }

 private:
  void open(const std::string& target, const std::string& actor) {
    workbench::ReplSession::Options options;
    options.actor = actor;
    const size_t question = std::min(target.find('?'), target.size() - 1);
    auto query = http::parse_query(std::string_view(target).substr(question + 1));
    for (const auto& [name, value] : query.value_or({})) {
      if (name == "client") options.client = value;
      if (name == "instance") options.instance = value;
      if (name == "colour") options.colour = value == "1";
    }
    session_ =
        std::make_unique<workbench::ReplSession>(owner_->runtime_.repl_parts(), std::move(options), [this](workbench::ReplEvent event) {
          write(event_message(event));
          if (event.kind == workbench::ReplEvent::Kind::ended) ending_ = true;
        });
    session_->begin();
    read();
  }

  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](beast::error_code failed, size_t) {
      if (failed || self->owner_ == nullptr) return self->gone();
      const std::string message = beast::buffers_to_string(self->buffer_.data());
      self->buffer_.clear();
      self->hear(message);
      self->read();
    });
  }

  void hear(const std::string& message) {
    auto asked = read_asked(message);
    if (!asked) return write(event_message({workbench::ReplEvent::Kind::error, asked.error().text()}));
    if (asked->interrupt) session_->interrupt();
    if (asked->drop) session_->drop();
    if (asked->line) session_->line(*asked->line);
    if (asked->complete)
      session_->complete(*asked->complete, [weak = weak_from_this()](script::Completions found) {
        if (auto self = weak.lock(); self && self->owner_ != nullptr) self->write(completions_message(found));
      });
  }

  void write(std::string message) {
    out_.push_back(std::move(message));
    if (out_.size() == 1) write_next();
  }

  void write_next() {
    stream_.async_write(asio::buffer(out_.front()), [self = shared_from_this()](beast::error_code failed, size_t) {
      if (failed || self->owner_ == nullptr) return self->gone();
      self->out_.pop_front();
      if (!self->out_.empty()) return self->write_next();
      if (self->ending_) self->gone();
    });
  }

  // The session may be further up on the stack.
  void gone() {
    if (owner_ == nullptr) return;
    ReplSockets* owner = std::exchange(owner_, nullptr);
    owner->open_.erase(shared_from_this());
    owner->loop_.post([self = shared_from_this()] { self->close(); });
  }

  ReplSockets* owner_;  // null once closed
  websocket::stream<Socket> stream_;
  beast::flat_buffer buffer_;
  std::deque<std::string> out_;
  std::unique_ptr<workbench::ReplSession> session_;
  bool ending_ = false;
};

ReplSockets::ReplSockets(EventLoop& loop, Runtime& runtime) : loop_(loop), runtime_(runtime) {}
ReplSockets::~ReplSockets() { close(); }

void ReplSockets::close() {
  for (auto all = std::exchange(open_, {}); const auto& one : all) one->close();
}

void ReplSockets::refuse(http::Upgrade&& upgrade, const http::Response& response) {
  std::string bytes;
  http::append_response(response, {false, false, ""}, bytes);
  [[maybe_unused]] auto sent = send(upgrade.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::close(upgrade.socket);
}

void ReplSockets::take(http::Upgrade&& upgrade, const std::string& actor) {
  const std::string path = upgrade.request.target.substr(0, upgrade.request.target.find('?'));
  if (path != kReplPath) return refuse(std::move(upgrade), console::problem(Code::not_found, "there is no WebSocket at " + path));
  if (open_.size() >= kMaxSessions)
    return refuse(std::move(upgrade), console::problem(Code::exhausted, "as many REPL sessions are attached as this server takes"));
  if (!upgrade.already_read.empty())
    return refuse(std::move(upgrade), console::problem(Code::invalid_argument, "wait for the answer to the upgrade"));
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  if (getsockname(upgrade.socket, reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    ::close(upgrade.socket);
    return;
  }
  Socket socket(loop_.context());
  beast::error_code failed;
  socket.assign(asio::generic::stream_protocol(own.ss_family, 0), upgrade.socket, failed);
  if (failed) {
    ::close(upgrade.socket);
    return;
  }
  auto made = std::make_shared<ReplSocket>(*this, std::move(socket));
  open_.insert(made);
  made->start(upgrade.request, actor);
}

}  // namespace mlc::app
