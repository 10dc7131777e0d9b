#include "runtime/store/sqlite/books.h"

namespace mlc::store {
namespace {

Counts counts_of(const Query& row, int first) {
  Counts counts;
  counts.events = row.integer(first);
  counts.ignored = row.integer(first + 1);
  counts.duplicates = row.integer(first + 2);
  counts.jobs_born = row.integer(first + 3);
  counts.waiting = row.integer(first + 4);
  counts.running = row.integer(first + 5);
  counts.parked = row.integer(first + 6);
  counts.done = row.integer(first + 7);
  counts.dead = row.integer(first + 8);
  counts.cancelled = row.integer(first + 9);
  counts.with_jobs = counts.events - counts.ignored;
  counts.open = counts.waiting + counts.running + counts.parked;
  return counts;
}

}  // namespace

void Books::load() {
  pages_.clear();
  changed_.clear();
  auto rows =
      db_.query("SELECT client, events, ignored, duplicates, jobs_born, waiting, running, parked, done, dead, cancelled FROM counters");
  while (rows.next()) pages_[rows.text(0)].counts = counts_of(rows, 1);
}

Counts& Books::open(const std::string& client) {
  auto& page = *pages_.try_emplace(client).first;
  if (!page.second.changed) {
    page.second.changed = true;
    changed_.push_back(&page);
  }
  return page.second.counts;
}

int64_t& Books::column(Counts& counts, JobState state) {
  switch (state) {
    case JobState::waiting:
      return counts.waiting;
    case JobState::running:
      return counts.running;
    case JobState::parked:
      return counts.parked;
    case JobState::done:
      return counts.done;
    case JobState::dead:
      return counts.dead;
    case JobState::cancelled:
      break;
  }
  return counts.cancelled;
}

void Books::accepted(const std::string& client, bool ignored) {
  Counts& counts = open(client);
  ++counts.events;
  if (ignored) ++counts.ignored;
}

void Books::born(const std::string& client) {
  Counts& counts = open(client);
  ++counts.jobs_born;
  ++counts.waiting;
}

void Books::moved(const std::string& client, JobState from, JobState to) {
  Counts& counts = open(client);
  --column(counts, from);
  ++column(counts, to);
}

void Books::write() {
  for (auto* page : changed_) {
    const Counts& counts = page->second.counts;
    db_.run(
        "INSERT INTO counters(client, events, ignored, duplicates, jobs_born, waiting, running, parked, done, dead, cancelled)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) ON CONFLICT(client) DO UPDATE SET events=?2, ignored=?3, duplicates=?4, jobs_born=?5,"
        " waiting=?6, running=?7, parked=?8, done=?9, dead=?10, cancelled=?11",
        page->first, counts.events, counts.ignored, counts.duplicates, counts.jobs_born, counts.waiting, counts.running, counts.parked,
        counts.done, counts.dead, counts.cancelled);
    page->second.changed = false;
  }
  changed_.clear();
}

Counts read_counts(Database& db, const std::string& client) {
  constexpr const char* kOne =
      "SELECT events, ignored, duplicates, jobs_born, waiting, running, parked, done, dead, cancelled FROM counters WHERE client=?";
  constexpr const char* kAll =
      "SELECT sum(events), sum(ignored), sum(duplicates), sum(jobs_born), sum(waiting), sum(running), sum(parked), sum(done), sum(dead),"
      " sum(cancelled) FROM counters";
  auto row = client.empty() ? db.query(kAll) : db.query(kOne, client);
  return row.next() ? counts_of(row, 0) : Counts{};
}

}  // namespace mlc::store
