// Keys of clients: each has versions, of which the newest seals and all open. Kept in Table::client_keys, wrapped by
// the key made from the master key. use() and find() may be called from any thread; the rest on the executor's.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/base/task.h"
#include "runtime/crypto/aead.h"
#include "runtime/store/store.h"

namespace mlc::vault {

struct ClientKey {
  uint32_t version = 1;
  crypto::Key256 key;
};

class Keyring {
 public:
  // Random nonces of 96 bits allow 2^32 uses of a key (NIST SP 800-38D 8.3); each start reserves a block of them in the
  // key's row, and a key whose blocks are used up gets a successor.
  static constexpr uint64_t kUsesPerKey = uint64_t{1} << 32;
  static constexpr uint64_t kBlock = uint64_t{1} << 29;

  Keyring(crypto::Key256 wrapping, store::Store& store, Environment env) : wrapping_(wrapping), store_(store), env_(env) {}

  // Code::denied when rows exist that the wrapping key does not open. Makes the check row on an empty store.
  Task<Status> check();
  Task<Status> prepare(std::string client);
  Task<Status> prepare_all(std::vector<std::string> clients);  // in one commit
  // The client's newest key, counted as one use. Error: prepare() was not called.
  Result<std::shared_ptr<const ClientKey>> use(const std::string& client);
  Result<std::shared_ptr<const ClientKey>> find(const std::string& client, uint32_t version) const;
  // Secret of the client's digests: the same whatever the version.
  Result<std::string> digest_key(const std::string& client) const;

  const crypto::Key256& wrapping() const { return wrapping_; }
  void set_wrapping(crypto::Key256 key) { wrapping_ = key; }
  // Every row, wrapped by another key; for rotate(), which freezes the keyring so that no row is made under the old
  // one meanwhile.
  Task<Result<std::vector<store::Row>>> rewrapped(crypto::Key256 other);
  void freeze(bool frozen) { frozen_ = frozen; }
  bool frozen() const { return frozen_; }

 private:
  struct Ring {
    std::vector<std::shared_ptr<const ClientKey>> keys;  // ascending versions
    std::string digest_key;
    uint64_t reserved = 0;  // uses of the newest key that its row grants
    std::atomic<uint64_t> left{0};
  };
  Task<Status> make_or_load(std::vector<std::string> clients);
  bool has_uses(const std::string& client) const;
  Task<Result<std::shared_ptr<Ring>>> reserve(std::string client);
  std::string row_of(const std::string& client, const Ring& ring, const crypto::Key256& wrapping) const;
  Result<std::shared_ptr<Ring>> ring_of(const store::Row& row) const;
  void add_key(Ring& ring) const;

  crypto::Key256 wrapping_;
  store::Store& store_;
  Environment env_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, std::shared_ptr<Ring>> rings_;
  // Of clients being prepared: the callers that wait for the first one's result. Two keys for one client would leave
  // unreadable what the loser sealed.
  std::map<std::string, std::vector<Callback<Status>::Complete>> preparing_;
  bool frozen_ = false;
};

}  // namespace mlc::vault
