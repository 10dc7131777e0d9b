// Work that blocks or computes, awaited: it runs on `worker`, the coroutine goes on on `home`. When the coroutine is
// destroyed first the work still ends, so it must own what it uses or use what outlives the worker.
#pragma once
#include <functional>
#include <memory>
#include <utility>

#include "runtime/base/executor.h"
#include "runtime/base/task.h"

namespace mlc {

template <class T>
Task<T> offload(Executor& worker, Executor& home, std::function<T()> work) {
  Callback<std::shared_ptr<T>> running([&](typename Callback<std::shared_ptr<T>>::Complete done) {
    worker.post([&home, work = std::move(work), done = std::move(done)]() mutable {
      auto value = std::make_shared<T>(work());
      work = nullptr;
      home.post([value = std::move(value), done = std::move(done)] { done(value); });
    });
  });
  auto value = co_await running;
  co_return std::move(*value);
}

}  // namespace mlc
