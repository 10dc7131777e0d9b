// Looking at the remote before a create leaves, and after one whose answer was lost.
#include "runtime/engine/effects.h"
#include "runtime/engine/job_context.h"
#include "runtime/engine/probe.h"

namespace mlc::engine {
namespace {

constexpr Duration kSearchGood = std::chrono::minutes(5);  // how long "nobody made it yet" is believed before the first send
constexpr Duration kLookGood = std::chrono::minutes(1);    // the same of a look that the run itself has made
constexpr size_t kMostSearched = 10'000;

}  // namespace

// Kind C, before the first send of a create: whoever made it already saves the second one.
Task<Effects::Stop> Effects::search_first() {
  if (!plan_.probe->first && !run_.context.doors.restored()) co_return std::nullopt;
  // A run that ended for want of a permit comes back soon: its search need not be paid twice.
  auto& searched = run_.context.searched;
  const WallTime now = run_.context.now();
  // A look that only the journal remembers, of a run before this one, is none.
  const auto looked = run_.looks.find(connection_ + " " + request_.looked);
  if (looked != run_.looks.end() && now - looked->second < kLookGood) co_return std::nullopt;
  const auto known = searched.find(effect_->key);
  if (known != searched.end() && now - known->second < kSearchGood) co_return std::nullopt;
  WallTime not_before{};
  auto found = co_await search(&not_before);
  if (!found) co_return Sent(from_error(found.error(), not_before));
  if (found->parts > 0) {
    co_return park("several_found",
                   "only " + std::to_string(found->parts) + " of " + std::to_string(plan_.probe->parts) +
                       " parts of what is to be made bear the reference " + plan_.probe->value + " there",
                   "look there what they are, then `jobs settle " + std::to_string(run_.job.id) +
                       " --happened ID`, or remove them and release the job");
  }
  if (found->records.empty()) {
    if (searched.size() >= kMostSearched) searched.clear();
    searched[effect_->key] = now;
    co_return std::nullopt;
  }
  if (found->records.size() > 1) {
    co_return park("several_found", std::to_string(found->records.size()) + " records there bear the reference " + plan_.probe->value,
                   "remove the doubled ones there, then release the job");
  }
  auto& record = found->records.front();
  co_return co_await settle(record.id, record.number, record.json, nullptr, "settled");
}

Task<Result<Found>> Effects::search(WallTime* not_before) {
  auto found = co_await look_up(run_, connection_, *plan_.probe, request_.operation, not_before);
  if (found && !found->exchanges.empty()) {
    store::Change change;
    change.entries = std::move(found->exchanges);
    run_.record(std::move(change));
  }
  co_return found;
}

}  // namespace mlc::engine
