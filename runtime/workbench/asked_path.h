// What `check` and `test` were asked for: a workspace, or a file or folder in one.
#pragma once
#include <string>

#include "runtime/base/files.h"
#include "runtime/base/result.h"

namespace mlc::workbench {

struct AskedPath {
  std::string workspace;  // the nearest folder upwards that holds ml-connector.lua; "." = the current one
  std::string inside;     // what of it, without a / at either end; "" = all
  bool covers(const std::string& file) const { return inside.empty() || file == inside || file.starts_with(inside + "/"); }
};

// Not found: there is no such file, or no workspace around it.
Result<AskedPath> asked_path(Files& files, std::string path);

}  // namespace mlc::workbench
