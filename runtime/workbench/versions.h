// Which version of each instance is live, and since when; old versions by content hash. Durable in Table::scripts:
// "version:<hash>" and "file:<hash>" as script::Program has them, and "live/<client>/<instance>":
//   {"version":…, "held_back":…, "history":[{"version","at","by","how"}, …]}      newest first
// An open job goes on with the version it began with (G3), whatever the files say now.
//
// Executor's thread; what is compiled is compiled on `workers`.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/base/task.h"
#include "runtime/script/program.h"
#include "runtime/store/store.h"

namespace mlc::workbench {

using ProgramPtr = std::shared_ptr<const script::Program>;

struct Activation {
  std::string version;
  WallTime at{};
  std::string by;   // "files" or who asked
  std::string how;  // "first", "saved", "approved", "rolled back"
};

struct LiveVersion {
  std::string version;
  std::string held_back;            // the files' version that a rollback put aside: not taken again by itself
  std::vector<Activation> history;  // newest first; the first one is `version`
};

class Versions {
 public:
  Versions(store::Store& store, const script::Host& host, Environment env, Executor& workers)
      : store_(store), host_(host), env_(env), workers_(workers) {}

  Task<Status> load();
  const LiveVersion* find(const std::string& client, const std::string& instance) const;

  const std::map<std::string, LiveVersion>& all() const { return live_; }  // by "client/instance"

  struct Change {
    std::string client, instance, version, held_back, by, how;
  };
  // One commit: what the store lacks of `programs`, the new live versions, their audit entries. Nothing is live before.
  Task<Status> activate(std::vector<Change> changes, std::vector<ProgramPtr> programs);
  // Only puts them there, for jobs that are pinned to them.
  Task<Status> keep(std::vector<ProgramPtr> programs) { return activate({}, std::move(programs)); }
  // not_found when the store has no such version.
  Task<Result<ProgramPtr>> restore(std::string version);
  // The one version of this instance's history whose hash begins so; errors say what there is.
  Result<std::string> full_name(const std::string& client, const std::string& instance, const std::string& beginning) const;

 private:
  Task<Result<std::string>> row(std::string key);

  store::Store& store_;
  const script::Host& host_;
  Environment env_;
  Executor& workers_;
  std::map<std::string, LiveVersion> live_;  // "client/instance"
  std::set<std::string> stored_;             // keys of Table::scripts that are known to be there
};

}  // namespace mlc::workbench
