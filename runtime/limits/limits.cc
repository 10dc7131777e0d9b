#include "runtime/limits/limits.h"

#include <algorithm>
#include <array>
#include <deque>
#include <set>

#include "runtime/base/encoding.h"
#include "runtime/limits/backoff.h"

namespace mlc::limits {

namespace {

constexpr Duration kPersistAgain = std::chrono::seconds(1);
constexpr Duration kMostSpread = std::chrono::seconds(30);

// Carries holds of remotes that declare no limit of calls.
Rule connection_rule() {
  Rule rule;
  rule.in_flight = 1'000'000;
  rule.scope = {"connection"};
  return rule;
}

}  // namespace

struct Limits::Core : std::enable_shared_from_this<Limits::Core> {
  struct Slot {
    Slot(Rule rule, std::string key) : budget(std::move(rule), std::move(key)) {}
    Budget budget;
    bool of_endpoint = false;
    std::set<std::string> connections;
    bool wants_row = false, writing = false;
    int64_t pending = 0;  // allowance that the row being written grants
  };
  struct Waiter {
    uint64_t sequence = 0;
    Callback<Result<Permit>>::Complete complete;
    WallTime not_before{};  // of a refusal; the one who asked may be gone by then
    std::unique_ptr<Timer> patience;
    bool done = false;
  };
  struct Group {
    std::vector<Slot*> slots;
    std::array<std::deque<std::shared_ptr<Waiter>>, 3> lanes;
    std::array<size_t, 3> waiting{};
  };

  Core(Environment environment, store::Store* keeper) : env(environment), store(keeper) {}

  Environment env;
  store::Store* store;
  std::map<std::string, std::string> stored;  // rows of budgets not met yet
  std::map<std::string, std::unique_ptr<Slot>> slots;
  std::map<std::string, std::unique_ptr<Group>> groups;
  std::array<std::set<std::pair<uint64_t, Group*>>, 3> heads;  // groups by their first waiter
  uint64_t sequence = 0;
  std::unique_ptr<Timer> wake, persist_again;
  bool flush_posted = false, closing = false;

  SteadyTime now() const { return env.clock->steady(); }
  WallTime wall_at(SteadyTime at) const {
    if (at == SteadyTime::max()) return WallTime::max();
    return env.clock->wall() + (at - now());
  }

  Slot* slot(const std::string& system, const Rule& rule, const std::map<std::string, std::string>& values) {
    std::string key = percent_encode(system) + "|" + rule.identity();
    for (const auto& word : rule.scope) {
      auto value = values.find(word);
      key += "|" + percent_encode(word) + "=" + (value == values.end() ? "" : percent_encode(value->second));
    }
    auto& place = slots[key];
    if (!place) {
      place = std::make_unique<Slot>(rule, key);
      place->of_endpoint = std::find(rule.scope.begin(), rule.scope.end(), "endpoint") != rule.scope.end();
      if (auto row = stored.find(key); row != stored.end()) {
        // What can't be read counts as used up: the window starts full.
        if (!place->budget.restore(now(), env.clock->wall(), row->second)) {
          place->budget.hold(now() + rule.per, "the stored use of this budget is unreadable");
        }
        stored.erase(row);
      }
    }
    return place.get();
  }

  Group* group(const Request& request) {
    std::vector<Slot*> members;
    std::string key;
    if (request.rules) {
      for (const Rule& rule : *request.rules) members.push_back(slot(request.system, rule, request.values));
    }
    members.push_back(slot(request.system, connection_rule(), request.values));
    if (const auto connection = request.values.find("connection"); connection != request.values.end())
      for (Slot* member : members) member->connections.insert(connection->second);
    for (const Slot* member : members) key += member->budget.key() + "\n";
    auto& place = groups[key];
    if (!place) {
      place = std::make_unique<Group>();
      place->slots = std::move(members);
    }
    return place.get();
  }

  bool covered(const Slot& slot) const { return store == nullptr || slot.budget.covered(); }

  SteadyTime ready_at(const Group& in, store::Lane lane, int64_t ahead) {
    SteadyTime ready = now();
    for (Slot* member : in.slots) ready = std::max(ready, member->budget.ready_at(now(), lane, ahead));
    return ready;
  }

  // Takes one use of each budget; false: a budget must be covered first, which is under way.
  bool take(Group& in) {
    bool all = true;
    for (Slot* member : in.slots) {
      if (!covered(*member)) {
        want_row(*member);
        all = false;
      }
    }
    if (!all) return false;
    for (Slot* member : in.slots) {
      member->budget.began();
      if (store != nullptr && member->budget.rule().calls > 0 && member->budget.allowance() <= member->budget.wanted_allowance() / 2) {
        want_row(*member);
      }
    }
    return true;
  }

  Permit permit(Group& in);
  Error refusal(Group& in, store::Lane lane, int64_t ahead, WallTime* not_before);
  void pump();
  void settle(Group& in, size_t lane, const std::shared_ptr<Waiter>& waiter, Result<Permit> end);
  void expire(Group& in, size_t lane, const std::shared_ptr<Waiter>& waiter);

  void want_row(Slot& of) {
    if (store == nullptr || closing) return;
    of.wants_row = true;
    if (flush_posted) return;
    flush_posted = true;
    env.executor->post([weak = weak_from_this()] {
      if (auto self = weak.lock()) {
        self->flush_posted = false;
        self->flush();
      }
    });
  }

  // Everything that waits for its row goes into one commit.
  void flush() {
    store::Change change;
    std::vector<Slot*> written;
    for (auto& [key, place] : slots) {
      if (!place->wants_row || place->writing) continue;
      place->wants_row = false;
      place->writing = true;
      Budget& budget = place->budget;
      place->pending = budget.rule().calls > 0 ? std::max<int64_t>(0, budget.wanted_allowance() - budget.allowance()) : 0;
      change.put.push_back(
          {store::Table::budgets, {key, budget.stored(now(), env.clock->wall(), budget.allowance() + place->pending), env.clock->wall()}});
      written.push_back(place.get());
    }
    if (written.empty()) return;
    spawn<Result<store::Committed>>(store->commit(std::move(change)), [weak = weak_from_this(), written](Result<store::Committed> end) {
      auto self = weak.lock();
      if (!self) return;
      for (Slot* place : written) {
        place->writing = false;
        if (end) place->budget.cover(place->budget.allowance() + place->pending);
        else place->wants_row = true;
      }
      if (end) {
        self->flush();
        self->pump();
      } else {
        self->persist_again = self->env.timers->after_real(kPersistAgain, [weak] {
          if (auto again = weak.lock()) again->flush();
        });
      }
    });
  }
};

struct Permit::State {
  std::weak_ptr<Limits::Core> core;
  Limits::Core::Group* group = nullptr;
  bool begun = false, over = false;

  void give_back() {
    if (over) return;
    over = true;
    auto alive = core.lock();
    if (!alive) return;
    for (auto* member : group->slots) {
      if (begun) member->budget.ended(alive->now(), 0);
      else member->budget.unused();
    }
    alive->pump();
  }
};

Permit::Permit(std::unique_ptr<State> state) : state_(std::move(state)) {}
Permit::Permit(Permit&&) noexcept = default;
Permit& Permit::operator=(Permit&& other) noexcept {
  if (this != &other) {
    if (state_) state_->give_back();
    state_ = std::move(other.state_);
  }
  return *this;
}
Permit::~Permit() {
  if (state_) state_->give_back();
}

void Permit::begin() { state_->begun = true; }

std::optional<WallTime> Permit::finish(int status, const http::Headers& headers) {
  auto core = state_->core.lock();
  if (state_->over || !core) return std::nullopt;
  state_->over = true;
  const SteadyTime now = core->now();
  const WallTime wall = core->env.clock->wall();

  std::vector<Limits::Core::Slot*> spoke, counted;
  std::optional<Duration> told;
  if (status != 0) {
    if (auto text = headers.get("Retry-After")) told = parse_retry_after(*text, wall);
  }
  for (auto* member : state_->group->slots) {
    Budget& budget = member->budget;
    if (budget.rule().calls > 0) counted.push_back(member);
    if (status != 0 && budget.learn(now, wall, headers) && budget.reset(now)) spoke.push_back(member);
    if (const auto& name = budget.rule().learn.retry_after; status != 0 && !name.empty() && !told) {
      if (auto text = headers.get(name)) told = parse_retry_after(*text, wall);
    }
    budget.ended(now, status);
    if (budget.rule().errors > 0 && budget.rule().counts(status)) core->want_row(*member);
  }

  std::optional<WallTime> not_before;
  if (status == 429 || (status == 503 && told)) {
    // Who said when its window ends is meant; else the shortest budget, else the connection as a whole.
    std::vector<Limits::Core::Slot*> stop = spoke;
    if (stop.empty() && !counted.empty()) {
      stop.push_back(
          *std::min_element(counted.begin(), counted.end(), [](auto* a, auto* b) { return a->budget.rule().per < b->budget.rule().per; }));
    }
    if (stop.empty()) stop.push_back(state_->group->slots.back());
    SteadyTime latest = now;
    for (auto* member : stop) {
      SteadyTime until = now + Limits::kUnexplained429;
      if (told) until = now + *told;
      else if (auto reset = member->budget.reset(now)) until = *reset;
      member->budget.hold(until, "the remote answered " + std::to_string(status));
      latest = std::max(latest, until);
      core->want_row(*member);
    }
    not_before = core->wall_at(latest);
  }
  core->pump();
  return not_before;
}

Permit Limits::Core::permit(Group& in) {
  auto state = std::make_unique<Permit::State>();
  state->core = weak_from_this();
  state->group = &in;
  return Permit(std::move(state));
}

Error Limits::Core::refusal(Group& in, store::Lane lane, int64_t ahead, WallTime* not_before) {
  SteadyTime ready = ready_at(in, lane, ahead);
  Duration spread = std::chrono::seconds(2);
  std::string reason = "too many calls are in flight";
  for (Slot* member : in.slots) {
    if (member->budget.ready_at(now(), lane, ahead) < ready) continue;
    spread = std::min<Duration>(std::max<Duration>(member->budget.rule().per / 6, std::chrono::milliseconds(100)), kMostSpread);
    if (member->budget.held_until() > now()) reason = member->budget.held_reason();
    else if (member->budget.rule().errors > 0) reason = "the remote's budget of errors is used up";
    else if (member->budget.rule().calls > 0) reason = "the remote's budget of calls is used up";
  }
  if (ready == SteadyTime::max()) ready = now() + std::chrono::seconds(1);
  // Those who are refused together do not come back together.
  ready += Duration(static_cast<int64_t>(env.random->below(static_cast<uint64_t>(spread.count()))));
  if (not_before != nullptr) *not_before = wall_at(ready);
  return Error(Code::exhausted, reason);
}

void Limits::Core::settle(Group& in, size_t lane, const std::shared_ptr<Waiter>& waiter, Result<Permit> end) {
  waiter->done = true;
  waiter->patience.reset();
  --in.waiting[lane];
  // Not within this call: whoever waits may ask for the next permit at once.
  auto value = std::make_shared<Result<Permit>>(std::move(end));
  env.executor->post([waiter, value] { waiter->complete(std::move(*value)); });
}

void Limits::Core::expire(Group& in, size_t lane, const std::shared_ptr<Waiter>& waiter) {
  if (waiter->done) return;
  settle(in, lane, waiter, refusal(in, static_cast<store::Lane>(lane), static_cast<int64_t>(in.waiting[lane]), &waiter->not_before));
}

void Limits::Core::pump() {
  if (closing) return;
  SteadyTime next = SteadyTime::max();
  for (size_t lane = 0; lane < 3; ++lane) {
    std::vector<Group*> blocked;
    while (!heads[lane].empty()) {
      Group& in = *heads[lane].begin()->second;
      heads[lane].erase(heads[lane].begin());
      auto& queue = in.lanes[lane];
      while (!queue.empty() && queue.front()->done) queue.pop_front();
      if (queue.empty()) continue;
      const SteadyTime ready = ready_at(in, static_cast<store::Lane>(lane), 0);
      if (ready > now() || !take(in)) {
        if (ready > now()) next = std::min(next, ready);
        blocked.push_back(&in);
        continue;
      }
      auto waiter = std::move(queue.front());
      queue.pop_front();
      settle(in, lane, waiter, permit(in));
      if (!queue.empty()) heads[lane].insert({queue.front()->sequence, &in});
    }
    for (Group* in : blocked) heads[lane].insert({in->lanes[lane].front()->sequence, in});
  }
  wake.reset();
  if (next == SteadyTime::max()) return;
  wake = env.timers->after(next - now(), [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->pump();
  });
}

Limits::Limits(Environment env, store::Store* store) : core_(std::make_shared<Core>(env, store)) {}

Limits::~Limits() { core_->closing = true; }

Task<Status> Limits::load() {
  auto core = core_;
  if (core->store == nullptr) co_return ok_status();
  auto rows = co_await core->store->list(store::Table::budgets, "");
  if (!rows) co_return rows.error().wrap("budgets");
  for (auto& row : *rows) core->stored[row.key] = std::move(row.value);
  co_return ok_status();
}

Task<Status> Limits::close() {
  auto core = core_;
  core->closing = true;
  for (auto& [key, in] : core->groups) {
    for (size_t lane = 0; lane < 3; ++lane) {
      for (auto& waiter : in->lanes[lane]) {
        if (!waiter->done) core->settle(*in, lane, waiter, Error(Code::cancelled, "limits are closing"));
      }
    }
  }
  if (core->store == nullptr) co_return ok_status();
  store::Change change;
  for (auto& [key, place] : core->slots) {
    if (place->budget.rule().in_flight > 0 && place->budget.held_until() <= core->now()) continue;
    change.put.push_back(
        {store::Table::budgets, {key, place->budget.stored(core->now(), core->env.clock->wall(), 0), core->env.clock->wall()}});
  }
  if (change.put.empty()) co_return ok_status();
  auto end = co_await core->store->commit(std::move(change));
  if (!end) co_return end.error().wrap("budgets");
  co_return ok_status();
}

Task<Result<Permit>> Limits::acquire(Request request, Duration patience, WallTime* not_before) {
  auto core = core_;
  if (core->closing) co_return Error(Code::cancelled, "limits are closing");
  Core::Group& in = *core->group(request);
  const size_t lane = static_cast<size_t>(request.lane);

  size_t ahead = 0;
  for (size_t before = 0; before <= lane; ++before) ahead += in.waiting[before];
  const bool nobody_waits = core->heads[0].empty() && core->heads[1].empty() && core->heads[2].empty();
  const SteadyTime ready = core->ready_at(in, request.lane, static_cast<int64_t>(ahead));
  if (nobody_waits && ready <= core->now() && core->take(in)) co_return core->permit(in);
  if (ready != SteadyTime::max() && ready > core->now() + patience) {
    co_return core->refusal(in, request.lane, static_cast<int64_t>(ahead), not_before);
  }

  auto waiter = std::make_shared<Core::Waiter>();
  waiter->sequence = ++core->sequence;
  Callback<Result<Permit>> waiting([&](Callback<Result<Permit>>::Complete complete) {
    waiter->complete = std::move(complete);
    if (in.lanes[lane].empty()) core->heads[lane].insert({waiter->sequence, &in});
    in.lanes[lane].push_back(waiter);
    ++in.waiting[lane];
    std::weak_ptr<Core::Waiter> weak_waiter = waiter;
    waiter->patience = core->env.timers->after(patience, [weak = std::weak_ptr<Core>(core), weak_waiter, group = &in, lane] {
      auto self = weak.lock();
      auto still = weak_waiter.lock();
      if (self && still) self->expire(*group, lane, still);
    });
    core->pump();
  });
  auto end = co_await waiting;
  if (!end && not_before != nullptr) *not_before = waiter->not_before;
  co_return end;
}

void Limits::hold(const Request& request, WallTime until, std::string reason) {
  Core::Group& in = *core_->group(request);
  const SteadyTime steady =
      core_->now() + std::clamp<Duration>(until - core_->env.clock->wall(), Duration::zero(), std::chrono::hours(24 * 366));
  bool any = false;
  for (auto* member : in.slots) {
    if (member->budget.rule().calls == 0 || member->of_endpoint) continue;
    member->budget.hold(steady, reason);
    core_->want_row(*member);
    any = true;
  }
  if (any) return;
  in.slots.back()->budget.hold(steady, reason);
  core_->want_row(*in.slots.back());
}

std::optional<Held> Limits::held(const Request& request) {
  Core::Group& in = *core_->group(request);
  std::optional<Held> longest;
  for (auto* member : in.slots) {
    const SteadyTime until = member->budget.held_until();
    if (member->of_endpoint || until <= core_->now()) continue;
    const WallTime wall = core_->wall_at(until);
    if (!longest || longest->until < wall) longest = Held{wall, member->budget.held_reason()};
  }
  return longest;
}

std::vector<BudgetReport> Limits::report() {
  std::vector<BudgetReport> all;
  const SteadyTime now = core_->now();
  std::map<const Core::Slot*, int64_t> waiting;
  for (auto& [key, in] : core_->groups) {
    for (auto* member : in->slots) waiting[member] += static_cast<int64_t>(in->waiting[0] + in->waiting[1] + in->waiting[2]);
  }
  for (auto& [key, place] : core_->slots) {
    Budget& budget = place->budget;
    BudgetReport report{key, budget.used(now), budget.limit(), budget.in_flight(), waiting[place.get()], {}, {}, {}, place->connections};
    if (budget.rule().calls > 0) report.per = budget.rule().per;
    if (budget.held_until() > now) {
      report.held_until = core_->wall_at(budget.held_until());
      report.reason = budget.held_reason();
    }
    all.push_back(std::move(report));
  }
  return all;
}

}  // namespace mlc::limits
