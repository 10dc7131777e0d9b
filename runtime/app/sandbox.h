// `sandbox`: the simulated systems on loopback, with a certificate authority of their own.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "runtime/base/result.h"

namespace mlc::app {

struct SandboxOptions {
  std::string share;
  std::string workspace = ".";    // its scripts/sandbox/<name>/ are simulated systems too
  std::vector<std::string> only;  // names of systems; empty = all
  int64_t seed = 1;
  std::string address = "127.0.0.1";
  uint16_t port = 0;  // of the first system; the others take the next or any free one
  std::string state;  // folder for ca.pem, certificates and the clock; "" = a new one under the temporary folder
  std::string clock;  // clock file; "" = <state>/clock.json
  double scale = 1;   // virtual seconds in a real one, when the clock file is made
};

// Serves until a signal. `announce` gets the one JSON line when everything listens.
Status run_sandbox(const SandboxOptions& options, std::function<void(const std::string& line)> announce);

}  // namespace mlc::app
