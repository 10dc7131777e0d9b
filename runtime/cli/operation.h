// Commands of whoever keeps an installation in order over the years: erasure, and the store's next version.
#pragma once
#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_forget(CLI::App& root, Context& context);
void add_migrate(CLI::App& root, Context& context);

}  // namespace mlc::cli
