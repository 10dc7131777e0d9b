// What a start does before anything else runs: every effect that was armed when the process ended is unknown (it may
// have left), and every client's key is in hand.
#pragma once
#include "runtime/engine/context.h"

namespace mlc::engine {

Task<Status> prepare_clients(Context& context);
Task<Result<int64_t>> recover_armed(Context& context);

}  // namespace mlc::engine
