#include "runtime/app/migrate.h"

#include <iostream>

#include "runtime/cli/operation.h"

namespace mlc::cli {

void add_migrate(CLI::App& root, Context& context) {
  auto dry = std::make_shared<bool>(false);
  CLI::App* sub = command(root, context, "migrate",
                          "says the store's schema and brings an older one forward, after a backup of it; serve must be stopped",
                          "ml-connector migrate --dry-run", true, [&context, dry] {
                            app::MigrateOptions options;
                            options.workspace = context.workspace;
                            options.dry = *dry;
                            auto done = app::migrate(options);
                            if (!done) return context.fail(done.error());
                            const bool behind = done->now < done->program;
                            if (context.json)
                              return print_json({{"store", done->store},
                                                 {"before", done->before},
                                                 {"schema", done->now},
                                                 {"program", done->program},
                                                 {"backup", done->backup.empty() ? Json() : Json(done->backup)}});
                            std::cout << done->store << " is of schema " << done->now << "; ";
                            if (behind) {
                              std::cout << "this program uses " << done->program
                                        << ".\nNothing was changed: this was a dry run. Without --dry-run it is "
                                           "copied aside and brought forward.\n";
                              return;
                            }
                            if (done->before == done->now) std::cout << "this program uses the same. Nothing to do.\n";
                            else std::cout << "it was of " << done->before << ".\n";
                            std::cout << "Its structure and its audit trail are verified.\n";
                            if (!done->backup.empty())
                              std::cout << "The store as it was, for the program of before: " << done->backup
                                        << "\nRemove it once this one has proved itself.\n";
                          });
  sub->add_flag("--dry-run", *dry, "only says which schema the store has and which this program uses");
}

}  // namespace mlc::cli
