#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {

void add_show(CLI::App& root, Context& context) {
  struct Options {
    std::string client, number;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(root, context, "show", "the story of a record, by any side's number", "ml-connector show acme 118", true, [&context, options] {
    auto story = context.ask("GET", api({"clients", options->client, "records", options->number}));
    if (!story) return;
    if (context.json) return print_json(*story);
    for (const auto& record : (*story)["records"]) {
      std::cout << get(record, "client") << "/" << get(record, "instance") << "  " << get(record, "source") << ":" << get(record, "key") << "\n";
      for (const auto& line : record["lines"]) {
        std::cout << "  " << get(line, "at") << "  " << get(line, "text") << "\n";
        for (const auto& detail : line.value("details", Json::array())) std::cout << "      " << text_of(detail) << "\n";
      }
    }
  });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("NUMBER", options->number, "order, invoice, delivery or tracking number")->required();
}

}  // namespace mlc::cli
