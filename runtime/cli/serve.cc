#include "runtime/app/serve.h"

#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_serve(CLI::App& root, Context& context) {
  CLI::App* sub = command(root, context, "serve", "runs everything: webhooks, schedules, jobs, admin API",
                          "ml-connector serve --workspace /etc/ml-connector", false, [&context] {
                            auto end = app::serve({context.workspace, context.share, context.clock});
                            if (!end) context.fail(kEnvironment, end.error().text());
                          });
  sub->add_option("--clock", context.clock, "clock file of a sandbox; every connection must then be loopback")->type_name("FILE");
}

}  // namespace mlc::cli
