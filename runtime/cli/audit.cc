#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_audit(CLI::App& root, Context& context) {
  struct Options {
    std::string client;
    int limit = 100;
  };
  auto options = std::make_shared<Options>();
  CLI::App* audit =
      command(root, context, "audit", "the trail of a client, or its proof (`audit verify`)", "ml-connector audit acme", true, nullptr);
  audit->add_option("CLIENT", options->client, "name of the client; without it, all");
  audit->add_option("--limit", options->limit, "newest entries shown")->check(CLI::Range(1, 100000));
  audit->callback([audit, &context, options] {
    if (!audit->get_subcommands().empty()) return;
    auto trail = context.ask("GET", api({"audit"}, {{"client", options->client}, {"limit", std::to_string(options->limit)}}));
    if (!trail) return;
    if (context.json) return print_json(*trail);
    std::vector<std::vector<std::string>> rows;
    for (const auto& entry : (*trail)["audit"])
      rows.push_back({get(entry, "seq"), get(entry, "at"), get(entry, "client"), get(entry, "actor"), get(entry, "act"),
                      get(entry, "subject"), get(entry, "detail")});
    print_table({{"SEQ", true}, {"AT"}, {"CLIENT"}, {"WHO"}, {"ACT"}, {"ON"}, {"DETAIL"}}, rows);
  });
  command(*audit, context, "verify", "walks the whole hash chain and says where it does not fit", "ml-connector audit verify", true,
          [&context] {
            auto proof = context.ask("GET", api({"audit", "verify"}));
            if (!proof) return;
            if (context.json) print_json(*proof);
            else if (proof->value("intact", false))
              std::cout << "intact: " << get(*proof, "entries") << " entries, head " << get(*proof, "head") << "\n";
            else std::cout << "NOT INTACT: " << get(*proof, "problem") << "\n";
            if (!proof->value("intact", false)) context.exit = kNo;
          });
}

}  // namespace mlc::cli
