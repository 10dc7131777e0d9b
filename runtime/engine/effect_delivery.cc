// Arming, and the way out of writes that go together with others.
#include "runtime/engine/batches.h"
#include "runtime/engine/effects.h"

namespace mlc::engine {

using store::EffectState;

Task<Result<store::Committed>> Effects::arm() {
  if (effect_->armed == WallTime{}) effect_->armed = run_.context.now();  // kind B counts its retention from the first send
  ++effect_->sends;
  auto armed = co_await change_state(EffectState::armed, states(EffectState::planned, EffectState::unknown), store::Change());
  if (!armed) co_return armed;
  ++counts_.effects_armed;
  co_await run_.context.at("after_arm");
  co_return armed;
}

// Others of this kind may be on their way: what waits for the same permit goes out in one request. Each is armed by a commit of
// its own, and has an outcome of its own.
Task<Effects::Stop> Effects::deliver_together(remote::BatchFacts facts) {
  auto seat = run_.context.batches->join(plan_, run_.job.lane, facts);
  auto called = co_await seat.called();
  if (!called.admitted) co_return Sent(from_error(called.admitted.error(), called.not_before));
  co_await run_.context.at("before_arm");
  auto armed = co_await arm();
  if (!armed) co_return Sent(from_error(armed.error(), {}));
  seat.armed();
  auto outcome = co_await seat.outcome();
  co_await run_.context.at("after_send");
  co_return co_await take_outcome(std::move(outcome));
}

}  // namespace mlc::engine
