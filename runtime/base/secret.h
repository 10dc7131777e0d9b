// Secret: text that must not be printed, copied by accident or left in memory (G9, T8). There is no operator<< and
// no conversion to string; reveal() is grep-able, and its callers are the few that write to TLS, sign or seal.
#pragma once
#include <string>
#include <string_view>
#include <utility>

namespace mlc {

// Overwrites memory in a way the compiler keeps.
void wipe(void* bytes, size_t count);

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret& other) = default;
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.clear(); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      clear();
      text_ = other.text_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      clear();
      text_ = std::move(other.text_);
      other.clear();
    }
    return *this;
  }
  ~Secret() { clear(); }

  std::string_view reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  size_t size() const { return text_.size(); }

 private:
  void clear() {
    if (!text_.empty()) wipe(text_.data(), text_.size());
    text_.clear();
  }
  std::string text_;
};

}  // namespace mlc
