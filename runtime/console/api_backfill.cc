// Back-fills: begin or go on, stop, look, and what one would cost.
#include <algorithm>
#include <cmath>

#include "runtime/base/date.h"
#include "runtime/console/api.h"
#include "runtime/console/arguments.h"

namespace mlc::console {
namespace {

constexpr Duration kLook = std::chrono::milliseconds(100);  // of a caller who waits for one to end
constexpr int kLooks = 10;

struct Asked {
  std::string client, instance, flow;
  std::optional<WallTime> from, to;
};

// A date begins in the instance's zone; `to` is a day that is still in the period.
Result<std::optional<WallTime>> moment(const std::string& text, const std::string& zone_name, const char* name, bool through) {
  if (text.empty()) return std::optional<WallTime>();
  if (auto date = parse_iso_date(text)) {
    auto zone = Zone::find(zone_name);
    if (!zone) return zone.error();
    auto instant = zone->instant(through ? date->plus_days(1) : *date, 0, 0, 0, Zone::Choose::earliest);
    if (!instant) return instant.error();
    return std::optional<WallTime>(*instant);
  }
  auto instant = parse_instant(text);
  if (!instant)
    return Error(Code::invalid_argument,
                 std::string("`") + name + "` must be a date as 2026-12-01 or an instant as 2026-12-01T00:00:00+01:00");
  return std::optional<WallTime>(*instant);
}

Result<Asked> asked(Services& services, const Call& call) {
  Asked out{call.at("client"), call.at("instance"), "", {}, {}};
  auto flow = call.text("flow");
  auto from = call.text("from"), to = call.text("to");
  if (!flow) return flow.error();
  if (!from) return from.error();
  if (!to) return to.error();
  out.flow = *flow;
  const auto zone = services.engine.zone_of(out.client, out.instance);
  if (!zone) return Error(Code::not_found, "no instance " + out.client + "/" + out.instance);
  if (out.flow.empty())
    return Error(Code::invalid_argument, "which flow? give its name, as in: backfill " + out.client + " " + out.instance + " orders");
  auto first = moment(*from, *zone, "from", false), last = moment(*to, *zone, "to", true);
  if (!first) return first.error();
  if (!last) return last.error();
  out.from = *first, out.to = *last;
  return out;
}

Json shown(const engine::Backfill& task) {
  Json sources = Json::array();
  for (const auto& source : task.sources)
    sources.push_back({{"connection", source.connection}, {"operation", source.operation}, {"read", source.read}});
  Json told = {{"flow", task.flow},
               {"state", task.state},
               {"from", task.from},
               {"to", task.to},
               {"found", task.rows - task.outside},
               {"jobs", task.jobs},
               {"done", task.done},
               {"parked", task.parked},
               {"dead", task.dead},
               {"open", task.open.size()},
               {"sources", sources},
               {"began", format_rfc3339(task.began)}};
  if (!task.reason.empty()) told["reason"] = task.reason;
  if (task.ended != WallTime{}) told["ended"] = format_rfc3339(task.ended);
  return told;
}

// How long so many records take by the calls that such records took lately and the quotas they share (C10).
Json forecast(Services& services, const std::string& client, const std::map<std::string, double>& calls, int64_t records) {
  Json told = {{"records", records}};
  if (calls.empty()) {
    told["note"] = "no record of this flow has run yet, so what one costs is not known: run a few first, as with sync --record";
    return told;
  }
  Json each = Json::object(), total = Json::object();
  double seconds = 0;
  std::string bound;
  for (const auto& [connection, per_record] : calls) {
    const double need = per_record * static_cast<double>(records);
    each[connection] = std::round(per_record * 10) / 10;
    total[connection] = static_cast<int64_t>(std::ceil(need));
    for (const auto& budget : services.limits.report()) {
      if (budget.per <= Duration::zero() || budget.limit <= 0 || !budget.connections.contains(client + "/" + connection)) continue;
      const double left = static_cast<double>(std::max<int64_t>(0, budget.limit - budget.used));
      const double more = std::max(0.0, need - left);
      const double span = static_cast<double>(std::chrono::duration_cast<std::chrono::seconds>(budget.per).count());
      const double takes = more <= 0 ? 0 : std::ceil(more / static_cast<double>(budget.limit)) * span;
      if (takes <= seconds) continue;
      seconds = takes;
      bound = std::to_string(budget.limit) + " calls of " + connection + " in " + std::to_string(static_cast<int64_t>(span)) + " s";
    }
  }
  told["calls_per_record"] = each;
  told["calls"] = total;
  told["seconds"] = static_cast<int64_t>(seconds);
  if (!bound.empty()) told["because"] = bound;
  return told;
}

Task<Result<Json>> begin(Services& services, Call call) {
  auto what = asked(services, call);
  if (!what) co_return what.error();
  auto& backfills = services.engine.backfills();
  auto calls = co_await backfills.calls_per_record(what->client, what->instance, what->flow);
  if (!calls) co_return calls.error();
  if (call.body.value("stop", false)) {
    auto halted = co_await backfills.halt(what->client, what->instance, what->flow, call.actor);
    if (!halted) co_return halted.error();
    co_return shown(*halted);
  }
  if (call.body.value("dry_run", false)) {
    auto counted = co_await backfills.count(what->client, what->instance, what->flow, what->from, what->to);
    if (!counted) co_return counted.error();
    Json told = shown(*counted);
    told["state"] = "dry run";
    told["forecast"] = forecast(services, what->client, *calls, counted->rows - counted->outside);
    co_return told;
  }
  auto running = co_await services.doors.run_jobs();
  if (!running) co_return running.error();
  auto task = co_await backfills.begin(what->client, what->instance, what->flow, what->from, what->to, call.actor);
  if (!task) co_return task.error();
  co_return shown(*task);
}

Task<Result<Json>> list(Services& services, Call call) {
  const std::string client = call.at("client"), instance = call.at("instance");
  const std::string wait = call.option("wait");
  auto all = co_await services.engine.backfills().list(client, instance);
  if (!all) co_return all.error();
  const auto runs = [&] {
    return std::any_of(all->begin(), all->end(),
                       [&](const engine::Backfill& task) { return task.flow == wait && task.state == "running"; });
  };
  for (int look = 0; look < kLooks && runs(); ++look) {
    std::unique_ptr<Timer> timer;
    Callback<Unit> waiting(
        [&](Callback<Unit>::Complete done) { timer = services.env.timers->after_real(kLook, [done] { done(Unit{}); }); });
    co_await waiting;
    all = co_await services.engine.backfills().list(client, instance);
    if (!all) co_return all.error();
  }
  Json told = Json::array();
  for (const auto& task : *all) {
    Json one = shown(task);
    if (task.state == "running") {
      auto calls = co_await services.engine.backfills().calls_per_record(client, instance, task.flow);
      if (calls) one["forecast"] = forecast(services, client, *calls, static_cast<int64_t>(task.open.size()));
    }
    told.push_back(std::move(one));
  }
  co_return Json{{"backfills", told}};
}

}  // namespace

std::vector<Route> backfill_routes() {
  return {
      {"POST",
       "/api/v1/clients/{client}/instances/{instance}/backfill",
       "begins a back-fill or goes on with it; stops or counts one",
       begin,
       {}},
      {"GET", "/api/v1/clients/{client}/instances/{instance}/backfills", "back-fills with their progress", list, {"wait"}},
  };
}

}  // namespace mlc::console
