#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_pause(CLI::App& root, Context& context) {
  struct Options {
    std::string client, instance, flow;
  };
  auto options = std::make_shared<Options>();
  auto add = [&](const std::string& verb, const std::string& does, const std::string& said) {
    CLI::App* sub = command(root, context, verb, does, "ml-connector " + verb + " acme shop_nl", true, [&context, options, verb, said] {
      auto answer =
          context.ask("POST", api({verb}), {{"client", options->client}, {"instance", options->instance}, {"flow", options->flow}});
      if (!answer) return;
      if (context.json) return print_json(*answer);
      std::cout << options->client << (options->instance.empty() ? "" : "/" + options->instance)
                << (options->flow.empty() ? "" : "/" + options->flow) << ": " << said << "\n";
    });
    sub->add_option("CLIENT", options->client, "name of the client")->required();
    sub->add_option("INSTANCE", options->instance, "only this instance");
    sub->add_option("FLOW", options->flow, "only this flow");
  };
  add("pause", "intake goes on, no effect leaves", "paused; events are still accepted and wait");
  add("resume", "ends a pause", "resumed");
}

}  // namespace mlc::cli
