// What an expression is worth while a mapping runs. Texts are views: into the record, the inputs, or the run's arena; so a Datum
// lives no longer than the run it belongs to.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory_resource>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/base/date.h"
#include "runtime/base/decimal.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/mapping/types.h"

namespace mlc::mapping {

// Texts and nodes made during a run; cleared, not freed, between runs.
class Arena {
 public:
  std::string_view keep(std::string_view text);
  const document::Node& keep_node(document::Node node) { return nodes_.emplace_back(std::move(node)); }
  void clear();

 private:
  static constexpr size_t kFirstBytes = 4096;
  std::array<std::byte, kFirstBytes> first_;
  std::pmr::monotonic_buffer_resource texts_{first_.data(), first_.size()};
  std::deque<document::Node> nodes_;
};

struct Datum {
  enum class Is : uint8_t { missing, null, text, number, boolean, date, instant, structure };

  static Datum of_text(std::string_view text);
  static Datum of_number(std::string_view text);  // by the grammar of JSON
  static Datum of_decimal(Decimal value);
  static Datum of_bool(bool value);
  static Datum of_date(Date value);
  static Datum of_instant(WallTime value);
  static Datum of_null();
  static Datum of(document::Value value);  // numbers as numbers, texts as texts; nothing is guessed
  static Datum of(const document::Node& node);

  bool is_absent() const { return is == Is::missing || is == Is::null; }
  // Exact. Fails for a number beyond Decimal's digits.
  Result<Decimal> number() const;
  // As people and comparisons see a scalar.
  std::string_view as_text(Arena& arena) const;
  std::string_view phrase() const;  // "a text", for sentences

  Is is = Is::missing;
  bool flag = false;
  bool computed = false;  // a number: `decimal` holds it, else `text`
  std::string_view text;
  Date date;
  WallTime instant;
  Decimal decimal;
  const document::Node* node = nullptr;  // a structure: one of these
  document::Value value;
};

// Whether the datum can stand where the type is wanted. Integers are decimals; guids are texts of their form.
bool fits(const Datum& datum, Type type);

bool is_guid(std::string_view text);
bool is_integer_text(std::string_view number);
size_t characters(std::string_view text);  // of UTF-8

}  // namespace mlc::mapping
