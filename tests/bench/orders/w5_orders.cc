// W5: webhook to posted invoice with the shipped integration, against the sandbox with its limits switched off. The shop
// signs and delivers, the flow reads order, lines, addresses and customer, makes account, address and invoice, and reads the
// invoice back. The sandbox is Lua on the same cores, so its own CPU time is printed beside ours.
//   ml-connector-bench-w5 [ORDERS]
#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/bench/machine.h"
#include "tests/source_dir.h"
#include "tests/system/harness.h"

namespace {

using namespace mlc::bench;
using namespace mlc::system_test;

// The quick start's workspace without limits of its own: what is measured here is the program, not the remotes' quotas.
std::string unlimited_workspace(const std::string& folder) {
  const std::string copy = folder + "/workspace";
  std::filesystem::copy(mlc::test::source_dir() + "/examples/clients/quickstart", copy, std::filesystem::copy_options::recursive);
  const std::string file = copy + "/clients/acme/client.lua";
  std::string text = read_file(file);
  const std::string limits = "limits = { { in_flight = 32, scope = {} } }, ";
  text = replaced(text, "store_hash = \"@STORE_HASH@\",", limits + "store_hash = \"@STORE_HASH@\",");
  text = replaced(text, "grant = \"exact_nl\",", limits + "grant = \"exact_nl\",");
  write_file(file, text);
  return copy;
}

double cpu_seconds(pid_t process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/stat");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

struct Done {
  std::vector<uint32_t> micros;
  int64_t first = INT64_MAX, last = 0;
  int64_t exchanges = 0;
};

// From the store, after serve has ended: received and ended are the program's own times of the event and its job.
Done read_jobs(const std::string& file, int64_t after) {
  Done done;
  sqlite3* db = nullptr;
  sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
  sqlite3_stmt* query = nullptr;
  sqlite3_prepare_v2(db,
                     "SELECT e.received, j.ended, (SELECT count(*) FROM journal WHERE job=j.id AND kind=6) FROM jobs j JOIN events e ON "
                     "e.id=j.event WHERE j.state=3 AND j.done_as=1 AND e.received>?",
                     -1, &query, nullptr);
  sqlite3_bind_int64(query, 1, after);
  while (sqlite3_step(query) == SQLITE_ROW) {
    const int64_t received = sqlite3_column_int64(query, 0), ended = sqlite3_column_int64(query, 1);
    done.micros.push_back(static_cast<uint32_t>(ended - received));
    done.first = std::min(done.first, received);
    done.last = std::max(done.last, ended);
    done.exchanges += sqlite3_column_int64(query, 2);
  }
  sqlite3_finalize(query);
  sqlite3_close(db);
  return done;
}

void report(const char* what, const Done& done) {
  const auto times = percentiles(done.micros);
  const double seconds = static_cast<double>(done.last - done.first) / 1e6;
  std::printf("%-34s %6zu posted in %7.2f s = %7.1f /s   p50 %.1f ms  p99 %.1f ms   %.1f remote calls each\n", what, done.micros.size(),
              seconds, static_cast<double>(done.micros.size()) / seconds, times.p50, times.p99,
              static_cast<double>(done.exchanges) / static_cast<double>(std::max<size_t>(1, done.micros.size())));
  std::fflush(stdout);
}

int run(int orders) {
  const WorkFolder folder("bench-w5");
  setenv("TMPDIR", folder.path().c_str(), 1);
  World::Options options;
  options.scale = 1;
  options.workspace = unlimited_workspace(folder.path());
  World world(options);
  const int64_t none = 1'000'000'000;
  world.control("bigcommerce", "switches", {{"quota", none}, {"delay_seconds", 0}});
  world.control("exact_online", "switches", {{"minute_limit", none}, {"day_limit", none}, {"errors_an_hour", none}});
  world.make_ready();

  const auto measure = [&](const char* what, int count, bool one_by_one) {
    if (!world.server().running()) world.start();
    const int64_t began =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    const double cpu = cpu_seconds(world.server().pid());
    const auto ended = [&] {
      const Json equation = world.status()["equation"];
      return equation.is_object() ? equation["done"].get<int64_t>() + equation["dead"].get<int64_t>() : 0;
    };
    const int64_t before = ended();
    // Whatever is parked keeps `ended` below its goal, and the time limit then says so.
    const auto wait_for = [&](int64_t goal, double patience) {
      return eventually(Seconds(patience), [&] { return ended() >= before + goal; }) && world.comes_to_rest(Seconds(30));
    };
    const Json kinds = Json::array({"registered"});
    bool rested = true;
    if (one_by_one) {
      for (int i = 1; i <= count && rested; ++i) {
        world.seed({{"orders", 1}, {"kinds", kinds}});
        rested = wait_for(i, 30);
      }
    } else {
      world.seed({{"orders", count}, {"kinds", kinds}});
      rested = wait_for(count, 600);
    }
    const double used = cpu_seconds(world.server().pid()) - cpu;
    const auto memory = memory_of(world.server().pid());
    world.stop();
    report(what, read_jobs(world.workspace() + "/state/store.db", began));
    std::printf("%-34s CPU of serve %.2f s (%.2f ms an order), %lld KiB resident%s\n", "", used, used * 1000 / count,
                static_cast<long long>(memory.resident_kib), rested ? "" : "   NOT ALL CAME TO REST");
  };
  measure("warming up", 20, false);
  measure("idle, one order after another", 30, true);
  measure("all orders at once", orders, false);
  const auto differences = world.differences();
  for (const auto& difference : differences) std::printf("DIFFERENCE: %s\n", difference.c_str());
  return differences.empty() ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  std::printf("machine: %s\n", machine_facts(".").c_str());
  const int orders = count > 1 ? std::atoi(arguments[1]) : 300;
  return run(orders);
}
