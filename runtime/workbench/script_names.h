// Names that a flow or a `with` function uses and only the integration knows: `job.settings.journal`, `job:map("invoice")`,
// `job:look_up("items")`. Lua would give nil for them, in the middle of a job.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/script/host.h"

namespace mlc::workbench {

struct KnownNames {
  std::vector<std::string> settings, lookups, mappings;
};

void check_names(const std::string& file, std::string_view source, const KnownNames& known, std::vector<script::Problem>& problems);

}  // namespace mlc::workbench
