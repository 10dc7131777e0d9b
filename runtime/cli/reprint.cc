#include "runtime/cli/reprint.h"

#include <iostream>

namespace mlc::cli {

void add_reprint(CLI::App& root, Context& context) {
  struct Options {
    std::string client, number, station;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(root, context, "reprint", "prints a stored label or document once more; nothing is bought",
                          "ml-connector reprint acme 1Z999AA10123456784", true, [&context, options] {
                            auto answer = context.ask("POST", api({"clients", options->client, "reprint"}),
                                                      {{"number", options->number}, {"station", options->station}});
                            if (!answer) return;
                            if (answer->value("parked", int64_t{0}) + answer->value("dead", int64_t{0}) > 0) context.exit = kNo;
                            if (context.json) return print_json(*answer);
                            for (const auto& copy : answer->value("copies", Json::array())) {
                              const std::string place = get(copy, "station");
                              const std::string state = get(copy, "state"), reason = get(copy, "reason");
                              std::cout << get(copy, "key") << ", copy " << get(copy, "copy") << (place.empty() ? "" : " at " + place)
                                        << ": " << (state == "done" ? "printed" : state) << (reason.empty() ? "" : ", " + reason)
                                        << " (job " << get(copy, "job") << ")\n";
                            }
                          });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("NUMBER", options->number, "the tracking number, or what else the document was printed under")->required();
  sub->add_option("--station", options->station, "a connection to a printer, other than the one of the first print");
}

}  // namespace mlc::cli
