// The file's owner and its room on the disk: the lock that keeps a second process out (F14), and a ballast file that
// is given up when the disk is full, so that what frees space can still be written (F3).
#pragma once
#include <memory>
#include <string>

#include "runtime/base/result.h"

namespace mlc::store {

class Space {
 public:
  // Takes `<path>.lock`; conflict when another process, or another store of this one, has it.
  static Result<std::unique_ptr<Space>> take(const std::string& path);
  Space(const Space&) = delete;
  Space& operator=(const Space&) = delete;
  ~Space();

  bool is_full() const { return full_; }
  void found_full();  // gives up the ballast
  bool recovered();   // tries to set the ballast aside again

 private:
  static constexpr long kBallastBytes = 4L << 20;
  explicit Space(std::string path) : path_(std::move(path)) {}
  bool make_ballast();
  std::string path_;
  int lock_ = -1;
  bool full_ = false;
};

}  // namespace mlc::store
