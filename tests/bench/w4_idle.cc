// W4: what a runtime costs that has nothing to do. `serve` with one client and with many generated ones, each with its own
// connections, settings and instance of the shipped integration; the second start of each, when the clients' keys exist.
#include <cstdio>

#include "tests/bench/installation.h"
#include "tests/bench/workloads.h"

namespace mlc::bench {
namespace {

constexpr int kInstances = 4;

Memory measure(const std::string& program, int clients, int instances) {
  const WorkFolder folder("bench-w4");
  Installation installation(program, folder.path(), clients, instances);
  const double first = installation.start();
  installation.stop();
  const double again = installation.start();
  const auto memory = installation.memory();
  installation.stop();
  std::printf("%6d clients, %d instances each: ready after %6.0f ms (first start %6.0f ms), %7lld KiB resident, %7lld KiB of it its own\n",
              clients, instances, again * 1000, first * 1000, static_cast<long long>(memory.resident_kib),
              static_cast<long long>(memory.anonymous_kib));
  std::fflush(stdout);
  return memory;
}

}  // namespace

void idle_cost(const std::string& program, int clients) {
  const auto one = measure(program, 1, 1);
  const auto some = measure(program, clients / 10, 1);
  const auto several = measure(program, clients / 10, kInstances);
  const auto all = measure(program, clients, 1);
  const auto each = [&](const Memory& memory, int count) {
    return static_cast<double>(memory.anonymous_kib - one.anonymous_kib) / static_cast<double>(count - 1);
  };
  if (clients >= 20)
    std::printf("an idle client with two connections and an instance: %.1f KiB (of %d); one instance more: %.1f KiB\n", each(all, clients),
                clients, static_cast<double>(several.anonymous_kib - some.anonymous_kib) / ((kInstances - 1.0) * (clients / 10)));
}

}  // namespace mlc::bench
