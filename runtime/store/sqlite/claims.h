// Who runs what. Jobs wait in two places: the stream of new events behind `claimed_through`, and rows of `jobs` in
// the index jobs_due. Running jobs are known in memory, which is the truth while one process owns the file; the rows
// carry the same, for the next start. Writer thread only.
//
// A due job whose key runs, whose scope is held, or whose client runs as much as it may, is taken out of the index (`blocked`) and queued
// in memory behind what it waits for, so that a claim never walks over the same job twice: cost goes with what is claimed, not with what
// waits.
//
// A job that waits in the midst of its work (quota, an outcome to be looked for, a write to be repeated) keeps its key: one that came
// later would read and write a newer state, and the older one would go on from what it had read before. One that has planned
// nothing and only failed lets the others by, and begins anew after them.
#pragma once
#include <array>
#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "runtime/store/sqlite/books.h"
#include "runtime/store/sqlite/database.h"
#include "runtime/store/store.h"

namespace mlc::store {

class Claims {
 public:
  struct Running {
    int64_t epoch = 0;
    Id head = 0;  // newest journal row
    bool head_changed = false;
    Id case_id = 0;
    std::string client, instance, flow;
    std::string gate;  // no two with the same run at once
  };

  Claims(Database& db, Books& books) : db_(db), books_(books) {}
  // Reads memory's side from the rows. `crashed`: what runs there was lost with its process and waits again.
  void load(Id claimed_through, Id heads_through, bool crashed);

  Result<std::vector<Claimed>> claim(const ClaimRequest& request, WallTime now);
  std::optional<WallTime> next_due(WallTime now);

  void born(Id event) { newest_fresh_ = event; }  // its first job waits in the stream
  Running* running(Id job);                       // null when it does not run
  void finished(Id job, Precedence precedence);   // it runs no more; its row was changed already
  void left(Id job, const std::string& gate);     // it does not wait any more, without having run
  void wake(const std::string& gate);             // a waiting job of this key changed: another may be next
  bool give_row(Id job);                          // of a never claimed job; false when there is no such job
  static std::string gate(std::string_view client, std::string_view instance, std::string_view flow, std::string_view source,
                          std::string_view key);

  void wrote(Running& job, Id row) { job.head = row, job.head_changed = true; }
  Id heads_behind(Id last_row) const { return last_row - heads_through_; }
  void write_heads(Id last_row);

  Id claimed_through() const { return claimed_through_; }
  Id heads_through() const { return heads_through_; }

 private:
  struct Candidate {
    Id id = 0;
    std::string client, instance, flow, source, key;
    int64_t due = 0;
    bool fresh = false;
    Lane lane = Lane::live;
  };
  struct Released {
    Id id;
    std::string gate;  // "" = a scope
  };
  std::vector<Candidate> due(Lane lane, WallTime now, int most);
  std::vector<Candidate> fresh(int most);
  void take(const Candidate& job, const ClaimRequest& request, WallTime now, std::vector<Claimed>& claimed);
  void block(const Candidate& job, std::deque<Id>& queue, int why);
  void tell_behind(Id keeper, Id job);
  void hurry(Id keeper, Lane lane, WallTime now);
  void overtake(const std::string& gate, Id by);
  void open_scopes(const std::vector<std::string>& held);
  void release();

  Database& db_;
  Books& books_;
  Id claimed_through_ = 0, newest_fresh_ = 0, heads_through_ = 0;
  std::unordered_map<Id, Running> running_;
  std::unordered_map<std::string, Id> busy_;                      // gate -> the job that runs, or that waits and keeps its key
  std::unordered_map<std::string, std::vector<Id>> overtakable_;  // gate -> waiting jobs that begin anew after others
  std::unordered_map<std::string, std::deque<Id>> behind_key_, behind_scope_;
  // Jobs of clients that ran as much as they may, live ones first; each end of a run of the client lets one go.
  std::unordered_map<std::string, std::array<std::deque<Id>, 3>> behind_client_;
  std::unordered_map<std::string, int> running_of_;  // client -> how many of running_
  std::deque<Released> released_;
  std::unordered_set<std::string> held_;
};

}  // namespace mlc::store
