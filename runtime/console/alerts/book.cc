#include "runtime/console/alerts/book.h"

#include <nlohmann/json.hpp>

namespace mlc::console {
namespace {

using Json = nlohmann::ordered_json;

// What the store should have of it; the rest changes at every look.
bool differs(const Condition& a, const Condition& b) {
  return a.severity != b.severity || a.stage != b.stage || a.sentence != b.sentence || a.fix != b.fix || a.count != b.count ||
         a.case_id != b.case_id || a.grant != b.grant || a.concern != b.concern || a.client != b.client || a.solved != b.solved;
}

}  // namespace

std::string Alert::row() const {
  Json json = {{"key", condition.key},
               {"kind", condition.kind},
               {"client", condition.client},
               {"concern", condition.concern},
               {"severity", static_cast<int>(condition.severity)},
               {"stage", condition.stage},
               {"sentence", condition.sentence},
               {"fix", condition.fix},
               {"solved", condition.solved},
               {"grant", condition.grant},
               {"case", condition.case_id},
               {"count", condition.count},
               {"opened", to_micros(opened)},
               {"told", to_micros(told)},
               {"ended", to_micros(ended)},
               {"times", times},
               {"told_stage", told_stage},
               {"told_to", told_to}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Alert> Alert::from_row(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Alert alert;
  auto& condition = alert.condition;
  condition.key = json.value("key", "");
  condition.kind = json.value("kind", "");
  condition.client = json.value("client", "");
  condition.concern = json.value("concern", "operator");
  condition.severity = json.value("severity", 0) == 1 ? Severity::critical : Severity::warning;
  condition.stage = json.value("stage", 0);
  condition.sentence = json.value("sentence", "");
  condition.fix = json.value("fix", "");
  condition.solved = json.value("solved", "");
  condition.grant = json.value("grant", "");
  condition.case_id = json.value("case", int64_t{0});
  condition.count = json.value("count", int64_t{0});
  alert.opened = from_micros(json.value("opened", int64_t{0}));
  alert.told = from_micros(json.value("told", int64_t{0}));
  alert.ended = from_micros(json.value("ended", int64_t{0}));
  alert.times = json.value("times", 0);
  alert.told_stage = json.value("told_stage", 0);
  for (const auto& each : json.value("told_to", Json::array()))
    if (each.is_string()) alert.told_to.insert(each.get<std::string>());
  if (condition.key.empty()) return std::nullopt;
  return alert;
}

void AlertBook::observe(const Observed& observed, WallTime now) {
  for (const auto& condition : observed.conditions) {
    auto [at, fresh] = alerts_.try_emplace(condition.key);
    auto& alert = at->second;
    if (fresh) {
      alert.opened = now;
    } else if (!alert.open()) {
      // Its end was not told yet: it has not ended.
      alert.ended = {};
    }
    if (fresh || differs(alert.condition, condition)) changed_.insert(condition.key);
    alert.condition = condition;
    alert.seen = now;
  }
  for (auto at = alerts_.begin(); at != alerts_.end();) {
    auto& alert = at->second;
    if (alert.seen == WallTime{}) alert.seen = now;  // of a former process
    if (!alert.open() || now - alert.seen < kSettles || observed.unknown.contains(alert.condition.kind)) {
      if (observed.unknown.contains(alert.condition.kind)) alert.seen = now;
      ++at;
      continue;
    }
    changed_.insert(at->first);
    if (alert.times == 0) {
      at = alerts_.erase(at);  // nobody heard of it
      continue;
    }
    alert.ended = now;
    ++at;
  }
}

std::vector<AlertBook::Due> AlertBook::due(WallTime now, Duration remind) const {
  std::vector<Due> list;
  for (const auto& [key, alert] : alerts_) {
    if (!alert.open()) list.push_back({What::ended, alert.ended, alert});
    else if (alert.seen != now) continue;  // perhaps it ends
    else if (alert.times == 0) list.push_back({What::opened, alert.opened, alert});
    else if (alert.condition.stage > alert.told_stage) list.push_back({What::worse, now, alert});
    else if (now - alert.told >= remind) list.push_back({What::still, alert.told + remind, alert});
  }
  return list;
}

void AlertBook::told(const std::string& key, const std::set<std::string>& to, WallTime now) {
  const auto at = alerts_.find(key);
  if (at == alerts_.end()) return;
  changed_.insert(key);
  if (!at->second.open()) {
    alerts_.erase(at);
    return;
  }
  at->second.told = now;
  ++at->second.times;
  at->second.told_stage = at->second.condition.stage;
  at->second.told_to.insert(to.begin(), to.end());
}

size_t AlertBook::open(Severity least) const {
  size_t count = 0;
  for (const auto& [key, alert] : alerts_) count += alert.open() && alert.condition.severity >= least;
  return count;
}

AlertBook::Rows AlertBook::changed() {
  Rows rows;
  for (const auto& key : changed_) {
    const auto at = alerts_.find(key);
    if (at == alerts_.end()) rows.drop.push_back(key);
    else rows.put.emplace_back(key, at->second.row());
  }
  changed_.clear();
  return rows;
}

void AlertBook::not_saved(const Rows& rows) {
  for (const auto& [key, row] : rows.put) changed_.insert(key);
  changed_.insert(rows.drop.begin(), rows.drop.end());
}

}  // namespace mlc::console
