#include "runtime/http/server_connection.h"

#include "runtime/base/strings.h"
#include "runtime/http/message_writer.h"

namespace mlc::http {
namespace {

constexpr Duration kLingerTime = std::chrono::seconds(2);
constexpr size_t kMaxLingerRounds = 64;     // of at most 256 KiB each
constexpr int kReadsPerTurn = 8;            // then others get their turn
constexpr size_t kKeptCapacity = 4 * 1024;  // a larger buffer is given back between requests

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Answers a request at most once; the peer is told 500 if nobody does.
class PendingAnswer {
 public:
  PendingAnswer(std::weak_ptr<ServerConnection> connection, uint64_t number) : connection_(std::move(connection)), number_(number) {}
  PendingAnswer(const PendingAnswer&) = delete;
  PendingAnswer& operator=(const PendingAnswer&) = delete;
  ~PendingAnswer() {
    if (!answered_) give({500, {}, ""});
  }
  void give(Response&& response) {
    if (answered_) return;
    answered_ = true;
    if (auto connection = connection_.lock()) connection->answer(number_, std::move(response));
  }

 private:
  std::weak_ptr<ServerConnection> connection_;
  uint64_t number_;
  bool answered_ = false;
};

Response problem(int status, std::string_view reason) {
  std::string body = R"({"type":"about:blank","title":")" + std::string(reason_phrase(status)) + R"(","status":)" + std::to_string(status);
  if (!reason.empty()) body += R"(,"detail":")" + std::string(reason) + "\"";
  return {status, {{"Content-Type", "application/problem+json"}}, body + "}"};
}

void shrink(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptCapacity) std::string().swap(buffer);
}

}  // namespace

ServerConnection::ServerConnection(ServerCore& core, Wire wire, Peer peer) : core_(&core), wire_(std::move(wire)), peer_(std::move(peer)) {}

void ServerConnection::start() {
  if (wire_.is_tls()) {
    state_ = State::handshake;
    set_deadline(core_->limits().handshake_time);
    shake_hands();
    return;
  }
  set_deadline(core_->limits().head_time);  // the first request; later ones may wait idle_time
  wait(Wire::Io::want_read);
}

void ServerConnection::shake_hands() {
  Wire::Io outcome = wire_.handshake();
  if (outcome == Wire::Io::want_read || outcome == Wire::Io::want_write) return wait(outcome);
  if (outcome != Wire::Io::ok) {
    ++core_->counters.failed_handshakes;
    return close();
  }
  state_ = State::head;
  set_deadline(core_->limits().head_time);
  read_on();
}

void ServerConnection::wait(Wire::Io direction) {
  waiting_ = true;
  wire_.wait(direction, [self = shared_from_this()](boost::system::error_code) {
    self->waiting_ = false;
    self->on_ready();
  });
}

// Goes on from a clean stack: the core's scratch buffers and the handler may be in use further up on this one.
void ServerConnection::resume_soon() {
  waiting_ = true;
  core_->loop().post([self = shared_from_this()] {
    self->waiting_ = false;
    if (self->state_ == State::head || self->state_ == State::body) self->take({});
    if (!self->waiting_ && (self->state_ == State::head || self->state_ == State::body)) self->read_on();
  });
}

void ServerConnection::on_ready() {
  switch (state_) {
    case State::handshake:
      return shake_hands();
    case State::head:
    case State::body:
      return read_on();
    case State::writing:
      return write_on();
    case State::lingering:
      if (wire_.discard() && ++lingered_ < kMaxLingerRounds) return wait(Wire::Io::want_read);
      return close();
    case State::handling:
    case State::closed:
      return;
  }
}

// Reads until a request is complete, the socket is empty, or others should have their turn.
void ServerConnection::read_on() {
  for (int round = 0; round < kReadsPerTurn; ++round) {
    size_t got = 0;
    auto& buffer = core_->read_buffer;
    Wire::Io outcome = wire_.read(buffer.data(), buffer.size(), got);
    if (outcome == Wire::Io::want_read || outcome == Wire::Io::want_write) return wait(outcome);
    if (outcome != Wire::Io::ok) return close();  // ended between requests, or in one: nobody is left to answer
    take({buffer.data(), got});
    if ((state_ != State::head && state_ != State::body) || waiting_) return;
    if (!wire_.is_tls() && got < buffer.size()) return wait(Wire::Io::want_read);  // the socket was emptied
  }
  resume_soon();
}

// Consumes bytes in order; what belongs to later requests, or can't be judged yet, stays in pending_.
void ServerConnection::take(std::string_view bytes) {
  std::string joined;
  if (!pending_.empty()) {
    joined.swap(pending_);
    joined.append(bytes);
    bytes = joined;
  }
  bool progress = true;
  while (progress && (state_ == State::head || state_ == State::body)) {
    progress = state_ == State::head ? take_head(bytes) : take_body(bytes);
  }
  if (state_ == State::closed || state_ == State::lingering) return;
  if (!joined.empty() && bytes.size() == joined.size()) {
    pending_.swap(joined);
  } else {
    pending_.assign(bytes);
  }
}

// True when it consumed a head.
bool ServerConnection::take_head(std::string_view& bytes) {
  if (bytes.empty()) return false;
  const ServerLimits& limits = core_->limits();
  if (!head_begun_ && request_number_ > 0) set_deadline(limits.head_time);
  head_begun_ = true;
  HeadState found = find_head_end(bytes.substr(0, limits.max_head_bytes), line_start_);
  if (found == HeadState::incomplete) {
    if (bytes.size() >= limits.max_head_bytes) refuse(431, "head too large");
    return false;
  }
  RequestHead head;
  HeadRefusal refusal{400, "malformed head"};
  if (found == HeadState::refused || !parse_request_head(bytes.substr(0, line_start_), head, refusal)) {
    refuse(refusal.status, refusal.reason);
    return false;
  }
  bytes.remove_prefix(line_start_);
  line_start_ = 0;
  head_begun_ = false;
  ++request_number_;
  ++core_->counters.requests;
  keep_alive_ = head.keep_alive;
  to_head_ = head.method == "HEAD";
  expects_continue_ = head.expects_continue;
  wants_upgrade_ = head.wants_upgrade;
  request_.method = std::move(head.method);
  request_.target = std::move(head.target);
  request_.headers = std::move(head.headers);
  request_.body.clear();
  body_ = BodyReader(head.framing, head.content_length, limits.max_body_bytes);
  state_ = State::body;
  set_deadline(limits.body_time);
  return true;
}

// True when the body was complete and the request is answered already, so that the next may follow.
bool ServerConnection::take_body(std::string_view& bytes) {
  bool nothing_yet = bytes.empty();
  const auto state = body_.feed(bytes, request_.body);
  count_arriving(state == BodyReader::State::more ? request_.body.size() : 0);
  switch (state) {
    case BodyReader::State::malformed:
      refuse(400, "malformed body framing");
      return false;
    case BodyReader::State::too_large:
      refuse(413, "body too large");
      return false;
    case BodyReader::State::more:
      // Nobody has proved anything yet: what all of them send must not fill the memory (T4).
      if (core_->counters.arriving_bytes > core_->limits().max_arriving_bytes) {
        refuse(503, "too many bodies at once");
        return false;
      }
      if (nothing_yet && std::exchange(expects_continue_, false)) {
        size_t put = 0;
        // A socket that can't take these few bytes has an unread answer of ours in front; the sender then starts by itself.
        if (wire_.write(kContinue.data(), kContinue.size(), put) == Wire::Io::ok && put != kContinue.size()) close();
      }
      return false;
    case BodyReader::State::done:
      break;
  }
  dispatch(bytes);
  return state_ == State::head;
}

void ServerConnection::count_arriving(size_t bytes) {
  core_->counters.arriving_bytes += bytes;
  core_->counters.arriving_bytes -= std::exchange(arriving_, bytes);
}

void ServerConnection::dispatch(std::string_view rest) {
  auto alive = core_->shared_from_this();  // a handler may destroy the server, and with it itself
  state_ = State::handling;
  deadline_ = 0;  // the handler's own matter
  request_.peer = peer_.text;
  request_.tls = wire_.is_tls();
  if (peer_.is_proxy) apply_proxy_fields();
  if (wants_upgrade_ && core_->upgrade && !wire_.is_tls() && request_.body.empty()) {
    auto upgrade = core_->upgrade;
    Upgrade taken{std::move(request_), wire_.release(), std::string(rest)};
    close();
    if (taken.socket >= 0) upgrade(std::move(taken));
    return;
  }
  if (core_->counters.in_flight >= core_->limits().max_in_flight) {
    ++core_->counters.refused_busy;
    Response busy = problem(503, "too many requests in flight");
    busy.headers.add("Retry-After", std::to_string(core_->limits().retry_after_seconds));
    in_dispatch_ = true;
    send(std::move(busy), keep_alive_);
    in_dispatch_ = false;
    return;
  }
  ++core_->counters.in_flight;
  counted_ = true;
  auto pending = std::make_shared<PendingAnswer>(weak_from_this(), request_number_);
  in_dispatch_ = true;
  try {
    core_->handler(std::move(request_), [pending](Response response) { pending->give(std::move(response)); });
  } catch (const std::exception&) { pending->give(problem(500, "")); }
  pending.reset();  // a handler that kept nothing has answered by now, or never will
  in_dispatch_ = false;
}

// The client as our proxy saw it: the rightmost address that is not itself a trusted proxy. What stands further left was
// said by the client.
void ServerConnection::apply_proxy_fields() {
  std::string hops;
  for (std::string_view value : request_.headers.all("X-Forwarded-For")) hops.append(hops.empty() ? "" : ",").append(value);
  std::vector<std::string_view> list = split(hops, ',');
  for (auto hop = list.rbegin(); hop != list.rend(); ++hop) {
    auto address = IpAddress::parse(trim(*hop));
    if (!address) break;
    request_.peer = address->text();
    if (!core_->is_trusted(*address)) break;
  }
  auto schemes = request_.headers.all("X-Forwarded-Proto");
  if (schemes.size() == 1) request_.tls = iequals(schemes.front(), "https");
}

void ServerConnection::refuse(int status, std::string_view reason) {
  ++(status == 413 ? core_->counters.refused_body_size : status == 503 ? core_->counters.refused_busy : core_->counters.refused_head);
  to_head_ = false;
  count_arriving(0);
  request_.body = std::string();  // the answer may wait for its reader
  send(problem(status, reason), false);
}

void ServerConnection::answer(uint64_t request_number, Response&& response) {
  if (state_ != State::handling || request_number != request_number_) return;
  --core_->counters.in_flight;
  counted_ = false;
  send(std::move(response), keep_alive_);
}

void ServerConnection::send(Response&& response, bool keep) {
  if (response.cut == Cut::before) return close();
  keep_alive_ = keep && !core_->is_draining() && response.cut == Cut::none;
  ResponseFraming framing{keep_alive_, to_head_, core_->date()};
  std::string& bytes = core_->write_buffer;
  bytes.clear();
  if (!append_response(response, framing, bytes)) append_response(problem(500, "malformed response"), framing, bytes);
  if (response.cut == Cut::halfway) bytes.resize(bytes.size() / 2);
  size_t sent = 0;
  while (sent < bytes.size()) {
    size_t put = 0;
    Wire::Io outcome = wire_.write(bytes.data() + sent, bytes.size() - sent, put);
    if (outcome == Wire::Io::ok) {
      sent += put;
    } else if (outcome == Wire::Io::want_write || outcome == Wire::Io::want_read) {
      out_.assign(bytes, sent);
      written_ = 0;
      state_ = State::writing;
      set_deadline(core_->limits().write_time);
      shrink(bytes);
      return wait(outcome);
    } else {
      return close();
    }
  }
  shrink(bytes);
  written();
}

void ServerConnection::write_on() {
  while (written_ < out_.size()) {
    size_t put = 0;
    Wire::Io outcome = wire_.write(out_.data() + written_, out_.size() - written_, put);
    if (outcome == Wire::Io::want_write || outcome == Wire::Io::want_read) return wait(outcome);
    if (outcome != Wire::Io::ok) return close();
    written_ += put;
  }
  shrink(out_);
  written();
}

void ServerConnection::written() {
  if (!keep_alive_) return linger();
  state_ = State::head;
  set_deadline(core_->limits().idle_time);
  if (in_dispatch_) return;  // take() goes on by itself
  if (!pending_.empty() || wire_.has_pending()) return resume_soon();
  shrink(pending_);
  wait(Wire::Io::want_read);
}

// Closing while the peer still sends makes the kernel reset the connection, and the peer may lose our answer. So: stop
// writing, drop what comes, close when the peer does or after a short while.
void ServerConnection::linger() {
  wire_.finish();
  state_ = State::lingering;
  shrink(pending_);
  set_deadline(kLingerTime);
  wait(Wire::Io::want_read);
}

void ServerConnection::stop_if_idle() {
  bool idle = state_ == State::handshake || (state_ == State::head && !head_begun_ && pending_.empty());
  if (idle) close();
}

void ServerConnection::check_deadline(uint64_t tick) {
  if (deadline_ == 0 || tick < deadline_) return;
  bool in_request = state_ == State::body || (state_ == State::head && (head_begun_ || request_number_ == 0));
  if (in_request || state_ == State::handshake || state_ == State::writing) ++core_->counters.timeouts;
  if (in_request) {
    std::string answer;
    size_t put = 0;
    append_response(problem(408, "too slow"), {false, false, core_->date()}, answer);
    wire_.write(answer.data(), answer.size(), put);  // as far as it goes; a slow peer gets no more of our time
    wire_.finish();
  }
  close();
}

void ServerConnection::set_deadline(Duration limit) { deadline_ = core_->deadline_in(limit); }

void ServerConnection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  wire_.close();
  count_arriving(0);
  if (counted_) --core_->counters.in_flight;
  std::exchange(core_, nullptr)->forget(*this);
}

}  // namespace mlc::http
