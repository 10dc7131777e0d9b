#include "runtime/console/api.h"
#include "runtime/console/arguments.h"

namespace mlc::console {
namespace {

Task<Result<Json>> list(Services& services, Call call) {
  store::JobFilter filter;
  filter.client = call.option("client");
  filter.instance = call.option("instance");
  auto limit = whole_number(call.option("limit", "100"), "limit", 1, 100000);
  if (!limit) co_return limit.error();
  filter.limit = static_cast<int>(*limit);
  const std::string state = call.option("state");
  if (state.empty()) {
    filter.states = {store::JobState::waiting, store::JobState::running, store::JobState::parked, store::JobState::dead};
  } else {
    auto known = job_state(state);
    if (!known) co_return known.error();
    filter.states = {*known};
  }
  auto jobs = co_await services.engine.story().jobs(filter);
  if (!jobs) co_return jobs.error();
  auto cases = co_await services.engine.story().cases(filter.client);
  if (!cases) co_return cases.error();
  Json answer = to_json(*jobs);
  answer["cases"] = to_json(*cases)["cases"];
  co_return answer;
}

Task<Result<Json>> one(Services& services, Call call) {
  auto id = whole_number(call.at("id"), "job", 1);
  if (!id) co_return id.error();
  auto job = co_await services.engine.story().job(*id);
  if (!job) co_return job.error();
  co_return to_json(*job);
}

Result<engine::Operations::Version> wanted_version(const Call& call) {
  auto version = call.text("version");
  if (!version) return version.error();
  if (version->empty() || *version == "pinned") return engine::Operations::Version::pinned;
  if (*version == "live") return engine::Operations::Version::live;
  return Error(Code::invalid_argument, "`version` is pinned or live, not \"" + *version + "\"");
}

Task<Result<Json>> replay(Services& services, Call call) {
  auto id = whole_number(call.at("id"), "job", 1);
  if (!id) co_return id.error();
  auto version = wanted_version(call);
  if (!version) co_return version.error();
  std::vector<store::Id> ids{*id};
  auto revived = co_await services.engine.operations().replay(std::move(ids), *version, call.actor);
  if (!revived) co_return revived.error();
  co_return Json{{"count", *revived}};
}

Task<Result<Json>> cancel(Services& services, Call call) {
  auto id = whole_number(call.at("id"), "job", 1);
  if (!id) co_return id.error();
  auto why = call.text("why");
  if (!why) co_return why.error();
  auto done = co_await services.engine.operations().cancel(*id, *why, call.actor);
  if (!done) co_return done.error();
  co_return Json{{"cancelled", *id}};
}

Task<Result<Json>> settle(Services& services, Call call) {
  auto id = whole_number(call.at("id"), "job", 1);
  if (!id) co_return id.error();
  auto decision = call.text("decision");
  if (!decision) co_return decision.error();
  if (!decision->empty()) {
    if (*decision != "theirs" && *decision != "ours")
      co_return Error(Code::invalid_argument, "`decision` is theirs or ours, not \"" + *decision + "\"");
    using Decision = engine::Operations::Decision;
    auto decided = co_await services.engine.operations().decide(*id, *decision == "theirs" ? Decision::theirs : Decision::ours, call.actor);
    if (!decided) co_return decided.error();
    co_return Json{{"settled", *id}};
  }
  engine::Operations::Settlement settlement;
  auto happened = call.text("happened");
  if (!happened) co_return happened.error();
  auto effect = call.text("effect");
  if (!effect) co_return effect.error();
  settlement.happened = !happened->empty();
  settlement.reference = *happened;
  settlement.effect = *effect;
  if (!settlement.happened && !call.body.value("did_not_happen", false))
    co_return Error(Code::invalid_argument,
                    "say either `happened` with the remote's reference, `did_not_happen`: true, or `decision`: theirs or ours");
  auto done = co_await services.engine.operations().settle(*id, settlement, call.actor);
  if (!done) co_return done.error();
  co_return Json{{"settled", *id}};
}

Task<Result<Json>> release(Services& services, Call call) {
  auto id = whole_number(call.at("id"), "case", 1);
  if (!id) co_return id.error();
  auto version = wanted_version(call);
  if (!version) co_return version.error();
  auto released = co_await services.engine.operations().release(*id, *version, call.actor);
  if (!released) co_return released.error();
  co_return Json{{"count", *released}};
}

}  // namespace

std::vector<Route> job_routes() {
  return {
      {"GET", "/api/v1/jobs", "open, parked and dead jobs with the cases they belong to", list, {"client", "instance", "state", "limit"}},
      {"GET", "/api/v1/jobs/{id}", "one job with its event, journal and effects", one, {}},
      {"POST", "/api/v1/jobs/{id}/replay", "runs a job again on its pinned or the live version", replay, {}},
      {"POST", "/api/v1/jobs/{id}/cancel", "ends a job for good", cancel, {}},
      {"POST",
       "/api/v1/jobs/{id}/settle",
       "a person says what became of an unknown effect, or whose version of a record counts",
       settle,
       {}},
      {"POST", "/api/v1/cases/{id}/release", "all jobs of a case run again", release, {}},
  };
}

}  // namespace mlc::console
