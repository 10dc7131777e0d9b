#include "runtime/app/share.h"

#include <filesystem>

#include "bindings/bindings.h"

namespace mlc::app {
namespace {

bool holds_scripts(Files& files, const std::string& folder) {
  return files.exists(folder + "/stdlib") && files.exists(folder + "/scripts");
}

}  // namespace

Result<std::string> find_share(Files& files, const std::string& given) {
  if (!given.empty()) {
    if (holds_scripts(files, given)) return given;
    return Error(Code::config, "--share " + given + " holds no stdlib and scripts folders");
  }
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const std::string installed = (program.parent_path().parent_path() / "share/ml-connector").string();
    if (holds_scripts(files, installed)) return installed;
  }
  if (holds_scripts(files, MLC_SOURCE_DIR)) return std::string(MLC_SOURCE_DIR);
  return Error(Code::config, "stdlib and scripts were not found beside the program; name their folder with --share");
}

Result<std::string> find_sandbox(Files& files, const std::string& share) {
  for (const char* folder : {"/sandbox", "/examples/sandbox"})
    if (files.exists(share + folder + "/init.lua")) return share + folder;
  return Error(Code::config, "the simulated systems are not in " + share);
}

script::Host make_host(Files& files, const std::string& share) {
  script::Host host;
  host.files = &files;
  host.share = share;
  host.modules = bindings::job_modules();
  return host;
}

}  // namespace mlc::app
