// What a person must give before a connection of a system can work: read off the system's own declarations, for scaffolds,
// for `check` and for what is printed as the next step. Pure.
#pragma once
#include <string>
#include <vector>

#include "runtime/remote/directory.h"

namespace mlc::remote {

struct Wants {
  std::vector<std::string> regions;   // to choose one of; empty = one address for all
  std::vector<std::string> settings;  // of the connection: what its addresses have in braces and no caller gives
  std::vector<std::string> secrets;   // by `secret set`
  bool grant = false;                 // and `authorize`
};

Wants wants_of(const SystemSpec& spec);

// A sentence of what `connection` lacks of its settings; "" when nothing.
std::string lacks(const Connection& connection);

}  // namespace mlc::remote
