// The part of Effects that decides what became of a send whose answer is missing (reliability.md section 2).
#include <algorithm>

#include "runtime/document/node.h"
#include "runtime/engine/effect_key.h"
#include "runtime/engine/effects.h"

namespace mlc::engine {

using store::EffectState;
using store::EntryKind;

// Planned bytes did nothing there: they went nowhere, or were answered 401 or 429. A newer version replaces them, and an older
// one does not; of the same version those stay that went once.
bool Effects::keeps_bytes() const {
  if (request_.version.empty() || effect_->version.empty()) return effect_->sends > 0;
  const auto order = compare_versions(request_.version, effect_->version);
  return order == std::strong_ordering::less || (order == std::strong_ordering::equal && effect_->sends > 0);
}

Task<Effects::Stop> Effects::clear_unknown() {
  // Recovery at start turns armed into unknown; one that is still armed here was left by a run of this process.
  auto entry = co_await run_.context.store.entry(effect_->outcome_row);
  if (!entry) co_return Sent(from_error(entry.error(), {}));
  std::string code;
  if (*entry) {
    auto answer = run_.journal.open(**entry);
    if (!answer) co_return Sent(from_error(answer.error(), {}));
    if (answer->failed) code = error_from_json(answer->json).code;
  }
  const bool blind = code == "applied_blind", refusal_like = code == "refusal_like";
  const bool searchable = plan_.probe.has_value();
  repeated_ = true;
  // What looked like a refusal was one: its own words answer the script.
  const auto refused = [&]() -> Task<Stop> {
    auto refusal = run_.journal.open(**entry);
    if (!refusal) co_return Sent(from_error(refusal.error(), {}));
    auto error = error_from_json(refusal->json);
    error.code = "rejected";
    const Answer answer{run_.context.now(), true, error_json(error)};
    auto birth = run_.journal.seal(EntryKind::outcome, index_, request_.effect, input_hash_, answer);
    if (!birth) co_return Sent(from_error(birth.error(), {}));
    store::Change change;
    change.entries.push_back(std::move(*birth));
    change.audit.push_back(audit("effect.rejected", request_.effect + " after one search"));
    effect_->ended = run_.context.now();
    auto committed = co_await change_state(EffectState::rejected, states(EffectState::unknown, EffectState::armed), std::move(change));
    if (!committed) co_return Sent(from_error(committed.error(), {}));
    ++counts_.effects_rejected;
    co_return Sent(answer);
  };

  const auto* flow = find_flow(*run_.instance, run_.job.flow);
  // A job that a person releases has all its sends again, as it has its retries.
  if (effect_->sends >= (flow != nullptr ? flow->max_failures : Flow().max_failures) * run_.job.attempt) {
    co_return park("unknown_effect", request_.effect + " was sent " + std::to_string(effect_->sends) + " times without a clear answer",
                   "release it once the remote answers again; or look there, then `jobs settle " + std::to_string(run_.job.id) +
                       " --happened ID` or `--did-not-happen`");
  }
  if (plan_.kind == 'B' && !blind) {
    const auto first = effect_->armed == WallTime{} ? effect_->planned : effect_->armed;
    if (run_.context.now() < first + plan_.retention * 8 / 10 - plan_.deadline) {
      Stop soon = co_await wait_until(effect_->ended + plan_.quiet);
      co_return soon;  // the same key and bytes: the remote tells a repetition from a new request
    }
  }
  if (plan_.kind == 'A' && searchable) {
    Stop stop = co_await wait_until(effect_->ended + plan_.quiet);
    if (stop) co_return stop;
    WallTime not_before{};
    auto found = co_await search(&not_before);
    if (!found) co_return Sent(from_error(found.error(), not_before));
    if (found->records.size() > 1)
      co_return park("several_found", "several records there bear the key " + plan_.probe->value, "remove the doubled ones");
    // One that takes no update any more has had what was sent, or has gone on without it: neither is mended by sending it again.
    if (found->records.size() == 1 && (blind || proves(run_.context.remote, plan_, found->records.front().json) ||
                                       !takes_updates(*plan_.probe, found->records.front().json))) {
      auto& record = found->records.front();
      co_return co_await settle(record.id, record.number, record.json, nullptr, "settled");
    }
    if (refusal_like) {  // and nothing of it stands there: it was one
      auto telling = refused();
      co_return co_await std::move(telling);
    }
    // Absent, or still as it was: an upsert of the same bytes; no newer one of ours can have passed it.
    co_return std::nullopt;
  }
  if (searchable && (plan_.kind == 'C' || plan_.kind == 'B')) {
    if (plan_.probe->within != Duration::zero()) {
      auto looking = clear_by_looking_on();
      co_return co_await std::move(looking);
    }
    if (refusal_like) {
      Stop stop = co_await wait_until(effect_->ended + plan_.quiet);
      if (stop) co_return stop;
      WallTime not_before{};
      auto found = co_await search(&not_before);
      if (!found) co_return Sent(from_error(found.error(), not_before));
      if (found->records.size() == 1) {
        auto& record = found->records.front();
        co_return co_await settle(record.id, record.number, record.json, nullptr, "settled");
      }
      if (found->records.empty()) {
        auto telling = refused();
        co_return co_await std::move(telling);
      }
      co_return park("several_found", "several records there bear the reference " + plan_.probe->value,
                     "remove the doubled ones, then release the job");
    }
    co_return co_await clear_by_search(!blind && plan_.kind == 'C');
  }

  if (facts_.may_repeat && !blind) co_return std::nullopt;
  if (facts_.may_skip) co_return co_await settle("", "", "", nullptr, "skipped");
  co_return park("unknown_effect",
                 "whether " + request_.effect + " (" + request_.operation + ") happened is unknown and cannot be looked up",
                 "look there, then `jobs settle " + std::to_string(run_.job.id) + " --happened ID` or `--did-not-happen`");
}

// Kind C: two empty searches, the settle time before each, are evidence of absence; one alone is not.
Task<Effects::Stop> Effects::clear_by_search(bool resend_allowed) {
  for (;;) {
    const int absent = run_.journal.count_after(effect_->outcome_row, EntryKind::note, note("absent"));
    const auto* last = run_.journal.newest_after(effect_->outcome_row, EntryKind::note, note("absent"));
    auto since = effect_->ended;
    if (last != nullptr) {
      auto answer = run_.journal.open(*last);
      if (!answer) co_return Sent(from_error(answer.error(), {}));
      since = answer->at;
    }
    if (absent >= 2) {
      if (resend_allowed) co_return std::nullopt;
      co_return park("unknown_effect",
                     request_.effect + " was accepted there, but no record with the reference " + plan_.probe->value + " is found",
                     "look there, then `jobs settle " + std::to_string(run_.job.id) + "`");
    }
    Stop stop = co_await wait_until(since + plan_.quiet);
    if (stop) co_return stop;
    WallTime not_before{};
    auto found = co_await search(&not_before);
    if (!found) co_return Sent(from_error(found.error(), not_before));
    if (found->records.size() > 1) {
      co_return park("several_found", std::to_string(found->records.size()) + " records there bear the reference " + plan_.probe->value,
                     "remove the doubled ones, then release the job");
    }
    if (found->records.size() == 1) {
      auto& record = found->records.front();
      co_return co_await settle(record.id, record.number, record.json, nullptr, "settled");
    }
    Stop failed = co_await note_absent("null");
    if (failed) co_return failed;
  }
}

Task<Effects::Stop> Effects::note_absent(std::string json) {
  auto birth = run_.journal.seal(EntryKind::note, -1, note("absent"), "", {run_.context.now(), false, std::move(json)});
  if (!birth) co_return Sent(from_error(birth.error(), {}));
  store::Change change;
  change.entries.push_back(*birth);
  auto committed = co_await run_.commit(std::move(change));
  if (!committed) co_return Sent(from_error(committed.error(), {}));
  run_.journal.add(*birth, committed->entry_rows.front(), run_.job.id);
  co_return std::nullopt;
}

// Kind C where nobody says how soon a look-up sees what was made: that nothing is found proves nothing, so nothing is sent again. It is
// looked for after the settle time and then at growing distances until the declared span is over; then a person decides. A job that
// a person releases after that looks once more.
Task<Effects::Stop> Effects::clear_by_looking_on() {
  constexpr int kMostDoublings = 20;
  const WallTime last_look = effect_->ended + plan_.probe->within;
  size_t parts = 0;
  for (bool looked = false;; looked = true) {
    const int absent = run_.journal.count_after(effect_->outcome_row, EntryKind::note, note("absent"));
    WallTime since = effect_->ended;
    if (const auto* last = run_.journal.newest_after(effect_->outcome_row, EntryKind::note, note("absent"))) {
      auto answer = run_.journal.open(*last);
      if (!answer) co_return Sent(from_error(answer.error(), {}));
      since = answer->at;
    }
    const bool over = absent > 0 && since >= last_look;
    if (over && looked) {
      const std::string& reference = plan_.probe->value;
      const std::string seen = parts == 0 ? "nothing with the reference " + reference + " is found there"
                                          : "only " + std::to_string(parts) + " of " + std::to_string(plan_.probe->parts) +
                                                " parts with the reference " + reference + " are found there";
      co_return park(
          "unknown_effect",
          "the answer to " + request_.effect + " (" + request_.operation + ") was lost, and after " + std::to_string(absent) +
              (absent == 1 ? " look " : " looks ") + seen + "; it may have been made all the same, so it is not sent again",
          "look there for " + reference + ", then `jobs settle " + std::to_string(run_.job.id) + " --happened ID` or `--did-not-happen`");
    }
    WallTime next = since + plan_.quiet * (int64_t{1} << std::clamp(absent - 1, 0, kMostDoublings));
    if (next > last_look && since < last_look) next = last_look;
    if (!over) {
      Stop stop = co_await wait_until(next);
      if (stop) co_return stop;
    }
    WallTime not_before{};
    auto found = co_await search(&not_before);
    if (!found) co_return Sent(from_error(found.error(), not_before));
    if (found->records.size() > 1) {
      co_return park("several_found", std::to_string(found->records.size()) + " records there bear the reference " + plan_.probe->value,
                     "remove the doubled ones, then release the job");
    }
    if (found->records.size() == 1) {
      auto& record = found->records.front();
      co_return co_await settle(record.id, record.number, record.json, nullptr, "settled");
    }
    parts = found->parts;
    Stop failed = co_await note_absent("null");
    if (failed) co_return failed;
  }
}

// After a repeated create: a first request that landed late would now stand beside it.
Task<Effects::Stop> Effects::after_check() {
  WallTime not_before{};
  auto found = co_await search(&not_before);
  // The answer to the create is in hand; a look-up that fails must not lose it.
  if (!found || found->records.size() < 2) co_return std::nullopt;
  auto doubled =
      std::to_string(found->records.size()) + " records there bear the reference " + plan_.probe->value + ": a late request landed";
  auto entry = run_.journal.seal(EntryKind::outcome, -1, request_.effect, input_hash_,
                                 {run_.context.now(), true, error_json({"doubled", doubled, false, "", ""})});
  if (!entry) co_return Sent(from_error(entry.error(), {}));
  store::Change change;
  change.entries.push_back(std::move(*entry));
  change.audit.push_back(audit("effect.doubled", request_.effect));
  effect_->ended = run_.context.now();
  auto committed = co_await change_state(EffectState::unknown, states(EffectState::armed), std::move(change));
  if (!committed) co_return Sent(from_error(committed.error(), {}));
  co_return park("several_found", doubled, "undo one of them there, then `jobs settle " + std::to_string(run_.job.id) + "`");
}

}  // namespace mlc::engine
