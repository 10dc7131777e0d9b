#include "runtime/store/sqlite/erase.h"

#include "runtime/store/sqlite/ledger.h"
#include "runtime/store/sqlite/rows.h"
#include "runtime/store/sqlite/schema.h"

namespace mlc::store {
namespace {

constexpr Id kRowsAtOnce = 500;

bool is_open(JobState state) { return state == JobState::waiting || state == JobState::running || state == JobState::parked; }

Id newest(Database& db, const char* sql) {
  auto row = db.query(sql);
  return row.next() ? row.integer(0) : 0;
}

}  // namespace

ReadablePart list_readable_events(Database& db, const std::string& client, Id after) {
  ReadablePart part;
  part.through = after + kRowsAtOnce;
  part.last = part.through >= newest(db, "SELECT max(id) FROM events");
  auto rows = db.query(
      "SELECT id, payload, payload_key, received FROM events WHERE id>?1 AND id<=?2 AND client=?3 AND payload_key IS NOT NULL ORDER BY id",
      after, part.through, client);
  while (rows.next()) part.rows.push_back({rows.integer(0), 0, "", {rows.text(1), rows.text(2)}, from_micros(rows.integer(3))});
  return part;
}

ReadablePart list_readable_journal(Database& db, const std::string& client, Id after) {
  ReadablePart part;
  part.through = after + kRowsAtOnce;
  part.last = part.through >= newest(db, "SELECT max(id) FROM journal");
  auto rows = db.query(
      "SELECT e.id, e.job, e.name, e.payload, e.payload_key, e.at FROM journal e JOIN jobs j ON j.id=e.job"
      " WHERE e.id>?1 AND e.id<=?2 AND j.client=?3 AND e.payload_key IS NOT NULL ORDER BY e.id",
      after, part.through, client);
  while (rows.next())
    part.rows.push_back({rows.integer(0), rows.integer(1), rows.text(2), {rows.text(3), rows.text(4)}, from_micros(rows.integer(5))});
  return part;
}

// First every question that may refuse it, as with any change.
Result<int64_t> Ledger::erase(const Erasure& erasure, WallTime now) {
  for (const Id id : erasure.jobs) {
    auto job = read_job(db_, id);
    if (!job || job->client != erasure.client) return Error(Code::not_found, erasure.client + " has no job " + std::to_string(id));
    if (is_open(job->state)) return Error(Code::conflict, "job " + std::to_string(id) + " is still open");
  }
  for (const Id id : erasure.events) {
    auto born = read_job(db_, id);  // an event's first job bears its number
    if (born && is_open(born->state)) return Error(Code::conflict, "job " + std::to_string(id) + " is still open");
    auto open = db_.query("SELECT id FROM jobs WHERE event=? AND id>event AND state IN (0,1,2)", id);
    if (open.next()) return Error(Code::conflict, "job " + std::to_string(open.integer(0)) + " is still open");
  }
  if (auto failed = db_.failure()) return *failed;

  erased_ = true;
  (void)write_heads();
  int64_t payloads = 0;
  for (const Id id : erasure.events)
    payloads +=
        db_.run("UPDATE events SET payload=NULL, payload_key=NULL WHERE id=? AND client=? AND payload_key IS NOT NULL", id, erasure.client);
  for (const Id id : erasure.jobs) {
    Id at = 0;
    {
      auto row = db_.query("SELECT head FROM jobs WHERE id=?", id);
      if (row.next()) at = row.integer(0);
    }
    while (at != 0 && db_.failure_code() == SQLITE_OK) {
      Id before = 0;
      {
        auto row = db_.query("SELECT prev, job FROM journal WHERE id=?", at);
        if (!row.next() || row.integer(1) != id || row.integer(0) >= at) {
          db_.fail(SQLITE_CORRUPT);  // a link that leads nowhere or elsewhere
          break;
        }
        before = row.integer(0);
      }
      // The name of a keyed value is the script's, and the hash is one of what was asked: both may tell of a person.
      payloads += db_.run(
          "UPDATE journal SET payload=NULL, payload_key=NULL, input_hash=NULL, name=CASE WHEN kind=?1 THEN '' ELSE name END"
          " WHERE id=?2 AND payload_key IS NOT NULL",
          static_cast<int>(EntryKind::kv), at);
      at = before;
    }
    db_.run("UPDATE jobs SET reason=? WHERE id=?", kErasedReason, id);
  }
  for (const Id id : erasure.cases)
    db_.run("UPDATE cases SET sentence=?1, fix='', cause='erased:' || id WHERE id=?2 AND client=?3", kErasedReason, id, erasure.client);
  for (const auto& [table, row] : erasure.put)
    db_.run(table_sql(table, TableSql::put), row.key, Blob{row.value}, to_micros(row.at == WallTime{} ? now : row.at));
  for (const auto& [table, key] : erasure.drop) db_.run(table_sql(table, TableSql::drop), key);
  for (const auto& entry : erasure.audit) insert_audit(entry, now);
  return payloads;
}

}  // namespace mlc::store
