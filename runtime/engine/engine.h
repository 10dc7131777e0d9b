// The engine: intake, schedule, jobs, effects, operators' acts, reading. A facade over its parts; app owns it and
// everything it is given outlives it. Executor's thread throughout.
//
//   Engine engine(environment, *store, *vault, remote, runner, log, options);
//   auto started = co_await engine.start(catalog);      // recovery first, then jobs, schedules, subscriptions
//   auto answer = co_await engine.intake().webhook(client, connection, headers, body);
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "runtime/engine/arming.h"
#include "runtime/engine/backfill.h"
#include "runtime/engine/catalog.h"
#include "runtime/engine/context.h"
#include "runtime/engine/intake.h"
#include "runtime/engine/jobs.h"
#include "runtime/engine/operations.h"
#include "runtime/engine/reconcile_calendar.h"
#include "runtime/engine/schedule.h"
#include "runtime/engine/story.h"
#include "runtime/engine/subscriptions.h"

namespace mlc::engine {

class Engine {
 public:
  Engine(Environment env, store::Store& store, vault::Vault& vault, remote::Remote& remote, Runner& runner, Log& log, Options options = {});
  ~Engine();  // whatever still runs is dropped where it stands, as a crash would
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  enum class Run {
    everything,
    operations,  // for commands without a server: no claims, no schedules, no subscriptions
  };
  Task<Status> start(Catalog catalog, Run run = Run::everything);
  Task<Unit> stop();  // no new work; runs under way end within Options::drain
  // After the scripts or settings changed: reads Runner::instances() again.
  Task<Status> reload_instances(Catalog catalog);

  Intake& intake() { return intake_; }
  Jobs& jobs() { return jobs_; }
  Schedule& schedule() { return schedule_; }
  Backfills& backfills() { return backfills_; }
  Operations& operations() { return operations_; }
  Arming& arming() { return arming_; }
  // After clients were armed: what stood still for them goes on.
  Task<Status> go_on();
  Subscriptions& subscriptions() { return subscriptions_; }
  Reconcile& reconcile() { return reconcile_; }
  Story& story() { return story_; }
  std::optional<std::string> zone_of(const std::string& client, const std::string& instance) const {
    const auto found = context_.registry.find(client, instance);
    return found ? std::optional<std::string>(found->zone) : std::nullopt;
  }
  const Doors& doors() const { return context_.doors; }

 private:
  Task<Status> take_over(Catalog catalog);

  bool runs_all_ = false;
  Context context_;
  Intake intake_;
  Jobs jobs_;
  Schedule schedule_;
  Backfills backfills_;
  Operations operations_;
  Arming arming_;
  Subscriptions subscriptions_;
  Reconcile reconcile_;
  ReconcileCalendars calendars_;
  Story story_;
};

}  // namespace mlc::engine
