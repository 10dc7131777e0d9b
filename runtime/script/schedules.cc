#include "runtime/script/schedules.h"

#include <algorithm>

#include "runtime/mapping/position.h"
#include "runtime/script/lua.h"

namespace mlc::script {
namespace {

constexpr Duration kShortest = std::chrono::minutes(1), kDay = std::chrono::hours(24);

bool is_time_of_day(std::string_view text) {
  const auto digit = [&](size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  return text.size() == 5 && text[2] == ':' && digit(0) && digit(1) && digit(3) && digit(4) && text.substr(0, 2) < "24" &&
         text.substr(3) < "60";
}

bool has_times(const engine::Trigger& trigger) { return trigger.kind != engine::Trigger::Kind::webhook; }

// A poll at a time of day has a day between its rounds.
Status set_times(engine::Flow& flow, const std::string& text) {
  std::string at;
  Duration every{};
  if (is_time_of_day(text)) {
    at = text;
  } else {
    auto span = parse_duration(text);
    if (!span)
      return Error(Code::config,
                   "expected a time between two rounds as \"5m\" or \"1h\", or a time of day as \"18:00\", found \"" + text + "\"");
    if (*span < kShortest || *span > kDay) return Error(Code::config, "\"" + text + "\" is not between 1m and 24h");
    every = *span;
  }
  bool any = false;
  for (auto& trigger : flow.triggers) {
    if (!has_times(trigger)) continue;
    any = true;
    trigger.at = at;
    trigger.every = at.empty() ? every : trigger.kind == engine::Trigger::Kind::poll ? kDay : Duration{};
  }
  if (!any) return Error(Code::config, "it has neither a poll nor a schedule");
  return ok_status();
}

std::string text_of(const engine::Trigger& trigger) {
  if (!trigger.at.empty()) return trigger.at;
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(trigger.every).count()) + "s";
}

}  // namespace

engine::Flows with_schedule(const engine::Flows& flows, document::Value schedule, std::vector<ScheduleFault>& faults) {
  engine::Flows made;
  std::vector<std::string> names;
  for (engine::Flow flow : flows) {
    names.push_back(flow.name);
    if (auto wanted = schedule.get(flow.name); wanted) {
      auto set = set_times(flow, std::string(wanted.text()));
      if (!set) faults.push_back({flow.name, "schedule." + flow.name + ": " + set.error().message()});
    }
    made.push_back(std::move(flow));
  }
  for (auto wanted : schedule.fields()) {
    const std::string name(wanted.key);
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const auto close = mapping::closest(name, names);
    faults.push_back({name, "schedule: there is no flow " + name + (close.empty() ? "" : "; did you mean " + close + "?")});
  }
  return made;
}

document::Node schedule_of(const engine::Flows& own, const engine::Flows& base) {
  auto node = document::Node::object();
  auto usual = base.begin();
  for (const auto& flow : own) {
    if (usual == base.end() || usual->name != flow.name) break;
    for (size_t i = 0; i < flow.triggers.size(); ++i) {
      const auto &mine = flow.triggers[i], &theirs = usual->triggers[i];
      if (has_times(mine) && (mine.at != theirs.at || mine.every != theirs.every)) node.set(flow.name, text_of(mine));
    }
    ++usual;
  }
  return node;
}

}  // namespace mlc::script
