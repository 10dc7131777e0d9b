// One run of a job: answers the flow's requests from the journal or by doing them once, and turns the run's end into
// a change of the job. Owned by Jobs while it runs; requests under way keep it alive. request() may be called from
// any thread, all else happens on the executor's.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/engine/job_context.h"
#include "runtime/engine/jobs.h"
#include "runtime/engine/turns.h"

namespace mlc::engine {

class JobRun : public RunHost, public std::enable_shared_from_this<JobRun> {
 public:
  using Reply = std::function<void(HostReply)>;

  JobRun(Context& context, Turns& turns, JobCounts& counts, store::Claimed claimed, InstancePtr instance,
         std::function<void(store::Id)> finished);

  // Pins the version, checks that the job may run at all, starts the flow.
  void begin(std::shared_ptr<JobRun> self);
  void request(HostRequest request, Reply reply) override;
  // The engine goes: no further calls, nothing is recorded.
  void drop();

  const store::Job& job() const { return run_.job; }

 private:
  using Handled = std::variant<Answer, Ending>;

  Task<Unit> serve(std::shared_ptr<JobRun> self, HostRequest request, Reply reply);
  Task<Handled> handle(HostRequest& request);
  Task<Handled> handle_read(ReadRequest request);
  Task<Handled> handle_send(SendRequest request);
  Task<Handled> handle_sent(SentRequest request);
  Task<Handled> handle_withhold(WithholdRequest request);
  bool is_asked_for() const;
  Handled handle_start();
  Task<Handled> handle_lookup(LookupRequest request);
  Task<Result<std::optional<std::string>>> remembered(std::string place, Duration fresh);
  Task<Handled> handle_lookup_store(LookupStore request);
  Task<Handled> handle_kv_get(KvGet request);
  Task<Handled> handle_kv_set(KvSet request);
  Task<Handled> handle_kv_list(KvList request);
  Task<Status> after_own_sets();  // what this run has kept is in the store
  Task<Handled> handle_emit(EmitRequest request);
  Task<Handled> handle_map(MapRecord request);
  Handled handle_step(const StepRequest& request);
  Handled handle_step_done(const StepDone& request);
  Handled handle_note(const NoteRequest& request);

  // The recorded answer of call `index`, an ending when something else was recorded there, nothing when it is new.
  std::optional<Handled> replayed(int index, store::EntryKind kind, const std::string& name, const std::string& hash);
  // Records without waiting and gives the answer on.
  Handled record(int index, store::EntryKind kind, std::string name, std::string hash, std::string json, store::Change change = {},
                 std::shared_ptr<void> held = nullptr);

  Task<Unit> fetch_version(std::shared_ptr<JobRun> self);
  Task<Unit> finish(std::shared_ptr<JobRun> self, RunEnd end);
  Task<Unit> finish_early(std::shared_ptr<JobRun> self, Ending ending);
  Task<Unit> close(std::shared_ptr<JobRun> self, store::Change change);
  store::Change as_change(const RunEnd& end);
  store::Change as_change(const Ending& ending);
  store::Precedence precedence(const Ending& ending, WallTime next) const;
  store::Change parked(const Ending& ending);
  WallTime backoff(int failures) const;

  JobContext run_;
  Turns& turns_;
  JobCounts& counts_;
  std::function<void(store::Id)> finished_;
  std::unique_ptr<Run> flow_;
  WallTime seen_;  // the script's now(): the time of the last entry that answered it
  int next_index_ = 0;
  std::vector<Turns::Turn> looking_;  // of keys that the script is asking the remote for
  // An error that may pass, given to the script: recorded only if the script goes on with it, so that a retry asks again.
  std::optional<store::Change> passing_error_;
  bool sets_queued_ = false;  // this run has kept something, and its commit is not known to be over
  bool ended_ = false;        // nothing more is answered
  bool dropped_ = false;      // the engine is gone
};

}  // namespace mlc::engine
