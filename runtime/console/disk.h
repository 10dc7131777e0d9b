// The room that the state folder has left.
#pragma once
#include <optional>
#include <string>

#include "runtime/base/executor.h"
#include "runtime/base/task.h"
#include "runtime/store/store.h"

namespace mlc::console {

struct Disk {
  int64_t free_bytes = 0, store_bytes = 0;
  std::optional<int64_t> days_left;  // at the store's growth so far; known from its second day on
};

Task<std::optional<Disk>> look_at_disk(std::string state_folder, store::Store& store, const Clock& clock);

}  // namespace mlc::console
