#pragma once

#include <string>
#include <vector>

#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/engine/runner.h"

namespace mlc::script {

// When flows run, as the client wants it (C2): schedule = { orders = "5m", nightly = "18:00" } in an instance. It counts for a
// flow's polls and schedules; webhooks come when they come. Free functions, any thread.

// The flows with the client's times. Each fault is a sentence with the flow's name.
struct ScheduleFault {
  std::string flow, sentence;
};
engine::Flows with_schedule(const engine::Flows& flows, document::Value schedule, std::vector<ScheduleFault>& faults);

// What of `own` is not as in `base`, as with_schedule reads it; an empty object when all is.
document::Node schedule_of(const engine::Flows& own, const engine::Flows& base);

}  // namespace mlc::script
