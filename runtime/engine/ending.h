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
  std::string code{}, reason{}, fix{}, concern = "operator";
  std::string cause{};     // what parked jobs share; "" = the code
  WallTime next{};         // wait; also the earliest for retry
  bool continues = false;  // park: a revival goes on in this journal instead of asking the remotes anew
  bool lets_by = false;    // wait: for what another job of the record may have to do first
  bool decidable = false;  // park: a person may say whose version counts
  std::string position{};  // file:line in the scripts

  static Ending wait(std::string code, std::string reason, WallTime next) {
    Ending ending{What::wait, std::move(code), std::move(reason)};
    ending.next = next;
    return ending;
  }
  static Ending retry(std::string code, std::string reason, WallTime next = {}) {
    Ending ending{What::retry, std::move(code), std::move(reason)};
    ending.next = next;
    return ending;
  }
  // Nothing goes to a record while an older write to it may still land; whoever sent that may be another job of the same key.
  static Ending behind_unknown(std::string reason, WallTime next) {
    Ending ending = wait("behind_unknown", std::move(reason), next);
    ending.lets_by = true;
    return ending;
  }
  static Ending stale() { return {What::stale, "stale", ""}; }
};

}  // namespace mlc::engine
