// Where a user's own files are, by the XDG Base Directory Specification: variables that hold no whole path don't count.
#pragma once
#include <string>

namespace mlc {

// ${XDG_CONFIG_HOME:-~/.config}/ml-connector: master keys, servers elsewhere.
std::string config_folder();

// ${XDG_STATE_HOME:-~/.local/state}/ml-connector: what may be lost, such as the REPL's history.
std::string state_folder();

}  // namespace mlc
