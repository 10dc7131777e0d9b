#include "runtime/workbench/check.h"

#include <algorithm>
#include <set>

#include "runtime/script/parser.h"

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

// The nearest folder upwards that holds ml-connector.lua.
std::string workspace_of(Files& files, std::string path) {
  while (!path.empty() && path.back() == '/' && path.size() > 1) path.pop_back();
  for (;;) {
    if (files.exists(path + "/ml-connector.lua")) return path;
    size_t slash = path.rfind('/');
    if (slash == std::string::npos) return files.exists("ml-connector.lua") ? "." : "";
    path = slash == 0 ? "" : path.substr(0, slash);
    if (path.empty()) return files.exists("/ml-connector.lua") ? "/" : "";
  }
}

}  // namespace

Result<CheckReport> check(const script::Host& host, const std::string& path) {
  Files& files = *host.files;
  std::string folder = workspace_of(files, path);
  if (folder.empty()) return Error(Code::not_found, path + " is in no workspace: there is no ml-connector.lua in it or above it");
  std::string limit = path.size() > folder.size() && path.starts_with(folder + "/") ? path.substr(folder.size() + 1) : "";

  CheckReport report;
  report.folder = folder;
  std::vector<std::string> lua;
  list_lua(files, folder, "", 0, lua);
  report.files = static_cast<int>(lua.size());
  std::vector<Problem> problems;
  std::set<std::string> unreadable;  // with a fault of syntax; the loader would say the same less well
  script::ParseOptions options{script::ambient_globals()};
  for (const auto& file : lua) {
    if (is_settings(file)) continue;  // its names are checked when it runs
    auto text = files.read(folder + "/" + file);
    if (!text) {
      problems.push_back({file, 0, 0, text.error().text()});
      continue;
    }
    size_t before = problems.size();
    script::parse_lua(file, *text, options, problems);
    if (problems.size() > before) unreadable.insert(file);
  }
  auto workspace = script::load_workspace(host, folder, {.unused_too = true});
  report.instances = static_cast<int>(workspace.programs.size());
  for (auto& problem : workspace.problems) {
    if (!unreadable.contains(problem.file)) problems.push_back(std::move(problem));
  }
  for (auto& problem : problems) {
    bool wanted = limit.empty() || problem.file == limit || problem.file.starts_with(limit + "/");
    bool told =
        std::any_of(report.problems.begin(), report.problems.end(), [&](const Problem& other) { return other.text() == problem.text(); });
    if (wanted && !told) report.problems.push_back(std::move(problem));
  }
  return report;
}

}  // namespace mlc::workbench
