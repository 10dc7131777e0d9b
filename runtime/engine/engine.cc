#include "runtime/engine/engine.h"

#include "runtime/engine/batches.h"
#include "runtime/engine/joined_reads.h"
#include "runtime/engine/recovery.h"

namespace mlc::engine {

Engine::Engine(Environment env, store::Store& store, vault::Vault& vault, remote::Remote& remote, Runner& runner, Log& log, Options options)
    : context_{env, store, vault, remote, runner, log, std::move(options), {}, {}, {}},
      intake_(context_),
      jobs_(context_),
      schedule_(context_),
      backfills_(context_),
      operations_(context_),
      arming_(context_, operations_),
      subscriptions_(context_),
      reconcile_(context_),
      calendars_(context_, reconcile_),
      story_(context_, intake_, jobs_, schedule_) {
  context_.wake_jobs = [this] { jobs_.wake(); };
  context_.batches = std::make_shared<Batches>(context_);
  context_.joined_reads = std::make_shared<JoinedReads>(context_);
}

Engine::~Engine() {
  // Suspended work goes first: it refers to everything else.
  context_.wake_jobs = [] {};
  context_.scope.clear();
}

Task<Status> Engine::take_over(Catalog catalog) {
  std::vector<std::string> wrong;
  context_.registry.replace(context_.runner.instances(), &wrong);
  for (const auto& sentence : wrong) context_.log.error("instance.left_out", {{"reason", sentence}});
  std::vector<std::pair<std::string, std::string>> names;
  for (const auto& instance : context_.registry.all()) names.emplace_back(instance->client, instance->name);
  auto loaded = co_await context_.doors.load(context_.store, std::move(names), context_.now());
  if (!loaded) co_return loaded.error();
  auto prepared = co_await prepare_clients(context_);
  if (!prepared) co_return prepared.error();
  intake_.set_routes(std::move(catalog.routes));
  subscriptions_.set(std::move(catalog.subscriptions));
  reconcile_.set(std::move(catalog.reconciles));
  calendars_.set(std::move(catalog.calendars));
  co_return ok_status();
}

Task<Status> Engine::start(Catalog catalog, Run run) {
  auto taken = co_await take_over(std::move(catalog));
  if (!taken) co_return taken.error();
  auto recovered = co_await recover_armed(context_);
  if (!recovered) co_return recovered.error();
  if (*recovered > 0) context_.log.warn("effects.unknown_after_crash", {{"count", *recovered}});
  if (run == Run::operations) co_return ok_status();
  runs_all_ = true;
  for (const auto& client : context_.registry.clients())
    if (context_.doors.holds(client))
      context_.log.warn("client.held_after_restore", {{"client", client}, {"go_on", "ml-connector arm " + client}});
  jobs_.start();
  auto scheduled = co_await schedule_.start();
  if (!scheduled) co_return scheduled.error();
  subscriptions_.start();
  calendars_.start();
  co_return co_await backfills_.start();
}

Task<Unit> Engine::stop() {
  backfills_.stop();
  calendars_.stop();
  schedule_.stop();
  subscriptions_.stop();
  co_return co_await jobs_.drain();
}

Task<Status> Engine::go_on() {
  if (!runs_all_) co_return ok_status();
  jobs_.wake();
  schedule_.reload();
  subscriptions_.again();
  co_return co_await backfills_.start();
}

Task<Status> Engine::reload_instances(Catalog catalog) {
  auto taken = co_await take_over(std::move(catalog));
  if (!taken) co_return taken.error();
  schedule_.reload();
  jobs_.wake();
  co_return ok_status();
}

}  // namespace mlc::engine
