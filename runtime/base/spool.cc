#include "runtime/base/spool.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

#include "runtime/base/files.h"

namespace mlc {
namespace {

constexpr int kMostOfOneName = 999;
constexpr time_t kDay = 24 * 60 * 60;
constexpr time_t kKept = 40 * kDay;
constexpr unsigned kReadable = 0644;  // whoever empties the folder is another user

Error failed(const std::string& doing, const std::string& path) {
  const int number = errno;
  const Code code = number == ENOENT                                         ? Code::not_found
                    : number == EACCES || number == EPERM || number == EROFS ? Code::denied
                    : number == ENOSPC || number == EDQUOT                   ? Code::exhausted
                                                                             : Code::io;
  return Error(code, doing + " " + path + ": " + std::strerror(number));
}

Status sync_folder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // Some network shares sync no folder; there the rename is as durable as the share makes it.
  const bool done = descriptor >= 0 && (::fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP);
  Status status = done ? ok_status() : Status(failed("cannot sync folder", folder));
  if (descriptor >= 0) ::close(descriptor);
  return status;
}

// Never over a file that is there. Not every share knows that kind of rename.
bool rename_to_free(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  if (::access(to.c_str(), F_OK) == 0) {
    errno = EEXIST;
    return false;
  }
  return ::rename(from.c_str(), to.c_str()) == 0;
}

Status make_own_folder(const std::string& folder, const std::string& own) {
  struct stat found;
  if (::stat(folder.c_str(), &found) != 0) return failed("cannot use folder", folder);
  if (!S_ISDIR(found.st_mode)) return Error(Code::not_found, folder + " is not a folder");
  if (::mkdir(own.c_str(), 0700) == 0) return sync_folder(folder);
  return errno == EEXIST ? ok_status() : Status(failed("cannot make folder", own));
}

std::string numbered(const std::string& name, int number) {
  if (number == 1) return name;
  const size_t dot = name.rfind('.');
  const size_t end = dot == std::string::npos || dot == 0 ? name.size() : dot;
  return name.substr(0, end) + "-" + std::to_string(number) + name.substr(end);
}

// Once a day of a process; `file` was just written and says what time it is there.
void clear_old(const std::string& own, const std::string& file) {
  static std::mutex mutex;
  static std::map<std::string, time_t> cleared;
  struct stat written;
  if (::stat(file.c_str(), &written) != 0) return;
  {
    std::lock_guard lock(mutex);
    auto& last = cleared[own];
    if (written.st_mtime < last + kDay) return;
    last = written.st_mtime;
  }
  std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(own.c_str()), ::closedir);
  while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr) {
    const std::string path = own + "/" + entry->d_name;
    struct stat old;
    if (::stat(path.c_str(), &old) == 0 && S_ISREG(old.st_mode) && old.st_mtime < written.st_mtime - kKept) ::unlink(path.c_str());
  }
}

}  // namespace

Result<Spooled> spool(const std::string& folder, const std::string& name, const std::string& key, std::string_view bytes, bool* maybe) {
  *maybe = false;
  RealFiles files;
  const std::string own = folder + "/.ml-connector", receipt = own + "/" + key, ready = receipt + ".ready";
  if (auto made = make_own_folder(folder, own); !made) return made.error();
  if (files.exists(receipt) && !files.exists(ready)) {
    auto placed = files.read(receipt);
    return Spooled{placed.value_or(name), true};
  }
  if (auto waiting = files.write_atomic(ready, bytes, kReadable); !waiting) return waiting.error();
  clear_old(own, ready);
  for (int number = 1; number <= kMostOfOneName; ++number) {
    const std::string taken = numbered(name, number);
    if (auto said = files.write_atomic(receipt, taken, kReadable); !said) return said.error();
    if (!rename_to_free(ready, folder + "/" + taken)) {
      if (errno == EEXIST) continue;
      return failed("cannot move a file into", folder);
    }
    *maybe = true;
    if (auto synced = sync_folder(folder); !synced) return synced.error();
    if (auto synced = sync_folder(own); !synced) return synced.error();
    return Spooled{taken, false};
  }
  return Error(Code::exhausted, folder + " holds " + std::to_string(kMostOfOneName) + " files named like " + name + ": nobody empties it");
}

Status try_spool(const std::string& folder) {
  const std::string own = folder + "/.ml-connector", file = own + "/try";
  if (auto made = make_own_folder(folder, own); !made) return made;
  RealFiles files;
  if (auto written = files.write_atomic(file, "", kReadable); !written) return written;
  if (auto removed = files.remove(file); !removed) return removed;
  // The own folder may be ours while the folder is not.
  return ::access(folder.c_str(), W_OK | X_OK) == 0 ? ok_status() : Status(failed("cannot write into", folder));
}

}  // namespace mlc
