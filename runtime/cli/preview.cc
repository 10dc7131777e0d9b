#include <iostream>

#include "runtime/cli/commands.h"

namespace mlc::cli {
namespace {

std::string shown(const Json& value) { return value.is_null() ? "nothing" : value.dump(); }

void print_changes(const Json& changes, const char* name) {
  for (const auto& change : changes) {
    std::cout << "    " << get(change, name) << " in " << get(change, "records") << "\n";
    for (const auto& example : change["examples"]) {
      std::cout << "      " << get(example, "record");
      if (std::string(name) == "field") std::cout << ": " << shown(example["before"]) << " -> " << shown(example["after"]);
      else std::cout << ": " << text_of(example["after"]);
      std::cout << "\n";
    }
  }
}

void print_mapping(const Json& one) {
  const int64_t records = one.value("records", 0), changed = one.value("changed", 0), unknown = one.value("unknown", 0);
  std::cout << "  " << get(one, "mapping") << ": ";
  if (records == 0) {
    std::cout << "no input was recorded yet\n";
    return;
  }
  std::cout << get(one, "unchanged") << " of " << records << " unchanged";
  if (changed > 0) std::cout << ", " << changed << " changed";
  if (one.value("refused_now", 0) > 0) std::cout << " (" << get(one, "refused_now") << " refused now)";
  if (one.value("mapped_now", 0) > 0) std::cout << " (" << get(one, "mapped_now") << " not refused any more)";
  if (unknown > 0) std::cout << ", " << unknown << " can't be told";
  std::cout << "\n";
  print_changes(one["fields"], "field");
  print_changes(one["refusals"], "sentence");
  for (const auto& need : one["needs"])
    std::cout << "    looks up " << get(need, "lookup") << " in " << get(need, "records") << ", which was never answered\n";
}

void print_instance(const Json& one) {
  const std::string state = get(one, "state");
  std::cout << get(one, "client") << "/" << get(one, "instance") << ": ";
  if (state == "same") {
    std::cout << "the files are what is live, " << get(one, "after").substr(0, 12) << "\n";
    return;
  }
  if (state == "new") {
    std::cout << "nothing of it is live yet\n";
    return;
  }
  if (state == "broken") {
    std::cout << "the files are broken\n";
    for (const auto& problem : one["problems"]) {
      std::cout << "  " << get(problem, "file");
      if (problem.value("line", 0) > 0) std::cout << ":" << get(problem, "line");
      if (problem.value("column", 0) > 0) std::cout << ":" << get(problem, "column");
      std::cout << ": " << get(problem, "sentence") << "\n";
    }
    return;
  }
  std::cout << get(one, "before").substr(0, 12) << " -> " << get(one, "after").substr(0, 12) << "\n";
  for (const auto& mapping : one["mappings"]) print_mapping(mapping);
  for (const auto& name : one["gone"]) std::cout << "  " << text_of(name) << ": the new version has no such mapping\n";
  for (const auto& name : one["added"]) std::cout << "  " << text_of(name) << ": new\n";
}

}  // namespace

void add_preview(CLI::App& root, Context& context) {
  struct Options {
    std::string client, instance, from;
    int last = 500;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      command(root, context, "preview", "the live version against the files on disk, over recorded inputs: differences by field",
              "ml-connector preview acme shop_nl --last 500", true, [&context, options] {
                auto answer = context.ask("GET", api({"preview"}, {{"client", options->client},
                                                                   {"instance", options->instance},
                                                                   {"from", options->from},
                                                                   {"last", std::to_string(options->last)}}));
                if (!answer) return;
                if (answer->value("differs", false)) context.exit = kNo;
                if (context.json) return print_json(*answer);
                for (const auto& one : (*answer)["instances"]) print_instance(one);
              });
  sub->add_option("CLIENT", options->client, "only this client (default: all that the files change)");
  sub->add_option("INSTANCE", options->instance, "only this instance");
  sub->add_option("--last", options->last, "recorded inputs of each mapping, the newest first")->check(CLI::Range(1, 100000));
  sub->add_option("--from", options->from, "compare with this version instead of the live one: how its hash begins")->type_name("VERSION");
}

}  // namespace mlc::cli
