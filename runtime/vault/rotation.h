// The file of the master key, and how another key takes its place (T9, F22). The key and the store can't change in one step, so:
//
//   1. <key>.next       the new key, synced
//   2. the store        every row re-wrapped, one commit
//   3. <key>.until-<t>  the key of before: it opens the backups of before, so the program never destroys it
//   4. <key>            the new key; <key>.next goes
//
// A kill before 2 leaves the old key good, one after it the new one; the next start sees which and goes on from there.
// Executor's thread.
#pragma once
#include <string>
#include <vector>

#include "runtime/vault/vault.h"

namespace mlc::vault {

struct MasterKeyFile {
  std::string path;
  bool managed = false;  // a credential of the service manager: only a person can put another one there
};
// Where read_master_key looks.
MasterKeyFile master_key_file(Files& files, const std::string& workspace_id, const std::string& configured);
Result<Secret> read_key_file(Files& files, const std::string& path);
// Keys of before, kept beside: newest first.
std::vector<std::string> earlier_keys(Files& files, const MasterKeyFile& file);

struct Rotated {
  std::string path;  // where the new key is
  std::string kept;  // where the one of before is; "" = a person still has it
};
// `into`: the new key's file when a person brings it to the service manager; must not exist. "" when we replace it ourselves.
// One call at a time.
Task<Result<Rotated>> rotate_master_key(Vault& vault, store::Store& store, Files& files, Environment env, MasterKeyFile file,
                                        std::string into, std::string actor);
// At a start, before the vault is opened: what a killed rotation left is brought to its end. True when there was anything.
Task<Result<bool>> settle_rotation(MasterKeyFile file, store::Store& store, Files& files, Environment env);

// For a restore of a backup of before a rotation: opens the store with the key of then and puts everything under the key of now.
Task<Status> adopt(const Secret& old_master, Secret new_master, store::Store& store, Environment env);

}  // namespace mlc::vault
