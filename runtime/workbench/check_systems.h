// Inside `check`: the systems of a workspace as `serve` will read them: how they are convinced, limits, operations.
#pragma once
#include <vector>

#include "runtime/script/loader.h"

namespace mlc::workbench {

// Adds to `problems`. A system whose file has one already is passed over.
void check_systems(const script::Host& host, const script::Workspace& workspace, std::vector<script::Problem>& problems);

}  // namespace mlc::workbench
