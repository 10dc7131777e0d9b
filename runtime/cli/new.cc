#include "runtime/cli/new.h"

#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_new(CLI::App& root, Context& context) {
  CLI::App* group = command(root, context, "new", "adds a client, a system or an integration to the workspace",
                            "ml-connector new client acme --integration INTEGRATION", false, nullptr);
  group->require_subcommand(1);
  add_new_client(*group, context);
  add_new_system(*group, context);
  add_new_integration(*group, context);
}

}  // namespace mlc::cli
