#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <iostream>

#include "runtime/cli/after_loss.h"
#include "runtime/cli/elsewhere.h"
#include "runtime/cli/operation.h"
#include "runtime/cli/reprint.h"

namespace mlc::cli {
namespace {

// Credentials pass through this process: no core file, no reading of its memory by others of the same user (T8).
void keep_memory_private() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace

int run(int argc, char** argv) {
  keep_memory_private();
  std::signal(SIGPIPE, SIG_IGN);

  Context context;
  CLI::App root("ml-connector: a runtime for business-system integrations", "ml-connector");
  root.set_version_flag("--version", "ml-connector " MLC_VERSION);
  root.require_subcommand(1);
  root.set_help_all_flag("--help-all", "help of every command");
  root.failure_message(CLI::FailureMessage::simple);

  add_init(root, context);
  add_new(root, context);
  add_serve(root, context);
  add_sandbox(root, context);
  add_secret(root, context);
  add_authorize(root, context);
  add_ping(root, context);
  add_check(root, context);
  add_sync(root, context);
  add_backfill(root, context);
  add_jobs(root, context);
  add_reprint(root, context);
  add_show(root, context);
  add_map(root, context);
  add_why(root, context);
  add_settings(root, context);
  add_audit(root, context);
  add_status(root, context);
  add_alerts(root, context);
  add_pause(root, context);
  add_live(root, context);
  add_backup(root, context);
  add_restore(root, context);
  add_arm(root, context);
  add_vault(root, context);
  add_forget(root, context);
  add_migrate(root, context);
  add_reconcile(root, context);
  add_versions(root, context);
  add_approve(root, context);
  add_rollback(root, context);
  add_preview(root, context);
  add_test(root, context);
  add_repl(root, context);
  add_at(root, context);

  try {
    root.parse(argc, argv);
  } catch (const CLI::RuntimeError& error) {
    return error.get_exit_code();  // its sentence has been said
  } catch (const CLI::ParseError& error) {
    const int code = root.exit(error, std::cout, std::cerr);
    return code == 0 ? kDone : kUsage;  // help and version are CLI11 "errors" with code 0
  }
  std::cout.flush();
  return context.exit;
}

}  // namespace mlc::cli
