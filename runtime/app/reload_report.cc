// What Reload tells and is told by people: versions, approve, rollback, status, metrics.
#include <map>

#include "runtime/app/reload.h"
#include "runtime/base/date.h"

namespace mlc::app {
namespace {

using console::Json;

Json told(const std::vector<script::Problem>& problems) {
  Json list = Json::array();
  for (const auto& one : problems)
    list.push_back({{"file", one.file}, {"line", one.line}, {"column", one.column}, {"sentence", one.sentence}});
  return list;
}

}  // namespace

Status Reload::known(const std::string& client, const std::string& instance) const {
  if (!serving_.clients.contains(client)) return Error(Code::not_found, "no client " + client);
  const std::string key = client + "/" + instance;
  if (!live_.contains(key) && !candidates_.contains(key)) return Error(Code::not_found, "no instance " + key);
  return ok_status();
}

Json Reload::standing(const std::string& client, const std::string& instance) const {
  const std::string key = client + "/" + instance;
  Json all = {{"version", nullptr}, {"state", "live"}};
  if (auto live = live_program(key)) {
    all["version"] = live->instance.version;
    for (auto flow : live->scripts->definition->root().get("flows").fields())
      if (flow.value.get("reprints").as_bool()) all["reprints"].push_back(std::string(flow.key));
  }
  if (const auto* row = versions_.find(client, instance); row != nullptr && !row->history.empty()) {
    all["since"] = format_rfc3339(row->history.front().at);
    all["how"] = row->history.front().how;
    all["by"] = row->history.front().by;
  }
  const auto found = candidates_.find(key);
  if (found == candidates_.end()) return all;
  all["state"] = found->second.state;
  if (found->second.program != nullptr) all["candidate"] = found->second.program->instance.version;
  all["problems"] = told(found->second.problems);
  return all;
}

Task<Result<Json>> Reload::versions(std::string client, std::string instance) {
  auto there = known(client, instance);
  if (!there) co_return there.error();
  store::JobFilter filter;
  filter.client = client;
  filter.instance = instance;
  filter.states.assign({store::JobState::waiting, store::JobState::running, store::JobState::parked});
  filter.limit = 10000;
  auto jobs = co_await parts_.store->jobs(filter);
  if (!jobs) co_return jobs.error();
  std::map<std::string, int64_t> open;
  for (const auto& job : *jobs)
    if (!job.version.empty()) ++open[job.version];

  Json all = {{"client", client}, {"instance", instance}, {"reload", workbench::asks(serving_, client) ? "ask" : "swap"}};
  all.update(standing(client, instance));
  all["versions"] = Json::array();
  const auto* row = versions_.find(client, instance);
  for (size_t i = 0; row != nullptr && i < row->history.size(); ++i) {
    const auto& one = row->history[i];
    all["versions"].push_back({{"version", one.version},
                               {"at", format_rfc3339(one.at)},
                               {"how", one.how},
                               {"by", one.by},
                               {"live", i == 0},
                               {"open_jobs", open[one.version]}});
  }
  co_return all;
}

Task<Result<Json>> Reload::approve(std::string client, std::string instance, std::string version, std::string actor) {
  auto there = known(client, instance);
  if (!there) co_return there.error();
  auto asked = in_turn(Wish{client + "/" + instance, nullptr, version, actor});
  auto done = co_await std::move(asked);
  if (!done) co_return done.error();
  co_return standing(client, instance);
}

Task<Result<Json>> Reload::rollback(std::string client, std::string instance, std::string version, std::string actor) {
  auto there = known(client, instance);
  if (!there) co_return there.error();
  const auto* row = versions_.find(client, instance);
  if (row == nullptr) co_return Error(Code::not_found, "nothing of " + client + "/" + instance + " was ever live");
  std::string wanted;
  if (version.empty()) {
    for (const auto& one : row->history)
      if (wanted.empty() && one.version != row->version) wanted = one.version;
    if (wanted.empty()) co_return Error(Code::not_found, client + "/" + instance + " has no version before the one that is live");
  } else {
    auto full = versions_.full_name(client, instance, version);
    if (!full) co_return full.error();
    wanted = *full;
  }
  if (wanted == row->version) co_return Error(Code::conflict, "version " + wanted.substr(0, 12) + " is what is live");
  auto restoring = versions_.restore(wanted);
  auto program = co_await std::move(restoring);
  if (!program) co_return program.error();
  for (const auto& [role, connections] : (*program)->instance.roles)
    for (const auto& connection : connections)
      if (!directory_->find(client, connection))
        co_return Error(Code::conflict, "version " + wanted.substr(0, 12) + " is bound to connection " + connection + ", which clients/" +
                                            client + "/client.lua does not have any more");
  auto asked = in_turn(Wish{client + "/" + instance, *program, "", actor});
  auto done = co_await std::move(asked);
  if (!done) co_return done.error();
  co_return standing(client, instance);
}

Task<Result<Json>> Reload::reload() {
  auto asked = in_turn(std::nullopt);
  auto done = co_await std::move(asked);
  if (!done) co_return done.error();
  co_return report();
}

Json Reload::report() const {
  Json restart = restart_;
  if (restart.is_null()) restart = Json::array();
  Json all = {{"ok", ok_},         {"failed", failed_}, {"last", nullptr}, {"milliseconds", nullptr}, {"problems", told(problems_)},
              {"restart", restart}};
  if (last_ != WallTime{}) {
    all["last"] = format_rfc3339(last_);
    all["milliseconds"] = took_.count() / 1000;
  }
  return all;
}

std::vector<engine::Metric> Reload::metrics() const {
  std::vector<engine::Metric> list;
  list.push_back({"reloads_total", {{"result", "ok"}}, static_cast<double>(ok_), true});
  list.push_back({"reloads_total", {{"result", "failed"}}, static_cast<double>(failed_), true});
  list.push_back({"reload_seconds", {}, std::chrono::duration<double>(took_).count(), false});
  list.push_back({"scripts_waiting", {}, static_cast<double>(candidates_.size()), false});
  for (const auto& [key, program] : live_)
    list.push_back({"script_version_info",
                    {{"client", program->instance.client}, {"instance", program->instance.name}, {"version", program->instance.version}},
                    1,
                    false});
  return list;
}

}  // namespace mlc::app
