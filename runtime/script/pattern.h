// Lua 5.4 patterns (reference manual section 6.4.1) with every step counted: a hook can't interrupt C, and thirty
// characters are enough to keep a backtracking matcher busy for years. No Lua in here: tested against plain values.
#pragma once
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mlc::script {

// The pattern itself is wrong, or too deep.
struct PatternError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Matcher {
 public:
  static constexpr size_t kMaxCaptures = 32;
  static constexpr int kMaxDepth = 200;

  struct Capture {
    size_t begin = 0;
    size_t length = 0;
    bool open = false;
    bool position = false;  // "()": the value is begin + 1
  };

  // `charge` is told of steps as they are taken and may leave by any exception.
  Matcher(std::string_view subject, std::string_view pattern, std::function<void(size_t)> charge)
      : subject_(subject), pattern_(pattern), charge_(std::move(charge)) {}

  // Matches the pattern from `pattern_at` exactly at `at`: the end of the match, or npos. Captures are then set.
  static constexpr size_t npos = static_cast<size_t>(-1);
  size_t match_at(size_t at, size_t pattern_at);
  const std::vector<Capture>& captures() const { return captures_; }

 private:
  size_t match(size_t s, size_t p);
  size_t class_end(size_t p) const;
  bool set_holds(unsigned char c, size_t p, size_t end) const;
  bool single(size_t s, size_t p, size_t end) const;
  size_t expand_most(size_t s, size_t p, size_t end);
  size_t expand_least(size_t s, size_t p, size_t end);
  size_t balanced(size_t s, size_t p) const;
  size_t back_reference(size_t s, char digit) const;
  void step(size_t count) const { charge_(count); }

  std::string_view subject_, pattern_;
  std::function<void(size_t)> charge_;
  std::vector<Capture> captures_;
  int depth_ = 0;
};

// Whether the pattern has no special characters, so that a plain search does.
bool is_plain_pattern(std::string_view pattern);

}  // namespace mlc::script
