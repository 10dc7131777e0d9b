#include "runtime/store/sqlite/schema.h"

#include <array>

#include "runtime/store/sqlite/backup.h"

namespace mlc::store {
namespace {

constexpr std::array<const char*, kTables> kTableNames = {
    "cursors", "schedules", "subscriptions", "budgets",     "holds",    "scripts", "snapshots", "instances",
    "pauses",  "kv",        "credentials",   "client_keys", "erasures", "lookups", "reports",   "alerts"};

// Truth is appended in arrival order: events, journal, audit, replay, terms_log. `events` carries the birth of the
// event's first job; `jobs` gets a row when a job is first claimed, or at birth where it can't wait in the stream of
// new events (`apart`): further jobs of an event, delayed ones, other lanes than live.
//
// Times are microseconds since the epoch. `blocked`: 0 claimable when due, 1 its key is busy, 2 its scope is held.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE state(
  id INTEGER PRIMARY KEY CHECK (id = 1),
  next_id INTEGER NOT NULL,            -- of events and jobs, one sequence
  claimed_through INTEGER NOT NULL,    -- events up to here have their first job in `jobs`
  audit_seq INTEGER NOT NULL,
  audit_hash BLOB NOT NULL,
  heads_through INTEGER NOT NULL,      -- journal rows up to here are reflected in jobs.head
  terms_through INTEGER NOT NULL,      -- rows of terms_log that stand in `terms`
  incarnation TEXT NOT NULL);
CREATE TABLE events(
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL, client TEXT NOT NULL, connection TEXT NOT NULL, topic TEXT NOT NULL, received INTEGER NOT NULL,
  jobs INTEGER NOT NULL, instance TEXT NOT NULL, flow TEXT NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL,
  lane INTEGER NOT NULL, due INTEGER NOT NULL, apart INTEGER NOT NULL,
  seq INTEGER NOT NULL, hash BLOB NOT NULL, digest BLOB NOT NULL,
  payload_key BLOB, payload BLOB);
CREATE TABLE replay(
  id INTEGER PRIMARY KEY, event INTEGER NOT NULL, until INTEGER NOT NULL, scope INTEGER NOT NULL, key BLOB NOT NULL);
CREATE TABLE jobs(
  id INTEGER PRIMARY KEY, event INTEGER NOT NULL,
  client TEXT NOT NULL, instance TEXT NOT NULL, flow TEXT NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL,
  lane INTEGER NOT NULL, state INTEGER NOT NULL, done_as INTEGER NOT NULL DEFAULT 0, version TEXT NOT NULL DEFAULT '',
  runs INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 1, failures INTEGER NOT NULL DEFAULT 0,
  crashes INTEGER NOT NULL DEFAULT 0, epoch INTEGER NOT NULL DEFAULT 0,
  born INTEGER NOT NULL, next INTEGER NOT NULL DEFAULT 0, ended INTEGER NOT NULL DEFAULT 0,
  case_id INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', reason_code TEXT NOT NULL DEFAULT '',
  head INTEGER NOT NULL DEFAULT 0, blocked INTEGER NOT NULL DEFAULT 0);
CREATE INDEX jobs_due ON jobs(lane, next, id) WHERE state = 0 AND blocked = 0;
CREATE INDEX jobs_blocked ON jobs(id) WHERE state = 0 AND blocked > 0;
CREATE INDEX jobs_running ON jobs(id) WHERE state = 1;
CREATE INDEX jobs_stuck ON jobs(case_id, id) WHERE case_id > 0;
CREATE INDEX jobs_apart ON jobs(event) WHERE id > event;
CREATE TABLE journal(
  id INTEGER PRIMARY KEY, job INTEGER NOT NULL, prev INTEGER NOT NULL,
  kind INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, input_hash BLOB, at INTEGER NOT NULL,
  payload_key BLOB, payload BLOB);
CREATE TABLE effects(
  id INTEGER PRIMARY KEY, key BLOB NOT NULL, job INTEGER NOT NULL,
  client TEXT NOT NULL, connection TEXT NOT NULL, operation TEXT NOT NULL, entity TEXT NOT NULL, name TEXT NOT NULL,
  version TEXT NOT NULL, generation INTEGER NOT NULL, kind INTEGER NOT NULL, state INTEGER NOT NULL,
  planned INTEGER NOT NULL, armed INTEGER NOT NULL, ended INTEGER NOT NULL,
  plan_row INTEGER NOT NULL, outcome_row INTEGER NOT NULL, remote_id TEXT NOT NULL, sends INTEGER NOT NULL);
CREATE UNIQUE INDEX effects_key ON effects(key);
CREATE INDEX effects_job ON effects(job);
CREATE INDEX effects_open ON effects(client, connection, entity) WHERE state IN (1, 4);
CREATE TABLE entities(
  client TEXT NOT NULL, connection TEXT NOT NULL, entity TEXT NOT NULL, name TEXT NOT NULL,
  version TEXT NOT NULL, remote_id TEXT NOT NULL, number TEXT NOT NULL, effect_key BLOB NOT NULL, by_person INTEGER NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY(client, connection, entity, name)) WITHOUT ROWID;
CREATE TABLE cases(
  id INTEGER PRIMARY KEY AUTOINCREMENT, client TEXT NOT NULL, instance TEXT NOT NULL, flow TEXT NOT NULL, cause TEXT NOT NULL,
  code TEXT NOT NULL, sentence TEXT NOT NULL, fix TEXT NOT NULL, concern TEXT NOT NULL,
  opened INTEGER NOT NULL, closed INTEGER NOT NULL, jobs INTEGER NOT NULL);
CREATE UNIQUE INDEX cases_open ON cases(client, instance, flow, cause) WHERE closed = 0;
CREATE TABLE audit(
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, client TEXT NOT NULL, actor TEXT NOT NULL, act TEXT NOT NULL,
  subject TEXT NOT NULL, detail TEXT NOT NULL, hash BLOB NOT NULL);
CREATE TABLE terms_log(id INTEGER PRIMARY KEY, client TEXT NOT NULL, digest BLOB NOT NULL, job INTEGER NOT NULL);
CREATE TABLE terms(client TEXT NOT NULL, digest BLOB NOT NULL, job INTEGER NOT NULL, PRIMARY KEY(client, digest, job)) WITHOUT ROWID;
CREATE TABLE counters(
  client TEXT PRIMARY KEY, events INTEGER NOT NULL, ignored INTEGER NOT NULL, duplicates INTEGER NOT NULL, jobs_born INTEGER NOT NULL,
  waiting INTEGER NOT NULL, running INTEGER NOT NULL, parked INTEGER NOT NULL, done INTEGER NOT NULL, dead INTEGER NOT NULL,
  cancelled INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE grants(
  id TEXT PRIMARY KEY, generation INTEGER NOT NULL, refreshing INTEGER, lease_epoch INTEGER NOT NULL, committed_epoch INTEGER NOT NULL,
  lease_owner TEXT NOT NULL, lease_until INTEGER NOT NULL, current BLOB, current_key BLOB, previous BLOB, previous_key BLOB,
  issued INTEGER NOT NULL, access_until INTEGER NOT NULL, refresh_until INTEGER NOT NULL, used INTEGER NOT NULL,
  state TEXT NOT NULL, reason TEXT NOT NULL);
)sql";

// All of them: a file of an earlier version gets those that have come since.
std::string keyed_tables() {
  std::string sql;
  for (const char* name : kTableNames) {
    sql += std::string("CREATE TABLE IF NOT EXISTS t_") + name + "(key TEXT PRIMARY KEY, value BLOB NOT NULL, at INTEGER NOT NULL);";
  }
  return sql;
}

using Migration = void (*)(Database&);
constexpr Migration kMigrations[] = {
    [](Database& db) {
      db.script(kVersion1);
      db.script(keyed_tables().c_str());
    },
    // The journal row at which a job's run last ended with the process: a run that got further is no repetition.
    [](Database& db) { db.script("ALTER TABLE jobs ADD COLUMN crash_head INTEGER NOT NULL DEFAULT 0;"); },
    // Alerts: what stands, what was said, what is to be delivered.
    [](Database& db) { db.script(keyed_tables().c_str()); },
    // Which waiting jobs keep others of their key behind them, how often one began anew, and when a person last revived it.
    [](Database& db) {
      db.script(
          "ALTER TABLE jobs ADD COLUMN precedence INTEGER NOT NULL DEFAULT 0;"
          "ALTER TABLE jobs ADD COLUMN revived INTEGER NOT NULL DEFAULT 0;"
          "ALTER TABLE jobs ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0;"
          "CREATE INDEX jobs_precedence ON jobs(id) WHERE state = 0 AND precedence > 0;");
    },
};

}  // namespace

int schema_version() { return static_cast<int>(std::size(kMigrations)); }

const char* table_sql(Table table, TableSql which) {
  struct Texts {
    std::array<std::array<std::string, 4>, kTables> all;
    Texts() {
      for (size_t i = 0; i < kTables; ++i) {
        const std::string name = std::string("t_") + kTableNames[i];
        all[i] = {"SELECT value, at FROM " + name + " WHERE key=?",
                  "INSERT INTO " + name + "(key, value, at) VALUES(?1,?2,?3) ON CONFLICT(key) DO UPDATE SET value=?2, at=?3",
                  "DELETE FROM " + name + " WHERE key=?",
                  "SELECT key, value, at FROM " + name + " WHERE key>=?1 AND (?2='' OR key<?2) AND key>?3 ORDER BY key LIMIT ?4"};
      }
    }
  };
  static const Texts kTexts;
  return kTexts.all[static_cast<size_t>(table)][static_cast<size_t>(which)].c_str();
}

Status migrate(Database& db, const std::string& backup_path, const std::string& incarnation) {
  int64_t version = 0;
  {
    auto row = db.query("PRAGMA user_version");
    if (row.next()) version = row.integer(0);
  }
  if (auto failed = db.failure()) return *failed;
  if (version > schema_version()) {
    return {Code::unsupported, "the database is of schema " + std::to_string(version) + ", this program knows up to " +
                                   std::to_string(schema_version()) + ": use the newer program, or restore a backup of before"};
  }
  if (version > 0 && version < schema_version()) {
    if (auto copied = copy_database(db, backup_path); !copied) return copied.error().wrap("backup before a schema change");
  }
  for (; version < schema_version(); ++version) {
    db.run("BEGIN IMMEDIATE");
    kMigrations[version](db);
    if (version == 0) db.run("INSERT INTO state VALUES(1, 1, 0, 0, zeroblob(32), 0, 0, ?)", incarnation);
    db.script(("PRAGMA user_version=" + std::to_string(version + 1)).c_str());
    db.run("COMMIT");
    if (auto failed = db.failure()) return *failed;
  }
  return ok_status();
}

}  // namespace mlc::store
