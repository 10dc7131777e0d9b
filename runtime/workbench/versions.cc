#include "runtime/workbench/versions.h"

#include <utility>

#include "runtime/base/offload.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::workbench {
namespace {

using document::Document;
using document::Node;

constexpr std::string_view kLive = "live/";
constexpr size_t kHistory = 50;
constexpr size_t kRowsInCommit = 500;  // a manifest has some ten kilobytes

std::string encode(const LiveVersion& live) {
  Node history = Node::array();
  for (const auto& one : live.history) {
    Node entry = Node::object();
    entry.set("version", one.version).set("at", to_micros(one.at)).set("by", one.by).set("how", one.how);
    history.push(std::move(entry));
  }
  Node all = Node::object();
  all.set("version", live.version).set("held_back", live.held_back).set("history", std::move(history));
  return document::write(all);
}

Result<LiveVersion> decode(const std::string& json) {
  auto parsed = Document::parse(json);
  if (!parsed) return parsed.error();
  LiveVersion live;
  live.version = std::string(parsed->root().get("version").text());
  live.held_back = std::string(parsed->root().get("held_back").text());
  for (auto entry : parsed->root().get("history").items())
    live.history.push_back({std::string(entry.get("version").text()), from_micros(entry.get("at").integer().value_or(0)),
                            std::string(entry.get("by").text()), std::string(entry.get("how").text())});
  return live;
}

}  // namespace

Task<Status> Versions::load() {
  auto rows = co_await store_.list(store::Table::scripts, std::string(kLive));
  if (!rows) co_return rows.error();
  for (const auto& row : *rows) {
    auto live = decode(row.value);
    if (!live) co_return live.error().wrap("the store's row " + row.key);
    stored_.insert(script::version_row(live->version));
    live_[row.key.substr(kLive.size())] = std::move(*live);
  }
  co_return ok_status();
}

const LiveVersion* Versions::find(const std::string& client, const std::string& instance) const {
  const auto found = live_.find(client + "/" + instance);
  return found == live_.end() ? nullptr : &found->second;
}

Task<Status> Versions::activate(std::vector<Change> changes, std::vector<ProgramPtr> programs) {
  const WallTime now = env_.clock->wall();
  // Rows in commits of a size that others can wait for; the live versions in the last one, when all they need is there.
  store::Change change;
  std::set<std::string> put;
  for (const auto& program : programs) {
    // A version's own row is written with all of its files or after them: where it stands, they do.
    const std::string manifest = script::version_row(program->instance.version);
    if (stored_.contains(manifest) || put.contains(manifest)) continue;
    auto there = co_await store_.get(store::Table::scripts, manifest);
    if (!there) co_return there.error();
    put.insert(manifest);
    if (*there) continue;
    for (const auto& [name, file] : program->files()) {
      const std::string key = script::file_row(file.file->hash);
      if (stored_.contains(key) || !put.insert(key).second) continue;
      auto known = co_await store_.get(store::Table::scripts, key);
      if (!known) co_return known.error();
      if (!*known) change.put.emplace_back(store::Table::scripts, store::Row{key, file.file->text, now});
    }
    change.put.emplace_back(store::Table::scripts, store::Row{manifest, program->manifest(), now});
    if (change.put.size() < kRowsInCommit) continue;
    auto committed = co_await store_.commit(std::exchange(change, {}));
    if (!committed) co_return committed.error();
  }
  std::map<std::string, LiveVersion> next;
  for (const auto& one : changes) {
    const std::string key = one.client + "/" + one.instance;
    auto known = live_.find(key);
    LiveVersion live = known == live_.end() ? LiveVersion{} : known->second;
    live.held_back = one.held_back;
    if (live.version != one.version) {
      const std::string before = live.version.empty() ? "" : ", was " + live.version;
      live.version = one.version;
      live.history.insert(live.history.begin(), {one.version, now, one.by, one.how});
      if (live.history.size() > kHistory) live.history.resize(kHistory);
      change.audit.push_back({one.client, one.by, "script.live", one.instance + " " + one.version, one.how + before});
    }
    change.put.emplace_back(store::Table::scripts, store::Row{std::string(kLive) + key, encode(live), now});
    next[key] = std::move(live);
  }
  if (!change.put.empty()) {
    auto committed = co_await store_.commit(std::move(change));
    if (!committed) co_return committed.error();
  }
  stored_.merge(put);
  for (auto& [key, live] : next) live_[key] = std::move(live);
  co_return ok_status();
}

Task<Result<std::string>> Versions::row(std::string key) {
  auto found = co_await store_.get(store::Table::scripts, key);
  if (!found) co_return found.error();
  if (!*found) co_return Error(Code::not_found, "the store has no " + key);
  co_return std::move((*found)->value);
}

Task<Result<ProgramPtr>> Versions::restore(std::string version) {
  const std::string name = script::version_row(version);
  auto manifest = co_await row(name);
  if (!manifest) co_return Error(Code::not_found, "there is no script version " + version);
  auto keys = script::rows_of_manifest(*manifest);
  if (!keys) co_return keys.error();
  auto rows = std::make_shared<std::map<std::string, std::string>>();
  for (const auto& key : *keys) {
    if (rows->contains(key)) continue;
    auto content = co_await row(key);
    if (!content) co_return content.error().wrap("script version " + version);
    (*rows)[key] = std::move(*content);
  }
  (*rows)[name] = std::move(*manifest);
  std::function<Result<ProgramPtr>()> build = [host = &host_, version, rows] {
    return script::restore_program(*host, version, [rows](const std::string& key) -> Result<std::string> {
      auto found = rows->find(key);
      if (found == rows->end()) return Error(Code::not_found, "the store has no " + key);
      return found->second;
    });
  };
  auto restoring = offload<Result<ProgramPtr>>(workers_, *env_.executor, std::move(build));
  co_return co_await std::move(restoring);
}

Result<std::string> Versions::full_name(const std::string& client, const std::string& instance, const std::string& beginning) const {
  const auto* live = find(client, instance);
  if (live == nullptr) return Error(Code::not_found, "nothing of " + client + "/" + instance + " was ever live");
  std::set<std::string> fitting;
  for (const auto& one : live->history)
    if (one.version.compare(0, beginning.size(), beginning) == 0) fitting.insert(one.version);
  if (fitting.size() == 1) return *fitting.begin();
  const std::string what = client + "/" + instance + " has " + (fitting.empty() ? "no" : "more than one") + " version " + beginning;
  return Error(fitting.empty() ? Code::not_found : Code::invalid_argument,
               what + "; see: ml-connector versions " + client + " " + instance);
}

}  // namespace mlc::workbench
