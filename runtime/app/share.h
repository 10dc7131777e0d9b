// Where the Lua that ships with the program is found, and the Host that runs it.
#pragma once
#include <string>

#include "runtime/base/files.h"
#include "runtime/base/result.h"
#include "runtime/script/host.h"

namespace mlc::app {

// `given` (--share), else <prefix>/share/ml-connector beside the program, else the source tree it was built from. The
// folder holds stdlib/ and scripts/.
Result<std::string> find_share(Files& files, const std::string& given);
// The simulated systems: share/sandbox when installed, examples/sandbox in the source tree.
Result<std::string> find_sandbox(Files& files, const std::string& share);

script::Host make_host(Files& files, const std::string& share);

}  // namespace mlc::app
