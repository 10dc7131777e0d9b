#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_ping(CLI::App& root, Context& context) {
  struct Options {
    std::string client, connection;
    bool all = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      command(root, context, "ping", "proves credentials, scopes, limits and clock against the real systems",
              "ml-connector ping acme books", true, [&context, options] {
                if (options->client.empty() != options->all) throw CLI::RequiredError("CLIENT or --all");
                auto answer = context.ask("POST", api({"ping"}), {{"client", options->client}, {"connection", options->connection}});
                if (!answer) return;
                for (const auto& one : (*answer)["connections"])
                  if (!one.value("ok", false)) context.exit = kNo;
                if (context.json) return print_json(*answer);
                for (const auto& one : (*answer)["connections"]) {
                  std::cout << (one.value("ok", false) ? "ok    " : "FAIL  ") << get(one, "client") << "/" << get(one, "connection") << " ("
                            << get(one, "system") << "): " << get(one, "text") << "\n";
                  if (!get(one, "fix").empty()) std::cout << "      do: " << get(one, "fix") << "\n";
                }
              });
  sub->add_option("CLIENT", options->client, "name of the client");
  sub->add_option("CONNECTION", options->connection, "only this connection");
  sub->add_flag("--all", options->all, "every client");
}

}  // namespace mlc::cli
