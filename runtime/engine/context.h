// What the parts of one engine share. Owned by Engine; executor's thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "runtime/base/executor.h"
#include "runtime/base/log.h"
#include "runtime/base/scope.h"
#include "runtime/engine/doors.h"
#include "runtime/engine/options.h"
#include "runtime/engine/registry.h"
#include "runtime/remote/remote.h"
#include "runtime/store/store.h"
#include "runtime/vault/vault.h"

namespace mlc::engine {

class Batches;
class JoinedReads;

// co_await it: goes straight on, or never when the hook says that the process ends here.
struct CrashPoint {
  bool dead;
  bool await_ready() const noexcept { return !dead; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};

struct Context {
  Environment env;
  store::Store& store;
  vault::Vault& vault;
  remote::Remote& remote;
  Runner& runner;
  Log& log;
  Options options;

  Registry registry;
  Doors doors;
  Scope scope;
  std::unordered_map<std::string, WallTime> searched{};  // effect key -> when its first search found nothing (kind C)
  std::function<void()> wake_jobs = [] {};               // something may have become claimable
  std::shared_ptr<Batches> batches{};                    // writes that go out together; engine's
  std::shared_ptr<JoinedReads> joined_reads{};           // reads that are asked together; engine's

  // Runs later, unless the engine is gone by then.
  void post(std::function<void()> work) {
    env.executor->post([alive = std::weak_ptr<char>(life), work = std::move(work)] {
      if (alive.lock()) work();
    });
  }
  std::shared_ptr<char> life = std::make_shared<char>();

  WallTime now() const { return env.clock->wall(); }
  CrashPoint at(std::string_view point) const { return {options.crash_point && options.crash_point(point)}; }
};

}  // namespace mlc::engine
