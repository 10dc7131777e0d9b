#include "runtime/script/sources.h"

namespace mlc::script {
namespace {

constexpr int kMaxFolderDepth = 4;

void read_folder(Files& files, const std::string& folder, const std::string& shown, const std::string& prefix, int depth, Sources& sources,
                 std::vector<Problem>& problems) {
  auto names = files.list(folder);
  if (!names) return;
  for (const auto& name : *names) {
    if (name.empty() || name[0] == '.' || name == "spec" || name == "golden" || name.ends_with("_spec.lua")) continue;
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

std::set<std::string> shared_topics(std::string_view text) {
  constexpr std::string_view kBegins = "shared.";
  std::set<std::string> topics;
  for (size_t at = text.find(kBegins); at != std::string_view::npos; at = text.find(kBegins, at + 1)) {
    if (at == 0 || (text[at - 1] != '"' && text[at - 1] != '\'')) continue;
    const size_t begin = at + kBegins.size(), end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", begin);
    if (end != std::string_view::npos && end > begin && text[end] == '.') topics.emplace(text.substr(begin, end - begin));
  }
  return topics;
}

void add_shared(Files& files, const std::vector<std::string>& roots, Sources& sources, std::vector<Problem>& problems) {
  std::set<std::string> topics;
  for (;;) {
    std::set<std::string> wanted;
    for (const auto& [name, chunk] : sources) wanted.merge(shared_topics(chunk->text));
    if (wanted.size() == topics.size()) return;
    for (const auto& topic : wanted) {
      if (!topics.insert(topic).second) continue;
      const std::string inside = "scripts/shared/" + topic;
      for (const auto& root : roots) {
        if (!files.list(root + "/" + inside)) continue;
        for (auto& [name, chunk] : read_sources(files, root + "/" + inside, problems, inside))
          sources.emplace("shared." + topic + "." + name, chunk);
        break;
      }
    }
  }
}

void add_stdlib(const Host& host, Sources& sources, std::vector<Problem>& problems) {
  auto stdlib = read_sources(*host.files, host.share + "/stdlib", problems, "stdlib");
  for (auto& [name, chunk] : stdlib) {
    if (!name.starts_with("meta.")) sources.emplace(name, chunk);  // declarations for editors
  }
}

}  // namespace mlc::script
