// What does not run because its files are broken, and why: people are told that instead of "no client".
#pragma once
#include <string>
#include <vector>

#include "runtime/console/services.h"

namespace mlc::console {

struct LeftOut {
  std::string client;
  std::string why;  // the first fault of its client.lua, with file and line
};

// Clients whose client.lua was never sound since the start: nothing of them runs.
std::vector<LeftOut> left_out(const Doors& doors);

// Why a request that names this client (and instance, or "") does not find it; "" when its files are not the reason.
std::string why_not_there(const Services& services, const std::string& client, const std::string& instance);

}  // namespace mlc::console
