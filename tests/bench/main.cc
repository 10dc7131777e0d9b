// ml-connector-bench w1|w3|w4|w5: one workload a run; tests/bench/run.sh builds and calls it.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

#include "tests/bench/machine.h"
#include "tests/bench/workloads.h"

int main(int count, char** arguments) {
  const std::string workload = count > 1 ? arguments[1] : "";
  const std::string program = count > 2 ? arguments[2] : "build/ml-connector";
  const int size = count > 3 ? std::atoi(arguments[3]) : 0;
  try {
    std::printf("machine: %s\n", mlc::bench::machine_facts(".").c_str());
    if (workload == "w1") mlc::bench::signed_intake(program, size > 0 ? size : 60'000);
    else if (workload == "w3") mlc::bench::durable_steps(size > 0 ? size : 20'000);
    else if (workload == "w4") mlc::bench::idle_cost(program, size > 0 ? size : 10'000);
    else if (workload == "w5") mlc::bench::fast_orders(program, "tests/bench/orders/workspace", size > 0 ? size : 5'000);
    else {
      std::fprintf(stderr, "usage: ml-connector-bench w1|w3|w4|w5 [PROGRAM [SIZE]]\n");
      return 2;
    }
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
  return 0;
}
