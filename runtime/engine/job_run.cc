#include "runtime/engine/job_run.h"

#include <algorithm>

#include "runtime/base/encoding.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/effects.h"
#include "runtime/engine/request_key.h"

namespace mlc::engine {

using store::EntryKind;
using store::JobState;

JobRun::JobRun(Context& context, Turns& turns, JobCounts& counts, store::Claimed claimed, InstancePtr instance,
               std::function<void(store::Id)> finished)
    : run_(context, std::move(claimed), std::move(instance)),
      turns_(turns),
      counts_(counts),
      finished_(std::move(finished)),
      seen_(run_.received) {}

void JobRun::drop() {
  dropped_ = true;
  ended_ = true;
  if (flow_) flow_->abandon();
  flow_.reset();
}

void JobRun::begin(std::shared_ptr<JobRun> self) {
  auto& job = run_.job;
  const auto park = [&](std::string code, std::string reason, std::string fix) {
    Ending ending;
    ending.what = Ending::What::park;
    ending.code = std::move(code);
    ending.reason = std::move(reason);
    ending.fix = std::move(fix);
    run_.context.scope.spawn(finish_early(self, std::move(ending)));
  };
  if (!run_.instance)
    return park("no_instance", "instance " + job.instance + " is not in the workspace", "add it again or cancel its jobs");
  const auto& options = run_.context.options;
  const bool named = options.named_by_watchdog && options.named_by_watchdog(job.id);
  if (job.crashes >= (named ? options.max_named_crashes : options.max_crashes)) {
    RunEnd poison;
    poison.how = RunEnd::How::broken;
    poison.code = "poison";
    poison.reason = "the process ended " + std::to_string(job.crashes) + " times while this job ran";
    run_.context.scope.spawn(finish(self, std::move(poison)));
    return;
  }
  if (run_.mode.start > run_.received && run_.event_kind != store::EventKind::manual) {
    RunEnd older;
    older.how = RunEnd::How::skipped;
    older.reason = "arrived before the start of " + job.instance;
    run_.context.scope.spawn(finish(self, std::move(older)));
    return;
  }

  store::Change change;
  if (job.version.empty()) {
    job.version = run_.instance->version;
    change.pin_version = job.version;
  } else if (!run_.context.runner.has_version(job.client, job.instance, job.version)) {
    run_.context.scope.spawn(fetch_version(self));
    return;
  }
  if (run_.journal.needs_mark()) {
    auto mark = run_.journal.seal(EntryKind::note, -1, Journal::mark(job.chapter(), false), "", {run_.context.now(), false, "null"});
    if (mark) change.entries.push_back(std::move(*mark));
  }
  if (change.pin_version || !change.entries.empty()) run_.record(std::move(change));

  auto event = run_.context.vault.open(job.client, "event", run_.payload);
  if (!event && event.error().code() == Code::not_found)
    return park("erased", "what this job was about was erased (forget): it can't run again", "jobs cancel " + std::to_string(job.id));
  if (!event) return park("payload_unreadable", event.error().text(), "restore the key, or cancel the job");
  RunInput input;
  input.job = job;
  // A revival that goes on in a journal is, to the flow, the attempt that began it: what it does by the number would differ from what is
  // recorded.
  for (int chapter = job.chapter(); input.job.attempt > 1 && run_.journal.newest(EntryKind::note, Journal::mark(chapter, true)) != nullptr;
       --chapter) {
    --input.job.attempt;
  }
  input.event = std::move(*event);
  input.began = run_.received;
  input.seed = run_seed(input.job);
  input.shadow = !run_.mode.live;
  input.start = run_.mode.start;
  input.decision = run_.journal.decision();
  auto started = run_.context.runner.start(std::move(input), self, [weak = weak_from_this()](RunEnd end) {
    const auto run = weak.lock();
    if (!run || run->dropped_) return;
    // Posted: the flow's frames are still on the stack of whoever calls.
    run->run_.context.env.executor->post([run, end = std::move(end)]() mutable {
      if (!run->dropped_) run->run_.context.scope.spawn(run->finish(run, std::move(end)));
    });
  });
  if (!started) return park("cannot_start", started.error().text(), "check the script: ml-connector check");
  if (ended_) (*started)->abandon();
  else flow_ = std::move(*started);
}

// Old versions leave the memory; a job that still runs on one begins once it is back.
Task<Unit> JobRun::fetch_version(std::shared_ptr<JobRun> self) {
  auto& job = run_.job;
  auto brought = co_await run_.context.runner.bring(job.client, job.instance, job.version);
  if (ended_) co_return Unit{};
  if (brought && run_.context.runner.has_version(job.client, job.instance, job.version)) {
    begin(self);
    co_return Unit{};
  }
  if (!brought) run_.context.log.error("job.version_lost", {{"job", job.id}, {"version", job.version}, {"error", brought.error().text()}});
  if (!brought && (brought.error().code() == Code::io || brought.error().code() == Code::unavailable)) {
    co_await finish_early(self, Ending::retry("version_unread", brought.error().text()));
    co_return Unit{};
  }
  Ending ending;
  ending.what = Ending::What::park;
  ending.code = "version_missing";
  ending.reason = "script version " + job.version + " is not there any more";
  ending.fix = "replay the job on the live version";
  co_await finish_early(self, std::move(ending));
  co_return Unit{};
}

void JobRun::request(HostRequest request, Reply reply) {
  run_.context.env.executor->post([self = shared_from_this(), request = std::move(request), reply = std::move(reply)]() mutable {
    if (self->ended_) return;
    self->run_.context.scope.spawn(self->serve(self, std::move(request), std::move(reply)));
  });
}

Task<Unit> JobRun::serve(std::shared_ptr<JobRun> self, HostRequest request, Reply reply) {
  if (passing_error_) {  // the script went on with it: from now on it is what happened
    run_.record(std::move(*passing_error_));
    passing_error_.reset();
  }
  auto handled = co_await handle(request);
  if (ended_) co_return Unit{};
  if (auto* ending = std::get_if<Ending>(&handled)) {
    co_await finish_early(self, std::move(*ending));
    co_return Unit{};
  }
  auto& answer = std::get<Answer>(handled);
  if (answer.at == WallTime{}) answer.at = seen_;
  seen_ = answer.at;
  reply(to_reply(std::move(answer)));
  co_return Unit{};
}

Task<JobRun::Handled> JobRun::handle(HostRequest& request) {
  if (auto* read = std::get_if<ReadRequest>(&request)) co_return co_await handle_read(std::move(*read));
  if (auto* send = std::get_if<SendRequest>(&request)) co_return co_await handle_send(std::move(*send));
  if (auto* sent = std::get_if<SentRequest>(&request)) co_return co_await handle_sent(std::move(*sent));
  if (auto* withhold = std::get_if<WithholdRequest>(&request)) co_return co_await handle_withhold(std::move(*withhold));
  if (std::holds_alternative<StartRequest>(request)) co_return handle_start();
  if (auto* lookup = std::get_if<LookupRequest>(&request)) co_return co_await handle_lookup(std::move(*lookup));
  if (auto* keep = std::get_if<LookupStore>(&request)) co_return co_await handle_lookup_store(std::move(*keep));
  if (auto* get = std::get_if<KvGet>(&request)) co_return co_await handle_kv_get(std::move(*get));
  if (auto* set = std::get_if<KvSet>(&request)) co_return co_await handle_kv_set(std::move(*set));
  if (auto* list = std::get_if<KvList>(&request)) co_return co_await handle_kv_list(std::move(*list));
  if (auto* emit = std::get_if<EmitRequest>(&request)) co_return co_await handle_emit(std::move(*emit));
  if (auto* map = std::get_if<MapRecord>(&request)) co_return co_await handle_map(std::move(*map));
  if (auto* step = std::get_if<StepRequest>(&request)) co_return handle_step(*step);
  if (auto* done = std::get_if<StepDone>(&request)) co_return handle_step_done(*done);
  co_return handle_note(std::get<NoteRequest>(request));
}

Task<Unit> JobRun::finish(std::shared_ptr<JobRun> self, RunEnd end) {
  if (ended_) co_return Unit{};
  if (passing_error_ && (end.how == RunEnd::How::done || end.how == RunEnd::How::skipped)) run_.record(std::move(*passing_error_));
  co_await close(self, as_change(end));
  co_return Unit{};
}

Task<Unit> JobRun::finish_early(std::shared_ptr<JobRun> self, Ending ending) {
  if (ended_) co_return Unit{};
  if (ending.what == Ending::What::stale || run_.lost()) {
    ++counts_.stale;
    run_.context.log.warn("job.claim_lost", {{"job", run_.job.id}});
    ended_ = true;
    if (flow_) flow_->abandon();
    flow_.reset();
    finished_(run_.job.id);
    co_return Unit{};
  }
  co_await close(self, as_change(ending));
  co_return Unit{};
}

Task<Unit> JobRun::close(std::shared_ptr<JobRun> self, store::Change change) {
  ended_ = true;
  if (flow_) flow_->abandon();
  flow_.reset();
  auto committed = co_await run_.commit(std::move(change));
  if (!committed) {
    ++counts_.stale;
    run_.context.log.error("job.end_not_recorded", {{"job", run_.job.id}, {"error", committed.error().text()}});
  }
  co_await run_.context.at("after_done");
  finished_(self->run_.job.id);
  co_return Unit{};
}

}  // namespace mlc::engine
