#include <iostream>

#include "runtime/base/secret.h"
#include "runtime/cli/after_loss.h"

namespace mlc::cli {

void add_vault(CLI::App& root, Context& context) {
  CLI::App* vault =
      command(root, context, "vault", "the keys that everything is sealed with", "ml-connector vault export-recovery", false, nullptr);
  vault->require_subcommand(1);
  command(*vault, context, "export-recovery", "prints a new recovery key: it opens later backups where the master key is not",
          "ml-connector vault export-recovery > recovery.key", true, [&context] {
            auto made = context.ask("POST", api({"vault", "recovery"}), Json::object());
            if (!made) return;
            std::string key = get(*made, "recovery_key");
            if (context.json) {
              print_json(*made);
            } else {
              std::cout << key << std::endl;
              std::cerr << "This is shown once. Print it or keep it in a safe, not on this machine: whoever has it and a backup can read\n"
                           "everything. It opens backups made from now on"
                        << (made->value("replaces", false) ? "; the recovery key of before opens those made until now.\n" : ".\n");
            }
            wipe(key.data(), key.size());
          });
}

}  // namespace mlc::cli
