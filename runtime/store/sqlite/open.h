// The embedded store: one SQLite file, WAL, synchronous FULL, one writing and checkpointing connection.
#pragma once
#include "runtime/store/store.h"

namespace mlc::store {

struct SqliteOptions {
  std::string path;                         // folder must exist; the file is made when missing
  bool threaded = true;                     // false: commits run as executor work, for simulation on a virtual clock
  int group_max = 512;                      // writes in one commit
  std::function<void(const Error&)> fatal;  // called once on an I/O error from COMMIT or fsync (G7)
  bool new_incarnation = false;             // of a restored copy: whatever was armed before is not any more (G14)
};

// Opens, migrates forward (after a backup beside the file), replays what the last process left. Code::conflict when
// another process has it, Code::corrupt when it fails its check, Code::unsupported when it is from a newer program.
Result<std::unique_ptr<Store>> open_sqlite(SqliteOptions options, Environment env);

}  // namespace mlc::store
