#include "runtime/workbench/check.h"

#include <iostream>

#include "runtime/app/share.h"
#include "runtime/cli/commands.h"
#include "runtime/workbench/editor.h"

namespace mlc::cli {

void add_check(CLI::App& root, Context& context) {
  auto path = std::make_shared<std::string>();
  CLI::App* sub =
      command(root, context, "check", "reads the whole workspace like a compiler: file:line:column and what was expected",
              "ml-connector check", true, [&context, path] {
                RealFiles files;
                auto share = app::find_share(files, context.share);
                if (!share) return context.fail(share.error());
                const script::Host host = app::make_host(files, *share);
                auto report = workbench::check(host, path->empty() ? context.workspace : *path);
                if (!report) return context.fail(report.error());
                // A check without the right to write is still a check.
                if (auto written = workbench::refresh_editor_files(host, report->folder); !written)
                  std::cerr << "the editor's files are as they were: " << written.error().text() << "\n";
                if (!report->good()) context.exit = kNo;
                if (context.json) {
                  Json problems = Json::array();
                  for (const auto& one : report->problems)
                    problems.push_back({{"file", one.file}, {"line", one.line}, {"column", one.column}, {"sentence", one.sentence}});
                  return print_json({{"problems", problems}, {"files", report->files}, {"instances", report->instances}});
                }
                for (const auto& one : report->problems) std::cout << one.text() << "\n";
                if (report->good()) std::cout << "good: " << report->files << " files, " << report->instances << " instances could run\n";
                else std::cout << report->problems.size() << (report->problems.size() == 1 ? " problem\n" : " problems\n");
              });
  sub->add_option("PATH", *path, "a workspace, or a file or folder in it (default: --workspace)");
}

}  // namespace mlc::cli
