// What the admin API works on. app builds it; everything outlives the Router.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/auth/authorizer.h"
#include "runtime/base/executor.h"
#include "runtime/base/log.h"
#include "runtime/console/router.h"
#include "runtime/engine/engine.h"
#include "runtime/limits/limits.h"
#include "runtime/remote/directory.h"
#include "runtime/remote/remote.h"
#include "runtime/store/store.h"
#include "runtime/vault/vault.h"

namespace mlc::console {

// What only app knows of the workspace.
class Doors {
 public:
  virtual ~Doors() = default;
  virtual std::vector<std::string> clients() const = 0;
  // "" = of all clients.
  virtual std::vector<std::shared_ptr<const remote::Connection>> connections(const std::string& client) const = 0;
  virtual std::vector<std::string> problems() const = 0;  // faults of the workspace that keep something from running
  // Jobs are claimed from now on, also without a server; then on what the files say, as a server would.
  virtual Task<Status> run_jobs() = 0;
  // A new master key takes the place of the one that is there; `into` only where a service manager hands it to us. Gives
  // {"master_key","kept","managed"}: its file, that of the one before, whether a person has to bring it to its place.
  virtual Task<Result<Json>> rotate_master_key(std::string into, std::string actor) = 0;
};

// Script versions: what is live, what waits, what was. Gives documents for the API; app implements it.
class Scripts {
 public:
  virtual ~Scripts() = default;
  virtual Task<Result<Json>> versions(std::string client, std::string instance) = 0;
  virtual Task<Result<Json>> approve(std::string client, std::string instance, std::string version, std::string actor) = 0;
  virtual Task<Result<Json>> rollback(std::string client, std::string instance, std::string version, std::string actor) = 0;
  virtual Task<Result<Json>> reload() = 0;  // looks at the files now
  // The live version (or `from`) against the files over the `last` recorded inputs of each mapping; "" = all of them.
  virtual Task<Result<Json>> preview(std::string client, std::string instance, std::string from, int last) = 0;
  // What an instance serves and what its files are: {"version","candidate"?,"state","problems":[{"file","line","column","sentence"}]}
  virtual Json standing(const std::string& client, const std::string& instance) const = 0;
  virtual Json report() const = 0;  // {"ok","failed","last","milliseconds","problems":[…],"restart":[…]}
  virtual std::vector<engine::Metric> metrics() const = 0;
};

class Alerts;  // alerts/alerts.h

struct Services {
  Environment env;
  Doors& doors;
  Scripts& scripts;
  engine::Engine& engine;
  store::Store& store;
  vault::Vault& vault;
  auth::Authorizer& authorizer;
  limits::Limits& limits;
  remote::Remote& remote;
  Log& log;
  std::string public_url;
  std::string state_folder;
  Alerts* alerts = nullptr;  // made over the rest
};

}  // namespace mlc::console
