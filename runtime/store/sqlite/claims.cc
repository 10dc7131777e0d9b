#include "runtime/store/sqlite/claims.h"

#include <algorithm>

#include "runtime/store/sqlite/rows.h"

namespace mlc::store {
namespace {

constexpr int kMostLookedAt = 4096;  // rows one claim may pass or block before it answers with what it has
constexpr int kMostReleased = 1000;  // rows one claim puts back into the index
constexpr int kFreshBatch = 64;
// Queue of the jobs that were behind some held scope when the last process ended: which one is asked again.
constexpr const char* kUnknownScope = "";

}  // namespace

std::string Claims::gate(std::string_view client, std::string_view instance, std::string_view flow, std::string_view source,
                         std::string_view key) {
  std::string gate;
  gate.reserve(client.size() + instance.size() + flow.size() + source.size() + key.size() + 4);
  for (std::string_view part : {client, instance, flow, source, key}) {
    gate += part;
    gate += '\0';
  }
  return gate;
}

void Claims::load(Id claimed_through, Id heads_through, bool crashed) {
  claimed_through_ = claimed_through;
  heads_through_ = heads_through;
  running_.clear();
  busy_.clear();
  overtakable_.clear();
  behind_key_.clear();
  behind_scope_.clear();
  behind_client_.clear();
  running_of_.clear();
  released_.clear();
  held_.clear();
  {
    auto last = db_.query("SELECT max(id) FROM events");
    newest_fresh_ = last.next() ? last.integer(0) : 0;
  }
  {
    auto rows = db_.query("SELECT id, epoch, head, case_id, client, instance, flow, source, key FROM jobs WHERE state=1");
    while (rows.next()) {
      Running job{
          rows.integer(1), rows.integer(2), false,        rows.integer(3),
          rows.text(4),    rows.text(5),    rows.text(6), gate(rows.view(4), rows.view(5), rows.view(6), rows.view(7), rows.view(8))};
      busy_.emplace(job.gate, rows.integer(0));
      ++running_of_[job.client];
      running_.emplace(rows.integer(0), std::move(job));
    }
  }
  Id last_row = heads_through_;
  if (!running_.empty()) {
    auto rows = db_.query("SELECT id, job FROM journal WHERE id>? ORDER BY id", heads_through_);
    while (rows.next()) {
      last_row = rows.integer(0);
      if (auto* job = running(rows.integer(1))) wrote(*job, last_row);
    }
  }
  if (crashed) {
    write_heads(last_row);
    for (const auto& [id, job] : running_) {
      // Due since its birth, not since now: also if the clock stood ahead before this start.
      // Crashes speak against a job as long as it gets no further than the last time.
      db_.run(
          "UPDATE jobs SET state=0, crashes=CASE WHEN crash_head=?2 THEN crashes+1 ELSE 1 END, crash_head=?2, next=born,"
          " precedence=1 WHERE id=?1",
          id, job.head);
      books_.moved(job.client, JobState::running, JobState::waiting);
    }
    running_.clear();
    running_of_.clear();
    busy_.clear();
  }
  {
    auto rows =
        db_.query("SELECT id, precedence, client, instance, flow, source, key FROM jobs WHERE state=0 AND precedence>0 ORDER BY id");
    while (rows.next()) {
      auto of = gate(rows.view(2), rows.view(3), rows.view(4), rows.view(5), rows.view(6));
      if (rows.integer(1) == static_cast<int>(Precedence::given)) overtakable_[std::move(of)].push_back(rows.integer(0));
      else busy_.emplace(std::move(of), rows.integer(0));  // of several, the oldest
    }
  }
  {
    auto rows = db_.query("SELECT id, blocked, client, instance, flow, source, key FROM jobs WHERE state=0 AND blocked>0 ORDER BY id");
    while (rows.next()) {
      auto& queue = rows.integer(1) == 1 ? behind_key_[gate(rows.view(2), rows.view(3), rows.view(4), rows.view(5), rows.view(6))]
                                         : behind_scope_[kUnknownScope];
      queue.push_back(rows.integer(0));
    }
  }
  std::vector<std::string> free;
  for (const auto& [gate, queue] : behind_key_) {
    if (!busy_.contains(gate)) free.push_back(gate);
  }
  for (const auto& gate : free) wake(gate);
}

Claims::Running* Claims::running(Id job) {
  auto found = running_.find(job);
  return found == running_.end() ? nullptr : &found->second;
}

void Claims::finished(Id job, Precedence precedence) {
  auto found = running_.find(job);
  if (found == running_.end()) return;
  const std::string gate = std::move(found->second.gate);
  if (auto of = running_of_.find(found->second.client); --of->second == 0) running_of_.erase(of);
  if (auto waiting = behind_client_.find(found->second.client); waiting != behind_client_.end()) {
    for (auto& lane : waiting->second) {
      if (lane.empty()) continue;
      released_.push_back({lane.front(), ""});
      lane.pop_front();
      break;
    }
    if (std::all_of(waiting->second.begin(), waiting->second.end(), [](const auto& lane) { return lane.empty(); }))
      behind_client_.erase(waiting);
  }
  running_.erase(found);
  if (precedence == Precedence::kept) {
    if (const auto behind = behind_key_.find(gate); behind != behind_key_.end()) {
      for (const Id waiting : behind->second) tell_behind(job, waiting);
    }
    return;
  }
  busy_.erase(gate);
  if (precedence == Precedence::given) overtakable_[gate].push_back(job);
  wake(gate);
}

void Claims::left(Id job, const std::string& gate) {
  if (auto keeps = busy_.find(gate); keeps != busy_.end() && keeps->second == job) busy_.erase(keeps);
  if (auto given = overtakable_.find(gate); given != overtakable_.end()) {
    std::erase(given->second, job);
    if (given->second.empty()) overtakable_.erase(given);
  }
  wake(gate);
}

void Claims::wake(const std::string& gate) {
  auto queue = behind_key_.find(gate);
  if (queue == behind_key_.end() || busy_.contains(gate)) return;
  released_.push_back({queue->second.front(), gate});
  queue->second.pop_front();
  if (queue->second.empty()) behind_key_.erase(queue);
}

bool Claims::give_row(Id job) {
  db_.run(
      "INSERT OR IGNORE INTO jobs(id, event, client, instance, flow, source, key, lane, state, born)"
      " SELECT id, id, client, instance, flow, source, key, lane, 0, received FROM events WHERE id=? AND jobs>0",
      job);
  auto row = db_.query("SELECT 1 FROM jobs WHERE id=?", job);
  return row.next();
}

void Claims::write_heads(Id last_row) {
  for (auto& [id, job] : running_) {
    if (!job.head_changed) continue;
    db_.run("UPDATE jobs SET head=? WHERE id=?", job.head, id);
    job.head_changed = false;
  }
  heads_through_ = last_row;
}

void Claims::open_scopes(const std::vector<std::string>& held) {
  std::unordered_set<std::string> now(held.begin(), held.end());
  if (now == held_ && !behind_scope_.contains(kUnknownScope)) return;
  held_ = std::move(now);
  std::erase_if(behind_scope_, [&](auto& scope) {
    if (held_.contains(scope.first)) return false;
    for (Id id : scope.second) released_.push_back({id, ""});
    return true;
  });
}

void Claims::release() {
  for (int i = 0; i < kMostReleased && !released_.empty(); ++i) {
    const Released next = std::move(released_.front());
    released_.pop_front();
    const bool waits = db_.run("UPDATE jobs SET blocked=0 WHERE id=? AND state=0 AND blocked>0", next.id) == 1;
    if (!waits && !next.gate.empty()) wake(next.gate);
  }
}

std::vector<Claims::Candidate> Claims::due(Lane lane, WallTime now, int most) {
  std::vector<Candidate> found;
  auto rows = db_.query(
      "SELECT id, client, instance, flow, source, key, next FROM jobs WHERE state=0 AND blocked=0 AND lane=? AND next<=?"
      " ORDER BY next, id LIMIT ?",
      static_cast<int>(lane), to_micros(now), most);
  while (rows.next()) {
    found.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5), rows.integer(6), false, lane});
  }
  return found;
}

// Events behind the mark whose first job waits in the stream; passes over those that have none there.
std::vector<Claims::Candidate> Claims::fresh(int most) {
  std::vector<Candidate> found;
  for (int looked = 0; newest_fresh_ > claimed_through_ && found.empty() && looked < kMostLookedAt; looked += most) {
    Id last = claimed_through_;
    int seen = 0;
    auto rows = db_.query(
        "SELECT id, client, instance, flow, source, key, received, jobs>0 AND apart=0 AND"
        " NOT EXISTS(SELECT 1 FROM jobs j WHERE j.id=e.id) FROM events e WHERE id>? ORDER BY id LIMIT ?",
        claimed_through_, most);
    while (rows.next()) {
      last = rows.integer(0);
      ++seen;
      if (rows.integer(7) == 0) continue;
      // Arrival decides here, not the stamp: a clock that jumped back does not reorder the stream.
      const int64_t due = std::max(rows.integer(6), found.empty() ? 0 : found.back().due);
      found.push_back({last, rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5), due, true, Lane::live});
    }
    if (found.empty()) claimed_through_ = seen == 0 ? newest_fresh_ : last;
  }
  return found;
}

void Claims::block(const Candidate& job, std::deque<Id>& queue, int why) {
  if (job.fresh) {
    give_row(job.id);
    db_.run("UPDATE jobs SET blocked=?, next=? WHERE id=?", why, job.due, job.id);
  } else {
    db_.run("UPDATE jobs SET blocked=? WHERE id=?", why, job.id);
  }
  queue.push_back(job.id);
}

void Claims::tell_behind(Id keeper, Id job) {
  db_.run("UPDATE jobs SET reason_code='behind', reason=? WHERE id=? AND state=0",
          "waits behind job " + std::to_string(keeper) + " of the same record", job);
}

// A backfill gives way to what is live, and what is live does not wait for its hours.
void Claims::hurry(Id keeper, Lane lane, WallTime now) {
  if (lane == Lane::backfill) return;
  db_.run("UPDATE jobs SET lane=?1, next=min(next, ?2) WHERE id=?3 AND state=0 AND lane=?4", static_cast<int>(lane), to_micros(now), keeper,
          static_cast<int>(Lane::backfill));
}

void Claims::overtake(const std::string& gate, Id by) {
  auto found = overtakable_.find(gate);
  if (found == overtakable_.end()) return;
  for (const Id job : found->second) {
    if (job == by) db_.run("UPDATE jobs SET precedence=0 WHERE id=?", job);
    else db_.run("UPDATE jobs SET precedence=0, restarts=restarts+1 WHERE id=? AND state=0", job);
  }
  overtakable_.erase(found);
}

void Claims::take(const Candidate& job, const ClaimRequest& request, WallTime now, std::vector<Claimed>& claimed) {
  if (job.fresh) claimed_through_ = job.id;
  if (!request.held.empty()) {
    std::string scope = job.client;
    for (std::string_view below : {std::string_view(), std::string_view(job.instance), std::string_view(job.flow)}) {
      if (!below.empty()) scope.append("/").append(below);
      if (held_.contains(scope)) return block(job, behind_scope_[scope], 2);
    }
  }
  if (request.most_of_client > 0) {
    const auto of = running_of_.find(job.client);
    if (of != running_of_.end() && of->second >= request.most_of_client)
      return block(job, behind_client_[job.client][static_cast<size_t>(job.lane)], 2);
  }
  std::string key = gate(job.client, job.instance, job.flow, job.source, job.key);
  if (const auto before = busy_.find(key); before != busy_.end() && before->second != job.id) {
    block(job, behind_key_[key], 1);
    if (running_.contains(before->second)) return;
    hurry(before->second, job.lane, now);
    tell_behind(before->second, job.id);
    return;
  }
  overtake(key, job.id);
  if (job.fresh) {
    db_.run(
        "INSERT INTO jobs(id, event, client, instance, flow, source, key, lane, state, born, next, runs, epoch)"
        " SELECT id, id, client, instance, flow, source, key, lane, 1, received, ?, 1, 1 FROM events WHERE id=?",
        to_micros(now), job.id);
  } else {
    db_.run("UPDATE jobs SET state=1, runs=runs+1, epoch=epoch+1, precedence=0 WHERE id=?", job.id);
  }
  books_.moved(job.client, JobState::waiting, JobState::running);
  Id head = 0;
  auto story = read_claimed(db_, job.id, &head);
  if (!story) return db_.fail(SQLITE_CORRUPT);
  busy_.insert_or_assign(key, job.id);
  ++running_of_[job.client];
  running_[job.id] = {story->job.epoch, head, false, story->job.case_id, job.client, job.instance, job.flow, std::move(key)};
  claimed.push_back(std::move(*story));
}

Result<std::vector<Claimed>> Claims::claim(const ClaimRequest& request, WallTime now) {
  open_scopes(request.held);
  release();
  std::vector<Claimed> claimed;
  const auto limit = static_cast<size_t>(std::max(request.limit, 0));
  int looked = 0;
  for (Lane lane : {Lane::live, Lane::retry, Lane::backfill}) {
    while (claimed.size() < limit && looked < kMostLookedAt && db_.failure_code() == SQLITE_OK) {
      const int most = std::max(static_cast<int>(limit - claimed.size()), kFreshBatch);
      auto candidates = due(lane, now, most);
      if (lane == Lane::live) {
        auto streamed = fresh(most);
        const auto middle = static_cast<std::ptrdiff_t>(candidates.size());
        candidates.insert(candidates.end(), std::make_move_iterator(streamed.begin()), std::make_move_iterator(streamed.end()));
        std::inplace_merge(candidates.begin(), candidates.begin() + middle, candidates.end(),
                           [](const Candidate& a, const Candidate& b) { return a.due < b.due; });
      }
      if (candidates.empty()) break;
      for (const auto& job : candidates) {
        if (claimed.size() == limit) break;
        take(job, request, now, claimed);
        ++looked;
      }
    }
  }
  return claimed;
}

std::optional<WallTime> Claims::next_due(WallTime now) {
  if (!released_.empty() || !fresh(kFreshBatch).empty() || newest_fresh_ > claimed_through_) return now;
  std::optional<WallTime> earliest;
  for (Lane lane : {Lane::live, Lane::retry, Lane::backfill}) {
    auto row = db_.query("SELECT next FROM jobs WHERE state=0 AND blocked=0 AND lane=? ORDER BY next LIMIT 1", static_cast<int>(lane));
    if (!row.next()) continue;
    const WallTime due = from_micros(row.integer(0));
    if (!earliest || due < *earliest) earliest = due;
  }
  return earliest;
}

}  // namespace mlc::store
