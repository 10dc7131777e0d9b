#include "runtime/store/sqlite/replay_keys.h"

#include <cstring>

namespace mlc::store {
namespace {

constexpr size_t kLeastSlots = 1024;
constexpr Id kMostRows = 0xffff'fff0;  // what a slot can number from base_

// FNV-1a with a final mix. It only spreads: equality is decided by the full key.
uint64_t spread(std::string_view bytes, uint64_t seed) {
  uint64_t hash = seed ^ 0xcbf29ce484222325u;
  for (const unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;
  hash ^= hash >> 32;
  return hash * 0x9e3779b97f4a7c15u;
}

int64_t scope_of(std::string_view client, std::string_view connection) {
  return static_cast<int64_t>(spread(connection, spread(client, 0)));
}

uint32_t fingerprint_of(int64_t scope, std::string_view key) {
  return static_cast<uint32_t>(spread(key, static_cast<uint64_t>(scope)) >> 32);
}

}  // namespace

void FingerprintTable::insert(uint32_t fingerprint, uint32_t row) {
  if (slots_.empty() || (size_ + 1) * 5 > slots_.size() * 4) grow();
  size_t at = home(fingerprint);
  while (slots_[at].row != 0) at = (at + 1) & mask();
  slots_[at] = {fingerprint, row};
  ++size_;
}

void FingerprintTable::erase(uint32_t fingerprint, uint32_t row) {
  if (slots_.empty()) return;
  size_t hole = home(fingerprint);
  while (slots_[hole].row != row || slots_[hole].fingerprint != fingerprint) {
    if (slots_[hole].row == 0) return;
    hole = (hole + 1) & mask();
  }
  // Whatever was pushed past the hole moves back into it, so that no search ends early.
  for (size_t at = (hole + 1) & mask(); slots_[at].row != 0; at = (at + 1) & mask()) {
    const size_t distance_home = (at - home(slots_[at].fingerprint)) & mask();
    const size_t distance_hole = (at - hole) & mask();
    if (distance_home >= distance_hole) {
      slots_[hole] = slots_[at];
      hole = at;
    }
  }
  slots_[hole] = {};
  --size_;
}

void FingerprintTable::clear() {
  slots_.clear();
  size_ = 0;
}

void FingerprintTable::grow() {
  std::vector<Slot> old(slots_.empty() ? kLeastSlots : slots_.size() * 2);
  old.swap(slots_);
  size_ = 0;
  for (const Slot& slot : old) {
    if (slot.row != 0) insert(slot.fingerprint, slot.row);
  }
}

void ReplayKeys::load() {
  table_.clear();
  base_ = last_ = 0;
  auto rows = db_.query("SELECT id, scope, key, until FROM replay ORDER BY id");
  while (rows.next()) {
    last_ = rows.integer(0);
    if (table_.size() == 0) {
      base_ = last_ - 1;
      oldest_until_ = rows.integer(3);
    }
    table_.insert(fingerprint_of(rows.integer(1), rows.view(2)), static_cast<uint32_t>(last_ - base_));
  }
  if (table_.size() == 0) base_ = last_;
}

std::optional<Id> ReplayKeys::find(std::string_view client, std::string_view connection, std::string_view key) {
  const int64_t scope = scope_of(client, connection);
  Id event = 0;
  auto found = table_.find(fingerprint_of(scope, key), [&](uint32_t row) {
    auto stored = db_.query("SELECT event, scope, key FROM replay WHERE id=?", base_ + row);
    if (!stored.next() || stored.integer(1) != scope || stored.view(2) != key) return false;
    event = stored.integer(0);
    return true;
  });
  return found ? std::optional<Id>(event) : std::nullopt;
}

void ReplayKeys::remember(std::string_view client, std::string_view connection, std::string_view key, Id event, WallTime until) {
  if (last_ - base_ >= kMostRows) load();
  const int64_t scope = scope_of(client, connection);
  const Id row = last_ + 1;
  db_.run("INSERT INTO replay(id, event, until, scope, key) VALUES(?,?,?,?,?)", row, event, to_micros(until), scope, Blob{key});
  if (db_.failure_code() != SQLITE_OK) return;
  last_ = row;
  if (table_.size() == 0) oldest_until_ = to_micros(until);
  table_.insert(fingerprint_of(scope, key), static_cast<uint32_t>(row - base_));
}

void ReplayKeys::prune(WallTime now, int most) {
  if (table_.size() == 0 || oldest_until_ >= to_micros(now)) return;
  Id through = 0;
  {
    auto rows = db_.query("SELECT id, until, scope, key FROM replay ORDER BY id LIMIT ?", most + 1);
    for (int pruned = 0; rows.next(); ++pruned) {
      oldest_until_ = rows.integer(1);
      if (pruned == most || oldest_until_ >= to_micros(now)) break;
      through = rows.integer(0);
      table_.erase(fingerprint_of(rows.integer(2), rows.view(3)), static_cast<uint32_t>(through - base_));
    }
  }
  if (through > 0) db_.run("DELETE FROM replay WHERE id<=?", through);
}

}  // namespace mlc::store
