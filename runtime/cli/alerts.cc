#include <iostream>

#include "runtime/base/secret.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/secret_input.h"

namespace mlc::cli {
namespace {

std::string all_or(const Json& object, const std::string& key) {
  std::string text;
  for (const auto& each : object.value(key, Json::array())) text += (text.empty() ? "" : ", ") + text_of(each);
  return text.empty() ? "all" : text;
}

void print_alerts(const Json& answer) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& alert : answer["alerts"])
    rows.push_back({get(alert, "severity"), get(alert, "client"), get(alert, "concern"), get(alert, "opened"), get(alert, "sentence"),
                    get(alert, "fix")});
  if (rows.empty()) std::cout << "nothing is wrong that alerts tell of\n";
  else print_table({{"SEVERITY"}, {"CLIENT"}, {"CONCERN"}, {"SINCE"}, {"WHAT"}, {"TO DO"}}, rows);
  rows.clear();
  for (const auto& one : answer["destinations"]) {
    const std::string since = get(one, "failing_since");
    rows.push_back({get(one, "destination"), get(one, "form"), all_or(one, "concerns"), all_or(one, "severities"), get(one, "sent"),
                    get(one, "waiting"), since.empty() ? "" : "fails since " + since + ": " + get(one, "error")});
  }
  if (rows.empty()) {
    std::cout << "nobody is told: no destination is set (docs/alerts.md)\n";
    return;
  }
  std::cout << "\n";
  print_table({{"DESTINATION"}, {"FORM"}, {"CONCERNS"}, {"SEVERITIES"}, {"SENT", true}, {"WAITING", true}, {"STATE"}}, rows);
}

}  // namespace

void add_alerts(CLI::App& root, Context& context) {
  struct Options {
    std::string client, destination, name;
  };
  auto options = std::make_shared<Options>();
  const auto list = [&context, options] {
    auto answer = context.ask("GET", api({"alerts"}, {{"client", options->client}}));
    if (!answer) return;
    if (context.json) print_json(*answer);
    else print_alerts(*answer);
  };
  CLI::App* alerts = command(root, context, "alerts", "what is wrong now, who is told, and whether that works",
                             "ml-connector alerts --client acme", true, nullptr);
  alerts->callback([alerts, list] {
    if (alerts->get_subcommands().empty()) list();
  });
  const auto with_client = [options](CLI::App* sub, const std::string& does) { sub->add_option("--client", options->client, does); };
  with_client(alerts, "only this client");
  with_client(command(*alerts, context, "list", "the same as alerts alone", "ml-connector alerts list --json", true, list),
              "only this client");

  CLI::App* test = command(
      *alerts, context, "test", "says a test to every destination, or to one", "ml-connector alerts test ops", true, [&context, options] {
        auto answer = context.ask("POST", api({"alerts", "test"}), {{"client", options->client}, {"destination", options->destination}});
        if (!answer) return;
        if (context.json) print_json(*answer);
        for (const auto& one : (*answer)["tests"]) {
          const bool ok = one.value("ok", false);
          if (!ok) context.exit = kNo;
          if (!context.json)
            std::cout << get(one, "destination") << " (" << get(one, "form") << "): " << (ok ? "delivered" : get(one, "error")) << "\n";
        }
      });
  test->add_option("DESTINATION", options->destination, "its name, of a client's CLIENT/NAME (default: all)");
  with_client(test, "only the destinations of this client");

  CLI::App* secret = command(
      *alerts, context, "secret",
      "stores the address that secret \"NAME\" of a destination stands for; asks for it, or reads it from standard input",
      "ml-connector alerts secret ops < address.txt", true, [&context, options] {
        std::string value = read_secret("address for " + options->name);
        if (value.empty()) return context.fail(kUsage, "no address was given on standard input");
        auto answer = context.ask("PUT", api({"alerts", "secrets", options->name}), {{"client", options->client}, {"value", value}});
        wipe(value.data(), value.size());
        if (!answer) return;
        if (context.json) print_json(*answer);
        else std::cout << options->name << " is stored, for " << get(*answer, "host") << "\n";
      });
  secret->add_option("NAME", options->name, "as in secret \"NAME\"")->required();
  with_client(secret, "of this client's client.lua (default: of ml-connector.lua)");
}

}  // namespace mlc::cli
