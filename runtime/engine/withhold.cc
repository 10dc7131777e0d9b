// job:withhold: a record is to have a write no more. Decided under the same turn as the record's writes, so that either the
// write was made and is told of, or no run that still holds an older state can make it.
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/effect_key.h"
#include "runtime/engine/effects.h"
#include "runtime/engine/job_run.h"
#include "runtime/engine/request_key.h"

namespace mlc::engine {

using store::EffectState;
using store::EntryKind;

namespace {

// Of all jobs of this record: a send of `effect` whose outcome nobody knows.
Task<Result<std::optional<store::Effect>>> unknown_of_record(JobContext& run, std::string connection, std::string effect) {
  store::EffectFilter filter;
  filter.client = run.job.client;
  filter.connection = std::move(connection);
  filter.name = std::move(effect);
  filter.states = {EffectState::armed, EffectState::unknown};
  auto open = co_await run.context.store.effects(std::move(filter));
  if (!open) co_return open.error();
  for (auto& one : *open) {
    auto job = co_await run.context.store.job(one.job);
    if (!job) co_return job.error();
    if (*job && (*job)->source == run.job.source && (*job)->key == run.job.key) co_return std::optional(std::move(one));
  }
  co_return std::optional<store::Effect>();
}

Ending behind(const JobContext& run, const store::Effect& open) {
  if (open.job != run.job.id)
    return Ending::behind_unknown(
        "the outcome of " + open.name + " sent by job " + std::to_string(open.job) + " for the same record is unknown",
        run.context.now() + run.context.options.behind_unknown);
  Ending ending;
  ending.what = Ending::What::park;
  ending.code = "unknown_effect";
  ending.reason = "whether " + open.name + " (" + open.operation + ") of an earlier attempt happened is unknown";
  ending.fix = "look there, then `jobs settle " + std::to_string(run.job.id) + " --happened ID` or `--did-not-happen`";
  ending.cause = ending.code + ":" + open.name;
  ending.continues = true;
  return ending;
}

}  // namespace

std::string entity_json(const std::optional<store::Entity>& entity) {
  if (!entity || is_withheld(*entity)) return "null";
  auto node = document::Node::object();
  node.set("id", entity->remote_id).set("number", entity->number).set("version", entity->version);
  if (entity->by_person) node.set("by_person", true);
  return document::write(node);
}

Task<Turns::Turn> record_turn(Turns& turns, const JobContext& run, const std::string& connection) {
  return turns.take(hash_parts({"record", run.job.client, connection, run.own_entity()}));
}

Task<JobRun::Handled> JobRun::handle_withhold(WithholdRequest request) {
  const int index = next_index_++;
  auto connection = run_.connection(request.role, request.connection);
  if (!connection) co_return Answer{{}, true, error_json({"not_found", connection.error().text(), false, "", ""})};
  const auto hash = key_of(request, *connection).hash;
  auto known = replayed(index, EntryKind::sent, request.effect, hash);
  if (known) co_return std::move(*known);

  auto turn = co_await record_turn(turns_, run_, *connection);
  const auto retry = [](const Error& error) { return Ending::retry(std::string(code_name(error.code())), error.text()); };
  auto open = co_await unknown_of_record(run_, *connection, request.effect);
  if (!open) co_return retry(open.error());
  if (*open) co_return behind(run_, **open);
  auto found = co_await run_.context.store.entity(run_.job.client, *connection, run_.own_entity(), request.effect);
  if (!found) co_return retry(found.error());

  Answer answer{run_.context.now(), false, entity_json(*found)};
  auto entry = run_.journal.seal(EntryKind::sent, index, request.effect, hash, answer);
  if (!entry) co_return Ending::retry("internal", entry.error().text());
  store::Change change;
  change.entries.push_back(std::move(*entry));
  const bool newer =
      !*found || (is_withheld(**found) && compare_versions(request.version, (*found)->version) == std::strong_ordering::greater);
  if (newer && run_.mode.live) {
    store::Entity withheld;
    withheld.client = run_.job.client;
    withheld.connection = *connection;
    withheld.entity = run_.own_entity();
    withheld.name = request.effect;
    withheld.version = request.version;
    withheld.at = answer.at;
    change.entities.push_back(std::move(withheld));
  }
  auto committed = co_await run_.commit(std::move(change));  // before the turn passes
  if (!committed) {
    if (committed.error().code() == Code::conflict) co_return Ending::stale();
    co_return retry(committed.error());
  }
  co_return answer;
}

}  // namespace mlc::engine
