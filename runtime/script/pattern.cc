#include "runtime/script/pattern.h"

namespace mlc::script {
namespace {

bool is_alpha(unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
bool is_lower(unsigned char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(unsigned char c) { return c >= 'A' && c <= 'Z'; }
bool is_space(unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_control_character(unsigned char c) { return c < 0x20 || c == 0x7f; }
bool is_graph(unsigned char c) { return c > 0x20 && c < 0x7f; }
bool is_hex(unsigned char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// %a and its like; an upper-case letter is the complement; any other character stands for itself.
bool class_holds(unsigned char c, char letter) {
  bool inside = false;
  switch (letter | 0x20) {
    case 'a':
      inside = is_alpha(c);
      break;
    case 'c':
      inside = is_control_character(c);
      break;
    case 'd':
      inside = is_digit(c);
      break;
    case 'g':
      inside = is_graph(c);
      break;
    case 'l':
      inside = is_lower(c);
      break;
    case 'p':
      inside = is_graph(c) && !is_alpha(c) && !is_digit(c);
      break;
    case 's':
      inside = is_space(c);
      break;
    case 'u':
      inside = is_upper(c);
      break;
    case 'w':
      inside = is_alpha(c) || is_digit(c);
      break;
    case 'x':
      inside = is_hex(c);
      break;
    case 'z':  // not in the manual any more, but still there
      inside = c == 0;
      break;
    default:
      return static_cast<unsigned char>(letter) == c;
  }
  if (!is_alpha(static_cast<unsigned char>(letter))) return static_cast<unsigned char>(letter) == c;
  return is_upper(static_cast<unsigned char>(letter)) ? !inside : inside;
}

struct Deeper {
  explicit Deeper(int& depth) : at(depth) {
    if (++at > Matcher::kMaxDepth) {
      --at;
      throw PatternError("pattern too complex");
    }
  }
  ~Deeper() { --at; }
  int& at;
};

}  // namespace

bool is_plain_pattern(std::string_view pattern) { return pattern.find_first_of("^$*+?.([%-") == std::string_view::npos; }

size_t Matcher::match_at(size_t at, size_t pattern_at) {
  captures_.clear();
  depth_ = 0;
  return match(at, pattern_at);
}

// The index behind the single-character class at p.
size_t Matcher::class_end(size_t p) const {
  size_t begin = p;
  char c = pattern_[p++];
  if (c == '%') {
    if (p >= pattern_.size()) throw PatternError("malformed pattern (ends with '%')");
    return p + 1;
  }
  if (c != '[') return p;
  if (p < pattern_.size() && pattern_[p] == '^') ++p;
  bool first = true;  // a ']' right at the start is an item of the set
  for (;;) {
    if (p >= pattern_.size()) throw PatternError("malformed pattern (missing ']')");
    c = pattern_[p++];
    if (c == '%') {
      if (p >= pattern_.size()) throw PatternError("malformed pattern (missing ']')");
      ++p;
    } else if (c == ']' && !first) {
      step((p - begin) / 4);
      return p;
    }
    first = false;
  }
}

// [set] at p, its closing bracket at end - 1.
bool Matcher::set_holds(unsigned char c, size_t p, size_t end) const {
  size_t last = end - 1;
  bool inside = true;
  ++p;
  if (pattern_[p] == '^') {
    inside = false;
    ++p;
  }
  for (; p < last; ++p) {
    if (pattern_[p] == '%') {
      ++p;
      if (class_holds(c, pattern_[p])) return inside;
    } else if (p + 2 < last && pattern_[p + 1] == '-') {
      if (static_cast<unsigned char>(pattern_[p]) <= c && c <= static_cast<unsigned char>(pattern_[p + 2])) return inside;
      p += 2;
    } else if (static_cast<unsigned char>(pattern_[p]) == c) {
      return inside;
    }
  }
  return !inside;
}

bool Matcher::single(size_t s, size_t p, size_t end) const {
  if (s >= subject_.size()) return false;
  auto c = static_cast<unsigned char>(subject_[s]);
  switch (pattern_[p]) {
    case '.':
      return true;
    case '%':
      return class_holds(c, pattern_[p + 1]);
    case '[':
      step((end - p) / 4);
      return set_holds(c, p, end);
    default:
      return static_cast<unsigned char>(pattern_[p]) == c;
  }
}

size_t Matcher::expand_most(size_t s, size_t p, size_t end) {
  size_t count = 0;
  while (single(s + count, p, end)) {
    ++count;
    step(1);
  }
  for (;;) {
    size_t found = match(s + count, end + 1);
    if (found != npos) return found;
    if (count-- == 0) return npos;
  }
}

size_t Matcher::expand_least(size_t s, size_t p, size_t end) {
  for (;;) {
    size_t found = match(s, end + 1);
    if (found != npos) return found;
    if (!single(s, p, end)) return npos;
    ++s;
    step(1);
  }
}

// %bxy with p at x.
size_t Matcher::balanced(size_t s, size_t p) const {
  if (p + 1 >= pattern_.size()) throw PatternError("malformed pattern (missing arguments to '%b')");
  if (s >= subject_.size() || subject_[s] != pattern_[p]) return npos;
  size_t open = 1;
  for (size_t at = s + 1; at < subject_.size(); ++at) {
    step(1);
    if (subject_[at] == pattern_[p + 1]) {
      if (--open == 0) return at + 1;
    } else if (subject_[at] == pattern_[p]) {
      ++open;
    }
  }
  return npos;
}

size_t Matcher::back_reference(size_t s, char digit) const {
  size_t index = static_cast<size_t>(digit - '1');
  if (digit == '0' || index >= captures_.size() || captures_[index].open)
    throw PatternError(std::string("invalid capture index %") + digit);
  const Capture& capture = captures_[index];
  if (capture.position) return npos;  // it captured no text that could stand here again; stock Lua agrees
  size_t length = capture.length;
  step(length / 16);
  if (subject_.size() - s < length || subject_.substr(capture.begin, length) != subject_.substr(s, length)) return npos;
  return s + length;
}

size_t Matcher::match(size_t s, size_t p) {
  Deeper deeper(depth_);
  while (p < pattern_.size()) {
    step(1);
    switch (pattern_[p]) {
      case '(': {
        bool position = p + 1 < pattern_.size() && pattern_[p + 1] == ')';
        if (captures_.size() >= kMaxCaptures) throw PatternError("too many captures");
        captures_.push_back({s, 0, !position, position});
        size_t found = match(s, p + (position ? 2 : 1));
        if (found == npos) captures_.pop_back();
        return found;
      }
      case ')': {
        size_t index = captures_.size();
        while (index > 0 && !captures_[index - 1].open) --index;
        if (index == 0) throw PatternError("invalid pattern capture");
        Capture& capture = captures_[index - 1];
        capture.open = false;
        capture.length = s - capture.begin;
        size_t found = match(s, p + 1);
        if (found == npos) captures_[index - 1].open = true;
        return found;
      }
      case '$':
        if (p + 1 == pattern_.size()) return s == subject_.size() ? s : npos;
        break;
      case '%': {
        char next = p + 1 < pattern_.size() ? pattern_[p + 1] : '\0';
        if (next == 'b') {
          s = balanced(s, p + 2);
          if (s == npos) return npos;
          p += 4;
          continue;
        }
        if (next == 'f') {
          p += 2;
          if (p >= pattern_.size() || pattern_[p] != '[') throw PatternError("missing '[' after '%f' in pattern");
          size_t end = class_end(p);
          unsigned char before = s == 0 ? '\0' : static_cast<unsigned char>(subject_[s - 1]);
          unsigned char here = s < subject_.size() ? static_cast<unsigned char>(subject_[s]) : '\0';
          step((end - p) / 2);
          if (set_holds(before, p, end) || !set_holds(here, p, end)) return npos;
          p = end;
          continue;
        }
        if (is_digit(static_cast<unsigned char>(next))) {
          s = back_reference(s, next);
          if (s == npos) return npos;
          p += 2;
          continue;
        }
        break;
      }
      default:
        break;
    }
    size_t end = class_end(p);
    char repeat = end < pattern_.size() ? pattern_[end] : '\0';
    if (repeat == '*') return expand_most(s, p, end);
    if (repeat == '+') return single(s, p, end) ? expand_most(s + 1, p, end) : npos;
    if (repeat == '-') return expand_least(s, p, end);
    if (repeat == '?') {
      if (single(s, p, end)) {
        size_t found = match(s + 1, end + 1);
        if (found != npos) return found;
      }
      p = end + 1;
      continue;
    }
    if (!single(s, p, end)) return npos;
    ++s;
    p = end;
  }
  return s;
}

}  // namespace mlc::script
