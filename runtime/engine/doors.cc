#include "runtime/engine/doors.h"

#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::engine {
namespace {

constexpr std::string_view kPause = "pause/";
constexpr std::string_view kArmed = "armed/";
constexpr std::string_view kRestored = "restored";

}  // namespace

std::pair<store::Table, store::Row> restored_row(const Restored& restored) {
  auto value = document::Node::object();
  value.set("at", to_micros(restored.at)).set("taken", to_micros(restored.taken)).set("file", restored.file);
  return {store::Table::pauses, {std::string(kRestored), document::write(value), restored.at}};
}

Task<Result<std::optional<Restored>>> restored_of(store::Store& store) {
  auto row = co_await store.get(store::Table::pauses, std::string(kRestored));
  if (!row) co_return row.error();
  if (!*row) co_return std::optional<Restored>();
  auto value = document::Document::parse((*row)->value);
  if (!value) co_return value.error().wrap("the mark of the restore");
  const auto root = value->root();
  co_return std::optional<Restored>(Restored{from_micros(root.get("at").integer().value_or(0)),
                                             from_micros(root.get("taken").integer().value_or(0)), std::string(root.get("file").text())});
}

std::pair<store::Table, store::Row> Doors::mode_row(const std::string& client, const std::string& instance, Mode mode) {
  auto value = document::Node::object();
  value.set("mode", mode.live ? "live" : "shadow").set("start", to_micros(mode.start));
  return {store::Table::instances, {client + "/" + instance, document::write(value), {}}};
}

std::string Doors::pause_key(const std::string& client, const std::string& instance, const std::string& flow) {
  std::string key = client;
  if (!instance.empty()) key += "/" + instance;
  if (!flow.empty()) key += "/" + flow;
  return key;
}

std::pair<store::Table, store::Row> Doors::pause_row(const std::string& key, const std::string& actor) const {
  return {store::Table::pauses, {std::string(kPause) + key, actor, {}}};
}

std::pair<store::Table, store::Row> Doors::arm_row(const std::string& client) const {
  return {store::Table::pauses, {std::string(kArmed) + client, incarnation_, {}}};
}

void Doors::set_paused(const std::string& key, bool paused) {
  if (paused) paused_.insert(key);
  else paused_.erase(key);
}

void Doors::set_armed(const std::string& client) {
  if (client.empty()) armed_all_ = incarnation_;
  else armed_[client] = incarnation_;
}

Task<Status> Doors::load(store::Store& store, std::vector<std::pair<std::string, std::string>> instances, WallTime now) {
  auto incarnation = co_await store.incarnation();
  if (!incarnation) co_return incarnation.error();
  incarnation_ = *incarnation;

  auto modes = co_await store.list(store::Table::instances, "");
  if (!modes) co_return modes.error();
  for (const auto& row : *modes) {
    auto value = document::Document::parse(row.value);
    if (!value) co_return value.error().wrap("instance " + row.key);
    Mode mode;
    mode.live = value->root().get("mode").text() == "live";
    mode.start = from_micros(value->root().get("start").integer().value_or(0));
    modes_[row.key] = mode;
  }

  auto restored = co_await restored_of(store);
  if (!restored) co_return restored.error();
  restored_ = std::move(*restored);
  auto rows = co_await store.list(store::Table::pauses, "");
  if (!rows) co_return rows.error();
  paused_.clear();
  bool first_start = !restored_;
  for (const auto& row : *rows) {
    if (row.key.starts_with(kPause)) paused_.insert(row.key.substr(kPause.size()));
    if (!row.key.starts_with(kArmed)) continue;
    const auto client = row.key.substr(kArmed.size());
    if (client.empty()) armed_all_ = row.value, first_start = false;
    else armed_[client] = row.value;
  }

  store::Change change;
  if (first_start) {  // nothing was ever restored over: this installation is its own
    set_armed("");
    change.put.push_back(arm_row(""));
  }
  for (const auto& [client, name] : instances) {
    if (modes_.contains(client + "/" + name)) continue;
    const Mode fresh{false, now};
    modes_[client + "/" + name] = fresh;
    change.put.push_back(mode_row(client, name, fresh));
  }
  if (change.put.empty()) co_return ok_status();
  auto committed = co_await store.commit(std::move(change));
  if (!committed) co_return committed.error();
  co_return ok_status();
}

Mode Doors::mode(const std::string& client, const std::string& instance) const {
  const auto found = modes_.find(client + "/" + instance);
  return found == modes_.end() ? Mode{} : found->second;
}

void Doors::set_arming(const std::string& client, bool arming) {
  if (arming) arming_.insert(client);
  else arming_.erase(client);
}

bool Doors::holds(const std::string& client) const {
  if (incarnation_.empty()) return true;
  if (armed_all_ == incarnation_) return false;
  const auto found = armed_.find(client);
  return found == armed_.end() || found->second != incarnation_;
}

std::string Doors::shut(const std::string& client, const std::string& instance, const std::string& flow) const {
  if (holds(client)) return "held after a restore; `arm " + client + "` lets it go on";
  for (const auto& key : {client, client + "/" + instance, client + "/" + instance + "/" + flow}) {
    if (paused_.contains(key)) return "paused " + key;
  }
  return "";
}

std::vector<std::string> Doors::held(const std::vector<std::string>& clients) const {
  std::vector<std::string> list(paused_.begin(), paused_.end());
  if (armed_all_ == incarnation_) return list;
  for (const auto& client : clients) {
    if (holds(client)) list.push_back(client);
  }
  return list;
}

std::vector<std::string> Doors::paused() const { return {paused_.begin(), paused_.end()}; }

}  // namespace mlc::engine
