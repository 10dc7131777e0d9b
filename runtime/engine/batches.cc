#include "runtime/engine/batches.h"

#include <algorithm>
#include <optional>

#include "runtime/base/sleep.h"

namespace mlc::engine {
namespace {

constexpr Duration kAlone = std::chrono::minutes(1);

remote::Outcome nothing_left(std::string why) {
  remote::Outcome outcome;
  outcome.verdict = remote::Verdict::not_sent;
  outcome.code = "unavailable";
  outcome.sentence = std::move(why);
  outcome.retryable = true;
  return outcome;
}

// A value that one waits for and another gives; whichever comes first.
template <class T>
struct Awaited {
  std::optional<T> value;
  std::function<void(T)> waiting;

  void give(T given) {
    if (waiting) std::exchange(waiting, nullptr)(std::move(given));
    else value = std::move(given);
  }
  Task<T> take() {
    Callback<T> come([this](typename Callback<T>::Complete done) {
      if (value) done(std::move(*value));
      else waiting = std::move(done);
    });
    co_return co_await come;
  }
};

}  // namespace

struct Batches::Place {
  const remote::Plan* plan = nullptr;  // null: whoever sat here is gone
  std::weak_ptr<Group> group;
  bool is_armed = false, told = false;
  Awaited<Called> called;
  Awaited<remote::Outcome> outcome;
};

struct Batches::Group {
  store::Lane lane = store::Lane::live;
  remote::BatchFacts facts;
  std::vector<std::shared_ptr<Place>> places;
  size_t not_armed = 0;  // called, and neither armed nor gone
  std::function<void()> all_armed;

  void settled_one() {
    if (--not_armed == 0 && all_armed) std::exchange(all_armed, nullptr)();
  }
};

Batches::Seat::~Seat() {
  if (place_ == nullptr || place_->plan == nullptr) return;
  // What was armed stays in the request that is under way; its plan is no longer read once that was made.
  place_->plan = nullptr;
  if (const auto group = place_->group.lock(); group && place_->told && !place_->is_armed) group->settled_one();
}

Task<Batches::Called> Batches::Seat::called() {
  auto waiting = place_->called.take();
  co_return co_await std::move(waiting);
}

void Batches::Seat::armed() {
  place_->is_armed = true;
  if (const auto group = place_->group.lock()) group->settled_one();
}

Task<remote::Outcome> Batches::Seat::outcome() {
  auto waiting = place_->outcome.take();
  co_return co_await std::move(waiting);
}

Batches::Seat Batches::join(const remote::Plan& plan, store::Lane lane, remote::BatchFacts facts) {
  auto key = plan.client + "/" + plan.connection + "/" + plan.operation + "/" + std::to_string(static_cast<int>(lane));
  if (const auto alone = alone_.find(key); alone != alone_.end()) {
    if (context_.now() < alone->second) facts.max = 1;
    else alone_.erase(alone);
  }
  auto place = std::make_shared<Place>();
  place->plan = &plan;
  auto& group = open_[key];
  const bool is_new = group == nullptr;
  if (is_new) {
    group = std::make_shared<Group>();
    group->lane = lane;
    group->facts = facts;
  }
  place->group = group;
  group->places.push_back(place);
  const auto kept = group;
  if (kept->places.size() >= kept->facts.max) open_.erase(key);
  if (is_new) context_.scope.spawn(run(std::move(key), kept));
  return Seat(std::move(place));
}

void Batches::close(const std::string& key, const std::shared_ptr<Group>& group) {
  const auto found = open_.find(key);
  if (found != open_.end() && found->second == group) open_.erase(found);
}

Task<Unit> Batches::run(std::string key, std::shared_ptr<Group> group) {
  if (group->facts.max > 1 && group->facts.linger > Duration::zero()) co_await sleep_for(*context_.env.timers, group->facts.linger);
  const auto first = std::find_if(group->places.begin(), group->places.end(), [](const auto& place) { return place->plan != nullptr; });
  if (first == group->places.end()) {
    close(key, group);
    co_return Unit{};
  }
  const remote::Plan like = *(*first)->plan;  // permit and token are the same for all of them
  WallTime not_before{};
  auto ticket = co_await context_.remote.admit(like, group->lane, context_.options.permit_patience, &not_before);
  close(key, group);  // who comes now waits for the next permit
  const auto admitted = context_.env.clock->steady();
  const bool is_admitted = static_cast<bool>(ticket);
  const auto places = group->places;
  for (const auto& place : places) {
    if (place->plan == nullptr || !is_admitted) continue;
    place->told = true;
    ++group->not_armed;
  }
  for (const auto& place : places) {
    if (place->plan == nullptr) continue;
    Called called;
    if (!is_admitted) called = {ticket.error(), not_before};
    place->called.give(std::move(called));
  }
  if (!is_admitted) co_return Unit{};
  if (group->not_armed > 0) {
    Callback<Unit> armed([&](Callback<Unit>::Complete done) { group->all_armed = [done = std::move(done)] { done(Unit{}); }; });
    co_await armed;
  }
  auto sending = send(std::move(key), group, std::move(*ticket), admitted);
  co_return co_await std::move(sending);
}

Task<Unit> Batches::send(std::string key, std::shared_ptr<Group> group, std::unique_ptr<remote::Ticket> ticket, SteadyTime admitted) {
  std::vector<std::shared_ptr<Place>> going;
  std::vector<remote::Plan> plans;
  for (const auto& place : group->places) {
    if (place->plan == nullptr || !place->is_armed) continue;
    going.push_back(place);
    plans.push_back(*place->plan);
  }
  if (going.empty()) co_return Unit{};
  std::vector<const remote::Plan*> all;
  all.reserve(plans.size());
  for (const auto& plan : plans) all.push_back(&plan);
  std::vector<remote::Outcome> outcomes;

  const auto waited = std::chrono::duration<double, std::micro>(context_.env.clock->steady() - admitted) / context_.env.clock->scale();
  auto request = all.size() == 1 ? Result<remote::Plan>(plans.front()) : context_.remote.together(all);
  if (waited > context_.options.arm_to_send) {
    outcomes.assign(all.size(), nothing_left("permit and token were checked too long ago"));
  } else if (!request) {
    outcomes.assign(all.size(), nothing_left(request.error().text()));
  } else {
    co_await context_.at("before_send");
    auto outcome = co_await context_.remote.send(std::move(*request), std::move(ticket));
    using remote::Verdict;
    if (all.size() == 1) {
      outcomes.push_back(std::move(outcome));
    } else {
      // Refused as a whole for the sake of one: that says nothing of the others, so each is sent by itself for a while.
      if (outcome.verdict == Verdict::rejected || outcome.verdict == Verdict::refusal_like) alone_[key] = context_.now() + kAlone;
      outcomes = context_.remote.apart(all, outcome);
    }
  }
  for (size_t i = 0; i < going.size() && i < outcomes.size(); ++i) going[i]->outcome.give(std::move(outcomes[i]));
  co_return Unit{};
}

}  // namespace mlc::engine
