// `ml-connector settings`: what an instance runs with, and who says so.
#pragma once
#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/script/host.h"
#include "runtime/script/loader.h"

namespace mlc::workbench {

struct SettingLine {
  std::string name, type;
  std::string value;          // JSON; empty: unset
  std::string default_value;  // JSON; empty: there is none
  std::string meaning;
  bool own = false;  // the client gave it
  bool mandatory = false;
  std::string file;  // where the value is written: client.lua, or the integration's schema
  int line = 0, column = 0;
};

// By name. The instance needs not to be without faults; not_found when there is no such client or instance.
Result<std::vector<SettingLine>> list_settings(const script::Host& host, const script::Workspace& workspace, const std::string& client,
                                               const std::string& instance);

}  // namespace mlc::workbench
