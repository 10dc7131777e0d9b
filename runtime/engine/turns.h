// One effect in flight per (connection, entity) (G5): a queue per key, first come first served. A turn that is
// dropped passes on. Executor's thread.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "runtime/base/executor.h"
#include "runtime/base/task.h"

namespace mlc::engine {

class Turns {
  struct Shared;

 public:
  explicit Turns(Executor& executor);

  class Turn {
   public:
    Turn() = default;
    Turn(Turn&& other) noexcept : shared_(std::move(other.shared_)), key_(std::move(other.key_)) {}
    Turn& operator=(Turn&& other) noexcept;
    ~Turn() { pass(); }

   private:
    friend class Turns;
    Turn(std::shared_ptr<Shared> shared, std::string key) : shared_(std::move(shared)), key_(std::move(key)) {}
    void pass();
    std::shared_ptr<Shared> shared_;
    std::string key_;
  };

  Task<Turn> take(std::string key);

 private:
  struct Shared {
    explicit Shared(Executor& given) : executor(given) {}
    Executor& executor;
    // Present = taken; the waiters behind. A waiter gets the Turn itself, so one that is gone passes it on.
    std::map<std::string, std::deque<std::function<void(std::shared_ptr<Turn>)>>> queues;
  };
  std::shared_ptr<Shared> shared_;
};

}  // namespace mlc::engine
