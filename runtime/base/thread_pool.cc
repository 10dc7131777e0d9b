#include "runtime/base/thread_pool.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace mlc {
namespace {

constexpr size_t kMaxThreadName = 15;  // bytes, pthread_setname_np
constexpr size_t kSignalStackBytes = 64 << 10;

void set_up_thread(std::string name, int nice) {
  name.resize(std::min(name.size(), kMaxThreadName));
  pthread_setname_np(pthread_self(), name.c_str());
  // On Linux niceness belongs to the thread. A refusal costs fairness, not correctness.
  if (nice > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), nice);
}

}  // namespace

ThreadPool::ThreadPool(ThreadPoolOptions options) {
  options.name.resize(std::min<size_t>(options.name.size(), 12));
  unsigned count = std::max(1u, options.threads);
  for (unsigned i = 0; i < count; ++i) {
    std::string name = count == 1 ? options.name : options.name + "-" + std::to_string(i);
    threads_.emplace_back([this, name, nice = options.nice] {
      set_up_thread(name, nice);
      work();
    });
  }
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ThreadPool::post(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
}

size_t ThreadPool::waiting() const {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

void ThreadPool::work() {
  // A script that exhausts the stack is still to be named: the handler of the fatal signal needs one of its own.
  std::vector<char> spare(kSignalStackBytes);
  stack_t stack{};
  stack.ss_sp = spare.data();
  stack.ss_size = spare.size();
  sigaltstack(&stack, nullptr);
  for (;;) {
    std::function<void()> next;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) break;
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    next();
  }
  stack.ss_flags = SS_DISABLE;
  sigaltstack(&stack, nullptr);
}

}  // namespace mlc
