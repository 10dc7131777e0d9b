// A JSON document as it arrived: the bytes, and one flat array of slots made by a single walk. Numbers stay text, so that money
// and 64-bit ids never pass through a float; objects keep the order of the wire. Strict: duplicate keys (also when spelt with
// escapes), invalid UTF-8, trailing bytes and anything beyond the limits are refused with offset and path.
//
//   auto order = document::Document::parse(std::move(body));
//   if (!order) return order.error();
//   Value total = order->root().get("total_inc_tax");
//   auto amount = total.decimal();                       // "924.47" and 924.47 are both read exactly
//
// A Document is immutable and cheap to copy (it shares its content); any thread may read it. A Value is a view of two words that
// must not outlive every Document of its content.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/decimal.h"
#include "runtime/base/result.h"

namespace mlc::document {

struct Limits {
  size_t max_bytes = 16u << 20;
  size_t max_slots = 2'000'000;  // one a value and one a key
  int max_depth = 64;            // containers inside each other; a lone scalar has depth 0
};

enum class Kind : uint8_t { missing, null, boolean, number, string, array, object };

// "null", "a text", "a number" ...: for sentences to people.
std::string_view kind_name(Kind kind);

// One entry of the flat array. A field of an object is a key slot followed at once by the slots of its value.
struct Slot {
  uint32_t begin;   // of the text: in the bytes, or in the unescaped texts when `unescaped`
  uint32_t length;  // bytes of text; fields or items of a container; 0 or 1 of a boolean
  uint32_t next;    // index behind this value and all in it; of a key: the hash of its text
  Kind kind;
  bool unescaped;
};
static_assert(sizeof(Slot) == 16);

struct Content {
  std::string bytes;
  std::string texts;  // strings that held escapes, resolved
  std::vector<Slot> slots;

  std::string_view text(const Slot& slot) const { return std::string_view(slot.unescaped ? texts : bytes).substr(slot.begin, slot.length); }
};

// The hash that key slots carry.
uint32_t key_hash(std::string_view key);

class Fields;
class Items;

class Value {
 public:
  Value() = default;  // missing
  Value(const Content* content, uint32_t index) : content_(content), index_(index) {}

  Kind kind() const { return content_ == nullptr ? Kind::missing : slot().kind; }
  explicit operator bool() const { return content_ != nullptr; }  // present; null is present
  bool is_null() const { return kind() == Kind::null; }
  bool is_object() const { return kind() == Kind::object; }
  bool is_array() const { return kind() == Kind::array; }
  bool is_string() const { return kind() == Kind::string; }
  bool is_number() const { return kind() == Kind::number; }
  bool is_bool() const { return kind() == Kind::boolean; }

  // Missing when this is no object or has no such key.
  Value get(std::string_view key) const { return get(key, key_hash(key)); }
  Value get(std::string_view key, uint32_t hash) const;
  // Counts from 0; missing when this is no array or is shorter.
  Value at(size_t index) const;
  // Items of an array or fields of an object, else 0.
  size_t size() const { return is_array() || is_object() ? slot().length : 0; }

  Fields fields() const;  // of an object, in document order; else none
  Items items() const;    // of an array; else none

  // A string without its escapes, a number as it stood on the wire; empty for the rest.
  std::string_view text() const { return is_string() || is_number() ? content_->text(slot()) : std::string_view(); }
  std::string_view number_text() const { return is_number() ? content_->text(slot()) : std::string_view(); }
  bool as_bool() const { return is_bool() && slot().length != 0; }
  // From a number or from a string that holds one: remotes send money as either.
  Result<Decimal> decimal() const;
  Result<int64_t> integer() const;

  const Content* content() const { return content_; }
  uint32_t index() const { return index_; }

 private:
  const Slot& slot() const { return content_->slots[index_]; }

  const Content* content_ = nullptr;
  uint32_t index_ = 0;
};

struct Field {
  std::string_view key;
  Value value;
};

// Ranges for `for`; views like Value.
class Fields {
 public:
  class Iterator {
   public:
    Iterator(const Content* content, uint32_t index) : content_(content), index_(index) {}
    Field operator*() const { return {content_->text(content_->slots[index_]), Value(content_, index_ + 1)}; }
    Iterator& operator++() {
      index_ = content_->slots[index_ + 1].next;
      return *this;
    }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const Content* content_;
    uint32_t index_;  // of the key slot
  };
  Fields(const Content* content, uint32_t first, uint32_t end) : content_(content), first_(first), end_(end) {}
  Iterator begin() const { return {content_, first_}; }
  Iterator end() const { return {content_, end_}; }

 private:
  const Content* content_;
  uint32_t first_, end_;
};

class Items {
 public:
  class Iterator {
   public:
    Iterator(const Content* content, uint32_t index) : content_(content), index_(index) {}
    Value operator*() const { return {content_, index_}; }
    Iterator& operator++() {
      index_ = content_->slots[index_].next;
      return *this;
    }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const Content* content_;
    uint32_t index_;
  };
  Items(const Content* content, uint32_t first, uint32_t end) : content_(content), first_(first), end_(end) {}
  Iterator begin() const { return {content_, first_}; }
  Iterator end() const { return {content_, end_}; }

 private:
  const Content* content_;
  uint32_t first_, end_;
};

class Document {
 public:
  // The error names the byte offset and, where one is known, the path.
  static Result<Document> parse(std::string bytes, const Limits& limits = {});

  Value root() const { return {content_.get(), 0}; }
  const std::string& bytes() const { return content_->bytes; }

 private:
  explicit Document(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

}  // namespace mlc::document
