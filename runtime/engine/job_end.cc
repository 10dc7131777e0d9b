// The part of JobRun that turns an end into a change of the job.
#include <algorithm>

#include "runtime/base/encoding.h"
#include "runtime/engine/job_run.h"

namespace mlc::engine {

using store::JobState;

// Full jitter: anywhere up to a ceiling that doubles, so that jobs that failed together do not come back together.
WallTime JobRun::backoff(int failures) const {
  const auto& options = run_.context.options;
  auto ceiling = options.backoff_first;
  for (int i = 1; i < failures && ceiling < options.backoff_max; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, options.backoff_max);
  return run_.context.now() + Duration(static_cast<int64_t>(run_.context.env.random->below(static_cast<uint64_t>(ceiling.count()))));
}

store::Change JobRun::parked(const Ending& ending) {
  store::Change change;
  change.job_update = store::Change::JobUpdate();
  change.job_update->state = JobState::parked;
  change.job_update->failures = run_.job.failures;
  change.job_update->reason_code = ending.code;
  change.job_update->reason = ending.reason;
  store::Case shared;
  shared.client = run_.job.client;
  shared.instance = run_.job.instance;
  shared.flow = run_.job.flow;
  shared.cause = ending.cause.empty() ? ending.code : ending.cause;
  shared.code = ending.code;
  shared.sentence = ending.reason;
  shared.fix = ending.fix;
  shared.concern = ending.concern.empty() ? "operator" : ending.concern;
  change.park_in = std::move(shared);
  const auto note = [&](std::string name) {
    auto mark = run_.journal.seal(store::EntryKind::note, -1, std::move(name), "", {run_.context.now(), false, "null"});
    if (mark) change.entries.push_back(std::move(*mark));
  };
  // Beside the sentence, which a controller reads.
  if (!ending.position.empty()) note(Journal::position_mark(ending.position));
  if (ending.decidable) note(Journal::undecided_mark(run_.job.chapter()));
  if (ending.continues) note(Journal::mark(run_.job.chapter() + 1, true));
  ++counts_.parked;
  run_.context.log.warn("job.parked",
                        {{"job", run_.job.id}, {"client", run_.job.client}, {"code", ending.code}, {"reason", ending.reason}});
  return change;
}

// Between two of its writes a record is in no state that another job could make sense of. Before the first, what this job read is
// old news once another has run: worth it only where it waits long, because it has to read again. A write that may still land is met by
// whoever comes at the record's turn, and this journal alone tells what it was; so does what a person has decided for this attempt.
store::Precedence JobRun::precedence(const Ending& ending, WallTime next) const {
  using store::Precedence;
  if (run_.unsettled || !run_.journal.decision().empty()) return Precedence::none;
  const bool is_between = run_.settled > 0;
  if (ending.lets_by) return is_between ? Precedence::none : Precedence::given;
  return is_between || next - run_.context.now() <= run_.context.options.keeps_key ? Precedence::kept : Precedence::given;
}

store::Change JobRun::as_change(const Ending& ending) {
  if (ending.what == Ending::What::park) return parked(ending);
  store::Change change;
  change.job_update = store::Change::JobUpdate();
  change.job_update->state = JobState::waiting;
  change.job_update->failures = run_.job.failures;
  change.job_update->reason_code = ending.code;
  change.job_update->reason = ending.reason;
  change.job_update->next = ending.next;
  change.job_update->precedence = precedence(ending, ending.next);
  if (ending.what == Ending::What::wait) {
    ++counts_.waited;
    return change;
  }
  const auto* flow = run_.instance ? find_flow(*run_.instance, run_.job.flow) : nullptr;
  const int failures = run_.job.failures + 1;
  if (failures >= (flow != nullptr ? flow->max_failures : Flow().max_failures)) {
    Ending spent = ending;
    spent.what = Ending::What::park;
    spent.reason = "failed " + std::to_string(failures) + " times, last: " + ending.reason;
    auto park = parked(spent);
    park.job_update->failures = 0;  // a revival has all its retries again
    return park;
  }
  ++counts_.retried;
  change.job_update->failures = failures;
  change.job_update->next = std::max(ending.next, backoff(failures));
  change.job_update->precedence = precedence(ending, change.job_update->next);
  change.job_update->lane = run_.job.lane == store::Lane::live ? store::Lane::retry : run_.job.lane;
  run_.context.log.info("job.retry", {{"job", run_.job.id}, {"failures", failures}, {"code", ending.code}});
  return change;
}

store::Change JobRun::as_change(const RunEnd& end) {
  using How = RunEnd::How;
  if (end.how == How::failed && end.retryable) return as_change(Ending::retry(end.code, end.reason));
  if (end.how == How::failed || end.how == How::refused || (end.how == How::broken && end.code != "poison")) {
    Ending ending;
    ending.what = Ending::What::park;
    ending.code = end.code.empty() ? (end.how == How::refused ? "refused" : "failed") : end.code;
    ending.reason = end.reason;
    ending.position = end.script_position;
    ending.decidable = end.decidable;
    ending.fix = end.fix;
    ending.concern = !end.concern.empty() ? end.concern : end.how == How::refused ? "finance" : "operator";
    ending.cause = end.cause;
    if (ending.cause.empty() && end.how == How::broken) ending.cause = ending.code + ":" + end.script_position;
    if (ending.cause.empty()) ending.cause = ending.code + ":" + end.reason;
    return as_change(ending);
  }

  store::Change change;
  if (end.how == How::broken) {
    Ending poison;
    poison.what = Ending::What::park;
    poison.code = "poison";
    poison.reason = end.reason;
    poison.fix = "find what ends the process, then replay the job";
    change = parked(poison);
    --counts_.parked, ++counts_.dead;
    change.job_update->state = JobState::dead;
    return change;
  }
  change.job_update = store::Change::JobUpdate();
  change.job_update->state = JobState::done;
  change.job_update->reason = end.reason;
  change.job_update->reason_code = end.code;
  if (end.how == How::skipped) change.job_update->done_as = store::DoneAs::skipped;
  else if (run_.settled > 0) change.job_update->done_as = store::DoneAs::sent;
  else if (run_.shadowed > 0) change.job_update->done_as = store::DoneAs::shadow;
  else if (run_.superseded > 0) change.job_update->done_as = store::DoneAs::superseded;
  change.terms.push_back({run_.job.client, run_.context.vault.digest(run_.job.client, run_.job.key)});
  ++counts_.done;
  return change;
}

}  // namespace mlc::engine
