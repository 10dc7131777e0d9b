// Erasure (G13): what a store lets be looked through, and destroyed. The keys and bytes of payloads go; rows, hashes and
// digests stay, so that the trail is proved as before. Executor's thread.
#pragma once
#include "runtime/store/store.h"

namespace mlc::store {

struct Readable {
  Id row = 0, job = 0;  // an event's id and 0, or a row of the journal and its job
  std::string name;     // of a journal entry
  Sealed payload;
  WallTime at{};
};
// A part of all rows in their order; ask again from `through` until `last`.
struct ReadablePart {
  std::vector<Readable> rows;  // those of the client that still have a payload
  Id through = 0;
  bool last = true;
};

// One transaction, or nothing: Code::conflict when a job of it is still open.
struct Erasure {
  std::string client;
  std::vector<Id> events, jobs, cases;  // jobs: the whole journal of each
  std::vector<std::pair<Table, std::string>> drop;
  std::vector<std::pair<Table, Row>> put;
  std::vector<AuditBirth> audit;
};

class Erasing {
 public:
  virtual ~Erasing() = default;
  virtual Task<Result<ReadablePart>> readable_events(std::string client, Id after) = 0;
  virtual Task<Result<ReadablePart>> readable_journal(std::string client, Id after) = 0;
  // How many payloads were destroyed. Pages that held them are overwritten, and the log they stood in is cut, before long.
  virtual Task<Result<int64_t>> erase(Erasure erasure) = 0;
};

// What an ended job says instead of its reason, which may tell of a person.
inline constexpr const char* kErasedReason = "its data was erased";

// The same store, from its other side.
Erasing& erasing_of(Store& store);

}  // namespace mlc::store
