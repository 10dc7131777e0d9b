#include "runtime/base/work_board.h"

#include <unistd.h>

namespace mlc {

WorkBoard::Mark::Mark(WorkBoard* board, int64_t work) : board_(work == 0 ? nullptr : board) {
  if (board_ == nullptr) return;
  const uint64_t turn = board_->next_turn_.fetch_add(1, std::memory_order_relaxed);
  for (size_t i = 0; i < kPlaces; ++i) {
    uint64_t free = 0;
    if (!board_->places_[i].turn.compare_exchange_strong(free, turn)) continue;
    board_->places_[i].thread = gettid();
    board_->places_[i].work = work;
    place_ = i;
    return;
  }
}

WorkBoard::Mark::~Mark() {
  if (place_ == kPlaces) return;
  board_->places_[place_].work = 0;
  board_->places_[place_].turn = 0;
}

size_t WorkBoard::read(std::array<Busy, kPlaces>& out) const {
  size_t found = 0;
  for (const auto& place : places_) {
    Busy busy;
    busy.turn = place.turn;
    busy.work = place.work;
    busy.thread = place.thread;
    if (busy.turn != 0 && busy.work != 0 && place.turn == busy.turn) out[found++] = busy;
  }
  return found;
}

}  // namespace mlc
