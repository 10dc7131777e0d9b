// Seals what must not be read from a stolen disk (T9) and gives keyed digests for search (G13). Holds the master
// key; makes one key a client, wrapped by it. seal, open and digest may be called from any thread; the rest only on
// the executor's.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/base/files.h"
#include "runtime/base/secret.h"
#include "runtime/store/store.h"

namespace mlc::vault {

// $CREDENTIALS_DIRECTORY/ml-connector.key, else `configured`, else ${XDG_CONFIG_HOME:-~/.config}/ml-connector/<id>.key.
// Error Code::config (exit 3) when missing or of the wrong form; never makes one.
Result<Secret> read_master_key(Files& files, const std::string& workspace_id, const std::string& configured);
// Makes a key file 0400 at the default place unless one is there. Gives its path.
Result<std::string> make_master_key(Files& files, Random& random, const std::string& workspace_id, const std::string& configured);

class Vault {
 public:
  virtual ~Vault() = default;

  // `context` names what is sealed ("event", "journal", "grant") and is authenticated with it. The client's key must
  // have been loaded by prepare(client) once.
  virtual Result<store::Sealed> seal(const std::string& client, std::string_view context, std::string_view plain) = 0;
  virtual Result<std::string> open(const std::string& client, std::string_view context, const store::Sealed& sealed) = 0;
  virtual std::string digest(const std::string& client, std::string_view subject) = 0;  // 16 bytes

  virtual Task<Status> prepare(std::string client) = 0;                    // loads or makes the client's key
  virtual Task<Status> prepare_all(std::vector<std::string> clients) = 0;  // the same in one commit

  // Credentials of a grant or connection. `owner` is "client/connection" or "grant:<name>"; `hosts` bind the value
  // to where it may be written (T15). Values go in and are used; no command gives them back.
  virtual Task<Status> put_secret(std::string owner, std::string name, Secret value, std::vector<std::string> hosts, std::string actor) = 0;
  virtual Task<Result<std::optional<Secret>>> secret(std::string owner, std::string name,
                                                     std::string host) = 0;  // host "" = not for sending (webhook checks)
  struct Listed {
    std::string owner, name;
    WallTime set_at{};
    std::vector<std::string> hosts;
  };
  virtual Task<Result<std::vector<Listed>>> list_secrets(std::string owner_prefix) = 0;
  virtual Task<Status> drop_secret(std::string owner, std::string name, std::string actor) = 0;

  // Refreshed tokens are synced here before anything else happens to them; works on a full disk (preallocated).
  virtual Status escrow(std::string grant, int64_t generation, int64_t lease_epoch, std::string_view tokens) = 0;
  struct Escrowed {
    int64_t generation = 0, lease_epoch = 0;
    std::string tokens;
  };
  virtual Result<std::optional<Escrowed>> escrowed(const std::string& grant) = 0;

  // New master key: every row re-wrapped; can be killed at any point and called again (F22). Its file is rotation.h's care.
  // A recovery key of before opens the backups of before, not those that follow.
  virtual Task<Status> rotate(Secret new_master, std::string actor) = 0;

  // A new recovery key as text for a person to keep elsewhere; it opens the backups made from now on (T9). The one before
  // opens those made until now.
  virtual Task<Result<Secret>> export_recovery(std::string actor) = 0;
  virtual Task<Result<bool>> has_recovery() = 0;
};

struct Options {
  Secret master;
  std::string state_folder;  // for the escrow file
};
// Code::denied when sealed rows exist that this key does not open.
Task<Result<std::unique_ptr<Vault>>> open_vault(Options options, store::Store& store, Files& files, Environment env);

// For a restore: does this master key open the store as it is?
Task<Result<bool>> opens(const Secret& master, store::Store& store, Environment env);
// For a restore on a machine that does not have the master key: opens the store with the recovery key, as exported, and
// puts everything under `new_master`; the recovery key stays good. Code::denied when it is not this store's.
Task<Status> recover(const Secret& recovery, Secret new_master, store::Store& store, Environment env);

}  // namespace mlc::vault
