// What was used in the last `per`: a sliding log with bounded memory. Uses close together share an entry that counts
// until the last of them is out of the window, so the log errs to the safe side by per/512 at most. Because every
// fixed window of that length lies in a sliding one, a budget kept here is kept for both kinds of remote.
#pragma once
#include <cstdint>
#include <deque>

#include "runtime/base/time.h"

namespace mlc::limits {

class Window {
 public:
  struct Entry {
    SteadyTime first, last;
    int64_t count;
  };

  explicit Window(Duration per);

  void add(SteadyTime at, int64_t count = 1);  // times never go back
  int64_t used(SteadyTime now);                // forgets what is out
  // When at least `count` of what is used now will be out; `now` for count <= 0.
  SteadyTime free_at(SteadyTime now, int64_t count);
  Duration per() const { return per_; }
  const std::deque<Entry>& entries() const { return entries_; }

 private:
  Duration per_, merge_, guard_;
  std::deque<Entry> entries_;
  int64_t used_ = 0;
};

}  // namespace mlc::limits
