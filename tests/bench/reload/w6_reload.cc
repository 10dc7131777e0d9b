// W6: from a save to the version being live, with the shipped integration and traffic: a client's layer is saved again and
// again, each time with another text, while the shop delivers. Timed from before the write until the admin API names a
// new live version; asked some milliseconds apart, so that much is added.
//   ml-connector-bench-w6 [SAVES]
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "tests/bench/machine.h"
#include "tests/system/harness.h"

namespace {

using namespace mlc::bench;
using namespace mlc::system_test;

void check(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

}  // namespace

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  const int saves = count > 1 ? std::atoi(arguments[1]) : 60;
  std::printf("machine: %s\n", machine_facts(".").c_str());
  World world({.scale = 1});
  world.make_ready();
  world.control("exact_online", "switches", {{"minute_limit", 100'000}, {"day_limit", 1'000'000}});
  const std::string layer = world.workspace() + "/clients/acme/shop_nl/invoice.lua";
  std::filesystem::create_directories(std::filesystem::path(layer).parent_path());
  const std::string versions = "/api/v1/clients/acme/instances/shop_nl/versions";
  std::string live = world.admin("GET", versions).json()["version"];

  std::vector<uint32_t> micros, asked, inside;
  int orders = 0;
  for (int save = 0; save < saves; ++save) {
    if (save % 5 == 0) {
      world.seed({{"orders", 1}, {"kinds", {"registered"}}});
      ++orders;
    }
    const Stopwatch ask;
    world.admin("GET", versions);
    asked.push_back(static_cast<uint32_t>(ask.seconds() * 1e6));
    const Stopwatch watch;
    write_file(layer + ".new", "local order, invoice = layer \"invoice\"\ninvoice.Remarks = \"save " + std::to_string(save) + "\"\n");
    std::filesystem::rename(layer + ".new", layer);
    std::string now = live;
    while (now == live) {
      check(watch.seconds() < 60, "the save was not live within a minute");
      now = world.admin("GET", versions).json()["version"];
    }
    micros.push_back(static_cast<uint32_t>(watch.seconds() * 1e6));
    inside.push_back(world.status()["reload"]["milliseconds"].get<uint32_t>() * 1000);
    live = now;
  }
  check(world.comes_to_rest(Seconds(300)), "the orders did not come to rest");
  const auto differences = world.differences();
  for (const auto& difference : differences) std::printf("DIFFERENCE %s\n", difference.c_str());
  const auto print = [](const char* what, std::vector<uint32_t> values) {
    const auto times = percentiles(std::move(values));
    std::printf("%-58s p50 %.1f ms  p99 %.1f ms  most %.1f ms\n", what, times.p50, times.p99, times.most);
  };
  print("bound: asking the admin API once", asked);
  print("save to live", micros);
  print("of it, from the quiet time's end: compile, check, commit", inside);
  std::printf("%d saves, %d orders, %zu lost or doubled\n", saves, orders, differences.size());
  return differences.empty() ? 0 : 1;
}
