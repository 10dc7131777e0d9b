#include "runtime/engine/operations.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/engine/effects.h"
#include "runtime/engine/journal.h"
#include "runtime/engine/poll.h"

namespace mlc::engine {
namespace {

std::string subject(store::Id job) { return "job " + std::to_string(job); }

}  // namespace

// A pause of what is not there would look like one that holds.
Status Operations::must_exist(const std::string& client, const std::string& instance, const std::string& flow) const {
  const auto clients = context_.registry.clients();
  if (std::find(clients.begin(), clients.end(), client) == clients.end()) return Error(Code::not_found, "no client " + client);
  if (instance.empty()) return ok_status();
  const auto found = context_.registry.find(client, instance);
  if (!found) return Error(Code::not_found, "no instance " + client + "/" + instance);
  if (!flow.empty() && find_flow(*found, flow) == nullptr) return Error(Code::not_found, "no flow " + flow + " of " + instance);
  return ok_status();
}

Task<Status> Operations::pause(std::string client, std::string instance, std::string flow, std::string actor) {
  auto known = must_exist(client, instance, flow);
  if (!known) co_return known;
  const auto key = Doors::pause_key(client, instance, flow);
  store::Change change;
  change.put.push_back(context_.doors.pause_row(key, actor));
  change.audit.push_back({client, actor, "pause", key, ""});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  context_.doors.set_paused(key, true);
  co_return ok_status();
}

Task<Status> Operations::resume(std::string client, std::string instance, std::string flow, std::string actor) {
  const auto key = Doors::pause_key(client, instance, flow);
  // What left the workspace while it was paused must be resumable: it may come back.
  const auto paused = context_.doors.paused();
  if (std::find(paused.begin(), paused.end(), key) == paused.end()) {
    auto known = must_exist(client, instance, flow);
    if (!known) co_return known;
  }
  store::Change change;
  change.drop.emplace_back(store::Table::pauses, context_.doors.pause_row(key, actor).second.key);
  change.audit.push_back({client, actor, "resume", key, ""});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  context_.doors.set_paused(key, false);
  context_.wake_jobs();
  co_return ok_status();
}

namespace {

Result<Zone> zone_of(const Instance& instance) { return Zone::find(instance.zone.empty() ? "UTC" : instance.zone); }

}  // namespace

Task<Result<Operations::Live>> Operations::live(std::string client, std::string instance, std::optional<WallTime> start,
                                                std::string actor) {
  const auto found = context_.registry.find(client, instance);
  if (!found) co_return Error(Code::not_found, "no instance " + client + "/" + instance);
  const Mode before = context_.doors.mode(client, instance);
  const WallTime now = context_.now();
  // Said of one that is live already, it moves nothing: what came since would be older than its start.
  const Mode mode{true, start.value_or(before.live ? before.start : now)};
  const auto zone = zone_of(*found);
  Live live{mode.start, zone ? zone->local_text(mode.start) : format_rfc3339(mode.start), false};
  // What happened since the start and was read in shadow made nothing: polls read it again.
  std::vector<std::string> anew;
  if (mode.start < now && !(before.live && before.start == mode.start)) anew = cursors_from_start(*found);
  const auto forget = [&](store::Change& change) {
    for (const auto& key : anew) change.drop.emplace_back(store::Table::cursors, key);
  };
  store::Change change;
  change.put.push_back(Doors::mode_row(client, instance, mode));
  change.audit.push_back({client, actor, "live", instance, "start " + live.text});
  forget(change);
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  context_.doors.set_mode(client, instance, mode);
  // A page that was being committed has put its cursor back; from now on none does (run_poll).
  if (anew.empty()) co_return live;
  live.reads_again = true;
  store::Change again;
  forget(again);
  auto forgotten = co_await context_.store.commit(std::move(again));
  if (!forgotten) co_return forgotten.error();
  co_return live;
}

Result<WallTime> Operations::beginning_of(const std::string& client, const std::string& instance, Date day) const {
  const auto found = context_.registry.find(client, instance);
  if (!found) return Error(Code::not_found, "no instance " + client + "/" + instance);
  const auto zone = zone_of(*found);
  if (!zone) return zone.error();
  return zone->instant(day, 0, 0, 0, Zone::Choose::earliest);
}

Task<Status> Operations::shadow(std::string client, std::string instance, std::string actor) {
  if (!context_.registry.find(client, instance)) co_return Error(Code::not_found, "no instance " + client + "/" + instance);
  Mode mode = context_.doors.mode(client, instance);
  mode.live = false;
  store::Change change;
  change.put.push_back(Doors::mode_row(client, instance, mode));
  change.audit.push_back({client, actor, "shadow", instance, ""});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  context_.doors.set_mode(client, instance, mode);
  co_return ok_status();
}

Task<Status> Operations::arm(std::string client, std::string actor) {
  store::Change change;
  change.put.push_back(context_.doors.arm_row(client));
  change.audit.push_back({client, actor, "arm", client.empty() ? "all clients" : client, ""});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  context_.doors.set_armed(client);
  context_.wake_jobs();
  co_return ok_status();
}

Task<Result<int64_t>> Operations::revive(std::vector<store::Id> jobs, Version version, store::AuditBirth audit) {
  int64_t revived = 0;
  // One call per version: a live version belongs to its instance.
  std::map<std::string, std::vector<store::Id>> by_version;
  for (const auto id : jobs) {
    auto job = co_await context_.store.job(id);
    if (!job) co_return job.error();
    if (!*job) co_return Error(Code::not_found, "no job " + std::to_string(id));
    if ((*job)->state == store::JobState::waiting || (*job)->state == store::JobState::running) {
      if (jobs.size() == 1) co_return Error(Code::conflict, subject(id) + " is still open and will run by itself");
      continue;
    }
    std::string pin;
    if (version == Version::live) {
      const auto instance = context_.registry.find((*job)->client, (*job)->instance);
      if (!instance) co_return Error(Code::not_found, "no instance " + (*job)->instance);
      pin = instance->version;
    }
    by_version[pin].push_back(id);
    audit.client = (*job)->client;
  }
  for (auto& [pin, ids] : by_version) {
    std::vector<store::AuditBirth> births;
    for (const auto id : ids) {
      auto birth = audit;
      birth.subject = subject(id);
      births.push_back(std::move(birth));
    }
    auto done = co_await context_.store.revive(ids, pin, std::move(births));
    if (!done) co_return done.error();
    revived += *done;
  }
  context_.wake_jobs();
  co_return revived;
}

Task<Result<int64_t>> Operations::replay(std::vector<store::Id> jobs, Version version, std::string actor) {
  store::AuditBirth audit{"", actor, "replay", "", version == Version::live ? "live version" : "pinned version"};
  co_return co_await revive(std::move(jobs), version, std::move(audit));
}

Task<Result<int64_t>> Operations::release(store::Id case_id, Version version, std::string actor) {
  int64_t released = 0;
  for (;;) {  // a case may hold more jobs than one list gives
    store::JobFilter filter;
    filter.case_id = case_id;
    filter.states = {store::JobState::parked, store::JobState::dead};
    filter.limit = 1000;
    auto jobs = co_await context_.store.jobs(filter);
    if (!jobs) co_return jobs.error();
    if (jobs->empty()) break;
    std::vector<store::Id> ids;
    for (const auto& job : *jobs) ids.push_back(job.id);
    store::AuditBirth audit{"", actor, "case.release", "", "case " + std::to_string(case_id)};
    auto revived = co_await revive(std::move(ids), version, std::move(audit));
    if (!revived) co_return revived.error();
    if (*revived == 0) break;
    released += *revived;
  }
  if (released == 0) co_return Error(Code::not_found, "case " + std::to_string(case_id) + " holds no jobs");
  co_return released;
}

Task<Status> Operations::cancel(store::Id id, std::string why, std::string actor) {
  auto job = co_await context_.store.job(id);
  if (!job) co_return job.error();
  if (!*job) co_return Error(Code::not_found, "no job " + std::to_string(id));
  const auto state = (*job)->state;
  if (state == store::JobState::done || state == store::JobState::cancelled) co_return Error(Code::conflict, subject(id) + " has ended");
  if (state == store::JobState::running) co_return Error(Code::conflict, subject(id) + " is running; pause its flow first");
  store::Change change;
  change.job = id;
  change.job_update = store::Change::JobUpdate();
  change.job_update->state = store::JobState::cancelled;
  change.job_update->reason_code = "cancelled";
  change.job_update->reason = why;
  change.audit.push_back({(*job)->client, actor, "cancel", subject(id), why});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  co_return ok_status();
}

Task<Status> Operations::settle(store::Id id, Settlement settlement, std::string actor) {
  auto story = co_await context_.store.story(id);
  if (!story) co_return story.error();
  if (!*story) co_return Error(Code::not_found, "no job " + std::to_string(id));
  const auto& job = (*story)->job;
  if (job.state == store::JobState::running) co_return Error(Code::conflict, subject(id) + " is running");
  store::EffectFilter filter;
  filter.client = job.client;
  filter.job = id;
  filter.states = {store::EffectState::unknown};
  auto unknown = co_await context_.store.effects(filter);
  if (!unknown) co_return unknown.error();
  std::vector<store::Effect> fitting;
  for (auto& effect : *unknown) {
    if (settlement.effect.empty() || effect.name == settlement.effect) fitting.push_back(std::move(effect));
  }
  if (fitting.empty())
    co_return Error(Code::not_found, subject(id) + " has no unknown effect" + (settlement.effect.empty() ? "" : " " + settlement.effect));
  if (fitting.size() > 1) co_return Error(Code::invalid_argument, subject(id) + " has several unknown effects: name one");
  if (settlement.happened && settlement.reference.empty())
    co_return Error(Code::invalid_argument, "what happened has an id there: give it");

  const auto effect = fitting.front();
  Journal journal(context_.vault, job.client, (*story)->journal, job.chapter());
  store::Change change;
  change.job = id;
  store::EffectChange state;
  state.effect = effect;
  state.effect.ended = context_.now();
  state.from = {store::EffectState::unknown};
  if (settlement.happened) {
    state.effect.state = store::EffectState::settled;
    state.effect.remote_id = settlement.reference;
    // The answer stands where the script will ask for it.
    const auto* plan = journal.by_row(effect.plan_row);
    auto entry = journal.seal(store::EntryKind::outcome, plan != nullptr ? plan->index : -1, effect.name,
                              plan != nullptr ? plan->input_hash : std::string(),
                              {context_.now(), false, sent_json(settlement.reference, "", "", "settled")});
    if (!entry) co_return entry.error();
    change.entries.push_back(std::move(*entry));
    state.outcome_in_this_change = true;
    store::Entity entity;
    entity.client = job.client;
    entity.connection = effect.connection;
    entity.entity = effect.entity;
    entity.name = effect.name;
    entity.version = effect.version;
    entity.remote_id = settlement.reference;
    entity.effect_key = effect.key;
    entity.at = context_.now();
    change.entities.push_back(entity);
    if (entity.entity != job.source + ":" + job.key) {
      entity.entity = job.source + ":" + job.key;
      change.entities.push_back(entity);
    }
    change.terms.push_back({job.client, context_.vault.digest(job.client, settlement.reference)});
  } else {
    state.effect.state = store::EffectState::planned;  // the frozen bytes may go once more
  }
  change.effects.push_back(std::move(state));
  change.audit.push_back({job.client, actor, settlement.happened ? "settle.happened" : "settle.did_not_happen", subject(id),
                          effect.name + (settlement.happened ? " id " + settlement.reference : "")});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  if (job.state == store::JobState::parked) {
    std::vector<store::Id> jobs(1, id);
    store::AuditBirth audit{job.client, actor, "replay", "", "after settle"};
    auto revived = co_await revive(std::move(jobs), Version::pinned, std::move(audit));
    if (!revived) co_return revived.error();
  }
  context_.wake_jobs();
  co_return ok_status();
}

Task<Status> Operations::decide(store::Id id, Decision decision, std::string actor) {
  auto story = co_await context_.store.story(id);
  if (!story) co_return story.error();
  if (!*story) co_return Error(Code::not_found, "no job " + std::to_string(id));
  const auto& job = (*story)->job;
  if (job.state != store::JobState::parked) co_return Error(Code::conflict, subject(id) + " is not parked: there is nothing to decide");
  Journal journal(context_.vault, job.client, (*story)->journal, job.chapter());
  if (journal.newest(store::EntryKind::note, Journal::undecided_mark(job.chapter())) == nullptr)
    co_return Error(Code::conflict, subject(id) + " does not wait for whose version counts: " + job.reason);
  const bool theirs = decision == Decision::theirs;
  auto said = journal.seal(store::EntryKind::note, -1, Journal::decision_mark(job.chapter() + 1, theirs ? "theirs" : "ours"), "",
                           {context_.now(), false, "null"});
  if (!said) co_return said.error();
  store::Change change;
  change.job = id;
  change.entries.push_back(std::move(*said));
  change.audit.push_back({job.client, actor, theirs ? "settle.keep_theirs" : "settle.take_ours", subject(id), job.reason});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  std::vector<store::Id> jobs(1, id);
  store::AuditBirth audit{job.client, actor, "replay", "", "after settle"};
  auto revived = co_await revive(std::move(jobs), Version::pinned, std::move(audit));
  if (!revived) co_return revived.error();
  co_return ok_status();
}

}  // namespace mlc::engine
