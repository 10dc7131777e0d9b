// Where refreshed tokens go first (reliability.md section 3, point 3): a preallocated file of fixed slots, each write
// synced, so that it also works on a full disk. Each grant has two slots that take turns: a torn write spoils one and
// leaves the other. The file's bytes are sealed. One thread.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "runtime/base/executor.h"
#include "runtime/base/result.h"
#include "runtime/crypto/aead.h"
#include "runtime/vault/vault.h"

namespace mlc::vault {

class Escrow {
 public:
  static constexpr size_t kSlotBytes = 8192;   // a pair of tokens with its seal; JWTs of 3 KB fit
  static constexpr size_t kSlotsAtOnce = 256;  // room for 128 grants; more is added when a new grant finds none

  // `folder` "": memory only, for tests.
  static Result<std::unique_ptr<Escrow>> open(const std::string& folder, crypto::Key256 key, Random& random);
  ~Escrow();

  Status put(const std::string& grant, int64_t generation, int64_t lease_epoch, std::string_view tokens);
  // The newest whole record of the grant.
  Result<std::optional<Vault::Escrowed>> get(const std::string& grant);

 private:
  struct Slot {
    int64_t order = 0;  // of writing; the newest record is the one that counts
    std::string grant;
    Vault::Escrowed record;
  };
  Escrow(crypto::Key256 key, Random& random) : key_(key), random_(random) {}
  Status read_slots();
  Status add_slots(size_t count);

  crypto::Key256 key_;
  Random& random_;
  int file_ = -1;
  size_t size_ = 0;  // slots in the file
  int64_t last_order_ = 0;
  std::map<size_t, Slot> slots_;  // by position in the file
};

}  // namespace mlc::vault
