#include "runtime/document/document.h"

#include <charconv>
#include <cstring>

namespace mlc::document {

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::missing:
      return "nothing";
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "a boolean";
    case Kind::number:
      return "a number";
    case Kind::string:
      return "a text";
    case Kind::array:
      return "a list";
    case Kind::object:
      return "a record";
  }
  return "nothing";
}

uint32_t key_hash(std::string_view key) {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio
  uint64_t hash = key.size() * kOdd;
  const char* p = key.data();
  size_t left = key.size();
  for (; left >= 8; p += 8, left -= 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    hash = (hash ^ word) * kOdd;
    hash ^= hash >> 32;
  }
  if (left != 0) {
    uint64_t word = 0;
    std::memcpy(&word, p, left);
    hash = (hash ^ word) * kOdd;
  }
  return static_cast<uint32_t>(hash >> 32);
}

Value Value::get(std::string_view key, uint32_t hash) const {
  if (!is_object()) return {};
  uint32_t at = index_ + 1;
  for (uint32_t left = slot().length; left != 0; --left) {
    const Slot& name = content_->slots[at];
    if (name.next == hash && content_->text(name) == key) return {content_, at + 1};
    at = content_->slots[at + 1].next;
  }
  return {};
}

Value Value::at(size_t index) const {
  if (!is_array() || index >= slot().length) return {};
  uint32_t at = index_ + 1;
  for (; index != 0; --index) at = content_->slots[at].next;
  return {content_, at};
}

Fields Value::fields() const { return is_object() ? Fields(content_, index_ + 1, slot().next) : Fields(nullptr, 0, 0); }

Items Value::items() const { return is_array() ? Items(content_, index_ + 1, slot().next) : Items(nullptr, 0, 0); }

Result<Decimal> Value::decimal() const {
  if (!is_number() && !is_string()) return Error(Code::invalid_argument, "expected a number, found " + std::string(kind_name(kind())));
  auto value = Decimal::parse(text());
  if (!value) return Error(Code::invalid_argument, std::string(kind_name(kind())) + " that is no decimal number");
  return value;
}

Result<int64_t> Value::integer() const {
  if (is_number() || is_string()) {
    const std::string_view digits = text();
    int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc() && end == digits.data() + digits.size()) return value;
  }
  auto exact = decimal();  // 118.0 and 1e2 are integers too
  if (!exact) return exact.error();
  if (!exact->is_integer()) return Error(Code::invalid_argument, "expected an integer, found a fraction");
  return exact->to_int64();
}

}  // namespace mlc::document
