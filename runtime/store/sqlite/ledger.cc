#include "runtime/store/sqlite/ledger.h"

namespace mlc::store {
namespace {

// How many journal rows a start may have to look through for the newest rows of jobs that ran (claims.h).
constexpr Id kHeadsBehind = 4096;
constexpr Id kTermsBehind = 4096;  // search terms sorted into their table at once

}  // namespace

Status Ledger::load(bool crashed) {
  Id heads_through = 0;
  {
    auto row = db_.query("SELECT next_id, claimed_through, audit_seq, audit_hash, heads_through, terms_through FROM state");
    if (row.next()) {
      next_id_ = row.integer(0);
      chain_.restart(row.integer(2), row.text(3));
      heads_through = row.integer(4);
      terms_through_ = row.integer(5);
      written_ = {next_id_, row.integer(1), heads_through, terms_through_, chain_.seq()};
    }
  }
  {
    auto row = db_.query("SELECT (SELECT max(id) FROM journal), (SELECT max(id) FROM terms_log)");
    if (row.next()) {
      next_row_ = row.integer(0) + 1;
      last_term_ = row.integer(1);
    }
  }
  replay_.load();
  books_.load();
  claims_.load(written_.claimed_through, heads_through, crashed);
  if (auto failed = db_.failure()) return *failed;
  return ok_status();
}

void Ledger::finish_group() {
  books_.write();
  if (claims_.heads_behind(next_row_ - 1) >= kHeadsBehind) claims_.write_heads(next_row_ - 1);
  if (last_term_ - terms_through_ >= kTermsBehind) (void)merge_terms();
  if (state() == written_) return;
  db_.run("UPDATE state SET next_id=?, claimed_through=?, heads_through=?, terms_through=?, audit_seq=?, audit_hash=?", next_id_,
          claims_.claimed_through(), claims_.heads_through(), terms_through_, chain_.seq(), Blob{chain_.hash()});
  written_ = state();
}

Status Ledger::write_heads() {
  claims_.write_heads(next_row_ - 1);
  return ok_status();
}

Status Ledger::merge_terms() {
  if (last_term_ == terms_through_) return ok_status();
  db_.run("INSERT OR IGNORE INTO terms SELECT client, digest, job FROM terms_log WHERE id>? ORDER BY client, digest, job", terms_through_);
  terms_through_ = last_term_;
  return ok_status();
}

void Ledger::insert_audit(const AuditBirth& birth, WallTime now) {
  const int64_t seq = chain_.link(audit_entry(birth, to_micros(now)));
  db_.run("INSERT INTO audit(seq, at, client, actor, act, subject, detail, hash) VALUES(?,?,?,?,?,?,?,?)", seq, to_micros(now),
          birth.client, birth.actor, birth.act, birth.subject, birth.detail, Blob{chain_.hash()});
}

Result<std::optional<int64_t>> Ledger::take_lease(const std::string& grant, const std::string& owner, WallTime until, WallTime now) {
  int64_t epoch = 0;
  {
    auto row = db_.query("SELECT lease_epoch, lease_owner, lease_until FROM grants WHERE id=?", grant);
    if (row.next()) {
      epoch = row.integer(0);
      if (row.integer(2) > to_micros(now) && row.view(1) != owner) return std::optional<int64_t>();
    }
  }
  db_.run(
      "INSERT INTO grants(id, generation, lease_epoch, committed_epoch, lease_owner, lease_until, issued, access_until, refresh_until, "
      "used,"
      " state, reason) VALUES(?1,0,?2,0,?3,?4,0,0,0,0,'none','') ON CONFLICT(id) DO UPDATE SET lease_epoch=?2, lease_owner=?3, "
      "lease_until=?4",
      grant, epoch + 1, owner, to_micros(until));
  return std::optional<int64_t>(epoch + 1);
}

Status Ledger::save_grant(const Grant& grant, int64_t epoch, bool commits, const std::vector<AuditBirth>& audit, WallTime now) {
  {
    auto row = db_.query("SELECT lease_epoch, committed_epoch FROM grants WHERE id=?", grant.id);
    if (!row.next() || row.integer(0) != epoch) return {Code::conflict, "the lease on grant " + grant.id + " was lost"};
    if (commits && epoch <= row.integer(1)) return {Code::conflict, "this lease on grant " + grant.id + " has written its result already"};
  }
  // A committed result ends the lease: nobody need wait for its time to pass.
  db_.run(
      "UPDATE grants SET generation=?, refreshing=?, current=?, current_key=?, previous=?, previous_key=?, issued=?, access_until=?,"
      " refresh_until=?, used=?, state=?, reason=?, committed_epoch=CASE WHEN ?13 THEN ?14 ELSE committed_epoch END,"
      " lease_until=CASE WHEN ?13 THEN 0 ELSE lease_until END WHERE id=?15",
      grant.generation, grant.refreshing.value_or(0), BlobOrNull{grant.current.bytes}, BlobOrNull{grant.current.key},
      BlobOrNull{grant.previous.bytes}, BlobOrNull{grant.previous.key}, to_micros(grant.issued), to_micros(grant.access_until),
      to_micros(grant.refresh_until), to_micros(grant.used), grant.state, grant.reason, commits ? 1 : 0, epoch, grant.id);
  if (!grant.refreshing) db_.run("UPDATE grants SET refreshing=NULL WHERE id=?", grant.id);
  for (const auto& entry : audit) insert_audit(entry, now);
  return ok_status();
}

}  // namespace mlc::store
