#include "runtime/app/admin_site.h"

#include "runtime/base/encoding.h"
#include "runtime/console/api.h"

namespace mlc::app {
namespace {

constexpr size_t kTokenBytes = 32;

Result<Secret> admin_token(Files& files, Random& random, const std::string& path) {
  if (files.exists(path)) {
    auto text = files.read(path);
    if (!text) return text.error();
    while (!text->empty() && text->back() == '\n') text->pop_back();
    if (text->size() < kTokenBytes) return Error(Code::config, path + " is too short for a token; remove it and a new one is made");
    return Secret(std::move(*text));
  }
  std::string bytes(kTokenBytes, '\0');
  random.fill(bytes.data(), bytes.size());
  std::string token = to_base64url(bytes);
  auto written = files.write_atomic(path, token + "\n", 0600);
  if (!written) return written.error();
  return Secret(std::move(token));
}

Task<Unit> answer(console::Router& router, http::Request request, std::string actor, http::Respond respond) {
  auto response = co_await router.handle(std::move(request), std::move(actor));
  respond(std::move(response));
  co_return Unit{};
}

// What the public door turned away before anything read it (T3, F20).
std::vector<engine::Metric> counts_of(const http::Server& site) {
  const auto& counters = site.counters();
  std::vector<engine::Metric> list;
  const auto add = [&](const char* name, std::vector<std::pair<std::string, std::string>> labels, uint64_t value, bool counter) {
    list.push_back({name, std::move(labels), static_cast<double>(value), counter});
  };
  add("http_connections_total", {}, counters.accepted, true);
  add("http_connections", {}, counters.open, false);
  add("http_requests_total", {}, counters.requests, true);
  add("http_refused_total", {{"reason", "connections"}}, counters.refused_connections, true);
  add("http_refused_total", {{"reason", "head"}}, counters.refused_head, true);
  add("http_refused_total", {{"reason", "body_size"}}, counters.refused_body_size, true);
  add("http_refused_total", {{"reason", "busy"}}, counters.refused_busy, true);
  add("http_refused_total", {{"reason", "handshake"}}, counters.failed_handshakes, true);
  add("http_refused_total", {{"reason", "timeout"}}, counters.timeouts, true);
  return list;
}

Task<Unit> metrics(Runtime& runtime, std::vector<engine::Metric> more, http::Respond respond) {
  auto text = co_await console::prometheus(runtime.services(), std::move(more));
  if (!text) {
    respond(console::problem(text.error().code(), text.error().text()));
    co_return Unit{};
  }
  http::Response response;
  response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = std::move(*text);
  respond(std::move(response));
  co_return Unit{};
}

bool is_loopback(const std::string& address) { return address == "localhost" || address == "::1" || address.rfind("127.", 0) == 0; }

}  // namespace

Result<std::unique_ptr<AdminSite>> AdminSite::start(EventLoop& loop, Runtime& runtime, const Clock& clock,
                                                    const http::Server& public_site) {
  std::unique_ptr<AdminSite> site(new AdminSite(runtime, public_site));
  AdminSite* self = site.get();

  http::ServerOptions local;
  local.unix_path = runtime.state_folder() + "/admin.sock";
  local.limits.body_time = std::chrono::seconds(30);
  site->repls_ = std::make_unique<ReplSockets>(loop, runtime);
  auto socket = http::Server::start(
      loop, local, [self](http::Request&& request, http::Respond respond) { self->handle(std::move(request), std::move(respond), "cli"); },
      [self](http::Upgrade&& upgrade) { self->repls_->take(std::move(upgrade), "cli"); });
  if (!socket) return socket.error();
  site->socket_ = std::move(*socket);

  if (runtime.settings().admin.empty()) return site;
  auto address = parse_address(runtime.settings().admin, "ml-connector.lua: admin");
  if (!address) return address.error();
  if (!is_loopback(address->first))
    return Error(Code::config, "ml-connector.lua: admin must be a loopback address; reach it from elsewhere through ssh -L");
  RealFiles files;
  SystemRandom random;
  auto token = admin_token(files, random, runtime.state_folder() + "/admin.token");
  if (!token) return token.error();
  http::ServerOptions options;
  options.address = address->first == "localhost" ? "127.0.0.1" : address->first;
  options.port = address->second;
  auto tcp = http::Server::start(
      loop, options,
      [self](http::Request&& request, http::Respond respond) {
        if (auto refused = self->door_->refuse(request)) return respond(std::move(*refused));
        self->handle(std::move(request), std::move(respond), "token");
      },
      [self](http::Upgrade&& upgrade) {
        if (auto refused = self->door_->refuse(upgrade.request)) return ReplSockets::refuse(std::move(upgrade), *refused);
        self->repls_->take(std::move(upgrade), "token");
      });
  if (!tcp) return tcp.error();
  site->tcp_ = std::move(*tcp);
  const std::string port = ":" + std::to_string(site->tcp_->port());
  site->door_ = std::make_unique<console::AdminDoor>(clock, std::move(*token),
                                                     std::vector<std::string>{"127.0.0.1" + port, "localhost" + port, "[::1]" + port});
  return site;
}

void AdminSite::handle(http::Request&& request, http::Respond respond, std::string actor) {
  if (request.method == "GET" && request.target == "/metrics") return spawn(metrics(runtime_, counts_of(site_), std::move(respond)));
  spawn(answer(runtime_.router(), std::move(request), std::move(actor), std::move(respond)));
}

void AdminSite::drain() {
  repls_->close();
  if (tcp_) tcp_->drain(std::chrono::seconds(2), [] {});
  if (socket_) socket_->drain(std::chrono::seconds(2), [] {});
}

}  // namespace mlc::app
