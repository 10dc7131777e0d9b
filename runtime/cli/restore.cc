#include "runtime/app/restore.h"

#include <unistd.h>

#include <iostream>

#include "runtime/base/secret.h"
#include "runtime/cli/after_loss.h"
#include "runtime/cli/secret_input.h"

namespace mlc::cli {

void add_restore(CLI::App& root, Context& context) {
  auto file = std::make_shared<std::string>();
  auto erasures = std::make_shared<std::string>();
  CLI::App* sub = command(
      root, context, "restore", "a backup becomes this workspace's state; it starts in hold until you arm it",
      "ml-connector restore /backups/acme.db < recovery.key", true, [&context, file, erasures] {
        app::RestoreOptions options;
        options.workspace = context.workspace;
        options.share = context.share;
        options.clock = context.clock;
        options.file = *file;
        options.erasures = *erasures;
        options.actor = "cli:uid" + std::to_string(getuid());
        options.ask_recovery_key = [] { return Secret(read_secret("Recovery key")); };
        auto done = app::restore(options);
        if (!done) return context.fail(done.error());
        if (context.json)
          return print_json({{"state", done->state},
                             {"taken", done->taken},
                             {"audit_entries", done->entries},
                             {"recovered", done->recovered},
                             {"erasures_known", done->erasures_known},
                             {"erased", done->erased},
                             {"new_master_key", done->new_master ? Json(done->master_key) : Json()},
                             {"clients", done->clients}});
        std::cout << *file << ": verified, " << done->entries << " entries of the audit trail fit; it knows what was until "
                  << done->taken.substr(0, 10) << " " << done->taken.substr(11, 5) << " UTC"
                  << ".\n"
                  << "It is now the state of this workspace, in " << done->state << ".\n";
        if (done->new_master)
          std::cout << "The recovery key opened it; a new master key was made: " << done->master_key << ". Keep a copy elsewhere.\n";
        else if (!done->earlier_key.empty())
          std::cout << "The key of its time opened it (" << done->earlier_key << "); it is sealed under this workspace's master key now.\n";
        else if (done->recovered) std::cout << "The recovery key opened it; it is sealed under this workspace's master key now.\n";
        if (done->erasures_known)
          std::cout << done->erased << " of the people who were forgotten since were in it, and were erased again.\n";
        else
          std::cout
              << "No list of erasures was given: whoever was forgotten after this backup is in it again. If there was somebody, remove\n"
                 "this state and restore with --erasures LIST (erasures.log of the lost state, or your copy of it).\n";
        std::cout << "\nEverything is held: serve takes webhooks, and nothing leaves. Make sure that the old installation is off, then:\n\n"
                     "  ml-connector serve\n  ml-connector status\n";
        for (const auto& client : done->clients)
          std::cout << "  ml-connector arm " << client << " --dry-run     # what is unknown, what will be done; then without --dry-run\n";
      });
  sub->add_option("FILE", *file, "what `ml-connector backup` wrote")->required();
  sub->add_option("--erasures", *erasures, "the lost installation's list of who was forgotten (state/erasures.log, or your copy of it)")
      ->type_name("LIST");
  sub->add_option("--clock", context.clock, "clock file of a sandbox")->type_name("FILE");
}

}  // namespace mlc::cli
