// The files of a new integration between two systems: one flow that polls a list of the source, reads each record and makes one at
// the target, its mapping, settings and a spec. Which operations it uses follows from the systems' definitions. Pure: definitions in,
// files out.
#pragma once
#include <string>

#include "runtime/base/result.h"
#include "runtime/cli/scaffold.h"

namespace mlc::cli {

// One side as the user named it: "books", or "books.orders.create" where the operation is chosen.
struct SideWanted {
  std::string system, operation;
  Json definition;  // of the system
};
SideWanted side_named(const std::string& words);

Result<NewFiles> begin_integration(const std::string& name, const SideWanted& from, const SideWanted& to);

}  // namespace mlc::cli
