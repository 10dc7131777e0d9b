#include "runtime/app/runtime.h"

#include <unistd.h>

#include <filesystem>
#include <thread>

#include "runtime/workbench/catalog.h"
#include "runtime/app/share.h"
#include "runtime/auth/authorize.h"
#include "runtime/console/api.h"
#include "runtime/vault/rotation.h"

namespace mlc::app {
namespace {

// Of a host name as it stands in a URL.
bool is_loopback_host(const std::string& host) { return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0; }

std::string host_name() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0) return "localhost";
  return name;
}

}  // namespace

Runtime::Runtime(EventLoop& loop, Clock& clock, Log& log, RuntimeOptions options) : loop_(loop), log_(log), options_(std::move(options)) {
  env_ = {&clock, &loop, &loop, &random_};
}

Runtime::~Runtime() {
  watch_.reset();
  if (reload_) reload_->stop();
}

Task<Result<std::unique_ptr<Runtime>>> Runtime::open(EventLoop& loop, Clock& clock, Log& log, RuntimeOptions options) {
  std::unique_ptr<Runtime> runtime(new Runtime(loop, clock, log, std::move(options)));
  auto built = co_await runtime->build();
  if (!built) co_return built.error();
  co_return std::move(runtime);
}

Task<Status> Runtime::build() {
  std::error_code error;
  folder_ = std::filesystem::canonical(options_.workspace, error).string();
  if (error || !files_.exists(folder_ + "/ml-connector.lua"))
    co_return Error(Code::config, options_.workspace + " is no workspace: ml-connector.lua is missing. Make one with: ml-connector init");
  auto share = find_share(files_, options_.share);
  if (!share) co_return share.error();
  host_ = make_host(files_, *share);
  host_.board = &board_;
  if (options_.serving) watch_files();
  auto workspace = script::load_workspace(host_, folder_);
  auto settings = parse_settings(workspace.settings, folder_);
  if (!settings) co_return workspace.problems.empty() ? settings.error() : Error(Code::config, workspace.problems.front().text());
  settings_ = std::move(*settings);

  auto master = vault::read_master_key(files_, settings_.id, settings_.master_key);
  if (!master) co_return master.error();
  auto made = files_.make_dirs(state_folder(), 0700);
  if (!made) co_return made.error();
  auto lock = files_.lock(state_folder() + "/lock");
  if (!lock) co_return lock.error().wrap("another ml-connector holds " + state_folder());
  lock_ = std::move(*lock);
  suspects_ = std::make_unique<Suspects>(state_folder(), board_);

  store::SqliteOptions store_options;
  store_options.path = state_folder() + "/store.db";
  store_options.fatal = options_.fatal;
  auto store = store::open_sqlite(std::move(store_options), env_);
  if (!store) co_return store.error();
  store_ = std::move(*store);
  auto settled = co_await vault::settle_rotation(vault::master_key_file(files_, settings_.id, settings_.master_key), *store_, files_, env_);
  if (!settled) co_return settled.error().wrap("a change of the master key was cut short");
  if (*settled) {
    log_.info("vault.rotation_settled");
    master = vault::read_master_key(files_, settings_.id, settings_.master_key);
    if (!master) co_return master.error();
  }
  vault::Options vault_options;
  vault_options.master = std::move(*master);
  vault_options.state_folder = state_folder();
  auto vault = co_await vault::open_vault(std::move(vault_options), *store_, files_, env_);
  if (!vault) co_return vault.error();
  vault_ = std::move(*vault);

  Reload::Parts scripts;
  scripts.host = &host_;
  scripts.folder = folder_;
  scripts.public_url = settings_.public_url;
  scripts.env = env_;
  scripts.log = &log_;
  scripts.store = store_.get();
  scripts.vault = vault_.get();
  scripts.serving = options_.serving;
  scripts.still_changing = [this] { return watch_ && watch_->pending(); };
  reload_ = std::make_unique<Reload>(std::move(scripts));
  auto begun = co_await reload_->begin(std::move(workspace));
  if (!begun) co_return begun.error();

  limits_ = std::make_unique<limits::Limits>(env_, store_.get());
  auto loaded = co_await limits_->load();
  if (!loaded) co_return loaded.error();
  transport_ = std::make_unique<http::Client>(loop_);
  auth::Authorizer::Parts auth_parts{store_.get(), vault_.get(), limits_.get(), transport_.get(), &log_, env_};
  auto restored = co_await engine::restored_of(*store_);
  if (!restored) co_return restored.error();
  auth::Options auth_options{host_name() + ":" + settings_.id, settings_.public_url};
  if (*restored) {
    auth_options.restored = (*restored)->at;
    auth_options.held = [this](const std::string& client) { return !engine_ || !engine_->doors().may_ask(client); };
  }
  authorizer_ = std::make_unique<auth::Authorizer>(auth_parts, std::move(auth_options));
  printers_ = std::make_unique<printing::PrinterTransport>(*transport_, loop_);
  remote_ = std::make_unique<remote::RealRemote>(
      remote::RealRemote::Parts{printers_.get(), limits_.get(), authorizer_.get(), &log_.redactor(), env_});
  remote_->configure(reload_->directory());

  workers_ = std::make_unique<ThreadPool>(ThreadPoolOptions{"script", std::max(1u, std::thread::hardware_concurrency()), 5});
  runner_ = std::make_unique<script::Runner>(host_, env_, *workers_);
  runner_->set_live(reload_->workspace().programs);
  runner_->set_archive(reload_->archive());

  engine::Options engine_options;
  engine_options.crash_point = options_.crash_point;
  engine_options.named_by_watchdog = [this](int64_t job) { return suspects_->named(job); };
  engine_options.on_reconciled = [this](const engine::ReconcileEnd& end) {
    if (watch_alerts_) watch_alerts_->reconciled(end);
  };
  report_mailer_ = std::make_unique<ReportMailer>(env_);
  engine_options.mail_report = [this](engine::ReportMail mail) { return report_mailer_->send(reload_->workspace(), std::move(mail)); };
  engine_ = std::make_unique<engine::Engine>(env_, *store_, *vault_, *remote_, *runner_, log_, std::move(engine_options));
  services_ = std::make_unique<console::Services>(console::Services{env_, *this, *reload_, *engine_, *store_, *vault_, *authorizer_,
                                                                    *limits_, *remote_, log_, settings_.public_url, state_folder()});
  auto alerting = co_await build_alerts();
  if (!alerting) co_return alerting.error();
  router_ = std::make_unique<console::Router>(*services_);
  console::add_api(*router_);
  jobs_run_ = options_.serving;
  auto started =
      co_await engine_->start(reload_->catalog(), options_.serving ? engine::Engine::Run::everything : engine::Engine::Run::operations);
  if (!started) co_return started.error();
  authorizer_->thaw();  // of clients that are not held
  reload_->connect(*remote_, *runner_, *engine_);
  if (options_.serving) alerts_->start();
  co_return ok_status();
}

Task<std::string> Runtime::invite(std::string grant) {
  if (settings_.public_url.empty()) co_return "";
  // The page names whom it is for: the first who uses the grant.
  std::string client, name;
  for (const auto& connection : connections("")) {
    if (connection->grant != grant || !client.empty()) continue;
    client = connection->client;
    name = connection->name;
  }
  auto inviting = authorizer_->flow().invite(grant, client, name, "alerts");
  auto end = co_await std::move(inviting);
  if (end) co_return settings_.public_url + "/invite/" + *end;
  log_.warn("alerts.no_invitation", {{"grant", grant}, {"error", end.error().text()}});
  co_return "";
}

Task<Status> Runtime::build_alerts() {
  console::AlertPost::Parts post;
  post.env = env_;
  post.transport = transport_.get();
  post.vault = vault_.get();
  post.log = &log_;
  post.workspace = settings_.id;
  post.invite = [this](std::string grant) { return invite(std::move(grant)); };
  alert_post_ = std::make_unique<console::AlertPost>(std::move(post));
  watch_alerts_ = std::make_unique<console::ServicesWatch>(*services_);
  console::Alerts::Parts parts;
  parts.env = env_;
  parts.store = store_.get();
  parts.log = &log_;
  parts.sender = alert_post_.get();
  parts.watch = watch_alerts_.get();
  parts.settings = [this] { return console::parse_alert_settings(reload_->workspace().settings, reload_->workspace().clients, folder_); };
  alerts_ = std::make_unique<console::Alerts>(std::move(parts));
  services_->alerts = alerts_.get();
  auto known = co_await watch_alerts_->load();
  if (!known) co_return known;
  co_return co_await alerts_->load();
}

// Before the files are read, so that nothing saved in between is missed. Without it serve goes on: people can still say
// POST /api/v1/reload, or start it again.
void Runtime::watch_files() {
  watcher_ = real_folder_watcher(loop_);
  watch_ = std::make_unique<workbench::ChangeWatch>(env_, *watcher_, [this] {
    if (reload_) reload_->files_changed();
    else watch_->again();
  });
  auto watching = watch_->watch(folder_, host_.share);
  if (watching) return;
  log_.warn("reload.not_watching", {{"error", watching.error().text()}});
  watch_.reset();
}

Task<Unit> Runtime::close() {
  watch_.reset();
  if (alerts_) alerts_->stop();
  if (reload_) reload_->stop();
  if (engine_) co_await engine_->stop();
  if (authorizer_) co_await authorizer_->drain();
  if (limits_) {
    auto closed = co_await limits_->close();
    if (!closed) log_.warn("limits.not_saved", {{"error", closed.error().text()}});
  }
  if (store_) {
    auto flushed = co_await store_->flush();
    if (!flushed) log_.warn("store.not_flushed", {{"error", flushed.error().text()}});
  }
  co_return Unit{};
}

workbench::ReplSession::Parts Runtime::repl_parts() {
  workbench::ReplSession::Parts parts;
  parts.env = env_;
  parts.log = &log_;
  parts.host = &host_;
  parts.folder = folder_;
  parts.remote = remote_.get();
  parts.store = store_.get();
  parts.vault = vault_.get();
  parts.engine = engine_.get();
  parts.workers = workers_.get();
  parts.programs = [runner = runner_.get()] { return runner->programs(); };
  return parts;
}

Status Runtime::require_loopback() {
  auto accepts = [](const remote::Directory& directory) -> Status {
    for (const auto& [key, connection] : directory.connections)
      if (connection->base.scheme() != "folder" && !is_loopback_host(connection->base.host()))
        return Error(Code::config, "--clock is for sandboxes only: connection " + key + " is at " + connection->base.host() +
                                       ", which is not this machine");
    return ok_status();
  };
  reload_->guard(accepts);
  return accepts(*reload_->directory());
}

std::vector<std::string> Runtime::clients() const {
  std::vector<std::string> names;
  for (const auto& [client, definition] : reload_->workspace().clients) names.push_back(client);
  return names;
}

std::vector<std::shared_ptr<const remote::Connection>> Runtime::connections(const std::string& client) const {
  std::vector<std::shared_ptr<const remote::Connection>> found;
  for (const auto& [key, connection] : reload_->directory()->connections)
    if (client.empty() || connection->client == client) found.push_back(connection);
  return found;
}

std::vector<std::string> Runtime::problems() const {
  std::vector<std::string> texts;
  for (const auto& problem : reload_->problems()) texts.push_back(problem.text());
  return texts;
}

Task<Status> Runtime::run_jobs() {
  if (jobs_run_) co_return ok_status();
  jobs_run_ = true;
  auto taken = co_await reload_->take_files();
  if (!taken) co_return taken.error();
  engine_->jobs().start();
  co_return ok_status();
}

Task<Result<console::Json>> Runtime::rotate_master_key(std::string into, std::string actor) {
  // The file of a rotation under way is the only place that the coming key stands in.
  if (rotating_) co_return Error(Code::unavailable, "the master key is being changed; try again");
  rotating_ = true;
  const auto file = vault::master_key_file(files_, settings_.id, settings_.master_key);
  auto rotating = vault::rotate_master_key(*vault_, *store_, files_, env_, file, std::move(into), std::move(actor));
  auto rotated = co_await std::move(rotating);
  rotating_ = false;
  if (!rotated) co_return rotated.error();
  log_.info("vault.rotated", {{"master_key", rotated->path}});
  const console::Json kept = rotated->kept.empty() ? console::Json() : console::Json(rotated->kept);
  co_return console::Json{{"master_key", rotated->path}, {"kept", kept}, {"managed", file.managed}};
}

}  // namespace mlc::app
