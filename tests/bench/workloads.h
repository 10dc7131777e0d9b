// The workloads of the design's table of figures, one call each. `program` is the built ml-connector, where one is run.
#pragma once
#include <string>

namespace mlc::bench {

void signed_intake(const std::string& program, int messages);  // W1
void durable_steps(int steps);                                 // W3
void idle_cost(const std::string& program, int clients);       // W4

}  // namespace mlc::bench
