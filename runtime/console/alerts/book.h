// Which conditions stand since when and what was said about them: each is told once, again after `remind` at most, at
// once when it gets worse, and once more when it has ended. Pure but for what it remembers; the rows it gives are durable
// when their Change is (Table::alerts). Owned by Alerts; executor's thread.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/console/alerts/condition.h"

namespace mlc::console {

struct Alert {
  Condition condition;
  WallTime opened{}, seen{}, told{}, ended{};  // ended: epoch while it holds
  int times = 0;                               // told
  int told_stage = 0;
  std::set<std::string> told_to;  // destinations

  bool open() const { return ended == WallTime{}; }
  std::string row() const;  // JSON
  static std::optional<Alert> from_row(const std::string& json);
};

class AlertBook {
 public:
  // What has not been seen for so long has ended: a condition that comes and goes within it is one.
  static constexpr Duration kSettles = std::chrono::minutes(3);

  enum class What { opened, worse, still, ended };

  void restore(Alert alert) { alerts_[alert.condition.key] = std::move(alert); }
  void observe(const Observed& observed, WallTime now);

  struct Due {
    What what;
    WallTime since;  // it has been worth telling
    Alert alert;
  };
  // What is to be told now, by key.
  std::vector<Due> due(WallTime now, Duration remind) const;
  void told(const std::string& key, const std::set<std::string>& to, WallTime now);

  const std::map<std::string, Alert>& all() const { return alerts_; }
  size_t open(Severity least) const;

  // Keys that differ from what the store has, for the next Change; forgets that they do.
  struct Rows {
    std::vector<std::pair<std::string, std::string>> put;  // key, JSON
    std::vector<std::string> drop;
  };
  Rows changed();
  void not_saved(const Rows& rows);

 private:
  std::map<std::string, Alert> alerts_;
  std::set<std::string> changed_;
};

}  // namespace mlc::console
