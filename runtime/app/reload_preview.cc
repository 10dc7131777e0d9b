#include "runtime/app/reload.h"
#include "runtime/base/offload.h"
#include "runtime/console/api.h"
#include "runtime/workbench/preview.h"

namespace mlc::app {

using console::Json;
using workbench::ProgramPtr;

Task<Result<Json>> Reload::preview_of(const workbench::Standing& standing, std::string from, int last) {
  Json told = {{"client", standing.client}, {"instance", standing.instance}};
  ProgramPtr before = live_program(standing.client + "/" + standing.instance);
  if (!from.empty()) {
    auto version = versions_.full_name(standing.client, standing.instance, from);
    if (!version) co_return version.error();
    auto restoring = versions_.restore(*version);
    auto restored = co_await std::move(restoring);
    if (!restored) co_return restored.error();
    before = *restored;
  }
  told["before"] = before == nullptr ? Json() : Json(before->instance.version);
  if (standing.candidate == nullptr) {
    told["state"] = "broken";
    told["problems"] = Json::array();
    for (const auto& one : standing.problems)
      told["problems"].push_back({{"file", one.file}, {"line", one.line}, {"column", one.column}, {"sentence", one.sentence}});
    co_return told;
  }
  told["after"] = standing.candidate->instance.version;
  if (before == nullptr || before->instance.version == standing.candidate->instance.version) {
    told["state"] = before == nullptr ? "new" : "same";
    co_return told;
  }
  auto collecting = workbench::recorded_inputs(*parts_.store, *parts_.vault, standing.client, standing.instance, last);
  auto inputs = co_await std::move(collecting);
  if (!inputs) co_return inputs.error();
  auto held = std::make_shared<std::vector<workbench::RecordedInput>>(std::move(*inputs));
  std::function<workbench::Preview()> compare = [host = parts_.host, before, after = standing.candidate, held] {
    return workbench::preview(*host, before, after, *held);
  };
  auto comparing = offload<workbench::Preview>(*worker_, *parts_.env.executor, std::move(compare));
  auto compared = co_await std::move(comparing);
  told["state"] = "changed";
  told.update(console::to_json(workbench::to_node(compared)));
  co_return told;
}

Task<Result<Json>> Reload::preview(std::string client, std::string instance, std::string from, int last) {
  if (!client.empty() && !serving_.clients.contains(client)) co_return Error(Code::not_found, "no client " + client);
  if (!from.empty() && instance.empty()) co_return Error(Code::invalid_argument, "`from` is a version of one instance: say which");
  auto waiting = turn();
  co_await std::move(waiting);
  auto looking = look();
  auto seen = co_await std::move(looking);
  end_turn();
  Json instances = Json::array();
  bool differs = false;
  for (const auto& standing : seen.instances) {
    if ((!client.empty() && standing.client != client) || (!instance.empty() && standing.instance != instance)) continue;
    auto comparing = preview_of(standing, from, last);
    auto one = co_await std::move(comparing);
    if (!one) co_return one.error();
    differs = differs || one->value("differs", false) || (*one)["state"] == "broken";
    instances.push_back(std::move(*one));
  }
  if (instances.empty()) co_return Error(Code::not_found, "no instance " + client + (instance.empty() ? "" : "/" + instance));
  co_return Json{{"differs", differs}, {"last", last}, {"instances", std::move(instances)}};
}

}  // namespace mlc::app
