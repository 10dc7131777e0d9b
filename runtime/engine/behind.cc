// The part of Story that finds who waits too long.
#include <algorithm>
#include <map>

#include "runtime/engine/story.h"

namespace mlc::engine {
namespace {

constexpr int kPage = 500;
constexpr int kMaxPages = 20;  // of the oldest: beyond them something is behind in any case

std::string place_of(const std::string& client, const std::string& instance, const std::string& flow) {
  return client + "/" + instance + "/" + flow;
}

}  // namespace

Task<Result<std::vector<Behind>>> Story::behind(Duration longer_than) {
  const auto now = context_.now();
  std::map<std::string, Behind> found;
  store::JobFilter filter;
  filter.states.assign({store::JobState::waiting});
  filter.newest_first = false;
  filter.limit = kPage;
  for (int page = 0; page < kMaxPages; ++page) {
    auto jobs = co_await context_.store.jobs(filter);
    if (!jobs) co_return jobs.error();
    for (const auto& job : *jobs) {
      const auto due = std::max(job.born, job.next);
      if (now - due <= longer_than || job.lane == store::Lane::backfill) continue;
      if (!context_.registry.find(job.client, job.instance) || !context_.doors.shut(job.client, job.instance, job.flow).empty()) continue;
      auto& one = found[place_of(job.client, job.instance, job.flow)];
      one.client = job.client;
      one.instance = job.instance;
      one.flow = job.flow;
      one.by = std::max(one.by, now - due);
      ++one.jobs;
    }
    // Numbers rise with the time of birth.
    if (jobs->size() < static_cast<size_t>(kPage) || now - jobs->back().born <= longer_than) break;
    filter.after = jobs->back().id;
  }
  const auto& polled = schedule_.polled();
  for (const auto& instance : context_.registry.all()) {
    for (const auto& flow : instance->flows) {
      if (!context_.doors.shut(instance->client, instance->name, flow.name).empty()) continue;
      const std::string place = place_of(instance->client, instance->name, flow.name);
      for (const auto& trigger : flow.triggers) {
        if (trigger.kind != Trigger::Kind::poll || trigger.every == Duration::zero()) continue;
        for (const auto& connection : connections_of(*instance, trigger.role)) {
          const auto last = polled.find(place + "/" + connection + "/" + trigger.operation);
          if (last == polled.end() || context_.remote.held(instance->client, connection)) continue;
          const auto late = now - last->second - trigger.every;
          if (late > longer_than && !found.contains(place))
            found[place] = {instance->client, instance->name, flow.name, late, 0, connection};
        }
      }
    }
  }
  std::vector<Behind> list;
  for (auto& [place, one] : found) list.push_back(std::move(one));
  co_return list;
}

}  // namespace mlc::engine
