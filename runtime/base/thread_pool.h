// Worker threads behind one queue, for work that blocks or computes: disk, compression, Lua, CPU-heavy parsing.
// Results go back by post() to the executor of whoever asked.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/base/executor.h"

namespace mlc {

struct ThreadPoolOptions {
  std::string name;  // of the threads, as ps and gdb show it; at most 12 characters are kept
  unsigned threads = 1;
  int nice = 0;  // added niceness (1..19) for work that must yield the core to the io thread
};

class ThreadPool : public Executor {
 public:
  explicit ThreadPool(ThreadPoolOptions options);
  ~ThreadPool() override;  // runs what was posted, then joins
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  void post(std::function<void()> work) override;  // begins in order of posting; with one thread, also ends in order
  size_t waiting() const;

 private:
  void work();

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mlc
