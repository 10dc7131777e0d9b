#include "runtime/limits/window.h"

#include <algorithm>

namespace mlc::limits {

// The guard keeps us off the edge where a remote that counts an instant differently would still see the old call.
Window::Window(Duration per) : per_(per), merge_(per / 512), guard_(std::max<Duration>(per / 1000, std::chrono::milliseconds(5))) {}

void Window::add(SteadyTime at, int64_t count) {
  used_ += count;
  if (!entries_.empty() && at - entries_.back().first <= merge_) {
    entries_.back().last = std::max(entries_.back().last, at);
    entries_.back().count += count;
    return;
  }
  entries_.push_back({at, at, count});
}

int64_t Window::used(SteadyTime now) {
  while (!entries_.empty() && entries_.front().last + per_ + guard_ <= now) {
    used_ -= entries_.front().count;
    entries_.pop_front();
  }
  return used_;
}

SteadyTime Window::free_at(SteadyTime now, int64_t count) {
  used(now);
  if (count <= 0) return now;
  for (const Entry& entry : entries_) {
    count -= entry.count;
    if (count <= 0) return entry.last + per_ + guard_;
  }
  // More than is used: whole windows have to pass.
  return now + per_ + guard_;
}

}  // namespace mlc::limits
