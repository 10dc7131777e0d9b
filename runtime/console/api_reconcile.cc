// Comparisons of both systems: begin one, follow it, read what was found, and say what is accepted.
#include "runtime/console/api.h"
#include "runtime/console/arguments.h"
#include "runtime/engine/reconcile.h"

namespace mlc::console {
namespace {

constexpr Duration kLook = std::chrono::milliseconds(100);  // of a caller who waits for the end
constexpr int kLooks = 10;

Result<Json> parsed(const std::string& report) {
  auto json = Json::parse(report, nullptr, false);
  auto document = document::Document::parse(report);
  if (!json.is_object() || !document) return Error(Code::corrupt, "a kept report is no JSON");
  json["verdict"] = engine::verdict_of(document->root());
  return json;
}

Result<Json> shown(const engine::ReconcileProgress& run) {
  if (run.state == "failed") return run.failure;
  Json told = {
      {"state", run.state},     {"from", run.from.text()},           {"to", run.to.text()}, {"doing", run.doing}, {"records", run.rows},
      {"resumed", run.resumed}, {"began", format_rfc3339(run.began)}};
  if (run.waits_until != WallTime{}) told["waits_until"] = format_rfc3339(run.waits_until);
  if (run.state != "done") return told;
  auto report = parsed(run.report);
  if (!report) return report.error();
  told["report"] = std::move(*report);
  return told;
}

Task<Result<Json>> begin(Services& services, Call call) {
  auto month = call.text("month"), from = call.text("from"), to = call.text("to");
  for (const auto* given : {&month, &from, &to})
    if (!*given) co_return given->error();
  auto days = period(*month, *from, *to);
  if (!days) co_return days.error();
  auto run = services.engine.reconcile().begin(call.at("client"), call.at("instance"), days->from, days->to, call.actor);
  if (!run) co_return run.error();
  co_return shown(*run);
}

Task<Result<Json>> follow(Services& services, Call call) {
  const std::string client = call.at("client"), instance = call.at("instance");
  auto run = services.engine.reconcile().progress(client, instance);
  for (int look = 0; look < kLooks && run && run->state == "running"; ++look) {
    std::unique_ptr<Timer> timer;
    Callback<Unit> waiting(
        [&](Callback<Unit>::Complete done) { timer = services.env.timers->after_real(kLook, [done] { done(Unit{}); }); });
    co_await waiting;
    run = services.engine.reconcile().progress(client, instance);
  }
  if (!run) co_return Error(Code::not_found, "nothing of " + client + "/" + instance + " is being reconciled");
  co_return shown(*run);
}

Task<Result<Json>> list(Services& services, Call call) {
  auto all = co_await services.engine.reconcile().reports(call.at("client"), call.at("instance"));
  if (!all) co_return all.error();
  Json runs = Json::array();
  for (const auto& text : *all) {
    auto report = parsed(text);
    if (!report) co_return report.error();
    Json one = Json::object();
    for (const char* name :
         {"run", "from", "to", "ended", "by", "left_count", "right_count", "unexplained", "waiting", "agrees", "verdict"})
      one[name] = (*report)[name];
    one["explained"] = (*report)["explained"].size();
    runs.push_back(std::move(one));
  }
  co_return Json{{"runs", runs}};
}

Task<Result<Json>> get(Services& services, Call call) {
  auto number = whole_number(call.at("run"), "run", 1);
  if (!number) co_return number.error();
  auto text = co_await services.engine.reconcile().report(call.at("client"), call.at("instance"), *number);
  if (!text) co_return text.error();
  const auto form = call.option("form");
  if (form.empty()) co_return parsed(*text);
  auto report = document::Document::parse(*text);
  if (!report) co_return report.error();
  Json told = {{"agrees", report->root().get("agrees").as_bool()}};
  if (form == "differences") told["csv"] = engine::differences_csv(report->root());
  else if (form == "totals") told["csv"] = engine::totals_csv(report->root());
  else co_return Error(Code::invalid_argument, "`form` is differences or totals, not \"" + form + "\"");
  co_return told;
}

Json shown(const engine::ReconcileAcceptance& one) {
  return {{"comparison", one.comparison}, {"reference", one.key},         {"left", one.left},      {"right", one.right}, {"by", one.by},
          {"because", one.because},       {"at", format_rfc3339(one.at)}, {"revoked", one.revoked}};
}

Task<Result<Json>> accepted(Services& services, Call call) {
  auto all = co_await services.engine.reconcile().accepted(call.at("client"), call.at("instance"));
  if (!all) co_return all.error();
  Json told = Json::array();
  for (const auto& one : *all) told.push_back(shown(one));
  co_return Json{{"accepted", told}};
}

Task<Result<Json>> accept(Services& services, Call call) {
  auto key = call.text("reference"), comparison = call.text("comparison"), because = call.text("because");
  for (const auto* given : {&key, &comparison, &because})
    if (!*given) co_return given->error();
  auto one = co_await services.engine.reconcile().accept(call.at("client"), call.at("instance"), *key, *comparison, *because, call.actor);
  if (!one) co_return one.error();
  co_return shown(*one);
}

Task<Result<Json>> revoke(Services& services, Call call) {
  auto key = call.text("reference"), comparison = call.text("comparison");
  for (const auto* given : {&key, &comparison})
    if (!*given) co_return given->error();
  auto one = co_await services.engine.reconcile().revoke(call.at("client"), call.at("instance"), *key, *comparison, call.actor);
  if (!one) co_return one.error();
  co_return shown(*one);
}

}  // namespace

std::vector<Route> reconcile_routes() {
  const std::string base = "/api/v1/clients/{client}/instances/{instance}/reconcile";
  return {
      {"POST", base, "begins to compare both systems over a period", begin, {}},
      {"GET", base, "how far the comparison is, and its report", follow, {}},
      {"GET", base + "/runs", "past comparisons, newest first", list, {}},
      {"GET", base + "/runs/{run}", "a past report, or one of its CSV files", get, {"form"}},
      {"GET", base + "/accepted", "differences that people accepted", accepted, {}},
      {"POST", base + "/accept", "accepts a difference", accept, {}},
      {"POST", base + "/revoke", "accepts a difference no longer", revoke, {}},
  };
}

}  // namespace mlc::console
