// Which scripts serve: decides at start and at each change of the files, hands new versions over to runner, remote and
// engine, takes approvals and rollbacks. A candidate with a fault leaves the version that serves alone.
//
// Owned by Runtime; lives on the loop's thread. Files are read and Lua is compiled on `worker`, beside what serves.
//
//   saved -> quiet -> read and compiled -> specs -> swap, or wait for `approve` -> one commit -> live
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/base/log.h"
#include "runtime/base/scope.h"
#include "runtime/base/thread_pool.h"
#include "runtime/console/services.h"
#include "runtime/remote/real_remote.h"
#include "runtime/script/runner.h"
#include "runtime/workbench/standing.h"
#include "runtime/workbench/versions.h"

namespace mlc::app {

class Reload : public console::Scripts {
 public:
  struct Parts {
    const script::Host* host = nullptr;
    std::string folder;
    std::string public_url;
    Environment env;
    Log* log = nullptr;
    store::Store* store = nullptr;
    vault::Vault* vault = nullptr;
    bool serving = false;
    std::function<bool()> still_changing;  // somebody saves right now: files_changed() comes again
  };
  explicit Reload(Parts parts);
  ~Reload() override;

  // At start, before there is a runner: decides which version of each instance serves. `fresh` is what was read.
  Task<Status> begin(script::Workspace fresh);
  // What begin() decided.
  const script::Workspace& workspace() const { return serving_; }  // programs: the live ones
  std::shared_ptr<const remote::Directory> directory() const { return directory_; }
  engine::Catalog catalog() { return std::move(catalog_); }
  script::Runner::Archive archive();

  // From here on changes are handed over; what was saved since the files were read is looked at now.
  void connect(remote::RealRemote& remote, script::Runner& runner, engine::Engine& engine);
  void files_changed();
  // A change that this refuses is not taken.
  void guard(std::function<Status(const remote::Directory&)> accepts) { accepts_ = std::move(accepts); }
  // Takes what the files say although nothing serves: a command is going to run jobs. Once.
  Task<Status> take_files();
  void stop();  // no further change; what is under way is dropped

  // console::Scripts
  Task<Result<console::Json>> versions(std::string client, std::string instance) override;
  Task<Result<console::Json>> approve(std::string client, std::string instance, std::string version, std::string actor) override;
  Task<Result<console::Json>> rollback(std::string client, std::string instance, std::string version, std::string actor) override;
  Task<Result<console::Json>> reload() override;
  Task<Result<console::Json>> preview(std::string client, std::string instance, std::string from, int last) override;
  console::Json standing(const std::string& client, const std::string& instance) const override;
  console::Json report() const override;
  std::vector<engine::Metric> metrics() const override;

  const std::vector<script::Problem>& problems() const { return problems_; }

 private:
  // What waits beside a live version.
  struct Candidate {
    workbench::ProgramPtr program;  // null: broken
    std::string state;              // "waiting", "held back", "broken"; "saved": goes live when serve starts
    std::vector<script::Problem> problems;
  };
  struct Decision {
    script::Workspace workspace;  // with the programs that are to serve
    std::shared_ptr<const remote::Directory> directory;
    engine::Catalog catalog;
    std::vector<workbench::Versions::Change> changes;
    std::vector<workbench::ProgramPtr> kept;
    std::map<std::string, Candidate> candidates;
  };
  // What a person asked for: `key` (client/instance) gets `program`, or its candidate when that is null, whatever the
  // settings say.
  struct Wish {
    std::string key;
    workbench::ProgramPtr program;
    std::string version;  // how the candidate's hash has to begin
    std::string by;
  };

  Task<Result<Decision>> decide(const workbench::Look& look, const Wish* wish);
  Task<Result<workbench::ProgramPtr>> choose(const workbench::Standing& standing, bool asks, const Wish* wish, Decision& into);
  Result<workbench::ProgramPtr> grant(const workbench::Standing& standing, const Wish& wish, Decision& into) const;
  Status furnish(Decision& decision) const;  // directory and catalog
  // The same, but that a client of which nothing serves and whose connections can't be made is left out, as one whose file is broken is:
  // the others run.
  Status furnish_sound(Decision& decision);
  bool serves(const std::string& client) const;
  std::string told_of_systems(const std::string& sentence) const;
  Task<Status> hand_over(Decision decision);
  Task<Unit> keep_registered(std::vector<std::pair<std::string, std::string>> connections);
  workbench::ProgramPtr live_program(const std::string& key) const;

  Task<Result<console::Json>> preview_of(const workbench::Standing& standing, std::string from, int last);
  std::map<std::string, std::string> live_versions() const;  // "client/instance" -> hash
  Task<workbench::Look> look();
  Task<Status> round(std::optional<Wish> wish);  // looks at the files and takes over
  Task<Unit> on_change();
  Task<Unit> turn();  // one at a time: files, approvals, rollbacks
  void end_turn();
  Task<Status> in_turn(std::optional<Wish> wish);
  void tell_problems(const std::vector<script::Problem>& problems);
  void tell_restart(const std::string& settings);
  Status known(const std::string& client, const std::string& instance) const;

  Parts parts_;
  std::unique_ptr<ThreadPool> worker_;
  workbench::Versions versions_;
  remote::RealRemote* remote_ = nullptr;
  script::Runner* runner_ = nullptr;
  engine::Engine* engine_ = nullptr;

  script::Workspace serving_;
  std::map<std::string, workbench::ProgramPtr> live_;  // "client/instance"
  std::shared_ptr<const remote::Directory> directory_;
  engine::Catalog catalog_;
  std::map<std::string, Candidate> candidates_;
  std::vector<script::Problem> problems_;  // of the files, as last read
  std::set<std::string> prepared_;         // owners of keys that the vault knows
  std::string settings_at_start_;
  std::vector<std::string> restart_;                  // settings that differ from those, and are read at start only
  std::map<std::string, std::string> registrations_;  // "client/connection" -> what is to be registered there

  std::function<Status(const remote::Directory&)> accepts_;
  bool takes_ = false;  // what the files say; without a server only once a command is going to run jobs
  bool busy_ = false, queued_ = false, closed_ = false, changed_early_ = false;
  std::deque<std::function<void()>> waiting_;
  uint64_t ok_ = 0, failed_ = 0;
  WallTime last_{};
  Duration took_{};
  Scope scope_;  // last: what is suspended goes first
};

}  // namespace mlc::app
