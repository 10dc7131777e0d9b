// How the engine ends a run that the flow did not end itself, and how any run's end becomes a change of its job.
#pragma once
#include <string>

#include "runtime/engine/runner.h"
#include "runtime/store/types.h"

namespace mlc::engine {

struct Ending {
  enum class What {
    wait,   // again at `next`, journal kept, not a failure
    retry,  // a failure that can pass: backoff, counted
    park,   // for a person, with a case
    stale,  // the claim is not ours any more: record nothing
  };
  What what = What::wait;
  std::string code, reason, fix, concern = "operator";
  std::string cause;       // what parked jobs share; "" = the code
  WallTime next{};         // wait; also the earliest for retry
  bool continues = false;  // park: a revival goes on in this journal instead of asking the remotes anew
  bool decidable = false;  // park: a person may say whose version counts
  std::string position{};  // file:line in the scripts

  static Ending wait(std::string code, std::string reason, WallTime next) {
    return {What::wait, std::move(code), std::move(reason), "", "", "", next, false, false, ""};
  }
  static Ending retry(std::string code, std::string reason, WallTime next = {}) {
    return {What::retry, std::move(code), std::move(reason), "", "", "", next, false, false, ""};
  }
  static Ending stale() { return {What::stale, "stale", "", "", "", "", {}, false, false, ""}; }
};

}  // namespace mlc::engine
