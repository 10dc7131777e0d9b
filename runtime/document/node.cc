#include "runtime/document/node.h"

#include <algorithm>
#include <cassert>

#include "runtime/document/write.h"

namespace mlc::document {

Node::Node(const Decimal& value) : state_(Number{value.text()}) {}

Node Node::object() {
  Node node;
  node.state_ = Object();
  return node;
}

Node Node::array() {
  Node node;
  node.state_ = Array();
  return node;
}

Node Node::number(std::string text) {
  assert(is_number_text(text));
  Node node;
  node.state_ = Number{std::move(text)};
  return node;
}

Node Node::copy_of(Value value) {
  switch (value.kind()) {
    case Kind::missing:
    case Kind::null:
      return {};
    case Kind::boolean:
      return value.as_bool();
    case Kind::number:
      return number(std::string(value.text()));
    case Kind::string:
      return value.text();
    case Kind::array: {
      Array items;
      items.reserve(value.size());
      for (Value item : value.items()) items.push_back(copy_of(item));
      Node node;
      node.state_ = std::move(items);
      return node;
    }
    case Kind::object: {
      Object fields;
      fields.reserve(value.size());
      for (auto [key, field] : value.fields()) fields.emplace_back(key, copy_of(field));
      Node node;
      node.state_ = std::move(fields);
      return node;
    }
  }
  return {};
}

Kind Node::kind() const {
  constexpr Kind kKinds[] = {Kind::null, Kind::boolean, Kind::number, Kind::string, Kind::array, Kind::object};
  return kKinds[state_.index()];
}

Node& Node::operator[](std::string_view key) {
  if (is_null()) state_ = Object();
  auto& all = std::get<Object>(state_);
  if (Node* there = get(key)) return *there;
  return all.emplace_back(key, Node()).second;
}

Node& Node::set(std::string_view key, Node value) {
  (*this)[key] = std::move(value);
  return *this;
}

bool Node::erase(std::string_view key) {
  auto* all = std::get_if<Object>(&state_);
  return all != nullptr && std::erase_if(*all, [&](const auto& field) { return field.first == key; }) != 0;
}

Node& Node::push(Node value) {
  if (is_null()) state_ = Array();
  return std::get<Array>(state_).emplace_back(std::move(value));
}

const Node* Node::get(std::string_view key) const {
  for (const auto& [name, value] : fields()) {
    if (name == key) return &value;
  }
  return nullptr;
}

Node* Node::get(std::string_view key) { return const_cast<Node*>(static_cast<const Node*>(this)->get(key)); }

size_t Node::size() const { return fields().size() + (is_array() ? items().size() : 0); }

const std::vector<std::pair<std::string, Node>>& Node::fields() const {
  static const Object kNone;
  const auto* all = std::get_if<Object>(&state_);
  return all != nullptr ? *all : kNone;
}

const std::vector<Node>& Node::items() const {
  static const Array kNone;
  const auto* all = std::get_if<Array>(&state_);
  return all != nullptr ? *all : kNone;
}

std::vector<Node>& Node::items() { return std::get<Array>(state_); }

std::string_view Node::text() const {
  if (const auto* text = std::get_if<std::string>(&state_)) return *text;
  if (const auto* number = std::get_if<Number>(&state_)) return number->text;
  return {};
}

bool Node::as_bool() const {
  const auto* value = std::get_if<bool>(&state_);
  return value != nullptr && *value;
}

}  // namespace mlc::document
