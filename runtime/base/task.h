// Task<T>: a lazily started coroutine that completes once. The caller that awaits it owns it; destroying a
// suspended task cancels it (its frame is destroyed, late completions are dropped).
//
//   Task<Result<int>> twice(Source& source) {
//     auto first = co_await source.next();      // never put co_await inside a conditional or argument expression:
//     if (!first) co_return first.error();      // GCC 12 miscompiles temporaries there
//     co_return *first * 2;
//   }
//   spawn(twice(source), [](Result<int> end) { ... });   // starts it without an awaiting coroutine
//
// Never make a lambda with captures a coroutine: the captures die with the lambda object. Pass values as parameters.
#pragma once
#include <atomic>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/base/result.h"

namespace mlc {

template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type {
    std::optional<T> value;
    std::exception_ptr failure;
    std::coroutine_handle<> continuation;

    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct Final {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        auto next = self.promise().continuation;
        return next ? next : std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };
    Final final_suspend() noexcept { return {}; }
    template <class U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
    void unhandled_exception() { failure = std::current_exception(); }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
    handle_.promise().continuation = caller;
    return handle_;
  }
  T await_resume() {
    auto& promise = handle_.promise();
    if (promise.failure) std::rethrow_exception(promise.failure);
    return std::move(*promise.value);
  }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }  // a task that throws past its owner is a broken invariant
  };
};
template <class T>
Detached run_detached(Task<T> task, std::function<void(T)> done) {
  T value = co_await std::move(task);
  if (done) done(std::move(value));
}
}  // namespace detail

// Starts a task now, on this thread; `done` is called once with its value, on whatever thread completes it.
template <class T>
void spawn(Task<T> task, std::function<void(T)> done = {}) {
  detail::run_detached<T>(std::move(task), std::move(done));
}

// Awaits a callback-style operation: `start` is called with a completion that must be called at most once, from
// any thread, also before `start` returns. The coroutine resumes on the thread that calls it. If the coroutine is
// destroyed first, the completion does nothing.
//
// Completing on the coroutine's own thread is the rule in this program (see Executor); destroying the coroutine on
// another thread than the completing one is not supported.
template <class T>
class Callback {
 public:
  using Complete = std::function<void(T)>;
  explicit Callback(std::function<void(Complete)> start) : start_(std::move(start)) {}
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;
  ~Callback() {
    if (shared_) shared_->abandoned = true;
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> self) {
    shared_ = std::make_shared<Shared>();
    auto shared = shared_;  // `this` may be gone once start has completed elsewhere
    auto start = std::move(start_);
    shared->waiting = self;
    start([shared](T value) {
      if (shared->abandoned) return;
      shared->value.emplace(std::move(value));
      if (shared->turn.exchange(true)) shared->waiting.resume();
    });
    return !shared->turn.exchange(true);  // false: it completed while starting, go straight on
  }
  T await_resume() { return std::move(*shared_->value); }

 private:
  struct Shared {
    std::atomic<bool> turn{false};
    std::atomic<bool> abandoned{false};
    std::optional<T> value;
    std::coroutine_handle<> waiting;
  };
  std::function<void(Complete)> start_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace mlc
