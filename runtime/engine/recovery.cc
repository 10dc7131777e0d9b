#include "runtime/engine/recovery.h"

#include "runtime/engine/journal.h"

namespace mlc::engine {

Task<Status> prepare_clients(Context& context) {
  auto clients = context.registry.clients();
  // Clients that left the workspace may still have jobs, whose journals must open.
  auto rows = co_await context.store.list(store::Table::instances, "");
  if (!rows) co_return rows.error();
  for (const auto& row : *rows) clients.push_back(row.key.substr(0, row.key.find('/')));
  std::sort(clients.begin(), clients.end());
  clients.erase(std::unique(clients.begin(), clients.end()), clients.end());
  co_return co_await context.vault.prepare_all(std::move(clients));
}

Task<Result<int64_t>> recover_armed(Context& context) {
  int64_t recovered = 0;
  for (;;) {
    store::EffectFilter filter;
    filter.states = {store::EffectState::armed};
    auto armed = co_await context.store.effects(filter);
    if (!armed) co_return armed.error();
    if (armed->empty()) co_return recovered;
    for (const auto& effect : *armed) {
      Journal journal(context.vault, effect.client, {}, 1);
      const Answer answer{context.now(), true, error_json({"crash", "the process ended between arming and outcome", false, "", ""})};
      auto entry = journal.seal(store::EntryKind::outcome, -1, effect.name, "", answer);
      if (!entry) co_return entry.error();
      store::Change change;
      change.job = effect.job;
      change.entries.push_back(std::move(*entry));
      store::EffectChange state;
      state.effect = effect;
      state.effect.state = store::EffectState::unknown;
      state.effect.ended = context.now();
      state.from = {store::EffectState::armed};
      state.outcome_in_this_change = true;
      change.effects.push_back(std::move(state));
      change.audit.push_back({effect.client, "engine", "effect.unknown",
                              "job " + std::to_string(effect.job) + " " + effect.connection + " " + effect.operation,
                              effect.name + " crash"});
      auto committed = co_await context.store.commit(std::move(change));
      if (!committed) co_return committed.error();
      ++recovered;
    }
  }
}

}  // namespace mlc::engine
