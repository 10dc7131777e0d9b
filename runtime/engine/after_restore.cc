// A write in an installation that a backup was restored into (G14): the lost one may have made it after the backup, and
// nothing here remembers. Creates of kind C are searched before the first send anyway; an upsert by key of kind A ends with
// one record; kind B is told apart by the remote while it remembers keys. The rest is for a person.
#include "runtime/document/node.h"
#include "runtime/engine/effects.h"

namespace mlc::engine {
namespace {

// How long what the lost installation did may still come up again: a later event of the same record, a sweep, a replay.
constexpr Duration kDoubt = std::chrono::hours(24 * 30);

}  // namespace

Task<Effects::Stop> Effects::after_restore() {
  using store::EffectState;
  const auto& restored = run_.context.doors.restored();
  const WallTime now = run_.context.now();
  if (!restored || now > restored->at + kDoubt) co_return std::nullopt;
  const bool from_backup = effect_->planned <= restored->at;
  if ((!facts_.create && !from_backup) || effect_->state == EffectState::unknown) co_return std::nullopt;
  if (plan_.kind == 'A' || facts_.may_repeat || (plan_.kind == 'C' && plan_.probe)) co_return std::nullopt;
  // Whatever was sent with this key was sent after the backup.
  if (plan_.kind == 'B' && now < restored->taken + plan_.retention * 8 / 10 - plan_.deadline) co_return std::nullopt;
  // Asked and answered: a person said that it did not happen.
  if (run_.journal.count_after(0, store::EntryKind::note, note("doubted")) > 0) co_return std::nullopt;

  auto entry = run_.journal.seal(store::EntryKind::note, -1, note("doubted"), "", {now, false, "null"});
  if (!entry) co_return Sent(from_error(entry.error(), {}));
  store::Change change;
  change.entries.push_back(std::move(*entry));
  change.audit.push_back(audit("effect.doubted", request_.effect + " after a restore"));
  effect_->ended = now;
  auto committed = co_await change_state(EffectState::unknown, states(EffectState::planned), std::move(change));
  if (!committed) co_return Sent(from_error(committed.error(), {}));
  co_return park("unknown_effect",
                 "whether " + request_.effect + " (" + request_.operation +
                     ") was made after the backup that was restored is unknown, and it cannot be looked up",
                 "look there, then `jobs settle " + std::to_string(run_.job.id) + " --happened ID` or `--did-not-happen`");
}

}  // namespace mlc::engine
