#include "runtime/http/stream.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "runtime/http/private_network.h"
#include "runtime/http/wire.h"

namespace mlc::http {
namespace {

using Stage = SendFailure::Stage;

constexpr Duration kConnectTime = std::chrono::seconds(10);
constexpr Duration kLook = std::chrono::milliseconds(500);  // how often a printer that keeps the connection is looked at

struct Deadline {
  Deadline(EventLoop& loop, Duration total) : timer(loop.after_real(total, [this] { pass(); })) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  void pass() {
    passed = true;
    if (on_pass) on_pass();
  }
  bool passed = false;
  std::function<void()> on_pass;
  std::unique_ptr<Timer> timer;
};

// False if the deadline passed; `at_most`: goes on after this time too.
Task<bool> ready(EventLoop& loop, Wire& wire, Wire::Io direction, Deadline& deadline, std::optional<Duration> at_most = std::nullopt) {
  if (deadline.passed) co_return false;
  Callback<Unit> readiness(
      [&](Callback<Unit>::Complete done) { wire.wait(direction, [done](boost::system::error_code) { done(Unit{}); }); });
  std::unique_ptr<Timer> look;
  if (at_most) look = loop.after_real(*at_most, [&wire] { wire.cancel(); });
  deadline.on_pass = [&wire] { wire.cancel(); };
  co_await readiness;
  deadline.on_pass = nullptr;
  co_return !deadline.passed;
}

Status check(const StreamRequest& request, const std::vector<IpAddress>& addresses) {
  auto allowed = check_addresses(request.host, addresses, request.allow_loopback, request.allow_private);
  if (!allowed) return allowed;
  for (const auto& address : addresses)
    if (classify(address) == AddressClass::global)
      return Error(Code::denied, request.host + " has the public address " + address.text() + ": nothing goes there unencrypted");
  return ok_status();
}

Task<Result<std::unique_ptr<Wire>>> dial(EventLoop& loop, const std::vector<IpAddress>& addresses, uint16_t port) {
  Error last(Code::unavailable, "no address");
  for (const IpAddress& address : addresses) {
    const std::string where = "connecting to " + address.text() + " port " + std::to_string(port);
    const int socket = start_connect(address, port);
    if (socket < 0) {
      last = Error(Code::unavailable, std::strerror(errno)).wrap(where);
      continue;
    }
    auto wire = std::make_unique<Wire>(loop.context(), socket, address.is_v4() ? AF_INET : AF_INET6, SslHandle());
    if (!wire->is_open()) co_return Error(Code::io, "no room for another socket").wrap(where);
    Deadline connecting(loop, kConnectTime);
    const bool in_time = co_await ready(loop, *wire, Wire::Io::want_write, connecting);
    const int failed = in_time ? connect_outcome(wire->native()) : ETIMEDOUT;
    if (failed == 0) co_return wire;
    last = Error(Code::unavailable, std::strerror(failed)).wrap(where);
  }
  co_return last;
}

bool all_taken(Wire& wire) {
  int left = 0;
  return ::ioctl(wire.native(), SIOCOUTQ, &left) == 0 && left == 0;
}

}  // namespace

Task<std::optional<SendFailure>> send_stream(EventLoop& loop, Resolver& resolver, StreamRequest request) {
  const auto failed = [&](Stage stage, const Error& error) { return SendFailure{stage, error.wrap("printing at " + request.host)}; };
  auto resolving = resolver.resolve(request.host);
  auto addresses = co_await std::move(resolving);
  if (!addresses) co_return failed(Stage::not_sent, addresses.error());
  if (auto allowed = check(request, *addresses); !allowed) co_return failed(Stage::not_sent, allowed.error());
  auto dialling = dial(loop, *addresses, request.port);
  auto dialled = co_await std::move(dialling);
  if (!dialled) co_return failed(Stage::not_sent, dialled.error());
  if (request.bytes.empty()) co_return std::nullopt;
  Wire& wire = **dialled;
  Deadline deadline(loop, request.total_deadline);
  const auto too_late = [&] { return failed(Stage::unknown, Error(Code::timeout, "the printer took no more bytes in time")); };
  std::string_view rest = request.bytes;
  while (!rest.empty()) {
    size_t put = 0;
    const auto outcome = wire.write(rest.data(), rest.size(), put);
    if (outcome == Wire::Io::ok) {
      rest.remove_prefix(put);
      continue;
    }
    if (outcome != Wire::Io::want_write) co_return failed(Stage::unknown, Error(Code::unavailable, wire.fault()));
    auto waiting = ready(loop, wire, outcome, deadline);
    const bool in_time = co_await std::move(waiting);
    if (!in_time) co_return too_late();
  }
  wire.finish();
  // Some close when they have read all, some keep the connection until they have printed. Bytes that still wait here may never arrive.
  char heard[512];
  bool looked = false;  // a moment after the last byte, so that a refusal is still heard
  for (;;) {
    size_t got = 0;
    const auto outcome = wire.read(heard, sizeof heard, got);
    if (outcome == Wire::Io::end) co_return std::nullopt;
    if (outcome == Wire::Io::cut) co_return failed(Stage::unknown, Error(Code::unavailable, wire.fault()));
    if (outcome == Wire::Io::ok) continue;
    if (looked && all_taken(wire)) co_return std::nullopt;
    looked = true;
    auto waiting = ready(loop, wire, Wire::Io::want_read, deadline, kLook);
    const bool in_time = co_await std::move(waiting);
    if (!in_time) co_return too_late();
  }
}

}  // namespace mlc::http
