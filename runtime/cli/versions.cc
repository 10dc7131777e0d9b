#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {
namespace {

constexpr size_t kShortHash = 12;

std::string brief(const std::string& version) { return version.substr(0, kShortHash); }

void print_versions(const Json& answer) {
  const std::string place = get(answer, "client") + " " + get(answer, "instance");
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : answer["versions"])
    rows.push_back({brief(get(one, "version")), get(one, "at"), get(one, "how"), get(one, "by"), one.value("live", false) ? "live" : "",
                    get(one, "open_jobs")});
  print_table({{"VERSION"}, {"SINCE"}, {"HOW"}, {"BY"}, {"STATE"}, {"OPEN JOBS", true}}, rows);
  const std::string state = get(answer, "state"), candidate = brief(get(answer, "candidate"));
  if (state == "waiting")
    std::cout << "\nThe files give " << candidate << ", which waits. See what it changes and take it:\n  ml-connector preview " << place
              << "\n  ml-connector approve " << place << " " << candidate << "\n";
  if (state == "saved") std::cout << "\nThe files give " << candidate << ", which goes live when serve starts.\n";
  if (state == "held back")
    std::cout << "\nThe files give " << candidate
              << ", which a rollback put aside. Change them, or take it after all:\n  ml-connector approve " << place << " " << candidate
              << "\n";
  if (state == "broken") {
    std::cout << "\nThe files are broken; the live version goes on:\n";
    for (const auto& one : answer.value("problems", Json::array())) {
      std::cout << "  " << get(one, "file");
      if (one.value("line", 0) > 0) std::cout << ":" << get(one, "line");
      if (one.value("column", 0) > 0) std::cout << ":" << get(one, "column");
      std::cout << ": " << get(one, "sentence") << "\n";
    }
  }
}

}  // namespace

void add_versions(CLI::App& root, Context& context) {
  struct Options {
    std::string client, instance;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(root, context, "versions", "which script versions of an instance were live, and what waits",
                          "ml-connector versions acme shop_nl", true, [&context, options] {
                            auto answer = context.ask("GET", api({"clients", options->client, "instances", options->instance, "versions"}));
                            if (!answer) return;
                            if (context.json) print_json(*answer);
                            else print_versions(*answer);
                          });
  sub->add_option("CLIENT", options->client, "name of the client")->required();
  sub->add_option("INSTANCE", options->instance, "name of the instance")->required();
}

}  // namespace mlc::cli
