// `reprint`: stored labels and documents once more.
#pragma once
#include "runtime/cli/context.h"

namespace mlc::cli {

void add_reprint(CLI::App& root, Context& context);

}  // namespace mlc::cli
