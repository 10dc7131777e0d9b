#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_live(CLI::App& root, Context& context) {
  struct Options {
    std::string client, instance, start;
    bool shadow = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      command(root, context, "live", "ends the shadow: from now on the instance writes",
              "ml-connector live acme shop_nl --start 2026-12-01", true, [&context, options] {
                Json body = Json::object();
                if (!options->start.empty()) body["start"] = options->start;
                if (options->shadow) body["shadow"] = true;
                auto answer = context.ask("POST", api({"clients", options->client, "instances", options->instance, "live"}), body);
                if (!answer) return;
                if (context.json) return print_json(*answer);
                if (options->shadow)
                  std::cout << options->client << "/" << options->instance << ": shadow again; it reads, maps and writes nothing\n";
                else
                  std::cout << options->client << "/" << options->instance << ": live; nothing older than " << get(*answer, "start")
                            << " makes a document\n"
                            << (answer->value("reads_again", false)
                                    ? "what has come since then is read again at the next poll, or now: ml-connector sync " +
                                          options->client + " " + options->instance + "\n"
                                    : "");
              });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("INSTANCE", options->instance, "name of the instance")->required();
  sub->add_option("--start", options->start, "first date (in the instance's zone) or instant whose records make documents (default: now)")
      ->type_name("DATE");
  sub->add_flag("--shadow", options->shadow, "back to shadow instead");
}

}  // namespace mlc::cli
