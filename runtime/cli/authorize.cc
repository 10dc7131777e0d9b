#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_authorize(CLI::App& root, Context& context) {
  struct Options {
    std::string client, connection;
    bool invite = false, withdraw = false;
    int wait_seconds = 600;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      command(root, context, "authorize", "OAuth: prints the link to follow and waits for the grant", "ml-connector authorize acme books",
              true, [&context, options] {
                auto begun = context.ask("POST", api({"clients", options->client, "connections", options->connection, "authorize"}),
                                         {{"invite", options->invite}, {"withdraw", options->withdraw}});
                if (!begun) return;
                if (options->withdraw) {
                  if (context.json) return print_json(*begun);
                  std::cout << get(*begun, "withdrawn") << " open invitations to grant " << get(*begun, "grant") << " withdrawn\n";
                  return;
                }
                if (options->invite) {
                  if (context.json) return print_json(*begun);
                  std::cout << "For the client's administrator, good for one use until " << get(*begun, "expires").substr(0, 10)
                            << ":\n\n  " << get(*begun, "url") << "\n\nTo withdraw it: ml-connector authorize " << options->client << " "
                            << options->connection << " --withdraw\n";
                  return;
                }
                if (context.json) std::cout << begun->dump() << std::endl;
                else std::cout << "Open this link and agree (10 minutes):\n\n  " << get(*begun, "url") << "\n\nwaiting …" << std::endl;
                // The answer comes when the grant has changed or the time is up.
                auto end = context.ask("POST", api({"grants", get(*begun, "grant"), "wait"}),
                                       {{"generation", (*begun)["generation"]}, {"seconds", options->wait_seconds}});
                if (!end) return;
                if (get(*end, "state") != "ok") return context.fail(kNo, "no agreement came back: " + get(*end, "reason"));
                if (!context.json)
                  std::cout << "authorised; the grant lives until " << get(*end, "refresh_until") << " unless it is used\n";
              });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("CONNECTION", options->connection, "name of the connection")->required();
  CLI::Option* invite = sub->add_flag("--invite", options->invite, "a single-use link of 7 days for the client's administrator instead");
  sub->add_flag("--withdraw", options->withdraw, "no invitation to this grant works any more")->excludes(invite);
  sub->add_option("--wait", options->wait_seconds, "seconds to wait for the agreement")->check(CLI::Range(1, 3600));
}

}  // namespace mlc::cli
