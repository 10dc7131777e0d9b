#include "runtime/base/virtual_loop.h"

#include <algorithm>
#include <cstring>

namespace mlc {

class VirtualLoop::VirtualTimer : public Timer {
 public:
  VirtualTimer(std::shared_ptr<Shared> shared, Due due) : shared_(std::move(shared)), due_(due) {}
  ~VirtualTimer() override { shared_->timers.erase(due_); }

 private:
  std::shared_ptr<Shared> shared_;
  Due due_;
};

VirtualLoop::VirtualLoop(WallTime start) : wall_(start) {}

VirtualLoop::~VirtualLoop() {
  // Functions may own timers and other users of this loop: take them out before they are destroyed.
  auto timers = std::exchange(shared_->timers, {});
  auto queue = std::exchange(queue_, {});
}

void VirtualLoop::post(std::function<void()> work) { queue_.push_back(std::move(work)); }

std::unique_ptr<Timer> VirtualLoop::after(Duration wait, std::function<void()> work) {
  Due due{now_ + std::max(wait, Duration(0)), sequence_++};
  shared_->timers.emplace(due, std::move(work));
  return std::make_unique<VirtualTimer>(shared_, due);
}

std::unique_ptr<Timer> VirtualLoop::after_real(Duration wait, std::function<void()> work) { return after(wait, std::move(work)); }

bool VirtualLoop::step(Duration limit) {
  if (!queue_.empty()) {
    auto work = std::move(queue_.front());
    queue_.pop_front();
    work();
    return true;
  }
  auto next = shared_->timers.begin();
  if (next == shared_->timers.end() || next->first.first > limit) return false;
  Duration due = next->first.first;
  wall_ += due - now_;
  now_ = due;
  auto work = std::move(next->second);
  shared_->timers.erase(next);
  work();
  return true;
}

size_t VirtualLoop::run_until_idle() {
  size_t ran = 0;
  while (step(now_)) ++ran;
  return ran;
}

void VirtualLoop::run_for(Duration span) {
  Duration end = now_ + span;
  while (step(end)) {}
  wall_ += end - now_;
  now_ = end;
}

bool VirtualLoop::run_until(const std::function<bool()>& done, Duration max) {
  Duration end = now_ + max;
  while (!done()) {
    if (!step(end)) {
      wall_ += end - now_;
      now_ = end;
      return done();
    }
  }
  return true;
}

SeededRandom::SeededRandom(uint64_t seed) {
  for (auto& word : state_) {
    uint64_t z = (seed += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
}

uint64_t SeededRandom::draw() {
  auto rotate = [](uint64_t x, int by) { return x << by | x >> (64 - by); };
  uint64_t result = rotate(state_[1] * 5, 7) * 9;
  uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotate(state_[3], 45);
  return result;
}

void SeededRandom::fill(void* bytes, size_t count) {
  auto* out = static_cast<unsigned char*>(bytes);
  while (count > 0) {
    uint64_t word = draw();
    size_t take = std::min(count, sizeof word);
    std::memcpy(out, &word, take);
    out += take;
    count -= take;
  }
}

}  // namespace mlc
