#include "runtime/base/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

namespace mlc {
namespace {

Error system_error(std::string_view doing, const std::string& path) {
  int number = errno;
  Code code = number == ENOENT                      ? Code::not_found
              : number == EACCES || number == EPERM ? Code::denied
              : number == ENOSPC                    ? Code::exhausted
                                                    : Code::io;
  return Error(code, std::string(doing) + " " + path + ": " + std::strerror(number));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

  bool ok() const { return number_ >= 0; }
  int get() const { return number_; }
  bool close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

int open_retrying(const std::string& path, int flags, unsigned mode = 0) {
  int number;
  do number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  while (number < 0 && errno == EINTR);
  return number;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

std::string folder_of(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A name made, replaced or removed is durable once its folder is.
Status sync_folder(const std::string& folder) {
  Descriptor descriptor(open_retrying(folder, O_RDONLY | O_DIRECTORY));
  if (!descriptor.ok() || ::fsync(descriptor.get()) != 0) return system_error("cannot sync folder", folder);
  return ok_status();
}

class RealAppend : public AppendFile {
 public:
  RealAppend(Descriptor descriptor, std::string path) : descriptor_(std::move(descriptor)), path_(std::move(path)) {}
  Status append_synced(std::string_view bytes) override {
    // After a failed fsync the kernel may have dropped the pages and call the next one a success.
    if (failed_) return Error(Code::io, "an earlier write to " + path_ + " failed");
    if (write_all(descriptor_.get(), bytes) && ::fdatasync(descriptor_.get()) == 0) return ok_status();
    failed_ = true;
    return system_error("cannot append to", path_);
  }

 private:
  Descriptor descriptor_;
  std::string path_;
  bool failed_ = false;
};

class RealLock : public FileLock {
 public:
  explicit RealLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;
};

}  // namespace

Result<std::string> RealFiles::read(const std::string& path) {
  Descriptor descriptor(open_retrying(path, O_RDONLY));
  if (!descriptor.ok()) return system_error("cannot open", path);
  std::string bytes;
  char buffer[16384];
  for (;;) {
    ssize_t n = ::read(descriptor.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("cannot read", path);
    if (n == 0) return bytes;
    if (bytes.size() + static_cast<size_t>(n) > kMaxRead) return Error(Code::exhausted, path + " is larger than 64 MiB");
    bytes.append(buffer, static_cast<size_t>(n));
  }
}

Status RealFiles::write_atomic(const std::string& path, std::string_view bytes, unsigned mode) {
  static std::atomic<unsigned> counter{0};
  const std::string temporary = path + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
  Descriptor descriptor(open_retrying(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  if (!descriptor.ok()) return system_error("cannot make", temporary);
  // fchmod: the mode given to open() is narrowed by the umask.
  bool written = write_all(descriptor.get(), bytes) && ::fchmod(descriptor.get(), mode) == 0 && ::fsync(descriptor.get()) == 0 &&
                 descriptor.close() && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    Error error = system_error("cannot write", path);
    ::unlink(temporary.c_str());
    return error;
  }
  return sync_folder(folder_of(path));
}

Result<std::unique_ptr<AppendFile>> RealFiles::append(const std::string& path, unsigned mode) {
  Descriptor descriptor(open_retrying(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, mode));
  if (!descriptor.ok()) return system_error("cannot open", path);
  if (auto synced = sync_folder(folder_of(path)); !synced) return synced.error();
  return std::unique_ptr<AppendFile>(new RealAppend(std::move(descriptor), path));
}

Result<std::vector<std::string>> RealFiles::list(const std::string& folder) {
  std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder.c_str()), ::closedir);
  if (!stream) return system_error("cannot list", folder);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return system_error("cannot list", folder);
  std::sort(names.begin(), names.end());
  return names;
}

bool RealFiles::exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Status RealFiles::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return system_error("cannot remove", path);
  return sync_folder(folder_of(path));
}

Status RealFiles::make_dirs(const std::string& folder, unsigned mode) {
  struct stat found;
  if (::stat(folder.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) return ok_status();
    return Error(Code::conflict, folder + " is not a folder");
  }
  const std::string parent = folder_of(folder);
  if (parent != folder) {
    if (auto made = make_dirs(parent, mode); !made) return made;
  }
  if (::mkdir(folder.c_str(), mode) != 0 && errno != EEXIST) return system_error("cannot make folder", folder);
  return sync_folder(parent);
}

Result<std::unique_ptr<FileLock>> RealFiles::lock(const std::string& path) {
  Descriptor descriptor(open_retrying(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  if (!descriptor.ok()) return system_error("cannot open lock", path);
  // flock belongs to the open file, so it also keeps out a second holder in this process (fcntl locks do not).
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Error(Code::conflict, path + " is held by another process");
    return system_error("cannot lock", path);
  }
  return std::unique_ptr<FileLock>(new RealLock(std::move(descriptor)));
}

}  // namespace mlc
