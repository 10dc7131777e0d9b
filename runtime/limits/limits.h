// Who may call when (C5, G11). A call asks for a permit under all rules of its system at once and waits in its lane:
// live before retry before backfill, first come first served inside a lane. Rates, error budgets, in-flight caps and
// holds are kept over restarts, and for everybody who shares them through one Limits. Knows nothing of tokens.
//
//   auto permit = co_await limits.acquire(request, patience, &not_before);
//   if (!permit) …                     // exhausted: not_before says when it is worth asking again
//   permit->begin();                   // from here it counts, whatever happens
//   auto pushback = permit->finish(status, headers);
//
// Executor's thread only. Permits and waiting calls may outlive a Limits that is being destroyed.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/base/task.h"
#include "runtime/limits/budget.h"
#include "runtime/store/store.h"

namespace mlc::limits {

using Rules = std::shared_ptr<const std::vector<Rule>>;

struct Request {
  std::string system;  // rules of two systems never share a budget
  Rules rules;
  std::map<std::string, std::string> values;  // scope word -> value; a word without value is shared by all
  store::Lane lane = store::Lane::live;
};

class Permit {
 public:
  Permit(Permit&&) noexcept;
  Permit& operator=(Permit&&) noexcept;
  ~Permit();  // before begin(): given back; after it, without finish(): counted as a call without an answer

  void begin();
  // The call has ended; status 0 = no complete answer. Learns from the headers. For 429, and for an answer that says
  // so, when the next call may begin.
  std::optional<WallTime> finish(int status, const http::Headers& headers);

 private:
  friend class Limits;
  struct State;
  explicit Permit(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct Held {
  WallTime until;
  std::string reason;
};

struct BudgetReport {
  std::string key;
  int64_t used = 0, limit = 0, in_flight = 0, waiting = 0;
  WallTime held_until{};
  std::string reason;
  Duration per{};                     // of a budget of calls, else zero
  std::set<std::string> connections;  // "client/connection" of those whose calls it counted since the start
};

class Limits {
 public:
  static constexpr Duration kUnexplained429 = std::chrono::seconds(60);  // a 429 that does not say how long

  // Without a store nothing survives a restart.
  Limits(Environment env, store::Store* store);
  ~Limits();
  Limits(const Limits&) = delete;
  Limits& operator=(const Limits&) = delete;

  // Reads what the store keeps. Must complete before the first acquire().
  Task<Status> load();
  // Leaves the exact state behind; no permit is given afterwards.
  Task<Status> close();

  // Error exhausted: the wait would be (or was) longer than `patience`, which runs on the scaled clock.
  Task<Result<Permit>> acquire(Request request, Duration patience, WallTime* not_before);

  // Stops everything that shares a calls budget (or, without one, any budget) with the request, until then.
  void hold(const Request& request, WallTime until, std::string reason);
  // The longest hold among budgets that are not of one endpoint.
  std::optional<Held> held(const Request& request);

  std::vector<BudgetReport> report();

 private:
  friend class Permit;
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace mlc::limits
