// A job as the store recorded it, opened: what it was given, what it asked and what it was answered. Read once; the executor's
// thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/task.h"
#include "runtime/engine/journal.h"
#include "runtime/engine/runner.h"
#include "runtime/remote/remote.h"
#include "runtime/script/program.h"
#include "runtime/store/store.h"
#include "runtime/vault/vault.h"

namespace mlc::workbench {

struct Recording {
  engine::RunInput input;  // of its last attempt
  std::string topic;
  std::vector<store::Entry> entries;
  std::shared_ptr<engine::Journal> journal;  // of the last attempt's chapter

  const store::Job& job() const { return input.job; }
  bool ended() const;
  int calls() const;             // requests that the chapter holds, counted by their highest number
  std::string end_text() const;  // "done, sent", "parked: rate 19 % has no VAT code"
};

// not_found when there is no such job; otherwise what can't be opened says so.
Task<Result<std::shared_ptr<const Recording>>> read_recording(store::Store& store, vault::Vault& vault, store::Id job);

// The version of a program as the store keeps it; not_found when it is there no more.
Task<Result<std::shared_ptr<const script::Program>>> read_program(store::Store& store, const script::Host& host, std::string version);

}  // namespace mlc::workbench
