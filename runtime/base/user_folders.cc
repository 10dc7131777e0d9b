#include "runtime/base/user_folders.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace mlc {
namespace {

std::string whole_path(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value == '/' ? value : "";
}

// Services may run without $HOME.
std::string home() {
  if (auto home = whole_path("HOME"); !home.empty()) return home;
  const passwd* user = getpwuid(getuid());
  return user == nullptr || user->pw_dir == nullptr ? "" : user->pw_dir;
}

std::string folder(const char* variable, const char* in_home) {
  const auto given = whole_path(variable);
  return (given.empty() ? home() + in_home : given) + "/ml-connector";
}

}  // namespace

std::string config_folder() { return folder("XDG_CONFIG_HOME", "/.config"); }

std::string state_folder() { return folder("XDG_STATE_HOME", "/.local/state"); }

}  // namespace mlc
