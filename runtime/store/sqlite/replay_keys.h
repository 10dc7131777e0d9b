// Which signed contents were accepted already (T2). A narrow append table holds the keys; memory holds 8 bytes a slot,
// a 32-bit fingerprint and a row number, so 10^6 keys take 16 MiB at most. A fingerprint that matches is checked
// against the full key in its row. Writer thread only.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/store/sqlite/database.h"
#include "runtime/store/types.h"

namespace mlc::store {

// Open addressing with linear probing; a fingerprint alone decides the home slot, so that the table grows and
// forgets without reading the keys again.
class FingerprintTable {
 public:
  void insert(uint32_t fingerprint, uint32_t row);  // row > 0
  void erase(uint32_t fingerprint, uint32_t row);
  void clear();
  size_t size() const { return size_; }
  size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

  // Calls `same(row)` for each row with this fingerprint until it says true.
  template <class Same>
  std::optional<uint32_t> find(uint32_t fingerprint, Same same) const {
    if (slots_.empty()) return std::nullopt;
    for (size_t at = home(fingerprint);; at = (at + 1) & mask()) {
      const Slot& slot = slots_[at];
      if (slot.row == 0) return std::nullopt;
      if (slot.fingerprint == fingerprint && same(slot.row)) return slot.row;
    }
  }

 private:
  struct Slot {
    uint32_t fingerprint = 0, row = 0;  // row 0 = free
  };
  size_t mask() const { return slots_.size() - 1; }
  size_t home(uint32_t fingerprint) const { return (uint64_t{fingerprint} * slots_.size()) >> 32; }
  void grow();
  std::vector<Slot> slots_;  // a power of two
  size_t size_ = 0;
};

class ReplayKeys {
 public:
  explicit ReplayKeys(Database& db) : db_(db) {}
  void load();
  // The event that has this key, or nullopt: then remember() makes it known.
  std::optional<Id> find(std::string_view client, std::string_view connection, std::string_view key);
  void remember(std::string_view client, std::string_view connection, std::string_view key, Id event, WallTime until);
  // Forgets up to `most` of the oldest keys whose time has passed.
  void prune(WallTime now, int most);
  size_t size() const { return table_.size(); }
  size_t bytes() const { return table_.bytes(); }

 private:
  Database& db_;
  FingerprintTable table_;
  Id base_ = 0;  // row number of slot value 0
  Id last_ = 0;
  int64_t oldest_until_ = 0;  // of the first row; nothing to prune before it
};

}  // namespace mlc::store
