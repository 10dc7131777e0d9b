#include <filesystem>

#include "runtime/app/channel.h"
#include "runtime/app/public_site.h"
#include "runtime/app/repl_link.h"
#include "runtime/app/runtime.h"
#include "runtime/http/server.h"

namespace mlc::app {
namespace {

// The workspace opened in this process: the same Runtime and API as a server's, without listening. Only a link that a
// browser must come back to (authorize) opens the public address for as long as this command runs.
class LocalChannel : public Channel {
 public:
  explicit LocalChannel(std::unique_ptr<Clock> clock) : clock_(std::move(clock)), loop_(*clock_), log_(*clock_, stderr, Level::error) {}

  ~LocalChannel() override {
    if (!runtime_) return;
    spawn<Unit>(runtime_->close(), [this](Unit) { loop_.stop(); });
    loop_.run();
    server_.reset();
    runtime_.reset();
  }

  Status open(const ChannelOptions& options) {
    Status end = ok_status();
    loop_.post([&] {
      RuntimeOptions wanted;
      wanted.workspace = options.workspace;
      wanted.share = options.share;
      spawn<Result<std::unique_ptr<Runtime>>>(Runtime::open(loop_, *clock_, log_, std::move(wanted)),
                                              [&](Result<std::unique_ptr<Runtime>> opened) {
                                                if (opened) runtime_ = std::move(*opened);
                                                else end = opened.error();
                                                loop_.stop();
                                              });
    });
    loop_.run();
    return end;
  }

  Result<http::Response> send(http::Request request) override {
    const bool browser_comes = request.target.size() > 10 && request.target.rfind("/authorize") == request.target.size() - 10;
    if (browser_comes) {
      auto listening = listen();
      if (!listening) return listening.error();
    }
    http::Response answer;
    loop_.post([&, request = std::make_shared<http::Request>(std::move(request))] {
      spawn<http::Response>(runtime_->router().handle(std::move(*request), "cli"), [&](http::Response response) {
        answer = std::move(response);
        loop_.stop();
      });
    });
    loop_.run();
    return answer;
  }

  bool is_server() const override { return false; }
  Result<std::unique_ptr<ReplLink>> repl(const ReplOptions& options) override { return local_repl(loop_, *runtime_, options); }
  Runtime& runtime() { return *runtime_; }

 private:
  Status listen() {
    if (server_) return ok_status();
    const auto& settings = runtime_->settings();
    http::ServerOptions options;
    options.address = settings.listen_address;
    options.port = settings.listen_port;
    options.proxies = settings.proxies;
    if (!settings.tls_cert.empty()) {
      RealFiles files;
      auto cert = files.read(settings.tls_cert);
      auto key = files.read(settings.tls_key);
      if (!cert) return cert.error();
      if (!key) return key.error();
      options.tls = http::ServerTls{std::move(*cert), std::move(*key)};
    }
    site_ = std::make_unique<PublicSite>(*runtime_);
    auto server = http::Server::start(loop_, std::move(options), [this](http::Request&& request, http::Respond respond) {
      // Webhooks wait for `serve`: their senders try again.
      if (request.target.rfind("/hooks/", 0) == 0) return respond({503, {{"Retry-After", "60"}}, ""});
      site_->handle(std::move(request), std::move(respond));
    });
    if (!server) return server.error().wrap("no server runs here, and its address can't be used for the callback");
    server_ = std::move(*server);
    return ok_status();
  }

  std::unique_ptr<Clock> clock_;
  EventLoop loop_;
  Log log_;
  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<PublicSite> site_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace

Result<std::unique_ptr<Channel>> open_channel(const ChannelOptions& options) {
  std::error_code error;
  const auto folder = std::filesystem::canonical(options.workspace, error);
  if (!error) {
    if (auto server = socket_channel((folder / "state/admin.sock").string())) return server;
  }
  std::unique_ptr<Clock> clock = std::make_unique<SystemClock>();
  if (!options.clock.empty()) {
    auto file = FileClock::open(options.clock);
    if (!file) return file.error();
    clock = std::move(*file);
  }
  auto local = std::make_unique<LocalChannel>(std::move(clock));
  auto opened = local->open(options);
  if (!opened) return opened.error();
  return std::unique_ptr<Channel>(std::move(local));
}

}  // namespace mlc::app
