// Commands for the day on which a machine is lost: the key for it, the restore, and the end of the hold that follows.
#pragma once
#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_vault(CLI::App& root, Context& context);
void add_restore(CLI::App& root, Context& context);
void add_arm(CLI::App& root, Context& context);

}  // namespace mlc::cli
