// An installation that can be killed and started again: the database file, the remote and the wall clock go on,
// everything else is made anew.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/document/document.h"
#include "runtime/store/sqlite/open.h"
#include "tests/temp_folder.h"
#include "tests/unit/engine/fakes.h"

namespace mlc::engine::testing {

class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void start();  // opens the store and starts an engine; fails the test when it cannot
  void kill();   // everything in memory is gone, in the middle of whatever runs
  void restart() { kill(), start(); }
  // Starts again by itself whenever the crash point was hit, until `done` holds.
  bool run_until(const std::function<bool()>& done, Duration max = std::chrono::hours(3));
  bool settle_down(Duration max = std::chrono::hours(3));  // until no job can run by itself any more

  template <class T>
  T run(Task<T> task) {
    std::optional<T> value;
    spawn<T>(std::move(task), [&](T given) { value.emplace(std::move(given)); });
    loop->run_until([&] { return value.has_value(); }, std::chrono::minutes(10));
    EXPECT_TRUE(value.has_value()) << "the task did not complete";
    return std::move(*value);
  }

  // A delivery as the shop signs it.
  IntakeAnswer deliver(const std::string& body, const std::string& secret = "s3cret-of-the-shop");
  static std::string order_event(const std::string& id, const std::string& topic = "order/updated", const std::string& nonce = "1");
  void order(const std::string& id, const std::string& version, const std::string& amount = "40.00");
  void go_live();

  std::vector<store::Job> jobs();
  store::Job only_job();
  std::vector<store::Effect> effects();
  store::Counts counts();
  bool balances();
  // The journal of a job in one text, without rows and times.
  std::string canonical_journal(store::Id job);

  test::TempFolder temporary;
  const std::string folder = temporary.path();
  WallTime wall = from_micros(1'760'479'083'000'000);
  uint64_t seed = 7;
  RemoteWorld remote;
  std::map<std::string, std::string> secrets;
  std::vector<Instance> instances;
  std::map<std::string, FlowBody> flows;
  Catalog catalog;
  Options options;
  Scope requests;      // deliveries that wait for an answer; a kill cuts them off
  std::string die_at;  // crash point that kills, once
  bool died = false;
  int deaths = 0;

  std::unique_ptr<VirtualLoop> loop;
  std::unique_ptr<SeededRandom> random;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<FakeVault> vault;
  std::unique_ptr<FakeRemote> fake_remote;
  std::function<std::unique_ptr<Runner>(const Environment&)> make_runner;  // unset: flows written in C++
  std::unique_ptr<Runner> runner;
  std::unique_ptr<Engine> engine;
};

// A catalog's comparisons, as many as these name.
ReconcileSpecs listed(std::vector<ReconcileSpec> specs);

// The flow most tests use: reads the order, sends the invoice by the operation that `kind_operation` names.
extern std::string kind_operation;
Task<RunEnd> order_to_invoice(HostPtr host, RunInput input);

}  // namespace mlc::engine::testing
