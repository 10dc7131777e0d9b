#include "runtime/engine/jobs.h"

#include <algorithm>

#include "runtime/base/sleep.h"
#include "runtime/engine/job_run.h"

namespace mlc::engine {
namespace {

constexpr Duration kGrantRound = std::chrono::seconds(5);
constexpr Duration kLongestWait = std::chrono::seconds(60);
constexpr Duration kStuckWait = std::chrono::milliseconds(500);  // due jobs that cannot be claimed now

}  // namespace

Jobs::Jobs(Context& context) : context_(context), turns_(*context.env.executor) {}

Jobs::~Jobs() {
  for (auto& [id, run] : runs_) run->drop();
}

void Jobs::start() {
  running_ = true;
  grants_timer_ = context_.env.timers->after(kGrantRound, [this] { context_.scope.spawn(release_grants()); });
  wake();
}

void Jobs::wake() {
  if (!running_) return;
  again_ = true;
  if (claiming_) return;
  claiming_ = true;
  timer_.reset();
  context_.post([this] { context_.scope.spawn(claim_loop()); });
}

int Jobs::room(size_t clients) const {
  const auto& options = context_.options;
  return (clients > 1 ? options.in_flight : std::min(options.in_flight, options.in_flight_of_client)) - running();
}

Task<Unit> Jobs::claim_loop() {
  bool stuck = false;
  std::optional<WallTime> due;
  while (running_ && again_) {
    again_ = false;
    stuck = false;
    due.reset();
    const auto clients = context_.registry.clients();
    store::ClaimRequest request;
    request.limit = room(clients.size());
    if (request.limit <= 0) break;  // the end of a run wakes
    // With one client its bound is the room: nothing needs to be passed over.
    if (clients.size() > 1) request.most_of_client = context_.options.in_flight_of_client;
    request.held = context_.doors.held(clients);
    auto claimed = co_await context_.store.claim(std::move(request));
    if (!claimed) {
      context_.log.error("job.claim_failed", {{"error", claimed.error().text()}});
      stuck = true;
      break;
    }
    if (!claimed->empty()) co_await context_.at("claim");
    for (auto& one : *claimed) {
      ++counts_.claimed;
      const auto id = one.job.id;
      auto instance = context_.registry.find(one.job.client, one.job.instance);
      auto run = std::make_shared<JobRun>(context_, turns_, counts_, std::move(one), std::move(instance),
                                          [this](store::Id done) { finished(done); });
      runs_[id] = run;
      run->begin(run);
    }
    if (!claimed->empty()) {
      again_ = again_ || room(context_.registry.clients().size()) > 0;
      continue;
    }
    auto next = co_await context_.store.next_due();
    if (!next) stuck = true;
    else due = *next;
  }
  claiming_ = false;
  if (again_) {
    wake();
    co_return Unit{};
  }
  pause_until(due, stuck);
  co_return Unit{};
}

void Jobs::pause_until(std::optional<WallTime> due, bool stuck) {
  if (!running_ || (!due && !stuck)) return;
  // Bounded, because the wall clock may be set while the steady one waits.
  auto wait = stuck ? kStuckWait : std::clamp<Duration>(*due - context_.now(), kStuckWait, kLongestWait);
  if (!stuck && *due > context_.now()) wait = std::min<Duration>(*due - context_.now(), kLongestWait);
  timer_ = context_.env.timers->after(wait, [this] { wake(); });
}

void Jobs::finished(store::Id job) {
  const auto found = runs_.find(job);
  if (found == runs_.end()) return;
  // The run may still stand on the stack.
  context_.env.executor->post([run = std::move(found->second)] {});
  runs_.erase(found);
  wake();
}

// C6: what waits for a grant goes on by itself once the grant works again.
Task<Unit> Jobs::release_grants() {
  auto cases = co_await context_.store.cases("", true);
  if (cases) {
    for (const auto& one : *cases) {
      if (one.code != "grant_dead") continue;
      const auto connection = one.cause.substr(one.cause.find(':') + 1);
      if (context_.remote.held(one.client, connection)) continue;
      store::JobFilter filter;
      filter.client = one.client;
      filter.states = {store::JobState::parked};
      filter.case_id = one.id;
      filter.limit = 1000;
      auto jobs = co_await context_.store.jobs(filter);
      if (!jobs || jobs->empty()) continue;
      std::vector<store::Id> ids;
      for (const auto& job : *jobs) ids.push_back(job.id);
      std::vector<store::AuditBirth> audit = {
          {one.client, "engine", "case.released", "case " + std::to_string(one.id), "the grant works again"}};
      auto revived = co_await context_.store.revive(std::move(ids), "", std::move(audit));
      if (revived) wake();
    }
  }
  if (running_) grants_timer_ = context_.env.timers->after(kGrantRound, [this] { context_.scope.spawn(release_grants()); });
  co_return Unit{};
}

Task<Unit> Jobs::drain() {
  running_ = false;
  timer_.reset();
  grants_timer_.reset();
  const auto end = context_.env.clock->steady() + context_.options.drain;
  while (!runs_.empty() && context_.env.clock->steady() < end) { co_await sleep_for(*context_.env.timers, std::chrono::milliseconds(20)); }
  for (auto& [id, run] : runs_) run->drop();  // journal and effects say where each one stands
  runs_.clear();
  co_return Unit{};
}

}  // namespace mlc::engine
