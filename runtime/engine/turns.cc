#include "runtime/engine/turns.h"

namespace mlc::engine {

Turns::Turns(Executor& executor) : shared_(std::make_shared<Shared>(executor)) {}

Turns::Turn& Turns::Turn::operator=(Turn&& other) noexcept {
  if (this != &other) {
    pass();
    shared_ = std::move(other.shared_);
    key_ = std::move(other.key_);
  }
  return *this;
}

void Turns::Turn::pass() {
  if (!shared_) return;
  auto shared = std::exchange(shared_, nullptr);
  const auto queue = shared->queues.find(key_);
  if (queue->second.empty()) {
    shared->queues.erase(queue);
    return;
  }
  auto next = std::move(queue->second.front());
  queue->second.pop_front();
  auto turn = std::shared_ptr<Turn>(new Turn(shared, key_));
  shared->executor.post([next = std::move(next), turn = std::move(turn)] { next(turn); });
}

Task<Turns::Turn> Turns::take(std::string key) {
  const auto [queue, free] = shared_->queues.try_emplace(key);
  if (free) co_return Turn(shared_, std::move(key));
  Callback<std::shared_ptr<Turn>> waiting(
      [queue = queue](Callback<std::shared_ptr<Turn>>::Complete done) { queue->second.push_back(std::move(done)); });
  auto turn = co_await waiting;
  co_return std::move(*turn);
}

}  // namespace mlc::engine
