// The store of a workspace brought to the schema of this program, with nothing else running: a backup of it as it was, the
// steps in a transaction each, the structure and the audit trail verified after. serve does the same when it starts; this is
// for whoever wants to see it done before.
#pragma once
#include <string>

#include "runtime/base/result.h"

namespace mlc::app {

struct MigrateOptions {
  std::string workspace = ".";
  bool dry = false;
};

struct MigrateReport {
  std::string store, backup;  // paths; backup "" when nothing had to be done
  int64_t before = 0, now = 0, program = 0;
};

// Code::conflict while a server runs here; Code::unsupported for the store of a newer program.
Result<MigrateReport> migrate(const MigrateOptions& options);

}  // namespace mlc::app
