// Events enter here, from accept() and as children of a change; nowhere else.
#include <algorithm>

#include "runtime/store/sqlite/ledger.h"

namespace mlc::store {

Result<std::vector<Accepted>> Ledger::accept(const std::vector<EventBirth>& batch, WallTime now) {
  std::vector<Accepted> accepted;
  accepted.reserve(batch.size());
  for (const auto& birth : batch) accepted.push_back(insert_event(birth));
  replay_.prune(now, static_cast<int>(batch.size()) * 2 + 16);
  return accepted;
}

Accepted Ledger::insert_event(const EventBirth& birth) {
  if (!birth.replay_key.empty()) {
    if (auto first = replay_.find(birth.client, birth.connection, birth.replay_key)) {
      books_.duplicate(birth.client);
      return {true, *first, {}};
    }
  }
  const Id id = next_id_;
  next_id_ += std::max<Id>(1, static_cast<Id>(birth.jobs.size()));
  static const JobBirth kNoJob;
  const JobBirth& job = birth.jobs.empty() ? kNoJob : birth.jobs.front();
  // In the stream of new events a job is its event's client's, due at once and in the live lane.
  const bool apart =
      !birth.jobs.empty() && (job.lane != Lane::live || job.client != birth.client || (job.not_before && *job.not_before > birth.received));

  EventColumns columns;
  columns.id = id;
  columns.kind = static_cast<int64_t>(birth.kind);
  columns.received = to_micros(birth.received);
  columns.jobs = static_cast<int64_t>(birth.jobs.size());
  columns.lane = static_cast<int64_t>(job.lane);
  columns.due = job.not_before ? to_micros(*job.not_before) : 0;
  columns.client = birth.client, columns.connection = birth.connection, columns.topic = birth.topic;
  columns.instance = job.instance, columns.flow = job.flow, columns.source = job.source, columns.key = job.key;
  const std::string digest = chain_.payload_digest(birth.payload);
  columns.digest = digest;
  ChainEntry entry = event_entry(columns);
  for (size_t i = 1; i < birth.jobs.size(); ++i) {
    const JobBirth& further = birth.jobs[i];
    add_birth(entry, further.instance, further.flow, further.source, further.key);
  }
  const int64_t seq = chain_.link(entry);
  db_.run(
      "INSERT INTO events(id, kind, client, connection, topic, received, jobs, instance, flow, source, key, lane, due, apart, seq, hash,"
      " digest, payload_key, payload) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      id, columns.kind, birth.client, birth.connection, birth.topic, columns.received, columns.jobs, job.instance, job.flow, job.source,
      job.key, columns.lane, columns.due, apart ? 1 : 0, seq, Blob{chain_.hash()}, Blob{digest}, Blob{birth.payload.key},
      Blob{birth.payload.bytes});
  if (!birth.replay_key.empty()) replay_.remember(birth.client, birth.connection, birth.replay_key, id, birth.replay_until);

  Accepted accepted;
  accepted.event = id;
  for (size_t i = 0; i < birth.jobs.size(); ++i) {
    const Id job_id = id + static_cast<Id>(i);
    accepted.jobs.push_back(job_id);
    if (i > 0 || apart) insert_job(job_id, id, birth.jobs[i], birth.received);
  }
  if (!birth.jobs.empty() && !apart) claims_.born(id);
  books_.accepted(birth.client, birth.jobs.empty());
  for (const auto& born : birth.jobs) books_.born(born.client);
  return accepted;
}

void Ledger::insert_job(Id id, Id event, const JobBirth& birth, WallTime received) {
  db_.run("INSERT INTO jobs(id, event, client, instance, flow, source, key, lane, state, born, next) VALUES(?,?,?,?,?,?,?,?,0,?,?)", id,
          event, birth.client, birth.instance, birth.flow, birth.source, birth.key, static_cast<int>(birth.lane), to_micros(received),
          to_micros(birth.not_before.value_or(received)));
}

}  // namespace mlc::store
