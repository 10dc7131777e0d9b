#include "runtime/store/sqlite/rows.h"

#include <algorithm>

#include "runtime/store/sqlite/schema.h"

namespace mlc::store {
namespace {

#define MLC_GRANT_COLUMNS                                                                                                \
  "id, generation, refreshing, lease_epoch, committed_epoch, lease_owner, lease_until, current, current_key, previous, " \
  "previous_key, issued, access_until, refresh_until, used, state, reason"

Grant grant_of(const Query& row) {
  Grant grant;
  grant.id = row.text(0);
  grant.generation = row.integer(1);
  if (!row.is_null(2)) grant.refreshing = row.integer(2);
  grant.lease_epoch = row.integer(3);
  grant.committed_epoch = row.integer(4);
  grant.lease_owner = row.text(5);
  grant.lease_until = from_micros(row.integer(6));
  grant.current = {row.text(7), row.text(8)};
  grant.previous = {row.text(9), row.text(10)};
  grant.issued = from_micros(row.integer(11));
  grant.access_until = from_micros(row.integer(12));
  grant.refresh_until = from_micros(row.integer(13));
  grant.used = from_micros(row.integer(14));
  grant.state = row.text(15);
  grant.reason = row.text(16);
  return grant;
}

void read_event(Database& db, Id event, Claimed& into) {
  auto row = db.query("SELECT kind, topic, connection, received, payload, payload_key FROM events WHERE id=?", event);
  if (!row.next()) return;
  into.event_kind = static_cast<EventKind>(row.integer(0));
  into.topic = row.text(1);
  into.connection = row.text(2);
  into.received = from_micros(row.integer(3));
  into.payload = {row.text(4), row.text(5)};
}

}  // namespace

Job job_of(const Query& row) {
  Job job;
  job.id = row.integer(0);
  job.event = row.integer(1);
  job.client = row.text(2);
  job.instance = row.text(3);
  job.flow = row.text(4);
  job.source = row.text(5);
  job.key = row.text(6);
  job.lane = static_cast<Lane>(row.integer(7));
  job.state = static_cast<JobState>(row.integer(8));
  job.done_as = static_cast<DoneAs>(row.integer(9));
  job.version = row.text(10);
  job.runs = static_cast<int>(row.integer(11));
  job.attempt = static_cast<int>(row.integer(12));
  job.failures = static_cast<int>(row.integer(13));
  job.crashes = static_cast<int>(row.integer(14));
  job.epoch = row.integer(15);
  job.born = from_micros(row.integer(16));
  job.next = from_micros(row.integer(17));
  job.ended = from_micros(row.integer(18));
  job.case_id = row.integer(19);
  job.reason = row.text(20);
  job.reason_code = row.text(21);
  job.revived = from_micros(row.integer(22));
  job.restarts = static_cast<int>(row.integer(23));
  return job;
}

Effect effect_of(const Query& row) {
  Effect effect;
  effect.key = row.text(0);
  effect.job = row.integer(1);
  effect.client = row.text(2);
  effect.connection = row.text(3);
  effect.operation = row.text(4);
  effect.entity = row.text(5);
  effect.name = row.text(6);
  effect.version = row.text(7);
  effect.generation = static_cast<int>(row.integer(8));
  effect.kind = static_cast<char>(row.integer(9));
  effect.state = static_cast<EffectState>(row.integer(10));
  effect.planned = from_micros(row.integer(11));
  effect.armed = from_micros(row.integer(12));
  effect.ended = from_micros(row.integer(13));
  effect.plan_row = row.integer(14);
  effect.outcome_row = row.integer(15);
  effect.remote_id = row.text(16);
  effect.sends = static_cast<int>(row.integer(17));
  return effect;
}

std::optional<Job> read_job(Database& db, Id id) {
  {
    auto row = db.query("SELECT " MLC_JOB_COLUMNS " FROM jobs WHERE id=?", id);
    if (row.next()) return job_of(row);
  }
  auto row = db.query("SELECT " MLC_FRESH_JOB_COLUMNS " FROM events WHERE id=? AND jobs>0", id);
  if (row.next()) return job_of(row);
  return std::nullopt;
}

std::optional<Claimed> read_claimed(Database& db, Id id, Id* head) {
  Claimed claimed;
  {
    auto row = db.query("SELECT " MLC_JOB_COLUMNS ", head FROM jobs WHERE id=?", id);
    if (!row.next()) return std::nullopt;
    claimed.job = job_of(row);
    *head = row.integer(24);
  }
  read_event(db, claimed.job.event, claimed);
  for (Id at = *head; at != 0;) {
    auto row = db.query("SELECT prev, kind, position, name, input_hash, at, payload, payload_key, job FROM journal WHERE id=?", at);
    if (!row.next() || row.integer(8) != id || row.integer(0) >= at) {
      db.fail(SQLITE_CORRUPT);  // a link that leads nowhere or elsewhere
      return std::nullopt;
    }
    Entry entry;
    entry.row = at;
    entry.job = id;
    at = row.integer(0);
    entry.kind = static_cast<EntryKind>(row.integer(1));
    entry.index = static_cast<int>(row.integer(2));
    entry.name = row.text(3);
    entry.input_hash = row.text(4);
    entry.at = from_micros(row.integer(5));
    entry.payload = {row.text(6), row.text(7)};
    claimed.journal.push_back(std::move(entry));
  }
  std::reverse(claimed.journal.begin(), claimed.journal.end());
  return claimed;
}

std::optional<Claimed> read_story(Database& db, Id id) {
  Id head = 0;
  if (auto claimed = read_claimed(db, id, &head)) return claimed;
  auto job = read_job(db, id);
  if (!job) return std::nullopt;
  Claimed claimed;
  claimed.job = std::move(*job);
  read_event(db, claimed.job.event, claimed);
  return claimed;
}

std::optional<Entry> read_entry(Database& db, Id id) {
  auto row = db.query("SELECT job, kind, position, name, input_hash, at, payload, payload_key FROM journal WHERE id=?", id);
  if (!row.next()) return std::nullopt;
  Entry entry;
  entry.row = id;
  entry.job = row.integer(0);
  entry.kind = static_cast<EntryKind>(row.integer(1));
  entry.index = static_cast<int>(row.integer(2));
  entry.name = row.text(3);
  entry.input_hash = row.text(4);
  entry.at = from_micros(row.integer(5));
  entry.payload = {row.text(6), row.text(7)};
  return entry;
}

std::optional<Effect> read_effect(Database& db, const std::string& key) {
  auto row = db.query("SELECT " MLC_EFFECT_COLUMNS " FROM effects WHERE key=?", Blob{key});
  if (!row.next()) return std::nullopt;
  return effect_of(row);
}

std::optional<Entity> read_entity(Database& db, const std::string& client, const std::string& connection, const std::string& entity,
                                  const std::string& name) {
  auto row = db.query(
      "SELECT version, remote_id, number, effect_key, by_person, at FROM entities WHERE client=? AND connection=? AND entity=? AND name=?",
      client, connection, entity, name);
  if (!row.next()) return std::nullopt;
  return Entity{client,
                connection,
                entity,
                name,
                row.text(0),
                row.text(1),
                row.text(2),
                row.text(3),
                row.integer(4) != 0,
                from_micros(row.integer(5))};
}

std::optional<Row> read_row(Database& db, Table table, const std::string& key) {
  auto row = db.query(table_sql(table, TableSql::get), key);
  if (!row.next()) return std::nullopt;
  return Row{key, row.text(0), from_micros(row.integer(1))};
}

std::optional<Grant> read_grant(Database& db, const std::string& id) {
  auto row = db.query("SELECT " MLC_GRANT_COLUMNS " FROM grants WHERE id=?", id);
  if (!row.next()) return std::nullopt;
  return grant_of(row);
}

std::vector<Grant> read_grants(Database& db) {
  std::vector<Grant> grants;
  auto rows = db.query("SELECT " MLC_GRANT_COLUMNS " FROM grants ORDER BY id");
  while (rows.next()) grants.push_back(grant_of(rows));
  return grants;
}

}  // namespace mlc::store
