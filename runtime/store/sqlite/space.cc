#include "runtime/store/sqlite/space.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace mlc::store {

Result<std::unique_ptr<Space>> Space::take(const std::string& path) {
  std::unique_ptr<Space> space(new Space(path));
  space->lock_ = ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (space->lock_ < 0) return Error(Code::io, path + ".lock: " + std::strerror(errno));
  if (::flock(space->lock_, LOCK_EX | LOCK_NB) != 0) return Error(Code::conflict, path + " is in use by another process");
  space->full_ = !space->make_ballast();
  return space;
}

Space::~Space() {
  if (lock_ >= 0) ::close(lock_);
}

bool Space::make_ballast() {
  const std::string path = path_ + ".ballast";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool made = ::posix_fallocate(file, 0, kBallastBytes) == 0;
  ::close(file);
  if (!made) ::unlink(path.c_str());
  return made;
}

void Space::found_full() {
  full_ = true;
  ::unlink((path_ + ".ballast").c_str());
}

bool Space::recovered() {
  if (make_ballast()) full_ = false;
  return !full_;
}

}  // namespace mlc::store
