#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {
namespace {

// RFC 4180; a cell that a spreadsheet would run as a formula is quoted with a leading apostrophe.
std::string csv_cell(std::string text) {
  if (!text.empty() && std::string("=@\t\r").find(text.front()) != std::string::npos) text.insert(text.begin(), '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

void add_reconcile(CLI::App& root, Context& context) {
  struct Options {
    std::string client, instance, month, from, to;
    bool csv = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(
      root, context, "reconcile", "compares both systems: count and total per day, and what differs",
      "ml-connector reconcile acme shop_nl --month 2026-11", true, [&context, options] {
        if (options->month.empty() == (options->from.empty() || options->to.empty()))
          throw CLI::RequiredError("either --month or both --from and --to");
        auto report = context.ask("GET", api({"clients", options->client, "instances", options->instance, "reconcile"},
                                             {{"month", options->month}, {"from", options->from}, {"to", options->to}}));
        if (!report) return;
        if (!(*report)["differences"].empty()) context.exit = kNo;
        if (context.json) return print_json(*report);
        if (options->csv) {
          std::cout << "day,reference,class,left,right,reason\r\n";
          for (const auto& one : (*report)["differences"])
            std::cout << csv_cell(get(one, "day")) << "," << csv_cell(get(one, "reference")) << "," << csv_cell(get(one, "class")) << ","
                      << csv_cell(get(one, "left")) << "," << csv_cell(get(one, "right")) << "," << csv_cell(get(one, "reason")) << "\r\n";
          return;
        }
        std::vector<std::vector<std::string>> rows;
        for (const auto& day : (*report)["days"])
          rows.push_back({get(day, "day"), get(day, "left_count"), get(day, "left_total"), get(day, "right_count"), get(day, "right_total"),
                          get(day, "difference")});
        print_table({{"DAY"}, {"LEFT", true}, {"TOTAL", true}, {"RIGHT", true}, {"TOTAL", true}, {"DIFFERENCE", true}}, rows);
        for (const auto& one : (*report)["differences"])
          std::cout << get(one, "day") << "  " << get(one, "reference") << "  " << get(one, "class") << "  " << get(one, "left") << " / "
                    << get(one, "right") << "  " << get(one, "reason") << "\n";
        std::cout << ((*report)["differences"].empty() ? "reconciled: no difference\n"
                                                       : std::to_string((*report)["differences"].size()) + " differences\n");
      });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("INSTANCE", options->instance, "name of the instance")->required();
  sub->add_option("--month", options->month, "a whole month, as 2026-11");
  sub->add_option("--from", options->from, "first day, as 2026-11-01");
  sub->add_option("--to", options->to, "last day, included");
  sub->add_flag("--csv", options->csv, "the differences as CSV");
}

}  // namespace mlc::cli
