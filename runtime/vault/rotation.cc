#include "runtime/vault/rotation.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/crypto/aead.h"

namespace mlc::vault {
namespace {

constexpr const char* kNext = ".next";
constexpr const char* kUntil = ".until-";
constexpr const char* kUnused = ".unused-";
constexpr unsigned kKeyMode = 0400;

// "20261121T152430Z": sorts by time, and a shell need not quote it.
std::string stamp(WallTime at) {
  std::string text;
  for (const char c : format_rfc3339(at)) {
    if (c == '.' || c == 'Z') break;
    if (c != '-' && c != ':') text.push_back(c);
  }
  return text + "Z";
}

Status write_key(Files& files, const std::string& path, const Secret& key) {
  std::string text = to_hex(key.reveal()) + "\n";
  auto written = files.write_atomic(path, text, kKeyMode);
  wipe(text.data(), text.size());
  return written;
}

// Two rotations within a second must not put one key over another.
std::string free_path(Files& files, const std::string& wanted) {
  std::string path = wanted;
  for (int n = 2; files.exists(path); ++n) path = wanted + "-" + std::to_string(n);
  return path;
}

// Steps 3 and 4; done again they change nothing.
Result<std::string> put_in_place(Files& files, const MasterKeyFile& file, const Secret& old_key, const Secret& new_key, WallTime now) {
  const std::string kept = free_path(files, file.path + kUntil + stamp(now));
  if (auto written = write_key(files, kept, old_key); !written) return written.error().wrap("keeping the key of before");
  if (auto written = write_key(files, file.path, new_key); !written) return written.error().wrap("putting the new key in its place");
  if (auto removed = files.remove(file.path + kNext); !removed) return removed.error();
  return kept;
}

Secret new_key(Random& random) {
  std::string bytes(crypto::kKeyBytes, '\0');
  random.fill(bytes.data(), bytes.size());
  return Secret(std::move(bytes));
}

}  // namespace

std::vector<std::string> earlier_keys(Files& files, const MasterKeyFile& file) {
  const size_t slash = file.path.rfind('/');
  const std::string folder = file.path.substr(0, slash), begins = file.path.substr(slash + 1) + kUntil;
  auto names = files.list(folder);
  std::vector<std::string> paths;
  if (!names) return paths;
  for (const auto& name : *names)
    if (name.starts_with(begins) && name.find(".tmp-") == std::string::npos) paths.push_back(folder + "/" + name);
  std::reverse(paths.begin(), paths.end());
  return paths;
}

Task<Result<bool>> settle_rotation(MasterKeyFile file, store::Store& store, Files& files, Environment env) {
  const std::string next = file.path + kNext;
  if (file.managed || !files.exists(next)) co_return false;
  auto now_key = read_key_file(files, file.path);
  if (!now_key) co_return now_key.error();
  auto next_key = read_key_file(files, next);
  if (!next_key) co_return next_key.error();
  if (now_key->reveal() == next_key->reveal()) {
    auto removed = files.remove(next);
    if (!removed) co_return removed.error();
    co_return true;
  }
  auto opens_now = co_await opens(*now_key, store, env);
  if (!opens_now) co_return opens_now.error();
  if (*opens_now) {  // the store was not re-wrapped. Put aside, not destroyed: this may not be the store that it was made for
    auto written = write_key(files, free_path(files, file.path + kUnused + stamp(env.clock->wall())), *next_key);
    if (!written) co_return written.error();
    auto removed = files.remove(next);
    if (!removed) co_return removed.error();
    co_return true;
  }
  auto opens_next = co_await opens(*next_key, store, env);
  if (!opens_next) co_return opens_next.error();
  if (!*opens_next) co_return false;  // neither is this store's: opening the vault says so
  auto placed = put_in_place(files, file, *now_key, *next_key, env.clock->wall());
  if (!placed) co_return placed.error();
  co_return true;
}

Task<Result<Rotated>> rotate_master_key(Vault& vault, store::Store& store, Files& files, Environment env, MasterKeyFile file,
                                        std::string into, std::string actor) {
  if (file.managed && into.empty())
    co_return Error(Code::invalid_argument, "the service manager hands the master key to this process (" + file.path +
                                                "): say where to write the new one, with --into FILE, and make it the credential");
  if (!file.managed && !into.empty())
    co_return Error(Code::invalid_argument,
                    "--into is for a key that the service manager hands over; this one is replaced at " + file.path);
  if (file.managed && into.front() != '/') co_return Error(Code::invalid_argument, "the path of --into must be absolute");
  if (file.managed && files.exists(into)) co_return Error(Code::conflict, into + " is there already; a key is never written over a file");
  auto settled = co_await settle_rotation(file, store, files, env);
  if (!settled) co_return settled.error();
  auto old_key = read_key_file(files, file.path);
  if (!old_key) co_return old_key.error();

  const Secret fresh = new_key(*env.random);
  const std::string first = file.managed ? into : file.path + kNext;
  if (auto written = write_key(files, first, fresh); !written) co_return written.error().wrap("writing the new master key");
  auto rotating = vault.rotate(Secret(std::string(fresh.reveal())), std::move(actor));
  auto rotated = co_await std::move(rotating);
  if (!rotated) {
    // An I/O error leaves open whether the commit stands: the next start finds out which key is good.
    if (rotated.error().code() != Code::io) (void)files.remove(first);
    co_return rotated.error();
  }
  if (file.managed) co_return Rotated{into, ""};
  auto kept = put_in_place(files, file, *old_key, fresh, env.clock->wall());
  if (!kept) co_return kept.error().wrap("everything is under the new key, which is at " + first + "; the next start goes on from there");
  co_return Rotated{file.path, *kept};
}

}  // namespace mlc::vault
