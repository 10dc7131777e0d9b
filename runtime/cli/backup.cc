#include <iostream>

#include "runtime/cli/commands.h"
#include "runtime/cli/elsewhere.h"

namespace mlc::cli {

void add_backup(CLI::App& root, Context& context) {
  auto file = std::make_shared<std::string>();
  CLI::App* sub =
      command(root, context, "backup", "a consistent copy of the store, while it runs; verified", "ml-connector backup /backups/acme.db",
              true, [&context, file] {
                const auto path = path_there(context, *file);
                if (!path) return;
                auto answer = context.ask("POST", api({"backup"}), {{"path", *path}});
                if (!answer) return;
                if (context.json) return print_json(*answer);
                std::cout << get(*answer, "path") << ": " << get(*answer, "bytes") << " bytes, opened and verified.\n"
                          << (answer->value("recovery_key", false)
                                  ? "It opens with this workspace's master key or the recovery key; keep one of them elsewhere.\n"
                                  : "It opens only with this workspace's master key: for a restore on another machine make a "
                                    "recovery key first,\n  ml-connector vault export-recovery\nand then another backup.\n");
              });
  sub->add_option("FILE", *file, "where to write it; must not exist")->required();
}

}  // namespace mlc::cli
