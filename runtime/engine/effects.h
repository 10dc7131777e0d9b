// A write's way out (design.md "Life of an event"; reliability.md section 2): plan, turn, permit, token, arm, send,
// outcome, confirm. Everything is decided under the entity's turn, so that nothing changes between looking and arming.
//
// One Effects per send request; it lives as long as the request does. Executor's thread.
#pragma once
#include <optional>
#include <string>
#include <variant>

#include "runtime/engine/job_context.h"
#include "runtime/engine/jobs.h"
#include "runtime/engine/probe.h"
#include "runtime/engine/turns.h"

namespace mlc::engine {

// What a script gets from job:send, as JSON: {"id","number","record":{…},"state":"settled"|"superseded"|"shadow"|"skipped"}; and
// "earlier":true when what went out are the bytes of another job or of an attempt before this one.
std::string sent_json(std::string_view id, std::string_view number, std::string_view record_json, std::string_view state);

// What a script gets from job:sent: {"id","number","version"}, or null when nothing was sent. A state that was withheld is
// remembered as an entity that no effect made.
std::string entity_json(const std::optional<store::Entity>& entity);
inline bool is_withheld(const store::Entity& entity) { return entity.effect_key.empty() && !entity.by_person; }

// The turn of all writes that a record's jobs make over a connection; taken before the one of the entity that is written.
Task<Turns::Turn> record_turn(Turns& turns, const JobContext& run, const std::string& connection);

// A braced list inside an awaiting expression is more than GCC 12 can take.
template <class... State>
std::vector<store::EffectState> states(State... state) {
  return {state...};
}

class Effects {
 public:
  using Sent = std::variant<Answer, Ending>;

  Effects(JobContext& run, Turns& turns, JobCounts& counts, SendRequest request, int index);

  Task<Sent> send();
  // After an ending: what was sent may have arrived, or still arrive.
  bool may_land() const {
    return effect_ && (effect_->state == store::EffectState::unknown || effect_->state == store::EffectState::armed);
  }

 private:
  using Stop = std::optional<Sent>;  // nullopt = go on

  // Before the pipeline.
  Stop resolve_names();
  Stop answered_before();
  Task<Stop> choose_effect();  // the generation that counts, and what other jobs sent
  Task<Stop> check_versions();
  bool keeps_bytes() const;  // what another job or attempt has planned goes out, and not what this one would plan
  Task<Stop> behind_unknown();
  // The pipeline.
  Task<Stop> plan();
  Task<Stop> load_plan();
  Task<Stop> search_first();
  Task<Stop> deliver();                                   // permit, token, arm, send, outcome; nullopt = again
  Task<Stop> deliver_together(remote::BatchFacts facts);  // the same with others of its kind in one request
  Task<Result<store::Committed>> arm();
  Task<Stop> take_outcome(remote::Outcome outcome);
  Task<Stop> settle(std::string id, std::string number, std::string record, const remote::Exchange* exchange, std::string_view state);
  Task<Stop> confirm(std::string id);
  // Unknown outcomes, by kind; nullopt = the frozen bytes may go (again).
  Task<Stop> clear_unknown();
  Task<Stop> clear_by_search(bool resend_allowed);
  Task<Stop> clear_by_looking_on();
  Task<Stop> note_absent(std::string json);
  Task<Stop> after_check();
  Task<Stop> after_restore();  // may the lost installation have done it?
  Stop park(std::string code, std::string sentence, std::string fix) const;
  Task<Stop> wait_until(WallTime moment);

  Task<Result<store::Committed>> change_state(store::EffectState to, std::vector<store::EffectState> from, store::Change change);
  Task<Result<Answer>> recorded(const store::Effect& effect);
  Task<Result<Found>> search(WallTime* not_before);
  Ending from_error(const Error& error, WallTime not_before) const;
  std::string stored_entity() const;
  store::AuditBirth audit(std::string_view act, std::string detail) const;
  std::string note(std::string_view what) const { return std::string(what) + ":" + request_.effect; }

  JobContext& run_;
  Turns& turns_;
  JobCounts& counts_;
  SendRequest request_;
  const int index_;

  remote::OperationFacts facts_;
  std::string connection_, arguments_, expect_, entity_, path_id_, input_hash_;
  remote::Plan plan_;
  std::optional<store::Effect> effect_;  // as the store has it
  bool earlier_ = false;                 // what goes out, or went, was planned by another job or an earlier attempt
  bool planned_here_ = false;            // this job's plan entry of this chapter holds the frozen bytes
  int again_ = 0;
  bool repeated_ = false;  // an unknown create was sent again: afterwards there must be one
};

}  // namespace mlc::engine
