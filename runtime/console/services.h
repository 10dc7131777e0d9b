// What the admin API works on. app builds it; everything outlives the Router.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/auth/authorizer.h"
#include "runtime/base/executor.h"
#include "runtime/base/log.h"
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
  virtual void run_jobs() = 0;                            // jobs are claimed from now on, also without a server
};

struct Services {
  Environment env;
  Doors& doors;
  engine::Engine& engine;
  store::Store& store;
  vault::Vault& vault;
  auth::Authorizer& authorizer;
  limits::Limits& limits;
  remote::Remote& remote;
  Log& log;
  std::string public_url;
  std::string state_folder;
};

}  // namespace mlc::console
