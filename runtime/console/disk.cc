#include "runtime/console/disk.h"

#include <sys/statvfs.h>

#include <filesystem>

namespace mlc::console {

// Free space against what the store grew by a day since its first entry; rough, but it tells a week from a year.
Task<std::optional<Disk>> look_at_disk(std::string state_folder, store::Store& store, const Clock& clock) {
  struct statvfs space {};
  if (statvfs(state_folder.c_str(), &space) != 0) co_return std::nullopt;
  Disk disk;
  disk.free_bytes = static_cast<int64_t>(space.f_bavail) * static_cast<int64_t>(space.f_frsize);
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(state_folder, error))
    if (file.path().filename().string().starts_with("store.db")) disk.store_bytes += static_cast<int64_t>(file.file_size(error));
  auto first = co_await store.audit("", 1, 1);  // behind the first entry, oldest first; behind 0 would be the newest
  if (!first || first->empty()) co_return disk;
  const double age = std::chrono::duration<double, std::ratio<86400>>(clock.wall() - first->front().at).count();
  if (age >= 1 && disk.store_bytes > 0)
    disk.days_left = static_cast<int64_t>(static_cast<double>(disk.free_bytes) / (static_cast<double>(disk.store_bytes) / age));
  co_return disk;
}

}  // namespace mlc::console
