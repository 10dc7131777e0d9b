#include "runtime/workbench/asked_path.h"

namespace mlc::workbench {

Result<AskedPath> asked_path(Files& files, std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  while (path.starts_with("./") && path.size() > 2) path.erase(0, 2);
  if (!files.exists(path)) return Error(Code::not_found, "there is no " + path);
  const auto holds = [&](const std::string& folder) { return files.exists(folder + "/ml-connector.lua"); };
  if (holds(path)) return AskedPath{path, ""};
  for (size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0; slash = path.rfind('/', slash - 1))
    if (holds(path.substr(0, slash))) return AskedPath{path.substr(0, slash), path.substr(slash + 1)};
  if (path.front() != '/' && holds(".")) return AskedPath{".", path};
  return Error(Code::not_found, path + " is in no workspace: there is no ml-connector.lua in it or above it");
}

}  // namespace mlc::workbench
