#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {
namespace {

struct Options {
  std::string client, instance, version;
};

void arguments(CLI::App* sub, const std::shared_ptr<Options>& options, const std::string& version) {
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("INSTANCE", options->instance, "name of the instance")->required();
  sub->add_option("VERSION", options->version, version);
}

}  // namespace

void add_approve(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      command(root, context, "approve", "makes the version that the files give live (with `reload = \"ask\"`, or after a rollback)",
              "ml-connector approve acme shop_nl 3f2a91c04b7d", true, [&context, options] {
                auto answer = context.ask("POST", api({"clients", options->client, "instances", options->instance, "approve"}),
                                          {{"version", options->version}});
                if (!answer) return;
                if (context.json) return print_json(*answer);
                std::cout << options->client << "/" << options->instance << ": version " << get(*answer, "version").substr(0, 12)
                          << " is live; jobs that began before end on theirs\n";
              });
  arguments(sub, options, "how its hash begins; refused when the files have changed since (default: whatever they give)");
}

void add_rollback(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(root, context, "rollback", "makes an older version live again and holds the files back until they change",
                          "ml-connector rollback acme shop_nl", true, [&context, options] {
                            auto answer = context.ask("POST", api({"clients", options->client, "instances", options->instance, "rollback"}),
                                                      {{"version", options->version}});
                            if (!answer) return;
                            if (context.json) return print_json(*answer);
                            std::cout << options->client << "/" << options->instance << ": version "
                                      << get(*answer, "version").substr(0, 12) << " is live again\n";
                            if (get(*answer, "state") == "held back")
                              std::cout << "what the files give, " << get(*answer, "candidate").substr(0, 12)
                                        << ", is held back until they change\n";
                          });
  arguments(sub, options, "how its hash begins (default: the one before)");
}

}  // namespace mlc::cli
