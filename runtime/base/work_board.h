// What each thread is busy with, so that whoever ends the process can name it: a watchdog on a thread of its own, or the
// handler of a fatal signal. Nothing here locks or allocates; any thread, and signal handlers, may call it.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mlc {

class WorkBoard {
 public:
  static constexpr size_t kPlaces = 64;  // more marks at once than this stay unnamed

  // From construction to destruction this thread is busy with `work`. Marks of one thread may nest.
  class Mark {
   public:
    Mark(WorkBoard* board, int64_t work);  // no board, or work 0: nothing is marked
    ~Mark();
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

   private:
    WorkBoard* board_;
    size_t place_ = kPlaces;
  };

  struct Busy {
    int64_t work = 0;
    int64_t thread = 0;  // gettid(2)
    uint64_t turn = 0;   // no two marks share one: the same turn twice means that it still lasts
  };
  // Writes what is marked now into `out`; returns how many.
  size_t read(std::array<Busy, kPlaces>& out) const;

 private:
  struct Place {
    std::atomic<uint64_t> turn{0};  // 0 = free
    std::atomic<int64_t> work{0};
    std::atomic<int64_t> thread{0};
  };
  std::array<Place, kPlaces> places_;
  std::atomic<uint64_t> next_turn_{1};
};

}  // namespace mlc
