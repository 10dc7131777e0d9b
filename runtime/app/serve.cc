#include "runtime/app/serve.h"

#include <malloc.h>
#include <unistd.h>

#include <cstdlib>

#include "runtime/app/admin_site.h"
#include "runtime/app/public_site.h"
#include "runtime/app/runtime.h"
#include "runtime/app/service_manager.h"
#include "runtime/app/signals.h"
#include "runtime/console/left_out.h"

namespace mlc::app {
namespace {

// Everything of one `serve`, in the order of making.
struct Serving {
  std::unique_ptr<Runtime> runtime;
  std::unique_ptr<PublicSite> site;
  std::unique_ptr<AdminSite> admin;
  std::unique_ptr<http::Server> server;
  Watchdog* watchdog = nullptr;
  Status end = ok_status();
  bool stopping = false;
};

constexpr int kCrashPointExit = 137;  // what a shell calls the end by SIGKILL
constexpr int kStoreFailedExit = 74;  // EX_IOERR: restarted by its manager, which reads the truth from the disk (G7)

Result<http::ServerOptions> public_options(const Settings& settings) {
  http::ServerOptions options;
  options.address = settings.listen_address == "localhost" ? "127.0.0.1" : settings.listen_address;
  options.port = settings.listen_port;
  options.proxies = settings.proxies;
  // Senders come through few addresses (a proxy, a provider's range); the total holds besides.
  options.limits.max_connections_per_peer = 1024;
  if (settings.tls_cert.empty()) return options;
  RealFiles files;
  auto cert = files.read(settings.tls_cert);
  if (!cert) return cert.error().wrap("ml-connector.lua: listen.tls.cert");
  auto key = files.read(settings.tls_key);
  if (!key) return key.error().wrap("ml-connector.lua: listen.tls.key");
  options.tls = http::ServerTls{std::move(*cert), std::move(*key)};
  return options;
}

// MLC_CRASH_POINT=<name>:<n> ends the process, as kill -9 would, the n-th time that the engine passes this point (F1).
// Fault tests of the whole program use it; without a sandbox's clock it is not read.
std::function<bool(std::string_view)> crash_point_of_environment() {
  const char* value = getenv("MLC_CRASH_POINT");
  if (value == nullptr) return {};
  const std::string text = value;
  const size_t colon = std::min(text.find(':'), text.size());
  auto left = std::make_shared<int>(colon + 1 < text.size() ? std::atoi(text.c_str() + colon + 1) : 1);
  return [name = text.substr(0, colon), left](std::string_view point) {
    if (point == name && --*left == 0) _exit(kCrashPointExit);
    return false;
  };
}

Task<Unit> begin(EventLoop& loop, Clock& clock, Log& log, const ChannelOptions& options, Serving& serving) {
  RuntimeOptions wanted;
  wanted.workspace = options.workspace;
  wanted.share = options.share;
  wanted.serving = true;
  wanted.fatal = [&log](const Error& error) {
    log.error("store.fatal", {{"error", error.text()}});
    _exit(kStoreFailedExit);
  };
  if (!options.clock.empty()) wanted.crash_point = crash_point_of_environment();
  auto opened = co_await Runtime::open(loop, clock, log, std::move(wanted));
  if (!opened) {
    serving.end = opened.error();
    loop.stop();
    co_return Unit{};
  }
  serving.runtime = std::move(*opened);
  serving.runtime->suspects().watch_signals();
  serving.watchdog->watch_scripts(&serving.runtime->suspects());
  if (!options.clock.empty()) {
    serving.end = serving.runtime->require_loopback();
    if (!serving.end) {
      loop.stop();
      co_return Unit{};
    }
  }
  serving.site = std::make_unique<PublicSite>(*serving.runtime);
  auto listen = public_options(serving.runtime->settings());
  if (!listen) {
    serving.end = listen.error();
    loop.stop();
    co_return Unit{};
  }
  auto server = http::Server::start(loop, *listen, [site = serving.site.get()](http::Request&& request, http::Respond respond) {
    site->handle(std::move(request), std::move(respond));
  });
  if (!server) {
    serving.end = server.error();
    loop.stop();
    co_return Unit{};
  }
  serving.server = std::move(*server);
  auto admin = AdminSite::start(loop, *serving.runtime, clock, *serving.server);
  if (!admin) {
    serving.end = admin.error();
    loop.stop();
    co_return Unit{};
  }
  serving.admin = std::move(*admin);
  serving.site->set_ready(true);
  malloc_trim(0);  // what only the start needed goes back to the system
  notify_manager("READY=1\nSTATUS=serving");
  for (const auto& one : console::left_out(*serving.runtime))
    log.error("client.left_out",
              {{"client", one.client},
               {"why", one.why},
               {"sentence", "nothing of this client runs and its webhooks are told to come again later; mend the file"}});
  log.info("serve.ready", {{"listen", serving.runtime->settings().listen_address + ":" + std::to_string(serving.server->port())},
                           {"admin", static_cast<int64_t>(serving.admin->port())},
                           {"version", MLC_VERSION}});
  co_return Unit{};
}

Task<Unit> end(EventLoop& loop, Log& log, Serving& serving) {
  log.info("serve.draining");
  notify_manager("STOPPING=1");
  if (serving.site) serving.site->set_ready(false);
  if (serving.server) {
    Callback<Unit> drained(
        [&](Callback<Unit>::Complete done) { serving.server->drain(std::chrono::seconds(10), [done] { done(Unit{}); }); });
    co_await drained;
  }
  if (serving.admin) serving.admin->drain();
  if (serving.runtime) co_await serving.runtime->close();
  log.info("serve.stopped");
  loop.stop();
  co_return Unit{};
}

}  // namespace

Status serve(const ChannelOptions& options) {
  std::unique_ptr<Clock> clock = std::make_unique<SystemClock>();
  if (!options.clock.empty()) {
    auto file = FileClock::open(options.clock);
    if (!file) return file.error();
    clock = std::move(*file);
  }
  EventLoop loop(*clock);
  Log log(*clock, stderr);
  Serving serving;
  auto signals = on_stop_signal(loop, [&] {
    if (serving.stopping) return;
    serving.stopping = true;
    spawn(end(loop, log, serving));
  });
  loop.post([&] { spawn(begin(loop, *clock, log, options, serving)); });
  {
    Watchdog watchdog(loop);
    serving.watchdog = &watchdog;
    loop.run();
  }
  signals.reset();
  serving.admin.reset();
  serving.server.reset();
  serving.site.reset();
  serving.runtime.reset();
  return serving.end;
}

}  // namespace mlc::app
