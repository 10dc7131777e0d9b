#include "runtime/workbench/specs.h"

#include <algorithm>

#include "runtime/mapping/explain.h"
#include "runtime/workbench/asked_path.h"
#include "runtime/workbench/spec_file.h"

namespace mlc::workbench {
namespace {

constexpr int kMaxDepth = 6;

void list_specs(Files& files, const std::string& base, const std::string& inside, int depth, std::vector<std::string>& found) {
  auto names = files.list(inside.empty() ? base : base + "/" + inside);
  for (const auto& name : names.value_or({})) {
    if (name.empty() || name[0] == '.' || (inside.empty() && name == "state")) continue;
    const std::string path = inside.empty() ? name : inside + "/" + name;
    if (name.ends_with("_spec.lua")) found.push_back(path);
    else if (depth < kMaxDepth && name.find('.') == std::string::npos) list_specs(files, base, path, depth + 1, found);
  }
}

std::vector<std::string> pieces(const std::string& path) {
  std::vector<std::string> all;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    all.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return all;
}

class Runner {
 public:
  Runner(const script::Host& host, std::string folder, const SpecOptions& options)
      : host_(host), folder_(std::move(folder)), options_(options) {}

  void run(const std::string& file) {
    ++report.files;
    const auto parts = pieces(file);
    if (parts.size() >= 4 && parts[0] == "scripts" && parts[1] == "integrations") return run(file, base(parts[2]), parts[2]);
    if (parts.size() >= 4 && parts[0] == "clients") return run(file, instance(parts[1], parts[2], file), parts[1] + "/" + parts[2]);
    if (parts.size() >= 4 && parts[0] == "scripts" && parts[1] == "systems") return run_system(file, parts[2]);
    problem(file, "specs stand in scripts/integrations/<name>/, scripts/systems/<name>/ or clients/<client>/<instance>/");
  }

  void run(const std::string& file, const std::shared_ptr<const script::Program>& program, const std::string& place) {
    if (program == nullptr) return;
    SpecFile spec;
    spec.modules = program->scripts->modules;
    spec.program = program;
    spec.coverage = &coverage(*program, place);
    run(file, std::move(spec));
  }

  SpecReport report;

 private:
  void problem(const std::string& file, std::string sentence) { report.problems.push_back({file, 0, 0, std::move(sentence)}); }

  void run(const std::string& file, SpecFile spec) {
    spec.folder = folder_;
    spec.file = file;
    spec.update = options_.update;
    spec.filter = options_.filter;
    run_spec_file(host_, std::move(spec), report);
  }

  void run_system(const std::string& file, const std::string& name) {
    SpecFile spec;
    std::vector<script::Problem> problems;
    spec.modules = script::read_sources(*host_.files, folder_ + "/scripts/systems/" + name, problems, "scripts/systems/" + name);
    script::add_stdlib(host_, spec.modules, problems);
    if (problems.empty()) return run(file, std::move(spec));
    report.problems.insert(report.problems.end(), problems.begin(), problems.end());
  }

  std::shared_ptr<const script::Program> base(const std::string& name) {
    auto known = bases_.find(name);
    if (known == bases_.end()) known = bases_.emplace(name, script::load_base(host_, folder_, name, report.problems)).first;
    return known->second;
  }

  std::shared_ptr<const script::Program> instance(const std::string& client, const std::string& name, const std::string& file) {
    if (!workspace_) {
      workspace_ = script::load_workspace(host_, folder_);
      report.problems.insert(report.problems.end(), workspace_->problems.begin(), workspace_->problems.end());
    }
    for (const auto& program : workspace_->programs)
      if (program->instance.client == client && program->instance.name == name) return program;
    if (workspace_->problems.empty()) problem(file, "client " + client + " has no instance " + name);
    return nullptr;
  }

  CoverageSheet& coverage(const script::Program& program, const std::string& place) {
    auto known = sheets_.find(place);
    if (known == sheets_.end()) {
      known = sheets_.emplace(place, CoverageSheet{}).first;
      for (const auto& [name, unit] : *program.mappings) {
        auto& fields = known->second.fields[name];
        for (auto& field : mapping::places(*unit->compiled)) fields.insert(std::move(field));
      }
    }
    return known->second;
  }

 public:
  void finish() {
    for (auto& [place, sheet] : sheets_)
      for (auto& [mapping, fields] : sheet.fields) report.coverage.push_back({place, mapping, fields, sheet.exercised[mapping]});
  }

 private:
  const script::Host& host_;
  std::string folder_;
  SpecOptions options_;
  std::optional<script::Workspace> workspace_;
  std::map<std::string, std::shared_ptr<const script::Program>> bases_;
  std::map<std::string, CoverageSheet> sheets_;
};

}  // namespace

std::vector<std::string> MappingCoverage::missed() const {
  std::vector<std::string> list;
  std::set_difference(fields.begin(), fields.end(), exercised.begin(), exercised.end(), std::back_inserter(list));
  return list;
}

bool SpecReport::good() const {
  return problems.empty() && std::all_of(results.begin(), results.end(), [](const SpecResult& one) { return one.ok; });
}

Result<SpecReport> run_specs(const script::Host& host, const std::string& path, const SpecOptions& options) {
  auto asked = asked_path(*host.files, path);
  if (!asked) return asked.error();
  std::vector<std::string> files;
  list_specs(*host.files, asked->workspace, "", 0, files);
  Runner runner(host, asked->workspace, options);
  for (const auto& file : files)
    if (asked->covers(file)) runner.run(file);
  runner.finish();
  return std::move(runner.report);
}

std::vector<script::Problem> SpecGate::failures(const std::shared_ptr<const script::Program>& program) {
  const auto& instance = program->instance;
  auto failed = [](const SpecReport& report) {
    std::vector<script::Problem> problems = report.problems;
    for (const auto& one : report.results)
      if (!one.ok) problems.push_back({one.file, one.line, 0, "spec \"" + one.name + "\" fails: " + one.message});
    return problems;
  };
  auto known = integrations_.find(instance.integration);
  if (known == integrations_.end()) {
    Runner runner(host_, folder_, {});
    std::vector<std::string> files;
    list_specs(*host_.files, folder_, "scripts/integrations/" + instance.integration, 1, files);
    for (const auto& file : files) runner.run(file);
    known = integrations_.emplace(instance.integration, failed(runner.report)).first;
  }
  auto all = known->second;
  const std::string place = instance.client + "/" + instance.name;
  Runner runner(host_, folder_, {});
  std::vector<std::string> files;
  list_specs(*host_.files, folder_, "clients/" + place, 1, files);
  for (const auto& file : files) runner.run(file, program, place);
  auto own = failed(runner.report);
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

}  // namespace mlc::workbench
