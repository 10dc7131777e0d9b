#include "runtime/script/sources.h"

namespace mlc::script {
namespace {

constexpr int kMaxFolderDepth = 4;

void read_folder(Files& files, const std::string& folder, const std::string& shown, const std::string& prefix, int depth, Sources& sources,
                 std::vector<Problem>& problems) {
  auto names = files.list(folder);
  if (!names) return;
  for (const auto& name : *names) {
    if (name.empty() || name[0] == '.' || name == "spec") continue;
    if (!name.ends_with(".lua")) {
      if (depth < kMaxFolderDepth && name.find('.') == std::string::npos)
        read_folder(files, folder + "/" + name, shown + "/" + name, prefix + name + ".", depth + 1, sources, problems);
      continue;
    }
    auto text = files.read(folder + "/" + name);
    if (!text) {
      problems.push_back({shown + "/" + name, 0, 0, text.error().text()});
      continue;
    }
    auto compiled = compile(shown + "/" + name, *text);
    if (compiled.chunk == nullptr) {
      problems.push_back(compiled.problem);
    } else {
      sources[prefix + name.substr(0, name.size() - 4)] = compiled.chunk;
    }
  }
}

}  // namespace

Sources read_sources(Files& files, const std::string& folder, std::vector<Problem>& problems, const std::string& shown) {
  Sources sources;
  read_folder(files, folder, shown.empty() ? folder : shown, "", 0, sources, problems);
  return sources;
}

void add_stdlib(const Host& host, Sources& sources, std::vector<Problem>& problems) {
  auto stdlib = read_sources(*host.files, host.share + "/stdlib", problems, "stdlib");
  for (auto& [name, chunk] : stdlib) {
    if (!name.starts_with("meta.")) sources.emplace(name, chunk);  // declarations for editors
  }
}

}  // namespace mlc::script
