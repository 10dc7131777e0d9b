#include <iostream>

#include "runtime/base/secret.h"
#include "runtime/cli/after_loss.h"
#include "runtime/cli/elsewhere.h"

namespace mlc::cli {

void add_vault(CLI::App& root, Context& context) {
  CLI::App* vault = command(root, context, "vault", "the keys that everything is sealed with", "ml-connector vault rotate", false, nullptr);
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
  auto into = std::make_shared<std::string>();
  CLI::App* rotate = command(
      *vault, context, "rotate", "a new master key: everything sealed is put under it, in one commit, also while serve runs",
      "ml-connector vault rotate", true, [&context, into] {
        Json wanted = Json::object();
        if (!into->empty()) {
          const auto path = path_there(context, *into);
          if (!path) return;
          wanted["into"] = *path;
        }
        auto done = context.ask("POST", api({"vault", "rotate"}), wanted);
        if (!done) return;
        if (context.json) return print_json(*done);
        if (done->value("managed", false))
          std::cout
              << "Everything is sealed under a new master key: " << get(*done, "master_key") << "\n"
              << "Make it the service's credential before the next start (LoadCredential=ml-connector.key in the unit names the\n"
                 "file); with the key of before, it does not start. Keep that one as long as you keep backups of before: it opens them.\n";
        else
          std::cout << "Everything is sealed under a new master key: " << get(*done, "master_key") << ". Keep a copy elsewhere.\n"
                    << "The key of before is kept in " << get(*done, "kept") << ":\n"
                    << "it opens the backups made until now, and nothing else. Remove it with the last of them.\n";
        if (done->value("recovery_key_ended", false))
          std::cout << "The recovery key opens the backups made until now only; for those to come make another one:\n"
                       "  ml-connector vault export-recovery\n";
      });
  rotate->add_option("--into", *into, "where the new key is written when a service manager hands the key over; must not exist")
      ->type_name("FILE");
}

}  // namespace mlc::cli
