// The one way to change anything: first every question that may refuse the change, then its rows.
#include "runtime/store/sqlite/ledger.h"
#include "runtime/store/sqlite/rows.h"
#include "runtime/store/sqlite/schema.h"

namespace mlc::store {
namespace {

bool is_stuck(JobState state) { return state == JobState::parked || state == JobState::dead; }
bool is_ended(JobState state) { return state == JobState::done || state == JobState::dead || state == JobState::cancelled; }

Status check_form(const Change& change) {
  const bool needs_job = !change.entries.empty() || change.job_update || change.pin_version || change.park_in || !change.terms.empty();
  if (needs_job && change.job == 0) return {Code::invalid_argument, "this change needs a job"};
  if (change.job_update && change.job_update->state == JobState::running) {
    return {Code::invalid_argument, "a job is made running by claim only"};
  }
  if (change.park_in && (!change.job_update || !is_stuck(change.job_update->state))) {
    return {Code::invalid_argument, "a case is for a job that is parked or dead"};
  }
  return ok_status();
}

}  // namespace

Result<Committed> Ledger::commit(const Change& change, WallTime now) {
  if (auto formed = check_form(change); !formed) return formed.error();
  Claims::Running* running = change.job == 0 ? nullptr : claims_.running(change.job);
  std::optional<Job> resting;
  Id head = 0;
  if (change.epoch != 0) {
    if (running == nullptr || running->epoch != change.epoch) {
      return {Code::conflict, "job " + std::to_string(change.job) + " is no longer claimed by this run"};
    }
  } else if (change.job != 0 && running != nullptr) {
    if (change.job_update || change.pin_version) return {Code::conflict, "job " + std::to_string(change.job) + " is running"};
  } else if (change.job != 0 && (!change.entries.empty() || change.job_update || change.pin_version)) {
    resting = read_job(db_, change.job);
    if (!resting) return {Code::not_found, "there is no job " + std::to_string(change.job)};
  }
  if (auto checked = check_effects(change.effects); !checked) return checked.error();
  if (auto failed = db_.failure()) return *failed;

  Committed committed;
  committed.at = now;
  if (running != nullptr) {
    head = running->head;
  } else if (resting) {
    claims_.give_row(change.job);
    auto row = db_.query("SELECT head FROM jobs WHERE id=?", change.job);
    head = row.next() ? row.integer(0) : 0;
  }
  committed.entry_rows.reserve(change.entries.size());
  for (const auto& entry : change.entries) {
    insert_entry(change.job, head, entry, now, next_row_);
    head = next_row_++;
    committed.entry_rows.push_back(head);
  }
  write_effects(change, committed.entry_rows);
  for (const auto& entity : change.entities) write_entity(entity, now);
  for (const auto& birth : change.events) committed.events.push_back(insert_event(birth));
  for (const auto& [table, row] : change.put) {
    db_.run(table_sql(table, TableSql::put), row.key, Blob{row.value}, to_micros(row.at == WallTime{} ? now : row.at));
  }
  for (const auto& [table, key] : change.drop) db_.run(table_sql(table, TableSql::drop), key);
  for (const auto& term : change.terms) {
    db_.run("INSERT INTO terms_log(id, client, digest, job) VALUES(?,?,?,?)", last_term_ + 1, term.client, Blob{term.digest}, change.job);
    ++last_term_;
  }
  for (const auto& entry : change.audit) insert_audit(entry, now);
  if (running != nullptr) {
    update_running(change.job, *running, change, head, now);
  } else if (resting) {
    update_resting(*resting, change, head, now);
  }
  return committed;
}

void Ledger::insert_entry(Id job, Id prev, const EntryBirth& entry, WallTime now, Id row) {
  db_.run("INSERT INTO journal(id, job, prev, kind, position, name, input_hash, at, payload_key, payload) VALUES(?,?,?,?,?,?,?,?,?,?)", row,
          job, prev, static_cast<int>(entry.kind), entry.index, entry.name, BlobOrNull{entry.input_hash}, to_micros(now),
          BlobOrNull{entry.payload.key}, BlobOrNull{entry.payload.bytes});
}

void Ledger::update_running(Id id, Claims::Running& job, const Change& change, Id head, WallTime now) {
  if (!change.job_update) {
    if (head != job.head) claims_.wrote(job, head);
    if (change.pin_version) {
      const auto pinned = db_.run("UPDATE jobs SET version=? WHERE id=? AND epoch=? AND state=1", *change.pin_version, id, job.epoch);
      if (pinned != 1) db_.fail(SQLITE_CORRUPT);
    }
    return;
  }
  const Change::JobUpdate& update = *change.job_update;
  Id case_id = job.case_id;
  if (change.park_in) case_id = enter_case(*change.park_in, job.client, job.instance, job.flow, now);
  if (!is_stuck(update.state)) case_id = 0;
  if (job.case_id != 0 && (change.park_in || case_id == 0)) leave_case(job.case_id, now);
  const int precedence = update.state == JobState::waiting ? static_cast<int>(update.precedence) : 0;
  const auto changed = db_.run(
      "UPDATE jobs SET state=?1, done_as=?2, next=?3, failures=?4, reason_code=?5, reason=?6, ended=?7, case_id=?8, head=?9,"
      " lane=CASE WHEN ?10<0 THEN lane ELSE ?10 END, version=CASE WHEN ?11='' THEN version ELSE ?11 END,"
      " crashes=CASE WHEN ?1=4 THEN crashes ELSE 0 END, precedence=?14"
      " WHERE id=?12 AND epoch=?13 AND state=1",
      static_cast<int>(update.state), static_cast<int>(update.done_as), to_micros(update.next), update.failures, update.reason_code,
      update.reason, is_ended(update.state) ? to_micros(now) : 0, case_id, head, update.lane ? static_cast<int>(*update.lane) : -1,
      change.pin_version.value_or(""), id, job.epoch, precedence);
  if (changed != 1) return db_.fail(SQLITE_CORRUPT);  // memory and rows disagree: nothing of this group may stand
  books_.moved(job.client, JobState::running, update.state);
  claims_.finished(id, update.state == JobState::waiting ? update.precedence : Precedence::none);
}

void Ledger::update_resting(const Job& job, const Change& change, Id head, WallTime now) {
  if (!change.entries.empty()) db_.run("UPDATE jobs SET head=? WHERE id=?", head, job.id);
  if (change.pin_version) db_.run("UPDATE jobs SET version=? WHERE id=?", *change.pin_version, job.id);
  if (!change.job_update) return;
  const Change::JobUpdate& update = *change.job_update;
  Id case_id = job.case_id;
  if (change.park_in) case_id = enter_case(*change.park_in, job.client, job.instance, job.flow, now);
  if (!is_stuck(update.state)) case_id = 0;
  if (job.case_id != 0 && (change.park_in || case_id == 0)) leave_case(job.case_id, now);
  db_.run(
      "UPDATE jobs SET state=?1, done_as=?2, next=?3, failures=?4, reason_code=?5, reason=?6, ended=?7, case_id=?8, blocked=0,"
      " precedence=CASE WHEN ?1=0 THEN precedence ELSE 0 END,"
      " lane=CASE WHEN ?9<0 THEN lane ELSE ?9 END WHERE id=?10",
      static_cast<int>(update.state), static_cast<int>(update.done_as), to_micros(update.next), update.failures, update.reason_code,
      update.reason, is_ended(update.state) ? to_micros(now) : 0, case_id, update.lane ? static_cast<int>(*update.lane) : -1, job.id);
  books_.moved(job.client, job.state, update.state);
  if (update.state == JobState::waiting) return claims_.wake(Claims::gate(job.client, job.instance, job.flow, job.source, job.key));
  claims_.left(job.id, Claims::gate(job.client, job.instance, job.flow, job.source, job.key));
}

Result<int64_t> Ledger::revive(const std::vector<Id>& jobs, const std::string& version, const std::vector<AuditBirth>& audit,
                               WallTime now) {
  int64_t revived = 0;
  for (Id id : jobs) {
    auto job = read_job(db_, id);
    if (!job || !(is_stuck(job->state) || job->state == JobState::done)) continue;
    db_.run(
        "UPDATE jobs SET state=0, attempt=attempt+1, failures=0, crashes=0, next=?1, revived=?1, ended=0, done_as=0, case_id=0, reason='',"
        " reason_code='', blocked=0, version=CASE WHEN ?2='' THEN version ELSE ?2 END WHERE id=?3",
        to_micros(now), version, id);
    if (job->case_id != 0) leave_case(job->case_id, now);
    books_.moved(job->client, job->state, JobState::waiting);
    ++revived;
  }
  for (const auto& entry : audit) insert_audit(entry, now);
  return revived;
}

Id Ledger::enter_case(const Case& wanted, std::string_view client, std::string_view instance, std::string_view flow, WallTime now) {
  if (!wanted.client.empty()) client = wanted.client;
  if (!wanted.instance.empty()) instance = wanted.instance;
  if (!wanted.flow.empty()) flow = wanted.flow;
  Id id = 0;
  {
    auto row = db_.query("SELECT id FROM cases WHERE client=? AND instance=? AND flow=? AND cause=? AND closed=0", client, instance, flow,
                         wanted.cause);
    if (row.next()) id = row.integer(0);
  }
  if (id != 0) {
    db_.run("UPDATE cases SET jobs=jobs+1 WHERE id=?", id);
    return id;
  }
  db_.run(
      "INSERT INTO cases(client, instance, flow, cause, code, sentence, fix, concern, opened, closed, jobs) VALUES(?,?,?,?,?,?,?,?,?,0,1)",
      client, instance, flow, wanted.cause, wanted.code, wanted.sentence, wanted.fix, wanted.concern, to_micros(now));
  return db_.last_row();
}

void Ledger::leave_case(Id id, WallTime now) {
  db_.run("UPDATE cases SET jobs=jobs-1, closed=CASE WHEN jobs<=1 THEN ? ELSE 0 END WHERE id=?", to_micros(now), id);
}

}  // namespace mlc::store
