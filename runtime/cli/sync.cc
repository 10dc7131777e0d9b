#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_sync(CLI::App& root, Context& context) {
  struct Options {
    std::string client, instance, flow, record;
    bool no_wait = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(root, context, "sync", "does now what is due, or one record", "ml-connector sync acme shop_nl --record 118", true,
                          [&context, options] {
                            auto answer = context.ask("POST", api({"clients", options->client, "instances", options->instance, "sync"}),
                                                      {{"flow", options->flow}, {"record", options->record}, {"wait", !options->no_wait}});
                            if (!answer) return;
                            const int64_t bad = answer->value("parked", int64_t{0}) + answer->value("dead", int64_t{0});
                            if (bad > 0) context.exit = kNo;
                            if (context.json) return print_json(*answer);
                            std::cout << get(*answer, "found") << " records found, " << get(*answer, "new") << " of them new; "
                                      << get(*answer, "done") << " done, " << get(*answer, "parked") << " parked, " << get(*answer, "dead")
                                      << " dead, " << get(*answer, "open") << " still open\n";
                            for (const auto& job : answer->value("jobs", Json::array()))
                              std::cout << "  " << get(job, "source") << ":" << get(job, "key") << "  " << get(job, "state")
                                        << (get(job, "reason").empty() ? "" : "  " + get(job, "reason")) << "\n";
                          });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("INSTANCE", options->instance, "name of the instance")->required();
  sub->add_option("FLOW", options->flow, "only this flow");
  sub->add_option("--record", options->record, "one record by its number in the source");
  sub->add_flag("--no-wait", options->no_wait, "do not wait for the jobs to end");
}

}  // namespace mlc::cli
