#include "runtime/store/sqlite/verify.h"

#include "runtime/store/sqlite/chain.h"

namespace mlc::store {
namespace {

Error broken(int64_t seq, const std::string& why) {
  return Error(Code::corrupt, "the audit trail does not fit at entry " + std::to_string(seq) + ": " + why);
}

// The entry of the event in the row: columns as insert_event wrote them, and its further births from `jobs`. An erased
// payload (NULL) leaves its digest; one that is there must have it.
Result<ChainEntry> event_of(Database& db, const Query& row, Chain& chain, int64_t seq) {
  EventColumns event;
  event.id = row.integer(1);
  event.kind = row.integer(2);
  const std::string client = row.text(3), connection = row.text(4), topic = row.text(5);
  event.received = row.integer(6);
  event.jobs = row.integer(7);
  const std::string instance = row.text(8), flow = row.text(9), source = row.text(10), key = row.text(11);
  event.lane = row.integer(12);
  event.due = row.integer(13);
  const std::string digest = row.text(14);
  event.client = client, event.connection = connection, event.topic = topic;
  event.instance = instance, event.flow = flow, event.source = source, event.key = key, event.digest = digest;
  if (!row.is_null(15) && chain.payload_digest(row.view(15), row.view(16)) != digest) return broken(seq, "the payload was changed");
  ChainEntry entry = event_entry(event);
  if (event.jobs > 1) {
    auto births = db.query("SELECT instance, flow, source, key FROM jobs WHERE event=?1 AND id>?1 ORDER BY id", event.id);
    while (births.next()) add_birth(entry, births.view(0), births.view(1), births.view(2), births.view(3));
  }
  return entry;
}

AuditBirth audit_of(const Query& row) {
  AuditBirth birth;
  birth.client = row.text(2);
  birth.actor = row.text(3);
  birth.act = row.text(4);
  birth.subject = row.text(5);
  birth.detail = row.text(6);
  return birth;
}

}  // namespace

Result<AuditProof> verify_chain(Database& db) {
  db.run("BEGIN");  // one snapshot, also while writing goes on
  struct Ended {
    Database& db;
    ~Ended() { db.run("COMMIT"); }
  } ended{db};

  int64_t head_seq = 0;
  std::string head_hash;
  {
    auto row = db.query("SELECT audit_seq, audit_hash FROM state");
    if (!row.next()) return Error(Code::corrupt, "the database has no state row");
    head_seq = row.integer(0);
    head_hash = row.text(1);
  }
  // Both sources ascend by sequence number: the chain is their merge.
  auto events = db.query(
      "SELECT seq, id, kind, client, connection, topic, received, jobs, instance, flow, source, key, lane, due, digest, payload, "
      "payload_key,"
      " hash FROM events ORDER BY id");
  auto audits = db.query("SELECT seq, at, client, actor, act, subject, detail, hash FROM audit ORDER BY seq");
  bool event_left = events.next(), audit_left = audits.next();
  Chain chain;
  while (event_left || audit_left) {
    const bool take_event = event_left && (!audit_left || events.integer(0) < audits.integer(0));
    const int64_t seq = take_event ? events.integer(0) : audits.integer(0);
    if (seq != chain.seq() + 1) return broken(chain.seq() + 1, "it is missing or out of order (found " + std::to_string(seq) + ")");
    if (take_event) {
      auto entry = event_of(db, events, chain, seq);
      if (!entry) return entry.error();
      chain.link(*entry);
      if (chain.hash() != events.view(17)) return broken(seq, "an event was changed");
      event_left = events.next();
    } else {
      chain.link(audit_entry(audit_of(audits), audits.integer(1)));
      if (chain.hash() != audits.view(7)) return broken(seq, "an audit entry was changed");
      audit_left = audits.next();
    }
  }
  if (auto failed = db.failure()) return *failed;
  if (chain.seq() != head_seq) return broken(chain.seq() + 1, "the trail ends before its recorded head " + std::to_string(head_seq));
  if (chain.hash() != head_hash) return broken(head_seq, "its hash is not the recorded head's");
  return AuditProof{chain.seq(), chain.hash()};
}

}  // namespace mlc::store
