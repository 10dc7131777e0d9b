// What may run and what may leave: pause and resume (C19), shadow and live (C13), and the hold of a restored
// installation (G14). Durable in Table::pauses and Table::instances; read once at start, then kept in step by whoever
// commits a change. Executor's thread.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/task.h"
#include "runtime/store/store.h"

namespace mlc::engine {

struct Mode {
  bool live = false;
  WallTime start{};  // nothing older makes a document
};

// Of an installation that a backup was restored into. What happened between the two moments only the remotes know.
struct Restored {
  WallTime at{};     // of the restore
  WallTime taken{};  // of the newest thing that the backup holds
  std::string file;
};
std::pair<store::Table, store::Row> restored_row(const Restored& restored);
Task<Result<std::optional<Restored>>> restored_of(store::Store& store);  // nullopt: nothing was ever restored here

class Doors {
 public:
  // Reads rows; makes a row (shadow) for instances that have none. `instances`: (client, name).
  Task<Status> load(store::Store& store, std::vector<std::pair<std::string, std::string>> instances, WallTime now);

  Mode mode(const std::string& client, const std::string& instance) const;
  // The nearest door that is shut for this flow ("" = open): "paused acme/shop_nl" or "held after a restore".
  std::string shut(const std::string& client, const std::string& instance, const std::string& flow) const;
  // For ClaimRequest::held.
  std::vector<std::string> held(const std::vector<std::string>& clients) const;
  std::vector<std::string> paused() const;
  bool holds(const std::string& client) const;  // after a restore; of everything until load() has ended
  const std::optional<Restored>& restored() const { return restored_; }
  // While a person arms this client its open effects are looked up: reads may ask for tokens, nothing else moves.
  void set_arming(const std::string& client, bool arming);
  bool may_ask(const std::string& client) const { return !holds(client) || arming_.contains(client); }

  // Rows for a Change; apply() after it is committed.
  static std::pair<store::Table, store::Row> mode_row(const std::string& client, const std::string& instance, Mode mode);
  static std::string pause_key(const std::string& client, const std::string& instance, const std::string& flow);
  std::pair<store::Table, store::Row> pause_row(const std::string& key, const std::string& actor) const;
  std::pair<store::Table, store::Row> arm_row(const std::string& client) const;  // "" = all
  void set_mode(const std::string& client, const std::string& instance, Mode mode) { modes_[client + "/" + instance] = mode; }
  void set_paused(const std::string& key, bool paused);
  void set_armed(const std::string& client);

 private:
  std::map<std::string, Mode> modes_;
  std::set<std::string> paused_;  // "client[/instance[/flow]]"
  std::string incarnation_;
  std::string armed_all_;  // incarnation that was armed
  std::map<std::string, std::string> armed_;
  std::optional<Restored> restored_;
  std::set<std::string> arming_;
};

}  // namespace mlc::engine
