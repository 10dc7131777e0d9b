#include "runtime/app/runtime.h"

#include <unistd.h>

#include <filesystem>
#include <set>
#include <thread>

#include "runtime/app/catalog.h"
#include "runtime/app/share.h"
#include "runtime/console/api.h"

namespace mlc::app {
namespace {

// Of a host name as it stands in a URL.
bool is_loopback_host(const std::string& host) { return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0; }

constexpr size_t kVersionsInCommit = 500;  // a manifest has some ten kilobytes

std::string host_name() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0) return "localhost";
  return name;
}

}  // namespace

Runtime::Runtime(EventLoop& loop, Clock& clock, Log& log, RuntimeOptions options) : loop_(loop), log_(log), options_(std::move(options)) {
  env_ = {&clock, &loop, &loop, &random_};
}

Runtime::~Runtime() = default;

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
  workspace_ = script::load_workspace(host_, folder_);
  auto settings = parse_settings(workspace_.settings, folder_);
  if (!settings) co_return workspace_.problems.empty() ? settings.error() : Error(Code::config, workspace_.problems.front().text());
  settings_ = std::move(*settings);
  for (const auto& problem : workspace_.problems) log_.warn("workspace.problem", {{"text", problem.text()}});

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
  vault::Options vault_options;
  vault_options.master = std::move(*master);
  vault_options.state_folder = state_folder();
  auto vault = co_await vault::open_vault(std::move(vault_options), *store_, files_, env_);
  if (!vault) co_return vault.error();
  vault_ = std::move(*vault);

  auto directory = remote::build_directory(workspace_.settings, workspace_.clients, workspace_.systems);
  if (!directory) co_return directory.error();
  directory_ = std::move(*directory);
  std::vector<std::string> owners = clients();  // of keys: a grant that several clients use has its own
  for (const auto& grant : directory_->grants) owners.push_back(grant.owner);
  auto prepared = co_await vault_->prepare_all(std::move(owners));
  if (!prepared) co_return prepared.error();
  auto catalog = build_catalog(workspace_, *directory_, settings_.public_url);
  if (!catalog) co_return catalog.error();

  limits_ = std::make_unique<limits::Limits>(env_, store_.get());
  auto loaded = co_await limits_->load();
  if (!loaded) co_return loaded.error();
  transport_ = std::make_unique<http::Client>(loop_);
  auth::Authorizer::Parts auth_parts{store_.get(), vault_.get(), limits_.get(), transport_.get(), &log_, env_};
  authorizer_ = std::make_unique<auth::Authorizer>(auth_parts, auth::Options{host_name() + ":" + settings_.id, settings_.public_url});
  remote_ = std::make_unique<remote::RealRemote>(
      remote::RealRemote::Parts{transport_.get(), limits_.get(), authorizer_.get(), &log_.redactor(), env_});
  remote_->configure(directory_);

  workers_ = std::make_unique<ThreadPool>(ThreadPoolOptions{"script", std::max(1u, std::thread::hardware_concurrency()), 5});
  runner_ = std::make_unique<script::Runner>(host_, env_, *workers_);
  runner_->set_live(workspace_.programs);
  auto versions = co_await keep_versions();
  if (!versions) co_return versions.error();

  engine::Options engine_options;
  engine_options.crash_point = options_.crash_point;
  engine_options.named_by_watchdog = [this](int64_t job) { return suspects_->named(job); };
  engine_ = std::make_unique<engine::Engine>(env_, *store_, *vault_, *remote_, *runner_, log_, std::move(engine_options));
  services_ = std::make_unique<console::Services>(console::Services{env_, *this, *engine_, *store_, *vault_, *authorizer_, *limits_,
                                                                    *remote_, log_, settings_.public_url, state_folder()});
  router_ = std::make_unique<console::Router>(*services_);
  console::add_api(*router_);
  jobs_run_ = options_.serving;
  co_return co_await engine_->start(std::move(*catalog),
                                    options_.serving ? engine::Engine::Run::everything : engine::Engine::Run::operations);
}

// Programs stay in the store by content hash: an open job goes on with the version it began with (G3), whatever the
// files say now.
Task<Status> Runtime::keep_versions() {
  store::Change change;
  std::set<std::string> seen;  // files that many programs share
  for (const auto& program : workspace_.programs) {
    const auto version = script::version_row(program->instance.version);
    auto known = co_await store_->get(store::Table::scripts, version);
    if (!known) co_return known.error();
    if (*known) continue;  // its files came with it or before it
    for (const auto& [name, file] : program->files()) {
      const auto key = script::file_row(file.file->hash);
      if (!seen.insert(key).second) continue;
      auto row = co_await store_->get(store::Table::scripts, key);
      if (!row) co_return row.error();
      if (!*row) change.put.emplace_back(store::Table::scripts, store::Row{key, file.file->text, env_.clock->wall()});
    }
    change.put.emplace_back(store::Table::scripts, store::Row{version, program->manifest(), env_.clock->wall()});
    if (change.put.size() < kVersionsInCommit) continue;
    auto committed = co_await store_->commit(std::exchange(change, {}));
    if (!committed) co_return committed.error();
  }
  if (!change.put.empty()) {
    auto committed = co_await store_->commit(std::move(change));
    if (!committed) co_return committed.error();
  }

  std::set<std::string> pinned;
  store::JobFilter filter;
  filter.states = {store::JobState::waiting, store::JobState::running, store::JobState::parked};
  filter.newest_first = false;
  filter.limit = 1000;
  for (;;) {
    auto jobs = co_await store_->jobs(filter);
    if (!jobs) co_return jobs.error();
    for (const auto& job : *jobs)
      if (!job.version.empty() && !runner_->has_version(job.client, job.instance, job.version)) pinned.insert(job.version);
    if (jobs->size() < static_cast<size_t>(filter.limit)) break;
    filter.after = jobs->back().id;
  }
  for (const auto& version : pinned) {
    auto manifest = co_await store_->get(store::Table::scripts, script::version_row(version));
    if (!manifest) co_return manifest.error();
    if (!*manifest) continue;  // the engine parks such a job and says so
    std::map<std::string, std::string> rows{{script::version_row(version), (*manifest)->value}};
    auto keys = script::rows_of_manifest((*manifest)->value);
    if (!keys) co_return keys.error();
    for (const auto& key : *keys) {
      auto row = co_await store_->get(store::Table::scripts, key);
      if (!row) co_return row.error();
      if (*row) rows[key] = (*row)->value;
    }
    auto program = script::restore_program(host_, version, [&rows](const std::string& key) -> Result<std::string> {
      auto found = rows.find(key);
      if (found == rows.end()) return Error(Code::not_found, "the store has no " + key);
      return found->second;
    });
    if (program) runner_->add(*program);
    else log_.error("script.version_lost", {{"version", version}, {"error", program.error().text()}});
  }
  co_return ok_status();
}

Task<Unit> Runtime::close() {
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

Status Runtime::require_loopback() const {
  for (const auto& [key, connection] : directory_->connections)
    if (!is_loopback_host(connection->base.host()))
      return Error(Code::config, "--clock is for sandboxes only: connection " + key + " is at " + connection->base.host() +
                                     ", which is not this machine");
  return ok_status();
}

std::vector<std::string> Runtime::clients() const {
  std::vector<std::string> names;
  for (const auto& [client, definition] : workspace_.clients) names.push_back(client);
  return names;
}

std::vector<std::shared_ptr<const remote::Connection>> Runtime::connections(const std::string& client) const {
  std::vector<std::shared_ptr<const remote::Connection>> found;
  for (const auto& [key, connection] : directory_->connections)
    if (client.empty() || connection->client == client) found.push_back(connection);
  return found;
}

std::vector<std::string> Runtime::problems() const {
  std::vector<std::string> texts;
  for (const auto& problem : workspace_.problems) texts.push_back(problem.text());
  return texts;
}

void Runtime::run_jobs() {
  if (jobs_run_) return;
  jobs_run_ = true;
  engine_->jobs().start();
}

}  // namespace mlc::app
