// MemoryFiles: the tests' and simulation's file system. Everything written is durable at once.
#include "runtime/base/files.h"

namespace mlc {
namespace {

std::string folder_of(const std::string& path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace

class MemoryFiles::Appender : public AppendFile {
 public:
  Appender(std::shared_ptr<Shared> shared, std::string path) : shared_(std::move(shared)), path_(std::move(path)) {}
  Status append_synced(std::string_view bytes) override {
    std::lock_guard lock(shared_->mutex);
    shared_->files[path_] += bytes;
    return ok_status();
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::string path_;
};

class MemoryFiles::Lock : public FileLock {
 public:
  Lock(std::shared_ptr<Shared> shared, std::string path) : shared_(std::move(shared)), path_(std::move(path)) {}
  ~Lock() override {
    std::lock_guard lock(shared_->mutex);
    shared_->locked.erase(path_);
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::string path_;
};

Result<std::string> MemoryFiles::read(const std::string& path) {
  std::lock_guard lock(shared_->mutex);
  auto found = shared_->files.find(path);
  if (found == shared_->files.end()) return Error(Code::not_found, "no file " + path);
  return found->second;
}

Status MemoryFiles::write_atomic(const std::string& path, std::string_view bytes, unsigned) {
  std::lock_guard lock(shared_->mutex);
  std::string folder = folder_of(path);
  if (!folder.empty() && !shared_->folders.contains(folder)) return Error(Code::not_found, "no folder " + folder);
  shared_->files[path] = bytes;
  return ok_status();
}

Result<std::unique_ptr<AppendFile>> MemoryFiles::append(const std::string& path, unsigned) {
  std::lock_guard lock(shared_->mutex);
  std::string folder = folder_of(path);
  if (!folder.empty() && !shared_->folders.contains(folder)) return Error(Code::not_found, "no folder " + folder);
  shared_->files.try_emplace(path);
  return std::unique_ptr<AppendFile>(new Appender(shared_, path));
}

Result<std::vector<std::string>> MemoryFiles::list(const std::string& folder) {
  std::lock_guard lock(shared_->mutex);
  if (!shared_->folders.contains(folder)) return Error(Code::not_found, "no folder " + folder);
  std::set<std::string> names;
  auto collect = [&](const std::string& path) {
    if (path != folder && folder_of(path) == folder) names.insert(path.substr(folder.size() + 1));
  };
  for (const auto& [path, bytes] : shared_->files) collect(path);
  for (const auto& path : shared_->folders) collect(path);
  return std::vector<std::string>(names.begin(), names.end());
}

bool MemoryFiles::exists(const std::string& path) {
  std::lock_guard lock(shared_->mutex);
  return shared_->files.contains(path) || shared_->folders.contains(path);
}

Status MemoryFiles::remove(const std::string& path) {
  std::lock_guard lock(shared_->mutex);
  if (shared_->files.erase(path) == 0) return Error(Code::not_found, "no file " + path);
  return ok_status();
}

Status MemoryFiles::make_dirs(const std::string& folder, unsigned) {
  std::lock_guard lock(shared_->mutex);
  for (std::string path = folder; !path.empty(); path = folder_of(path)) {
    if (shared_->files.contains(path)) return Error(Code::conflict, path + " is not a folder");
    shared_->folders.insert(path);
  }
  return ok_status();
}

Result<std::unique_ptr<FileLock>> MemoryFiles::lock(const std::string& path) {
  std::lock_guard lock(shared_->mutex);
  if (!shared_->locked.insert(path).second) return Error(Code::conflict, path + " is held by another");
  shared_->files.try_emplace(path);
  return std::unique_ptr<FileLock>(new Lock(shared_, path));
}

}  // namespace mlc
