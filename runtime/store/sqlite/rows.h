// From rows to the store's values, for one record each. Any connection.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "runtime/store/sqlite/database.h"
#include "runtime/store/store.h"

#define MLC_JOB_COLUMNS                                                                                                            \
  "id, event, client, instance, flow, source, key, lane, state, done_as, version, runs, attempt, failures, crashes, epoch, born, " \
  "next, ended, case_id, reason, reason_code, revived, restarts"
// The first job of an event that was never claimed, in the same columns.
#define MLC_FRESH_JOB_COLUMNS \
  "id, id, client, instance, flow, source, key, lane, 0, 0, '', 0, 1, 0, 0, 0, received, received, 0, 0, '', '', 0, 0"
#define MLC_EFFECT_COLUMNS                                                                                                     \
  "key, job, client, connection, operation, entity, name, version, generation, kind, state, planned, armed, ended, plan_row, " \
  "outcome_row, remote_id, sends"

namespace mlc::store {

Job job_of(const Query& row);        // MLC_JOB_COLUMNS
Effect effect_of(const Query& row);  // MLC_EFFECT_COLUMNS

std::optional<Job> read_job(Database& db, Id id);
// The job's row, its event and the journal by its links; `head` gets the newest journal row. The job must have a row.
std::optional<Claimed> read_claimed(Database& db, Id id, Id* head);
std::optional<Claimed> read_story(Database& db, Id id);  // the same, also of a job that was never claimed
std::optional<Entry> read_entry(Database& db, Id row);
std::optional<Effect> read_effect(Database& db, const std::string& key);
std::optional<Entity> read_entity(Database& db, const std::string& client, const std::string& connection, const std::string& entity,
                                  const std::string& name);
std::optional<Row> read_row(Database& db, Table table, const std::string& key);
std::optional<Grant> read_grant(Database& db, const std::string& id);
std::vector<Grant> read_grants(Database& db);

}  // namespace mlc::store
