#include <cstdlib>

#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/base/user_folders.h"
#include "runtime/crypto/aead.h"
#include "runtime/vault/rotation.h"

namespace mlc::vault {
namespace {

std::string key_path(const std::string& workspace_id, const std::string& configured) {
  return configured.empty() ? config_folder() + "/" + workspace_id + ".key" : configured;
}

Result<Secret> parse_key(std::string text, const std::string& path) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  auto bytes = from_hex(text);
  wipe(text.data(), text.size());
  if (!bytes || bytes->size() != crypto::kKeyBytes)
    return Error(Code::config, path + " holds no master key: expected 64 hexadecimal digits");
  return Secret(std::move(*bytes));
}

}  // namespace

MasterKeyFile master_key_file(Files& files, const std::string& workspace_id, const std::string& configured) {
  if (const char* given = std::getenv("CREDENTIALS_DIRECTORY"); given != nullptr && *given != '\0') {
    const std::string path = std::string(given) + "/ml-connector.key";
    if (files.exists(path)) return {path, true};
  }
  return {key_path(workspace_id, configured), false};
}

Result<Secret> read_key_file(Files& files, const std::string& path) {
  auto text = files.read(path);
  if (!text) return text.error();
  return parse_key(std::move(*text), path);
}

Result<Secret> read_master_key(Files& files, const std::string& workspace_id, const std::string& configured) {
  const MasterKeyFile file = master_key_file(files, workspace_id, configured);
  auto key = read_key_file(files, file.path);
  if (key || file.managed || key.error().code() == Code::config) return key;
  return Error(Code::config,
               "the master key is not at " + file.path + "; put the workspace's key there, or set master_key in ml-connector.lua");
}

Result<std::string> make_master_key(Files& files, Random& random, const std::string& workspace_id, const std::string& configured) {
  const std::string path = key_path(workspace_id, configured);
  if (files.exists(path)) return path;
  auto made = files.make_dirs(path.substr(0, path.rfind('/')), 0700);
  if (!made) return made.error();
  std::string bytes(crypto::kKeyBytes, '\0');
  random.fill(bytes.data(), bytes.size());
  std::string text = to_hex(bytes) + "\n";
  auto written = files.write_atomic(path, text, 0400);
  wipe(bytes.data(), bytes.size());
  wipe(text.data(), text.size());
  if (!written) return written.error();
  return path;
}

}  // namespace mlc::vault
