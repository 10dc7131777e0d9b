#include "runtime/cli/scaffold.h"

#include <filesystem>

#include "runtime/base/files.h"

namespace mlc::cli {

bool is_plain_name(const std::string& name) {
  if (name.empty() || name.size() > 60 || name[0] < 'a' || name[0] > 'z') return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
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
