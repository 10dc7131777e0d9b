// The one place that joins the rooms: reads a workspace, opens its state and builds store, vault, limits, auth, remote,
// runner and engine over each other. `serve` and every command without a server use the same Runtime.
//
// Lives on its EventLoop's thread. Made by open(), ended by close() and destruction.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/app/reload.h"
#include "runtime/app/report_mail.h"
#include "runtime/app/suspects.h"
#include "runtime/auth/authorizer.h"
#include "runtime/base/event_loop.h"
#include "runtime/base/files.h"
#include "runtime/base/log.h"
#include "runtime/base/system_clock.h"
#include "runtime/base/thread_pool.h"
#include "runtime/console/alerts/sender.h"
#include "runtime/console/alerts/watch.h"
#include "runtime/console/router.h"
#include "runtime/console/services.h"
#include "runtime/engine/engine.h"
#include "runtime/http/client.h"
#include "runtime/limits/limits.h"
#include "runtime/printing/transport.h"
#include "runtime/remote/real_remote.h"
#include "runtime/script/loader.h"
#include "runtime/script/runner.h"
#include "runtime/store/sqlite/open.h"
#include "runtime/vault/vault.h"
#include "runtime/workbench/change_watch.h"
#include "runtime/workbench/repl_session.h"

namespace mlc::app {

// ml-connector.lua, read and checked.
struct Settings {
  std::string id, admin, public_url, master_key;
  std::string contact;  // whom a client asks, as pages for them say it: "Jo Li, jo@agency.example"; may be ""
  std::string listen_address = "127.0.0.1";
  uint16_t listen_port = 8080;
  std::string tls_cert, tls_key;  // absolute paths; "" = plain
  std::vector<std::string> proxies;
};
Result<Settings> parse_settings(const std::string& json, const std::string& folder);
// "127.0.0.1:8081" -> address and port.
Result<std::pair<std::string, uint16_t>> parse_address(const std::string& text, const std::string& where);

struct RuntimeOptions {
  std::string workspace = ".";
  std::string share;
  bool serving = false;                                     // claims jobs, runs schedules, keeps subscriptions
  std::function<void(const Error&)> fatal;                  // the store's word that this process must end (G7)
  std::function<bool(std::string_view point)> crash_point;  // engine::Options::crash_point
};

class Runtime : public console::Doors {
 public:
  static Task<Result<std::unique_ptr<Runtime>>> open(EventLoop& loop, Clock& clock, Log& log, RuntimeOptions options);
  ~Runtime() override;
  Task<Unit> close();

  const Settings& settings() const { return settings_; }
  console::Router& router() { return *router_; }
  console::Services& services() { return *services_; }
  engine::Engine& engine() { return *engine_; }
  auth::Authorizer& authorizer() { return *authorizer_; }
  Environment environment() { return env_; }
  console::HookAnswers& hook_answers() { return watch_alerts_->hooks(); }
  std::string state_folder() const { return folder_ + "/state"; }
  Suspects& suspects() { return *suspects_; }
  workbench::ReplSession::Parts repl_parts();
  // Every connection's host is this machine, and stays so when files change: what --clock asks for.
  Status require_loopback();

  // console::Doors
  std::vector<std::string> clients() const override;
  std::vector<std::shared_ptr<const remote::Connection>> connections(const std::string& client) const override;
  std::vector<std::string> problems() const override;
  Task<Status> run_jobs() override;
  Task<Result<console::Json>> rotate_master_key(std::string into, std::string actor) override;

 private:
  Runtime(EventLoop& loop, Clock& clock, Log& log, RuntimeOptions options);
  Task<Status> build();
  void watch_files();
  Task<Status> build_alerts();
  Task<std::string> invite(std::string grant);  // a link; "" when there can be none

  EventLoop& loop_;
  Log& log_;
  RuntimeOptions options_;
  std::string folder_;
  RealFiles files_;
  WorkBoard board_;
  SystemRandom random_;
  Environment env_;
  script::Host host_;
  Settings settings_;

  // In the order of building; destroyed in reverse.
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<Suspects> suspects_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<vault::Vault> vault_;
  std::unique_ptr<FolderWatcher> watcher_;
  std::unique_ptr<workbench::ChangeWatch> watch_;
  std::unique_ptr<Reload> reload_;
  std::unique_ptr<limits::Limits> limits_;
  std::unique_ptr<http::Client> transport_;
  std::unique_ptr<printing::PrinterTransport> printers_;  // on it
  std::unique_ptr<auth::Authorizer> authorizer_;
  std::unique_ptr<remote::RealRemote> remote_;
  std::unique_ptr<ThreadPool> workers_;
  std::unique_ptr<script::Runner> runner_;
  std::unique_ptr<ReportMailer> report_mailer_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<console::Services> services_;
  std::unique_ptr<console::AlertPost> alert_post_;
  std::unique_ptr<console::ServicesWatch> watch_alerts_;
  std::unique_ptr<console::Alerts> alerts_;
  std::unique_ptr<console::Router> router_;
  bool jobs_run_ = false, rotating_ = false;
};

}  // namespace mlc::app
