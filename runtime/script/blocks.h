// Small memory blocks of one Lua state, cut from pages and kept in a list for each size. Lua names a block's size when it
// gives it back, so that nothing stands in front of one. Pages go with the state. One thread at a time.
#pragma once
#include <array>
#include <cstddef>
#include <cstdlib>
#include <vector>

namespace mlc::script {

class Blocks {
 public:
#if defined(__SANITIZE_ADDRESS__)
  static constexpr size_t kLargest = 0;  // every block from malloc, where the sanitizer sees it
#else
  static constexpr size_t kLargest = 512;
#endif

  Blocks() = default;
  ~Blocks() {
    for (void* page : pages_) std::free(page);
  }
  Blocks(const Blocks&) = delete;
  Blocks& operator=(const Blocks&) = delete;

  static bool fits(size_t size) { return size <= kLargest; }
  static bool same(size_t one, size_t other) { return class_of(one) == class_of(other); }
  size_t page_bytes() const { return pages_.size() * kPage; }

  // Sizes from 1 to kLargest. Null when a page more would be needed and `most` bytes of pages, or the machine, have none.
  void* take(size_t size, size_t most) {
    const size_t index = class_of(size);
    if (Free* block = free_[index]; block != nullptr) {
      free_[index] = block->next;
      return block;
    }
    const size_t bytes = (index + 1) * kStep;
    if (static_cast<size_t>(end_ - at_) < bytes) {
      if (page_bytes() + kPage > most) return nullptr;
      auto* page = static_cast<char*>(std::malloc(kPage));
      if (page == nullptr) return nullptr;
      pages_.push_back(page);  // the rest of the last page is lost: less than one block
      at_ = page;
      end_ = page + kPage;
    }
    void* block = at_;
    at_ += bytes;
    return block;
  }
  void give(void* block, size_t size) {
    auto* freed = static_cast<Free*>(block);
    freed->next = free_[class_of(size)];
    free_[class_of(size)] = freed;
  }

 private:
  struct Free {
    Free* next;
  };
  static constexpr size_t kStep = 16;
  static constexpr size_t kPage = 16 * 1024;
  static size_t class_of(size_t size) { return (size - 1) / kStep; }

  std::array<Free*, 512 / kStep> free_{};
  std::vector<void*> pages_;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace mlc::script
