// Effects and entities: what was sent, and what a target has because of it.
#include <algorithm>
#include <unordered_set>

#include "runtime/store/sqlite/ledger.h"

namespace mlc::store {
namespace {

const char* state_name(EffectState state) {
  constexpr const char* kNames[] = {"planned", "armed", "settled", "rejected", "unknown", "superseded", "shadow"};
  return kNames[static_cast<size_t>(state)];
}

// The row of the `nth` entry of a kind; a single one serves all.
Id row_of(const Change& change, const std::vector<Id>& rows, EntryKind kind, size_t nth) {
  Id found = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (change.entries[i].kind != kind) continue;
    found = rows[i];
    if (nth-- == 0) break;
  }
  return found;
}

}  // namespace

Status Ledger::check_effects(const std::vector<EffectChange>& changes) {
  std::unordered_set<std::string_view> seen;
  for (const auto& change : changes) {
    const Effect& effect = change.effect;
    if (changes.size() > 1 && !seen.insert(effect.key).second) {
      return {Code::invalid_argument, "effect '" + effect.name + "' stands twice in one change"};
    }
    auto row = db_.query("SELECT state FROM effects WHERE key=?", Blob{effect.key});
    const bool exists = row.next();
    if (!exists) {
      if (change.from.empty()) continue;
      return {Code::conflict, "effect '" + effect.name + "' does not exist"};
    }
    const auto state = static_cast<EffectState>(row.integer(0));
    if (std::find(change.from.begin(), change.from.end(), state) == change.from.end()) {
      return {Code::conflict, "effect '" + effect.name + "' is " + state_name(state)};
    }
  }
  return ok_status();
}

void Ledger::write_effects(const Change& change, const std::vector<Id>& entry_rows) {
  size_t plans = 0, outcomes = 0;
  for (const auto& [effect, from, has_plan, has_outcome] : change.effects) {
    const Id plan = has_plan ? row_of(change, entry_rows, EntryKind::plan, plans++) : effect.plan_row;
    const Id outcome = has_outcome ? row_of(change, entry_rows, EntryKind::outcome, outcomes++) : effect.outcome_row;
    // What a later state does not say (0) stays as it was.
    db_.run(
        "INSERT INTO effects(key, job, client, connection, operation, entity, name, version, generation, kind, state, planned, armed, "
        "ended,"
        " plan_row, outcome_row, remote_id, sends) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(key) DO UPDATE SET"
        " job=excluded.job, version=excluded.version, generation=excluded.generation, kind=excluded.kind, state=excluded.state,"
        " planned=iif(excluded.planned=0, planned, excluded.planned), armed=iif(excluded.armed=0, armed, excluded.armed),"
        " ended=excluded.ended, plan_row=iif(excluded.plan_row=0, plan_row, excluded.plan_row),"
        " outcome_row=iif(excluded.outcome_row=0, outcome_row, excluded.outcome_row), remote_id=excluded.remote_id, sends=excluded.sends",
        Blob{effect.key}, effect.job, effect.client, effect.connection, effect.operation, effect.entity, effect.name, effect.version,
        effect.generation, effect.kind, static_cast<int>(effect.state), to_micros(effect.planned), to_micros(effect.armed),
        to_micros(effect.ended), plan, outcome, effect.remote_id, effect.sends);
  }
}

void Ledger::write_entity(const Entity& entity, WallTime now) {
  db_.run(
      "INSERT INTO entities(client, connection, entity, name, version, remote_id, number, effect_key, by_person, at)"
      " VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT(client, connection, entity, name) DO UPDATE SET version=excluded.version,"
      " remote_id=excluded.remote_id, number=excluded.number, effect_key=excluded.effect_key, by_person=excluded.by_person, at=excluded.at",
      entity.client, entity.connection, entity.entity, entity.name, entity.version, entity.remote_id, entity.number,
      Blob{entity.effect_key}, entity.by_person ? 1 : 0, to_micros(entity.at == WallTime{} ? now : entity.at));
}

}  // namespace mlc::store
