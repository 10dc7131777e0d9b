#include "runtime/cli/scaffold.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace mlc::cli {

bool is_plain_name(const std::string& name) {
  if (name.empty() || name.size() > 60 || name[0] < 'a' || name[0] > 'z') return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

bool is_script_name(const std::string& name) { return is_plain_name(name) && name.find('-') == std::string::npos; }

bool in_workspace(Context& context, Files& files) {
  if (files.exists(context.workspace + "/ml-connector.lua")) return true;
  context.fail(kEnvironment, context.workspace + " is no workspace: ml-connector.lua is missing. Make one with: ml-connector init");
  return false;
}

std::vector<std::string> script_names(const Context& context, Files& files, const std::string& share, const std::string& kind) {
  std::set<std::string> names;
  for (const auto& base : {context.workspace, share}) {
    const std::string folder = base + "/scripts/" + kind;
    for (const auto& name : files.list(folder).value_or({}))
      if (files.exists(folder + "/" + name + "/init.lua")) names.insert(name);
  }
  return {names.begin(), names.end()};
}

bool is_free_name(Context& context, Files& files, const std::string& share, const std::string& kind, const std::string& name) {
  const std::string inside = "scripts/" + kind + "/" + name, what = kind.substr(0, kind.size() - 1);
  if (!is_script_name(name)) {
    context.fail(kUsage, "\"" + name + "\" is no name of " + (what[0] == 'i' ? "an " : "a ") + what +
                             ": it has lower-case letters, digits and _, and begins with a letter");
    return false;
  }
  if (files.exists(context.workspace + "/" + inside)) {
    context.fail(kNo, inside + " is there already; nothing was changed in it");
    return false;
  }
  if (files.exists(share + "/" + inside + "/init.lua")) {
    context.fail(kNo, name +
                          " comes with the program, and one of that name in scripts/ would take its place for every client: choose "
                          "another name");
    return false;
  }
  return true;
}

bool write_all(Context& context, const std::string& folder, const NewFiles& files) {
  const std::string base = context.workspace == "." ? folder : context.workspace + "/" + folder;
  return std::all_of(files.begin(), files.end(),
                     [&](const auto& file) { return write_new(context, base + "/" + file.first, file.second); });
}

bool write_new(Context& context, const std::string& path, const std::string& text) {
  RealFiles files;
  if (files.exists(path)) {
    context.fail(kNo, path + " is there already; nothing was changed in it");
    return false;
  }
  const auto folder = std::filesystem::path(path).parent_path().string();
  if (!folder.empty()) {
    auto made = files.make_dirs(folder, 0755);
    if (!made) {
      context.fail(made.error());
      return false;
    }
  }
  auto written = files.write_atomic(path, text, 0644);
  if (!written) context.fail(written.error());
  return written.ok();
}

std::optional<Json> read_sandbox(Context& context, const std::string& file) {
  RealFiles files;
  auto text = files.read(file);
  if (!text) {
    context.fail(text.error());
    return std::nullopt;
  }
  Json line = Json::parse(*text, nullptr, false);
  if (!line.is_object() || !line.value("systems", Json()).is_object() || !line.value("certificate", Json()).is_object()) {
    context.fail(kUsage, file + " does not hold the line that a sandbox prints when it is ready: ml-connector sandbox > " + file);
    return std::nullopt;
  }
  return line;
}

}  // namespace mlc::cli
