#include "runtime/http/client.h"

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstring>

#include "runtime/base/secret.h"
#include "runtime/http/address.h"
#include "runtime/http/client_pool.h"
#include "runtime/http/inflate.h"
#include "runtime/http/message_writer.h"
#include "runtime/http/private_network.h"
#include "runtime/http/response_reader.h"

namespace mlc::http {
namespace {

using Stage = SendFailure::Stage;
using LeasePtr = ClientPool::LeasePtr;
using PoolPtr = std::shared_ptr<ClientPool>;

// The end of a whole send. Whoever waits says how to be woken.
struct Deadline {
  Deadline(EventLoop& loop, Duration total) : timer(loop.after_real(total, [this] { pass(); })) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void pass() {
    passed = true;
    if (auto wake = std::exchange(on_pass, nullptr)) wake();
  }

  bool passed = false;
  std::function<void()> on_pass;
  std::unique_ptr<Timer> timer;
};

// A completion that either of two sides may call; the first one counts.
template <class T>
std::function<void(T)> first_of(std::function<void(T)> done) {
  auto shared = std::make_shared<std::function<void(T)>>(std::move(done));
  return [shared](T value) {
    if (auto complete = std::exchange(*shared, nullptr)) complete(std::move(value));
  };
}

// Overwrites what held secrets when the send leaves the writing stage, however it leaves it.
struct WipeAfter {
  OutgoingRequest& request;
  std::string& bytes;
  bool armed = false;
  ~WipeAfter() { now(); }
  void now() {
    if (!armed) return;
    armed = false;
    for (Field& field : request.headers) wipe(field.value.data(), field.value.size());
    wipe(request.body.data(), request.body.size());
    wipe(bytes.data(), bytes.size());
    bytes.clear();
  }
};

Error too_late() { return Error(Code::timeout, "deadline passed"); }

Status check_policy(const OutgoingRequest& request) {
  const Url& url = request.url;
  if (url.host().empty()) return Error(Code::invalid_argument, "no host");
  if (url.scheme() != "https" && url.scheme() != "http") return Error(Code::denied, "no " + url.scheme() + " goes over HTTP");
  if (!url.secure() && !request.tls.allow_loopback && !may_be_private(request.allowed_hosts))
    return Error(Code::denied, "plain http is for loopback only");
  if (!host_allowed(url.host(), url.port(), request.allowed_hosts)) {
    return Error(Code::denied, url.host() + " is not among the hosts of this connection");
  }
  return ok_status();
}

Status check_plain(const OutgoingRequest& request, const std::vector<IpAddress>& addresses) {
  if (request.url.secure()) return ok_status();
  const bool on_the_spot = may_be_private(request.allowed_hosts);
  for (const IpAddress& address : addresses) {
    if (classify(address) == AddressClass::loopback || (on_the_spot && on_private_network(address))) continue;
    return Error(Code::denied,
                 on_the_spot ? "without TLS only a printer on the private network may be asked" : "plain http is for loopback only");
  }
  return ok_status();
}

std::string pool_key(const OutgoingRequest& request) {
  return request.url.origin() + (request.tls.allow_loopback ? "|L" : "|-") + (may_be_private(request.allowed_hosts) ? "P|" : "|") +
         request.tls.ca_file;
}

// False if the deadline passed first.
Task<bool> ready(Wire& wire, Wire::Io direction, Deadline& deadline) {
  if (deadline.passed) co_return false;
  Callback<Unit> readiness(
      [&wire, direction](Callback<Unit>::Complete done) { wire.wait(direction, [done](boost::system::error_code) { done(Unit{}); }); });
  deadline.on_pass = [&wire] { wire.cancel(); };
  co_await readiness;
  deadline.on_pass = nullptr;
  co_return !deadline.passed;
}

// Null if the deadline passed in line.
Task<LeasePtr> wait_in_line(PoolPtr pool, std::string key, bool fresh, Deadline& deadline) {
  ClientPool::Waiter waiter{pool, std::move(key), fresh, {}};
  Callback<LeasePtr> granted([&](Callback<LeasePtr>::Complete done) {
    waiter.granted = first_of<LeasePtr>(std::move(done));
    deadline.on_pass = [give_up = waiter.granted] { give_up(nullptr); };
    pool->stand_in_line(waiter);
  });
  LeasePtr lease = co_await granted;
  deadline.on_pass = nullptr;
  co_return lease;
}

Task<Result<std::vector<IpAddress>>> resolve(PoolPtr pool, std::string host, Deadline& deadline) {
  using Found = Result<std::vector<IpAddress>>;
  Callback<Found> found([&](Callback<Found>::Complete done) {
    auto complete = first_of<Found>(std::move(done));
    deadline.on_pass = [complete] { complete(too_late().wrap("resolving")); };
    spawn<Found>(pool->resolver->resolve(host), complete);
  });
  Found addresses = co_await found;
  deadline.on_pass = nullptr;
  co_return addresses;
}

Task<Result<std::unique_ptr<Wire>>> connect_to(PoolPtr pool, const OutgoingRequest& request, IpAddress address, Deadline& deadline) {
  SslHandle ssl;
  if (request.url.secure()) {
    auto made = pool->tls.connect_to(request.tls, request.url.host());
    if (!made) co_return made.error();
    ssl = std::move(*made);
  }
  std::string where = "connecting to " + address.text();
  int socket = start_connect(address, request.url.port());
  if (socket < 0) co_return Error(Code::unavailable, std::strerror(errno)).wrap(where);
  auto wire = std::make_unique<Wire>(pool->loop.context(), socket, address.is_v4() ? AF_INET : AF_INET6, std::move(ssl));
  if (!wire->is_open()) co_return Error(Code::io, "no room for another socket").wrap(where);

  bool late = false;
  auto cap = pool->loop.after_real(pool->options.connect_time, [&late, &wire] {
    late = true;
    wire->cancel();
  });
  bool in_time = co_await ready(*wire, Wire::Io::want_write, deadline);
  if (!in_time || late) co_return too_late().wrap(where);
  int failed = connect_outcome(wire->native());
  if (failed != 0) co_return Error(Code::unavailable, std::strerror(failed)).wrap(where);
  while (wire->is_tls()) {
    Wire::Io outcome = wire->handshake();
    if (outcome == Wire::Io::ok) break;
    if (outcome == Wire::Io::end) co_return Error(Code::unavailable, "connection ended in the handshake").wrap(where);
    if (outcome == Wire::Io::cut) {
      bool unverified = SSL_get_verify_result(wire->ssl()) != X509_V_OK;
      co_return Error(unverified ? Code::denied : Code::unavailable, wire->fault()).wrap(where);
    }
    in_time = co_await ready(*wire, outcome, deadline);
    if (!in_time || late) co_return too_late().wrap(where);
  }
  co_return wire;
}

// Resolves, checks every address, then dials the checked ones in turn; the name stays what TLS verifies (T5, T6).
Task<Result<std::unique_ptr<Wire>>> open(PoolPtr pool, const OutgoingRequest& request, Deadline& deadline) {
  auto addresses = co_await resolve(pool, request.url.host(), deadline);
  if (!addresses) co_return addresses.error();
  Status allowed = check_addresses(request.url.host(), *addresses, request.tls.allow_loopback, may_be_private(request.allowed_hosts));
  if (!allowed) co_return allowed.error();
  allowed = check_plain(request, *addresses);
  if (!allowed) co_return allowed.error();
  Error last(Code::unavailable, "no address");
  for (const IpAddress& address : *addresses) {
    auto wire = co_await connect_to(pool, request, address, deadline);
    if (wire) co_return wire;
    last = wire.error();
    if (deadline.passed || last.code() == Code::denied) break;
  }
  co_return last;
}

Status write_head(OutgoingRequest& request, const ClientOptions& options, std::string& bytes) {
  Headers headers = std::move(request.headers);
  std::string target = request.url.target();
  if (!headers.get("User-Agent")) headers.add("User-Agent", options.user_agent);
  if (!headers.get("Accept-Encoding")) headers.add("Accept-Encoding", "gzip");
  if (request.credentials) request.credentials(headers, target, request.body);
  Status written = append_request(request.method, target, request.url.authority(), headers, request.body, bytes);
  wipe(target.data(), target.size());
  request.headers = std::move(headers);  // wiped with the rest
  return written;
}

Task<bool> write_all(Wire& wire, std::string_view bytes, Deadline& deadline) {
  while (!bytes.empty()) {
    size_t put = 0;
    Wire::Io outcome = wire.write(bytes.data(), bytes.size(), put);
    if (outcome == Wire::Io::ok) {
      bytes.remove_prefix(put);
      continue;
    }
    if (outcome == Wire::Io::end || outcome == Wire::Io::cut) co_return false;
    bool in_time = co_await ready(wire, outcome, deadline);
    if (!in_time) co_return false;
  }
  co_return true;
}

Task<bool> read_response(PoolPtr pool, Wire& wire, ResponseReader& reader, Deadline& deadline) {
  bool first = true;
  while (true) {
    Wire::Io outcome = Wire::Io::want_read;  // an answer is never there as soon as the request is written
    size_t got = 0;
    if (!first || wire.has_pending()) outcome = wire.read(pool->read_buffer.data(), pool->read_buffer.size(), got);
    first = false;
    if (outcome == Wire::Io::want_read || outcome == Wire::Io::want_write) {
      bool in_time = co_await ready(wire, outcome, deadline);
      if (!in_time) co_return false;
      continue;
    }
    auto state = outcome == Wire::Io::ok ? reader.feed({pool->read_buffer.data(), got}) : reader.end(outcome == Wire::Io::end);
    if (state != ResponseReader::State::more) co_return true;
  }
}

Status decode(Response& response, size_t max_bytes, const ClientOptions& options) {
  auto codings = response.headers.all("Content-Encoding");
  if (codings.empty() || response.body.empty()) return ok_status();
  if (codings.size() > 1 || (codings.front() != "gzip" && codings.front() != "x-gzip" && codings.front() != "identity")) {
    return Error(Code::unsupported, "unknown content coding in the response");
  }
  if (codings.front() != "identity") {
    auto plain = inflate_gzip(response.body, {max_bytes, options.max_inflate_ratio});
    if (!plain) return plain.error();
    response.body = std::move(*plain);
  }
  response.headers.remove("Content-Encoding");
  response.headers.remove("Content-Length");
  return ok_status();
}

Task<SendResult> send_one(PoolPtr pool, OutgoingRequest request) {
  ++pool->counters.sends;
  std::string doing = request.method + " " + request.url.origin();
  auto not_sent = [&doing](const Error& error) { return SendFailure{Stage::not_sent, error.wrap(doing)}; };
  auto unknown = [&doing](const Error& error) { return SendFailure{Stage::unknown, error.wrap(doing)}; };

  Status allowed = check_policy(request);
  if (!allowed) co_return not_sent(allowed.error());
  Deadline deadline(pool->loop, request.total_deadline);
  std::string key = pool_key(request);
  LeasePtr lease = pool->try_take(key, request.fresh);
  if (!lease) {
    if (pool->line_is_full()) co_return not_sent(Error(Code::exhausted, "too many sends wait for a connection"));
    lease = co_await wait_in_line(pool, key, request.fresh, deadline);
    if (!lease) co_return not_sent(too_late().wrap("waiting for a connection"));
  }
  if (!lease->has_wire()) {
    auto opened = co_await open(pool, request, deadline);
    if (!opened) co_return not_sent(opened.error());
    lease->open(std::move(*opened));
  }

  std::string bytes;
  WipeAfter secrets{request, bytes, static_cast<bool>(request.credentials)};
  Status written = write_head(request, pool->options, bytes);
  if (!written) {
    lease->keep();  // nothing was sent on it
    co_return not_sent(written.error());
  }
  // From here on the remote may have seen the request.
  Wire& wire = lease->wire();
  bool all_written = co_await write_all(wire, bytes, deadline);
  secrets.now();
  if (deadline.passed) co_return unknown(too_late().wrap("writing the request"));
  ResponseReader reader(request.method, pool->options.max_head_bytes, request.max_response_bytes);
  // A remote that refuses a request early stops reading and answers; that answer counts, if it can still be had.
  bool in_time = co_await read_response(pool, wire, reader, deadline);
  if (!in_time) co_return unknown(too_late().wrap("waiting for the response"));
  if (reader.state() != ResponseReader::State::done) {
    Error why = reader.error();
    if (!wire.fault().empty()) why = Error(why.code(), wire.fault()).wrap(why.message());
    co_return unknown(why);
  }
  if (all_written && reader.may_keep()) lease->keep();
  lease.reset();
  Response response = reader.take();
  Status decoded = decode(response, request.max_response_bytes, pool->options);
  if (!decoded) co_return unknown(decoded.error().wrap("status " + std::to_string(response.status)));
  co_return response;
}

}  // namespace

Client::Client(EventLoop& loop, ClientOptions options, std::unique_ptr<Resolver> resolver)
    : pool_(std::make_shared<ClientPool>(loop, std::move(options), resolver ? std::move(resolver) : system_resolver(loop))) {}
Client::~Client() = default;

Task<SendResult> Client::send(OutgoingRequest request) { return send_one(pool_, std::move(request)); }
ClientCounters Client::counters() const { return pool_->counters; }

}  // namespace mlc::http
