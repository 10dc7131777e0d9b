#include "runtime/base/date.h"
#include "runtime/base/sleep.h"
#include "runtime/console/api.h"
#include "runtime/console/arguments.h"

namespace mlc::console {
namespace {

struct Where {
  std::string client, instance, flow;
};

Result<Where> where(const Call& call) {
  auto client = call.text("client");
  auto instance = call.text("instance");
  auto flow = call.text("flow");
  if (!client) return client.error();
  if (!instance) return instance.error();
  if (!flow) return flow.error();
  if (client->empty()) return Error(Code::invalid_argument, "`client` is missing");
  return Where{*client, *instance, *flow};
}

Task<Result<Json>> pause(Services& services, Call call) {
  auto place = where(call);
  if (!place) co_return place.error();
  auto done = co_await services.engine.operations().pause(place->client, place->instance, place->flow, call.actor);
  if (!done) co_return done.error();
  co_return Json{{"paused", true}};
}

Task<Result<Json>> resume(Services& services, Call call) {
  auto place = where(call);
  if (!place) co_return place.error();
  auto done = co_await services.engine.operations().resume(place->client, place->instance, place->flow, call.actor);
  if (!done) co_return done.error();
  co_return Json{{"paused", false}};
}

// A date begins in the instance's zone.
Result<std::optional<WallTime>> start_of(Services& services, const std::string& client, const std::string& instance,
                                         const std::string& text) {
  if (text.empty()) return std::optional<WallTime>();
  const auto date = parse_iso_date(text);
  auto start = date ? services.engine.operations().beginning_of(client, instance, *date) : parse_instant(text);
  if (!start && date) return start.error();
  if (!start) return Error(Code::invalid_argument, "`start` must be a date as 2026-12-01 or an instant as 2026-12-01T00:00:00+01:00");
  return std::optional<WallTime>(*start);
}

Task<Result<Json>> live(Services& services, Call call) {
  auto text = call.text("start");
  if (!text) co_return text.error();
  const std::string client = call.at("client");
  const std::string instance = call.at("instance");
  auto start = start_of(services, client, instance, *text);
  if (!start) co_return start.error();
  if (call.body.value("shadow", false)) {
    auto done = co_await services.engine.operations().shadow(client, instance, call.actor);
    if (!done) co_return done.error();
    co_return Json{{"mode", "shadow"}};
  }
  auto done = co_await services.engine.operations().live(client, instance, *start, call.actor);
  if (!done) co_return done.error();
  co_return Json{{"mode", "live"}, {"start", done->text}, {"reads_again", done->reads_again}};
}

struct Tally {
  int64_t done = 0, parked = 0, dead = 0, open = 0;
  Json jobs = Json::array();
};

Task<Result<Tally>> tally(Services& services, std::vector<store::Id> ids) {
  Tally count;
  for (const auto id : ids) {
    auto job = co_await services.store.job(id);
    if (!job) co_return job.error();
    if (!*job) continue;
    const auto& one = **job;
    if (one.state == store::JobState::done || one.state == store::JobState::cancelled) ++count.done;
    else if (one.state == store::JobState::parked) ++count.parked;
    else if (one.state == store::JobState::dead) ++count.dead;
    else ++count.open;
    count.jobs.push_back(
        {{"id", one.id}, {"source", one.source}, {"key", one.key}, {"state", std::string(state_name(one.state))}, {"reason", one.reason}});
  }
  co_return count;
}

constexpr int kSyncWaitSeconds = 120;  // then the answer says what is still open
constexpr Duration kSyncLook = std::chrono::milliseconds(50);

Task<Result<Json>> sync(Services& services, Call call) {
  auto flow = call.text("flow");
  if (!flow) co_return flow.error();
  auto record = call.text("record");
  if (!record) co_return record.error();
  auto running = co_await services.doors.run_jobs();
  if (!running) co_return running.error();
  const WallTime began = services.env.clock->wall();
  std::optional<std::string> key;
  if (!record->empty()) key = *record;
  auto synced = co_await services.engine.schedule().sync(call.at("client"), call.at("instance"), *flow, key, call.actor);
  if (!synced) co_return synced.error();
  std::vector<store::Id> ids = synced->jobs;
  if (!key) {
    // What the poll just found, by when it was born.
    store::JobFilter filter;
    filter.client = call.at("client");
    filter.instance = call.at("instance");
    filter.limit = 10000;
    auto jobs = co_await services.store.jobs(filter);
    if (!jobs) co_return jobs.error();
    for (const auto& job : *jobs)
      if (job.born >= began) ids.push_back(job.id);
  }
  auto count = co_await tally(services, ids);
  if (!count) co_return count.error();
  const auto looks = std::chrono::seconds(kSyncWaitSeconds) / kSyncLook;
  for (int look = 0; call.body.value("wait", true) && count->open > 0 && look < looks; ++look) {
    std::unique_ptr<Timer> timer;
    Callback<Unit> waiting(
        [&](Callback<Unit>::Complete done) { timer = services.env.timers->after_real(kSyncLook, [done] { done(Unit{}); }); });
    co_await waiting;
    count = co_await tally(services, ids);
    if (!count) co_return count.error();
  }
  co_return Json{{"found", key ? 1 : synced->rows},
                 {"new", ids.size()},
                 {"done", count->done},
                 {"parked", count->parked},
                 {"dead", count->dead},
                 {"open", count->open},
                 {"jobs", count->jobs}};
}

}  // namespace

std::vector<Route> client_routes() {
  return {
      {"POST", "/api/v1/pause", "no effect leaves any more; intake goes on", pause, {}},
      {"POST", "/api/v1/resume", "ends a pause", resume, {}},
      {"POST", "/api/v1/clients/{client}/instances/{instance}/live", "ends (or begins again) the shadow of an instance", live, {}},
      {"POST", "/api/v1/clients/{client}/instances/{instance}/sync", "does now what is due, or one record", sync, {}},
  };
}

}  // namespace mlc::console
