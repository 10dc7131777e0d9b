#include "runtime/workbench/check.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include "runtime/script/parser.h"
#include "runtime/script/places.h"
#include "runtime/workbench/asked_path.h"
#include "runtime/workbench/check_connections.h"
#include "runtime/workbench/check_systems.h"
#include "runtime/workbench/script_names.h"

namespace mlc::workbench {
namespace {

using script::Problem;

constexpr int kMaxFolderDepth = 6;

// Every Lua file below a folder, relative to `base`.
void list_lua(Files& files, const std::string& base, const std::string& inside, int depth, std::vector<std::string>& found) {
  auto names = files.list(inside.empty() ? base : base + "/" + inside);
  for (const auto& name : names.value_or({})) {
    if (name.empty() || name[0] == '.' || (inside.empty() && name == "state")) continue;
    std::string path = inside.empty() ? name : inside + "/" + name;
    if (name.ends_with(".lua")) found.push_back(path);
    else if (depth < kMaxFolderDepth && name.find('.') == std::string::npos) list_lua(files, base, path, depth + 1, found);
  }
}

bool is_settings(const std::string& path) {
  return path == "ml-connector.lua" || (path.starts_with("clients/") && path.ends_with("/client.lua"));
}

// What a file's scripts may name: those of its own integration, or of the one that a client's folder lays over.
std::optional<KnownNames> names_for(const script::Workspace& workspace, const std::string& file) {
  std::string integration;
  constexpr std::string_view kIntegrations = "scripts/integrations/";
  if (file.starts_with(kIntegrations))
    integration = file.substr(kIntegrations.size(), file.find('/', kIntegrations.size()) - kIntegrations.size());
  std::shared_ptr<const script::Program> program;
  for (const auto& each : workspace.programs) {
    const bool own = file.starts_with("clients/" + each->instance.client + "/" + each->instance.name + "/");
    if (own || each->instance.integration == integration) program = each;
  }
  if (program == nullptr) return std::nullopt;
  KnownNames names;
  const auto keys = [&](const char* member, std::vector<std::string>& into) {
    for (auto field : program->scripts->definition->root().get(member).fields()) into.emplace_back(field.key);
  };
  keys("settings", names.settings);
  keys("lookups", names.lookups);
  for (const auto& [name, unused] : *program->mappings) names.mappings.push_back(name);
  return names;
}

}  // namespace

Result<CheckReport> check(const script::Host& host, const std::string& path) {
  Files& files = *host.files;
  auto asked = asked_path(files, path);
  if (!asked) return asked.error();
  const std::string& folder = asked->workspace;

  CheckReport report;
  report.folder = folder;
  std::vector<std::string> lua;
  list_lua(files, folder, "", 0, lua);
  report.files = static_cast<int>(lua.size());
  std::vector<Problem> problems;
  std::set<std::string> unreadable;                // with a fault of syntax; the loader would say the same less well
  std::set<std::pair<std::string, int>> remarked;  // lines: what the loader says of them is a consequence
  // Without a line of its own: Lua said it of a run that the remarks foretold.
  const auto follows = [&](const Problem& problem) {
    const bool at_start = problem.line <= 1 && problem.column <= 1;
    return remarked.contains({problem.file, problem.line}) ||
           (at_start && remarked.lower_bound({problem.file, 0}) != remarked.lower_bound({problem.file + '\x01', 0}));
  };
  script::ParseOptions options{script::ambient_globals()};
  for (const auto& file : lua) {
    if (is_settings(file)) continue;  // its names are checked when it runs
    auto text = files.read(folder + "/" + file);
    if (!text) {
      problems.push_back({file, 0, 0, text.error().text()});
      continue;
    }
    size_t before = problems.size();
    std::vector<script::Statement> statements;
    script::parse_lua(file, *text, options, problems, &statements);
    if (problems.size() > before && statements.empty()) unreadable.insert(file);
    for (size_t i = before; i < problems.size(); ++i) {
      const script::Place place = script::Places(*text).statement(problems[i].line);
      for (int line : {problems[i].line, place.line}) remarked.emplace(file, line);
    }
  }
  auto workspace = script::load_workspace(host, folder, {.unused_too = true});
  report.instances = static_cast<int>(workspace.programs.size());
  for (const auto& file : lua) {
    const auto known = names_for(workspace, file);
    auto text = known && !unreadable.contains(file) ? files.read(folder + "/" + file) : Result<std::string>(std::string());
    if (text && !text->empty()) check_names(file, *text, *known, problems);
  }
  check_systems(host, workspace, workspace.problems);
  check_connections(host, workspace, workspace.problems);
  for (auto& problem : workspace.problems) {
    if (!unreadable.contains(problem.file) && !follows(problem)) problems.push_back(std::move(problem));
  }
  for (auto& problem : problems) {
    bool told =
        std::any_of(report.problems.begin(), report.problems.end(), [&](const Problem& other) { return other.text() == problem.text(); });
    if (asked->covers(problem.file) && !told) report.problems.push_back(std::move(problem));
  }
  std::stable_sort(report.problems.begin(), report.problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
  });
  return report;
}

}  // namespace mlc::workbench
