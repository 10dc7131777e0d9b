// One function a command, each in a file of its own; main.cc calls them all.
#pragma once
#include "runtime/cli/context.h"

namespace mlc::cli {

void add_init(CLI::App& root, Context& context);
void add_new(CLI::App& root, Context& context);
void add_serve(CLI::App& root, Context& context);
void add_sandbox(CLI::App& root, Context& context);
void add_secret(CLI::App& root, Context& context);
void add_authorize(CLI::App& root, Context& context);
void add_ping(CLI::App& root, Context& context);
void add_check(CLI::App& root, Context& context);
void add_sync(CLI::App& root, Context& context);
void add_jobs(CLI::App& root, Context& context);
void add_map(CLI::App& root, Context& context);
void add_why(CLI::App& root, Context& context);
void add_settings(CLI::App& root, Context& context);
void add_show(CLI::App& root, Context& context);
void add_audit(CLI::App& root, Context& context);
void add_status(CLI::App& root, Context& context);
void add_alerts(CLI::App& root, Context& context);
void add_pause(CLI::App& root, Context& context);
void add_live(CLI::App& root, Context& context);
void add_backup(CLI::App& root, Context& context);
void add_repl(CLI::App& root, Context& context);
void add_reconcile(CLI::App& root, Context& context);
void add_versions(CLI::App& root, Context& context);
void add_approve(CLI::App& root, Context& context);
void add_rollback(CLI::App& root, Context& context);
void add_preview(CLI::App& root, Context& context);
void add_backfill(CLI::App& root, Context& context);
void add_test(CLI::App& root, Context& context);

// Parses and runs; gives the exit code of design.md section 4.
int run(int argc, char** argv);

}  // namespace mlc::cli
