// A JSON value that is built rather than received. Objects keep the order of insertion; numbers are text or exact decimals.
// Owned by whoever builds it; one thread at a time.
//
//   auto line = Node::object();
//   line.set("Quantity", 2).set("NetPrice", price).set("Notes", nullptr);
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/base/decimal.h"
#include "runtime/document/document.h"

namespace mlc::document {

class Node {
 public:
  Node() = default;                                                // null
  Node(std::nullptr_t) {}                                          // NOLINT: implicit by design, as are all of these
  Node(bool value) : state_(value) {}                              // NOLINT
  Node(int value) : Node(static_cast<int64_t>(value)) {}           // NOLINT
  Node(int64_t value) : state_(Number{std::to_string(value)}) {}   // NOLINT
  Node(uint64_t value) : state_(Number{std::to_string(value)}) {}  // NOLINT
  Node(const Decimal& value);                                      // NOLINT
  Node(std::string text) : state_(std::move(text)) {}              // NOLINT
  Node(std::string_view text) : state_(std::string(text)) {}       // NOLINT
  Node(const char* text) : state_(std::string(text)) {}            // NOLINT
  Node(double) = delete;                                           // money never passes through a float

  static Node object();
  static Node array();
  // The text must be a number by the grammar of RFC 8259; it is written as it stands.
  static Node number(std::string text);
  static Node copy_of(Value value);  // deep; missing becomes null

  Kind kind() const;
  bool is_null() const { return kind() == Kind::null; }
  bool is_object() const { return kind() == Kind::object; }
  bool is_array() const { return kind() == Kind::array; }

  // On an object: replaces in place or appends. A null node becomes an object first.
  Node& set(std::string_view key, Node value);
  // The named field, appended as null when absent. A null node becomes an object first.
  Node& operator[](std::string_view key);
  bool erase(std::string_view key);
  // On an array: appends. A null node becomes an array first. Returns the new item.
  Node& push(Node value);

  const Node* get(std::string_view key) const;  // null pointer when absent
  Node* get(std::string_view key);
  size_t size() const;
  const std::vector<std::pair<std::string, Node>>& fields() const;  // empty unless an object
  const std::vector<Node>& items() const;                           // empty unless an array
  std::vector<Node>& items();                                       // only of an array
  std::string_view text() const;                                    // of a string or number
  bool as_bool() const;

 private:
  struct Number {
    std::string text;
  };
  using Array = std::vector<Node>;
  using Object = std::vector<std::pair<std::string, Node>>;
  std::variant<std::nullptr_t, bool, Number, std::string, Array, Object> state_ = nullptr;
};

}  // namespace mlc::document
