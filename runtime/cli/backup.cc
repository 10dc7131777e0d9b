#include <filesystem>
#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_backup(CLI::App& root, Context& context) {
  auto file = std::make_shared<std::string>();
  CLI::App* sub = command(root, context, "backup", "a consistent copy of the store, while it runs; verified",
                          "ml-connector backup /backups/acme.db", true, [&context, file] {
                            auto answer = context.ask("POST", api({"backup"}), {{"path", std::filesystem::absolute(*file).string()}});
                            if (!answer) return;
                            if (context.json) return print_json(*answer);
                            std::cout << get(*answer, "path") << ": " << get(*answer, "bytes") << " bytes, opened and verified.\n"
                                      << "It is readable only with this workspace's master key; keep that key elsewhere.\n";
                          });
  sub->add_option("FILE", *file, "where to write it; must not exist")->required();
}

}  // namespace mlc::cli
