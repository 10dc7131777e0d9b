// W4: what a runtime costs that has nothing to do. `serve` with one client and with many generated ones, each with one
// instance of the shipped integration; the second start of each, when the clients' keys exist.
#include <cstdio>

#include "tests/bench/installation.h"
#include "tests/bench/workloads.h"

namespace mlc::bench {
namespace {

Memory measure(const std::string& program, int clients) {
  const WorkFolder folder("bench-w4");
  Installation installation(program, folder.path(), clients);
  const double first = installation.start();
  installation.stop();
  const double again = installation.start();
  const auto memory = installation.memory();
  installation.stop();
  std::printf("%6d clients: ready after %8.0f ms (first start %8.0f ms), %7lld KiB resident, %7lld KiB of it anonymous\n", clients,
              again * 1000, first * 1000, static_cast<long long>(memory.resident_kib), static_cast<long long>(memory.anonymous_kib));
  std::fflush(stdout);
  return memory;
}

}  // namespace

void idle_cost(const std::string& program, int clients) {
  const auto one = measure(program, 1);
  const auto some = measure(program, clients / 10);
  const auto all = measure(program, clients);
  const auto each = [&](const Memory& memory, int count) {
    return static_cast<double>(memory.anonymous_kib - one.anonymous_kib) / static_cast<double>(count - 1);
  };
  if (clients >= 20)
    std::printf("one idle client with its instance: %.1f KiB (of %d), %.1f KiB (of %d)\n", each(some, clients / 10), clients / 10,
                each(all, clients), clients);
}

}  // namespace mlc::bench
