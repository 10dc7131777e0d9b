#include "runtime/workbench/check_systems.h"

#include <algorithm>

#include "runtime/remote/system_spec.h"
#include "runtime/script/places.h"
#include "runtime/workbench/catalog.h"

namespace mlc::workbench {
namespace {

// The keys of "operations["a.b"].pages", from outside to inside.
std::vector<std::string> keys_of(std::string_view path) {
  std::vector<std::string> keys;
  std::string key;
  bool quoted = false;
  for (const char c : path) {
    if (c == '"') quoted = !quoted;
    else if (!quoted && (c == '.' || c == '[' || c == ']')) {
      if (!key.empty()) keys.push_back(std::move(key));
      key.clear();
    } else key.push_back(c);
  }
  if (!key.empty()) keys.push_back(std::move(key));
  return keys;
}

// A misspelt name stands in the file itself.
std::string unknown_name(const std::string& sentence) {
  constexpr std::string_view kSays = "unknown name \"";
  const size_t at = sentence.find(kSays);
  if (at == std::string::npos) return "";
  const size_t begin = at + kSays.size(), end = sentence.find('"', begin);
  return end == std::string::npos ? "" : sentence.substr(begin, end - begin);
}

}  // namespace

void check_systems(const script::Host& host, const script::Workspace& workspace, std::vector<script::Problem>& problems) {
  for (const auto& [name, definition] : workspace.systems) {
    const auto spec = remote::parse_system(definition);
    const Status sound = spec ? check_webhooks((*spec)->webhooks) : Status(spec.error());
    if (sound) continue;
    const std::string inside = "scripts/systems/" + name + "/init.lua";
    const bool own = host.files->exists(workspace.folder + "/" + inside);
    const std::string file = own ? inside : host.share + "/" + inside, path = own ? workspace.folder + "/" + inside : file;
    if (std::any_of(problems.begin(), problems.end(), [&](const auto& each) { return each.file == file; })) continue;

    std::string sentence = sound.error().text();
    const std::string prefix = "system " + name + ": ";
    if (sentence.starts_with(prefix)) sentence = sentence.substr(prefix.size());
    script::Problem problem{file, 1, 1, sentence};
    auto keys = keys_of(sentence.substr(0, sentence.find(": ")));
    if (!keys.empty() && keys.front() == "system") keys.erase(keys.begin());
    if (const auto unknown = unknown_name(sentence); !unknown.empty()) keys.push_back(unknown);
    const auto text = host.files->read(path);
    if (text) {
      const script::Places places(*text);
      if (auto place = places.key(keys)) problem.line = place->line, problem.column = place->column;
    }
    problems.push_back(std::move(problem));
  }
}

}  // namespace mlc::workbench
