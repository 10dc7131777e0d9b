#include "runtime/app/restore.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "runtime/app/runtime.h"
#include "runtime/app/share.h"
#include "runtime/base/date.h"
#include "runtime/engine/forget.h"
#include "runtime/store/sqlite/backup.h"
#include "runtime/vault/recovery.h"
#include "runtime/vault/rotation.h"

namespace mlc::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBeside = "restoring";  // in the state folder, until it is whole

constexpr const char* kErasures = "erasures.log";  // may lie in the state folder, of the installation before

constexpr int kNewestActs = 1000;

// What a person may have lying in a state folder that was never used.
Status must_be_empty(const std::string& state) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(state, error)) {
    const auto name = entry.path().filename().string();
    if (name == kBeside || name == kErasures || name == "lock") continue;
    return Error(Code::conflict, state + " is in use (it holds " + name +
                                     "): a restore never writes over a state. Move that folder away first, if it is really to be given up");
  }
  return ok_status();
}

Status copy_in(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (!error) fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, error);
  if (error) return Error(Code::io, "can't copy " + from + " to " + to + ": " + error.message());
  return ok_status();
}

class Restoring {
 public:
  Restoring(EventLoop& loop, Clock& clock, const RestoreOptions& options) : options_(options) { env_ = {&clock, &loop, &loop, &random_}; }

  Task<Status> work() {
    auto ready = prepare();
    if (!ready) co_return ready;
    store::SqliteOptions store_options;
    store_options.path = beside_ + "/store.db";
    store_options.new_incarnation = true;
    auto opened = store::open_sqlite(std::move(store_options), env_);
    if (!opened) co_return opened.error();
    store_ = std::move(*opened);
    auto known = co_await look();
    if (!known) co_return known;
    auto key = co_await unlock();
    if (!key) co_return key;
    auto marked = co_await mark();
    if (!marked) co_return marked;
    auto erasing = erase_again();
    auto erased = co_await std::move(erasing);
    if (!erased) co_return erased;
    co_return co_await store_->flush();
  }

  // After the store is closed: nothing is left in a log beside it.
  Status put_in_place() {
    std::error_code error;
    const std::string made = beside_ + "/store.db";
    if (fs::exists(made + "-wal", error) && fs::file_size(made + "-wal", error) > 0)
      return Error(Code::io, made + " was not closed cleanly; try again");
    // The list first: a kill between the two leaves the folder fit for the same restore again.
    if (fs::exists(beside_ + "/" + kErasures, error)) {
      fs::rename(beside_ + "/" + kErasures, state_ + "/" + kErasures, error);
      if (error) return Error(Code::io, "can't put the list of erasures in its place: " + error.message());
    }
    fs::rename(made, state_ + "/store.db", error);
    if (error) return Error(Code::io, "can't put " + made + " in its place: " + error.message());
    fs::remove_all(beside_, error);
    const int folder = ::open(state_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = folder >= 0 && ::fsync(folder) == 0;
    if (folder >= 0) ::close(folder);
    if (!synced) return Error(Code::io, "can't sync " + state_);
    return ok_status();
  }

  void give_up() {
    std::error_code error;
    if (!beside_.empty()) fs::remove_all(beside_, error);
  }

  std::unique_ptr<store::Store>& store() { return store_; }
  RestoreReport report;

 private:
  Status prepare() {
    std::error_code error;
    const std::string folder = fs::canonical(options_.workspace, error).string();
    if (error || !files_.exists(folder + "/ml-connector.lua"))
      return Error(Code::config, options_.workspace +
                                     " is no workspace: ml-connector.lua is missing. Bring the workspace's files here first "
                                     "(its git repository), then restore into them");
    auto share = find_share(files_, options_.share);
    if (!share) return share.error();
    auto workspace = script::load_workspace(make_host(files_, *share), folder);
    auto settings = parse_settings(workspace.settings, folder);
    if (!settings) return workspace.problems.empty() ? settings.error() : Error(Code::config, workspace.problems.front().text());
    settings_ = std::move(*settings);
    if (!options_.erasures.empty() && !files_.exists(options_.erasures))
      return Error(Code::config, "there is no list of erasures " + options_.erasures);
    if (!files_.exists(options_.file)) return Error(Code::config, "there is no backup " + options_.file);
    state_ = folder + "/state";
    beside_ = state_ + "/" + kBeside;
    auto empty = must_be_empty(state_);
    if (!empty) return empty;
    auto verified = store::verify_copy(options_.file);
    if (!verified) return verified.error().wrap(options_.file + " is no sound backup");
    report.state = state_;
    fs::remove_all(beside_, error);
    auto made = files_.make_dirs(beside_, 0700);
    if (!made) return made;
    auto lock = files_.lock(state_ + "/lock");
    if (!lock) return lock.error().wrap("another ml-connector holds " + state_);
    lock_ = std::move(*lock);
    return copy_in(options_.file, beside_ + "/store.db");
  }

  Task<Status> fits_recovery(const Secret& recovery) {
    auto key = vault::parse_recovery(recovery);
    if (!key) co_return key.error();
    auto row = co_await store_->get(store::Table::client_keys, vault::kRecoveryRow);
    if (!row) co_return row.error();
    if (!*row) co_return ok_status();  // recover() says why not
    auto wrapped = vault::wrapped_key(**row, *key);
    if (!wrapped) co_return wrapped.error();
    co_return ok_status();
  }

  // The backup may be of before a change of the master key.
  Task<Result<bool>> with_earlier_key(const Secret& master) {
    const auto file = vault::master_key_file(files_, settings_.id, settings_.master_key);
    for (const auto& path : vault::earlier_keys(files_, file)) {
      auto earlier = vault::read_key_file(files_, path);
      if (!earlier) co_return earlier.error();
      auto fits = co_await vault::opens(*earlier, *store_, env_);
      if (!fits) co_return fits.error();
      if (!*fits) continue;
      auto adopting = vault::adopt(*earlier, Secret(std::string(master.reveal())), *store_, env_);
      auto adopted = co_await std::move(adopting);
      if (!adopted) co_return adopted.error();
      report.earlier_key = path;
      co_return true;
    }
    co_return false;
  }

  Task<Status> unlock() {
    auto master = vault::read_master_key(files_, settings_.id, settings_.master_key);
    if (master) {
      auto fits = co_await vault::opens(*master, *store_, env_);
      if (!fits) co_return fits.error();
      if (*fits) {
        master_ = *master;
        co_return ok_status();
      }
      auto adopted = co_await with_earlier_key(*master);
      if (!adopted) co_return adopted.error();
      if (*adopted) {
        master_ = *master;
        co_return ok_status();
      }
    }
    const Secret recovery = options_.ask_recovery_key();
    if (recovery.empty())
      co_return Error(Code::config,
                      (master ? "the master key of this workspace does not open the backup" : master.error().text()) +
                          ". Give the recovery key (`ml-connector vault export-recovery` printed it), or bring the master key");
    auto fits = co_await fits_recovery(recovery);  // no key is made for one that does not open anything
    if (!fits) co_return fits;
    if (!master) {
      auto path = vault::make_master_key(files_, random_, settings_.id, settings_.master_key);
      if (!path) co_return path.error();
      report.master_key = *path;
      report.new_master = true;
      master = vault::read_master_key(files_, settings_.id, settings_.master_key);
      if (!master) co_return master.error();
    }
    report.recovered = true;
    master_ = *master;
    auto recovering = vault::recover(recovery, std::move(*master), *store_, env_);
    co_return co_await std::move(recovering);
  }

  // Before anything is written here. The newest act and the newest job's birth: what came later is not in the backup.
  Task<Status> look() {
    auto proof = co_await store_->verify_audit();
    if (!proof) co_return proof.error();
    report.entries = proof->entries;
    auto acts = co_await store_->audit("", std::max<int64_t>(0, proof->entries - kNewestActs), kNewestActs);
    if (!acts) co_return acts.error();
    for (const auto& act : *acts) restored_.taken = std::max(restored_.taken, act.at);
    store::JobFilter newest;
    newest.limit = 1;
    auto jobs = co_await store_->jobs(newest);
    if (!jobs) co_return jobs.error();
    for (const auto& job : *jobs) restored_.taken = std::max(restored_.taken, job.born);
    report.taken = format_rfc3339(restored_.taken);
    auto instances = co_await store_->list(store::Table::instances, "");
    if (!instances) co_return instances.error();
    std::set<std::string> clients;
    for (const auto& row : *instances) clients.insert(row.key.substr(0, row.key.find('/')));
    report.clients.assign(clients.begin(), clients.end());
    co_return ok_status();
  }

  Task<Status> mark() {
    restored_.at = env_.clock->wall();
    restored_.file = fs::path(options_.file).filename().string();
    store::Change change;
    change.put.push_back(engine::restored_row(restored_));
    change.audit.push_back({"", options_.actor, "restore", restored_.file, "backup of " + report.taken});
    auto committed = co_await store_->commit(std::move(change));
    if (!committed) co_return committed.error();
    co_return ok_status();
  }

  // Who was forgotten after the backup was made is in it again (G13).
  Task<Status> erase_again() {
    vault::Options vault_options;
    vault_options.master = master_;
    vault_options.state_folder = beside_;  // no tokens are escrowed here
    auto vault = co_await vault::open_vault(std::move(vault_options), *store_, files_, env_);
    if (!vault) co_return vault.error();
    std::vector<std::string> lists;
    if (!options_.erasures.empty()) lists.push_back(options_.erasures);
    if (files_.exists(state_ + "/" + kErasures)) lists.push_back(state_ + "/" + kErasures);
    report.erasures_known = !lists.empty();
    engine::Forgetting forgetting(env_, *store_, **vault, files_, beside_ + "/" + kErasures);
    auto doing = forgetting.again(std::move(lists), options_.actor);
    auto done = co_await std::move(doing);
    if (!done) co_return done.error().wrap("erasing again who was forgotten since");
    report.erased = *done;
    co_return ok_status();
  }

  const RestoreOptions& options_;
  Secret master_;
  RealFiles files_;
  SystemRandom random_;
  Environment env_;
  Settings settings_;
  std::string state_, beside_;
  engine::Restored restored_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace

Result<RestoreReport> restore(const RestoreOptions& options) {
  std::unique_ptr<Clock> clock = std::make_unique<SystemClock>();
  if (!options.clock.empty()) {
    auto file = FileClock::open(options.clock);
    if (!file) return file.error();
    clock = std::move(*file);
  }
  EventLoop loop(*clock);
  Restoring restoring(loop, *clock, options);
  Status end = ok_status();
  loop.post([&] {
    spawn<Status>(restoring.work(), [&](Status done) {
      end = std::move(done);
      loop.stop();
    });
  });
  loop.run();
  restoring.store().reset();
  if (!end) {
    restoring.give_up();
    return end.error();
  }
  auto placed = restoring.put_in_place();
  if (!placed) return placed.error();
  return std::move(restoring.report);
}

}  // namespace mlc::app
