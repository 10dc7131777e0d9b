// Inside script: an isolate and the queue of what it is to do. Work is posted from any thread and runs on a worker, one
// piece at a time, in order: the isolate's strand.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "runtime/base/executor.h"
#include "runtime/script/isolate.h"

namespace mlc::script {

class Slot : public std::enable_shared_from_this<Slot> {
 public:
  Slot(Executor& workers, Profile profile) : workers_(workers), profile_(std::move(profile)) {}

  void post(std::function<void(Slot&)> work);
  // From posted work, on a slot whose worker serves nobody else: does what is posted meanwhile, waiting for it, until `enough`.
  void work_until(const std::function<bool()>& enough);
  // Only from posted work. Made on first use.
  Result<Isolate*> isolate();
  // Its worker goes: what is posted from now on is dropped.
  void close();
  void drop_isolate() { isolate_.reset(); }

  std::atomic<int> active{0};          // runs
  std::atomic<bool> exhausted{false};  // its memory ran out: no new runs
  SteadyTime used{};                   // when a run began or was last seen; the runner's own

 private:
  void drain();

  Executor& workers_;
  Profile profile_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void(Slot&)>> queue_;
  bool running_ = false, closed_ = false;
  std::unique_ptr<Isolate> isolate_;
};

}  // namespace mlc::script
