// The audit chain (G12, T16): one sequence over accepted events and all other audit entries, in the order they were
// written. hash(n) = SHA-256(hash(n-1), n, entry n), every field with its length. An event's entry covers its plain
// columns, its births and a digest of its sealed payload, so that erasing the payload leaves the chain whole.
#pragma once
#include <string>
#include <string_view>

#include "runtime/crypto/digest.h"
#include "runtime/store/types.h"

namespace mlc::store {

inline constexpr size_t kChainHashBytes = 32;

// One entry's bytes, built field by field.
class ChainEntry {
 public:
  explicit ChainEntry(std::string_view kind) { add(kind); }
  ChainEntry& add(std::string_view field);
  ChainEntry& add(int64_t field);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// The plain columns of an event as they stand in its row.
struct EventColumns {
  Id id = 0;
  int64_t kind = 0, received = 0, jobs = 0, lane = 0, due = 0;
  std::string_view client, connection, topic, instance, flow, source, key, digest;
};
ChainEntry event_entry(const EventColumns& event);  // births of further jobs are added with add_birth
void add_birth(ChainEntry& entry, std::string_view instance, std::string_view flow, std::string_view source, std::string_view key);
ChainEntry audit_entry(const AuditBirth& birth, int64_t at);

class Chain {
 public:
  void restart(int64_t seq, std::string hash) { seq_ = seq, hash_ = std::move(hash); }
  // Takes the next number; the new head is in hash().
  int64_t link(const ChainEntry& entry);
  int64_t seq() const { return seq_; }
  const std::string& hash() const { return hash_; }
  std::string payload_digest(const Sealed& payload) { return payload_digest(payload.bytes, payload.key); }
  std::string payload_digest(std::string_view bytes, std::string_view key);

 private:
  int64_t seq_ = 0;
  std::string hash_ = std::string(kChainHashBytes, '\0');
  crypto::Sha256 sha_;
};

}  // namespace mlc::store
