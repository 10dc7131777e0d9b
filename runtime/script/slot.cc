#include "runtime/script/slot.h"

namespace mlc::script {

void Slot::post(std::function<void(Slot&)> work) {
  {
    std::lock_guard hold(mutex_);
    if (closed_) return;
    queue_.push_back(std::move(work));
    more_.notify_one();
    if (running_) return;
    running_ = true;
  }
  workers_.post([self = shared_from_this()] { self->drain(); });
}

void Slot::drain() {
  for (;;) {
    std::function<void(Slot&)> work;
    {
      std::lock_guard hold(mutex_);
      if (queue_.empty()) {
        running_ = false;
        return;
      }
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work(*this);
  }
}

void Slot::close() {
  std::lock_guard hold(mutex_);
  closed_ = true;
}

void Slot::work_until(const std::function<bool()>& enough) {
  while (!enough()) {
    std::function<void(Slot&)> work;
    {
      std::unique_lock lock(mutex_);
      more_.wait(lock, [this] { return !queue_.empty(); });
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work(*this);
  }
}

Result<Isolate*> Slot::isolate() {
  if (!isolate_) {
    std::weak_ptr<Slot> weak = weak_from_this();
    auto made = Isolate::make(profile_, [weak](std::function<void()> work) {
      if (auto self = weak.lock()) self->post([work = std::move(work)](Slot&) { work(); });
    });
    if (!made) return made.error();
    isolate_ = std::move(*made);
  }
  return isolate_.get();
}

}  // namespace mlc::script
