// Coroutines that nobody awaits, owned: what is still suspended when the Scope is cleared or destroyed is destroyed with
// it, and late completions are dropped. So an object that starts work for itself leaves nothing behind. One thread; a
// coroutine must not destroy the Scope it runs in.
#pragma once
#include <coroutine>
#include <exception>
#include <set>
#include <utility>

#include "runtime/base/task.h"

namespace mlc {

class Scope {
 public:
  Scope() = default;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope() { clear(); }

  // Starts it now, on this thread.
  template <class T>
  void spawn(Task<T> task) {
    run<T>(*this, std::move(task));
  }
  void clear() {
    while (!alive_.empty()) {
      auto handle = std::coroutine_handle<>::from_address(*alive_.begin());
      alive_.erase(alive_.begin());
      handle.destroy();
    }
  }
  size_t size() const { return alive_.size(); }

 private:
  struct Owned {
    struct promise_type {
      template <class T>
      promise_type(Scope& owner, Task<T>&) : scope(owner) {
        scope.alive_.insert(handle().address());
      }
      ~promise_type() { scope.alive_.erase(handle().address()); }
      std::coroutine_handle<promise_type> handle() { return std::coroutine_handle<promise_type>::from_promise(*this); }
      Owned get_return_object() { return {}; }
      std::suspend_never initial_suspend() noexcept { return {}; }
      std::suspend_never final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() { std::terminate(); }  // a task that throws past its owner is a broken invariant
      Scope& scope;
    };
  };
  template <class T>
  static Owned run(Scope&, Task<T> task) {
    co_await std::move(task);
  }

  std::set<void*> alive_;
};

}  // namespace mlc
