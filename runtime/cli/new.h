// The sub-commands of `new`, one a file: each makes files that pass `check` and prints what to type next.
#pragma once
#include "runtime/cli/context.h"

namespace mlc::cli {

void add_new_client(CLI::App& group, Context& context);
void add_new_system(CLI::App& group, Context& context);
void add_new_integration(CLI::App& group, Context& context);

}  // namespace mlc::cli
