// `ml-connector check`: reads everything a workspace holds the way `serve` would, without state, network or secrets,
// and says each fault with file, line, column and what was expected.
#pragma once
#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/script/host.h"
#include "runtime/script/loader.h"

namespace mlc::workbench {

struct CheckReport {
  std::vector<script::Problem> problems;
  std::string folder;  // of the workspace
  int files = 0;       // Lua files read
  int instances = 0;   // that could run
  bool good() const { return problems.empty(); }
};

// `path`: a workspace folder, or a file or folder in one to limit what is reported. An error means the path itself can't be read.
Result<CheckReport> check(const script::Host& host, const std::string& path);

}  // namespace mlc::workbench
