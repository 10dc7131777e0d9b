// Waiting inside a coroutine.
#pragma once
#include "runtime/base/executor.h"
#include "runtime/base/task.h"

namespace mlc {

// Completes after `wait` on the (possibly scaled) clock of `timers`.
inline Task<Unit> sleep_for(Timers& timers, Duration wait) {
  std::unique_ptr<Timer> timer;
  Callback<Unit> waiting([&](Callback<Unit>::Complete done) { timer = timers.after(wait, [done] { done(Unit{}); }); });
  co_return co_await waiting;
}

}  // namespace mlc
