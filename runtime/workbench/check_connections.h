// Inside `check`: connections and grants, held against what the systems say they need, as `serve` will read them.
#pragma once
#include <vector>

#include "runtime/script/loader.h"

namespace mlc::workbench {

// Adds to `problems`. A file that has one already, or whose systems have, is passed over: what it says would follow from that.
void check_connections(const script::Host& host, const script::Workspace& workspace, std::vector<script::Problem>& problems);

}  // namespace mlc::workbench
