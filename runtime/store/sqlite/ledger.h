// The writing side of the embedded store: every call here is part of a group's transaction, made by the writer.
// Memory's part (replay keys, chain head, books, claims) moves along with the rows; when a group is rolled back,
// load() reads it anew.
//
// A call that returns an error has written nothing: whatever can refuse a change is looked at before its first row.
// A failure of the database itself sticks in Database and fails the group.
#pragma once
#include <string>
#include <vector>

#include "runtime/store/erasing.h"
#include "runtime/store/sqlite/books.h"
#include "runtime/store/sqlite/chain.h"
#include "runtime/store/sqlite/claims.h"
#include "runtime/store/sqlite/database.h"
#include "runtime/store/sqlite/replay_keys.h"
#include "runtime/store/store.h"

namespace mlc::store {

class Ledger {
 public:
  explicit Ledger(Database& db) : db_(db), replay_(db), books_(db), claims_(db, books_) {}

  // `crashed`: at start-up; running jobs wait again.
  Status load(bool crashed);
  // Writes what the group changed in memory; right before COMMIT.
  void finish_group();

  Result<std::vector<Accepted>> accept(const std::vector<EventBirth>& batch, WallTime now);
  Result<std::vector<Claimed>> claim(const ClaimRequest& request, WallTime now) { return claims_.claim(request, now); }
  Result<std::optional<WallTime>> next_due(WallTime now) { return claims_.next_due(now); }
  Result<Committed> commit(const Change& change, WallTime now);
  Result<int64_t> revive(const std::vector<Id>& jobs, const std::string& version, const std::vector<AuditBirth>& audit, WallTime now);
  Result<std::optional<int64_t>> take_lease(const std::string& grant, const std::string& owner, WallTime until, WallTime now);
  Status save_grant(const Grant& grant, int64_t epoch, bool commits, const std::vector<AuditBirth>& audit, WallTime now);

  Result<int64_t> erase(const Erasure& erasure, WallTime now);
  // Something was erased, and the log may still hold what the pages were.
  bool erased() const { return erased_; }
  void log_was_cut() { erased_ = false; }

  Status write_heads();  // so that readers see running jobs' journals whole
  Status merge_terms();  // new search terms into their sorted table

 private:
  Accepted insert_event(const EventBirth& birth);
  void insert_job(Id id, Id event, const JobBirth& birth, WallTime received);
  void insert_entry(Id job, Id prev, const EntryBirth& entry, WallTime now, Id row);
  void insert_audit(const AuditBirth& birth, WallTime now);
  Status check_effects(const std::vector<EffectChange>& changes);
  void write_effects(const Change& change, const std::vector<Id>& entry_rows);
  void write_entity(const Entity& entity, WallTime now);
  void update_running(Id id, Claims::Running& job, const Change& change, Id head, WallTime now);
  void update_resting(const Job& job, const Change& change, Id head, WallTime now);
  Id enter_case(const Case& wanted, std::string_view client, std::string_view instance, std::string_view flow, WallTime now);
  void leave_case(Id id, WallTime now);

  Database& db_;
  ReplayKeys replay_;
  Chain chain_;
  Books books_;
  Claims claims_;
  Id next_id_ = 1, next_row_ = 1, last_term_ = 0, terms_through_ = 0;
  bool erased_ = false;
  struct State {
    Id next_id = 0, claimed_through = 0, heads_through = 0, terms_through = 0;
    int64_t audit_seq = 0;
    friend bool operator==(const State&, const State&) = default;
  };
  State written_;  // what the state row holds
  State state() const { return {next_id_, claims_.claimed_through(), claims_.heads_through(), terms_through_, chain_.seq()}; }
};

}  // namespace mlc::store
