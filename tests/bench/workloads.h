// The workloads of the design's table of figures, one call each. `program` is the built ml-connector, where one is run.
#pragma once
#include <string>

namespace mlc::bench {

void signed_intake(const std::string& program, int messages);  // W1
void durable_steps(int steps);                                 // W3
// W5 against a mock that answers at once; `files`: its workspace.
void fast_orders(const std::string& program, const std::string& files, int orders);
void idle_cost(const std::string& program, int clients);  // W4

}  // namespace mlc::bench
