#include <iostream>

#include "runtime/app/share.h"
#include "runtime/cli/commands.h"
#include "runtime/workbench/specs.h"

namespace mlc::cli {
namespace {

std::string indented(const std::string& text) {
  std::string out = "    ";
  for (char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out;
}

Json as_json(const workbench::SpecReport& report) {
  Json results = Json::array(), problems = Json::array(), coverage = Json::array();
  int64_t failed = 0;
  for (const auto& one : report.results) {
    if (!one.ok) ++failed;
    Json result = {{"name", one.name}, {"ok", one.ok}, {"file", one.file}, {"line", one.line}};
    if (!one.ok) result["message"] = one.message;
    results.push_back(std::move(result));
  }
  for (const auto& one : report.problems)
    problems.push_back({{"file", one.file}, {"line", one.line}, {"column", one.column}, {"sentence", one.sentence}});
  for (const auto& one : report.coverage)
    coverage.push_back({{"place", one.place}, {"mapping", one.mapping}, {"fields", one.fields.size()}, {"missed", one.missed()}});
  return {{"files", report.files}, {"cases", report.results.size()}, {"failed", failed},         {"results", results},
          {"problems", problems},  {"coverage", coverage},           {"updated", report.updated}};
}

// One line for a mapping that specs ran, one for all of a place that none did.
void print_coverage(const workbench::SpecReport& report) {
  constexpr size_t kNamed = 12;
  std::vector<std::pair<std::string, std::string>> untouched;
  for (const auto& one : report.coverage) {
    const auto missed = one.missed();
    if (missed.size() == one.fields.size()) {
      if (untouched.empty() || untouched.back().first != one.place) untouched.emplace_back(one.place, "");
      untouched.back().second += (untouched.back().second.empty() ? "" : ", ") + one.mapping;
      continue;
    }
    std::cout << one.place << " " << one.mapping << ": " << one.fields.size() - missed.size() << " of " << one.fields.size()
              << " fields exercised";
    for (size_t i = 0; i < std::min(missed.size(), kNamed); ++i) std::cout << (i == 0 ? "; never: " : ", ") << missed[i];
    if (missed.size() > kNamed) std::cout << " and " << missed.size() - kNamed << " more (--json has them)";
    std::cout << "\n";
  }
  for (const auto& [place, mappings] : untouched) std::cout << place << ": no spec maps " << mappings << "\n";
}

void print(const workbench::SpecReport& report) {
  for (const auto& one : report.problems) std::cout << one.text() << "\n";
  size_t failed = 0;
  for (const auto& one : report.results) {
    if (one.ok) continue;
    ++failed;
    std::cout << one.file << ":" << one.line << ": " << one.name << "\n" << indented(one.message) << "\n";
  }
  for (const auto& file : report.updated) std::cout << "wrote " << file << "\n";
  print_coverage(report);
  std::cout << report.files << (report.files == 1 ? " file, " : " files, ") << report.results.size() << " cases, " << failed << " failed\n";
}

}  // namespace

void add_test(CLI::App& root, Context& context) {
  auto path = std::make_shared<std::string>();
  auto options = std::make_shared<workbench::SpecOptions>();
  CLI::App* sub = command(root, context, "test", "runs *_spec.lua files in the sandboxed host and says which mapping fields none exercised",
                          "ml-connector test clients/acme", true, [&context, path, options] {
                            RealFiles files;
                            auto share = app::find_share(files, context.share);
                            if (!share) return context.fail(share.error());
                            const script::Host host = app::make_host(files, *share);
                            std::string where = context.workspace;
                            if (!path->empty())
                              where = path->front() == '/' || context.workspace == "." ? *path : context.workspace + "/" + *path;
                            auto report = workbench::run_specs(host, where, *options);
                            if (!report) return context.fail(report.error());
                            if (!report->good()) context.exit = kNo;
                            if (context.json) print_json(as_json(*report));
                            else print(*report);
                          });
  sub->add_option("PATH", *path, "a spec file or folder in the workspace (default: all)");
  sub->add_option("--filter", options->filter, "only cases with this in their name")->type_name("TEXT");
  sub->add_flag("--update", options->update, "write golden files as they are found now");
}

}  // namespace mlc::cli
