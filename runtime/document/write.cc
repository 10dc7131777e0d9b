#include "runtime/document/write.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <functional>

#include "runtime/base/encoding.h"
#include "runtime/document/scan.h"

namespace mlc::document {
namespace {

// What must not stand in a string as it is: quote, backslash, control characters (RFC 8259 section 7). 0 = plain.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> all{};
  for (int c = 0; c < 0x20; ++c) all[static_cast<size_t>(c)] = 'u';
  all['\b'] = 'b';
  all['\f'] = 'f';
  all['\n'] = 'n';
  all['\r'] = 'r';
  all['\t'] = 't';
  all['"'] = '"';
  all['\\'] = '\\';
  return all;
}();

// The bytes from `at` that form one character, by Unicode table 3-7; 0 when they form none.
size_t character_length(std::string_view text, size_t at) {
  for (size_t length = 1; length <= 4 && at + length <= text.size(); ++length) {
    if (mlc::valid_utf8(text.substr(at, length))) return length;
  }
  return 0;
}

void append_replaced(std::string& out, std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = character_length(text, at);
    out.append(length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(at, length));
    at += std::max<size_t>(length, 1);
  }
}

void append_escaped(std::string& out, std::string_view text) {
  size_t plain = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char escape = kEscapes[static_cast<unsigned char>(text[at])];
    if (escape == 0) continue;
    out.append(text, plain, at - plain);
    plain = at + 1;
    out.push_back('\\');
    out.push_back(escape);
    if (escape == 'u') {
      constexpr char kHex[] = "0123456789abcdef";
      out.append("00");
      out.push_back(kHex[static_cast<unsigned char>(text[at]) >> 4]);
      out.push_back(kHex[text[at] & 0xF]);
    }
  }
  out.append(text, plain, text.size() - plain);
}

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  if (is_ascii(text) || mlc::valid_utf8(text)) {
    append_escaped(out, text);
  } else {
    std::string repaired;
    append_replaced(repaired, text);
    append_escaped(out, repaired);
  }
  out.push_back('"');
}

// Two spaces a level; empty containers stay on their line.
template <class Any>
void write_indented(std::string& out, const Any& value, size_t depth);

void new_line(std::string& out, size_t depth) {
  out.push_back('\n');
  out.append(depth * 2, ' ');
}

template <class Any>
void write_indented(std::string& out, const Any& value, size_t depth) {
  if ((!value.is_object() && !value.is_array()) || value.size() == 0) {
    Writer(out).value(value);
    return;
  }
  bool first = true;
  const auto begin_entry = [&] {
    if (!first) out.push_back(',');
    first = false;
    new_line(out, depth + 1);
  };
  out.push_back(value.is_object() ? '{' : '[');
  for (const auto& [key, field] : value.fields()) {
    begin_entry();
    append_quoted(out, key);
    out += ": ";
    write_indented(out, field, depth + 1);
  }
  for (const auto& item : value.items()) {
    begin_entry();
    write_indented(out, item, depth + 1);
  }
  new_line(out, depth);
  out.push_back(value.is_object() ? '}' : ']');
}

template <class Any>
std::string written(const Any& value, Style style) {
  std::string out;
  if (style == Style::indented) {
    write_indented(out, value, 0);
  } else {
    Writer(out).value(value);
  }
  return out;
}

// Digits and a power of ten, so that any spelling of a number, however large its exponent, has one form. Decimal's compact text
// where the plain form is short, else "123e400".
std::string canonical_number(std::string_view text) {
  const bool negative = text.front() == '-';
  const size_t mark = std::min(text.find_first_of("eE"), text.size());
  std::string digits;
  int64_t power = 0;
  bool fraction = false;
  for (char c : text.substr(0, mark)) {
    if (c == '.') fraction = true;
    if (c < '0' || c > '9') continue;
    digits.push_back(c);
    if (fraction) --power;
  }
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits.empty()) return "0";
  while (digits.back() == '0') {
    digits.pop_back();
    ++power;
  }
  if (mark < text.size()) {
    std::string_view exponent = text.substr(mark + 1);
    if (exponent.front() == '+') exponent.remove_prefix(1);
    int64_t value = 0;
    const auto [end, error] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), value);
    constexpr int64_t kLargest = int64_t{1} << 62;
    if (error != std::errc() || value > kLargest || value < -kLargest) return std::string(text);  // no two such spellings meet in practice
    power += value;
  }
  const std::string sign = negative ? "-" : "";
  constexpr int64_t kPlainPower = 40;
  if (power > kPlainPower || power < -kPlainPower) return sign + digits + "e" + std::to_string(power);
  if (power >= 0) return sign + digits + std::string(static_cast<size_t>(power), '0');
  const auto decimals = static_cast<size_t>(-power);
  if (digits.size() <= decimals) digits.insert(0, decimals - digits.size() + 1, '0');
  digits.insert(digits.size() - decimals, 1, '.');
  return sign + digits;
}

std::vector<std::pair<std::string_view, Value>> entries(Value value) {
  std::vector<std::pair<std::string_view, Value>> all;
  for (auto [key, field] : value.fields()) all.emplace_back(key, field);
  return all;
}

std::vector<std::pair<std::string_view, std::reference_wrapper<const Node>>> entries(const Node& node) {
  std::vector<std::pair<std::string_view, std::reference_wrapper<const Node>>> all;
  for (const auto& [key, field] : node.fields()) all.emplace_back(key, std::cref(field));
  return all;
}

template <class Any>
void write_canonical(Writer& writer, const Any& value) {
  switch (value.kind()) {
    case Kind::number:
      writer.number(canonical_number(value.text()));
      break;
    case Kind::array:
      writer.begin_array();
      for (const auto& item : value.items()) write_canonical(writer, item);
      writer.end_array();
      break;
    case Kind::object: {
      auto sorted = entries(value);
      std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
      writer.begin_object();
      for (const auto& [key, field] : sorted) {
        writer.key(key);
        write_canonical<Any>(writer, field);
      }
      writer.end_object();
      break;
    }
    default:
      writer.value(value);
  }
}

}  // namespace

void Writer::begin_object() {
  before_value();
  out_.push_back('{');
  needs_comma_ = false;
}

void Writer::end_object() {
  out_.push_back('}');
  needs_comma_ = true;
}

void Writer::begin_array() {
  before_value();
  out_.push_back('[');
  needs_comma_ = false;
}

void Writer::end_array() {
  out_.push_back(']');
  needs_comma_ = true;
}

void Writer::key(std::string_view name) {
  before_value();
  append_quoted(out_, name);
  out_.push_back(':');
  needs_comma_ = false;
}

void Writer::quoted_key(std::string_view name_with_quotes) {
  before_value();
  out_.append(name_with_quotes);
  out_.push_back(':');
  needs_comma_ = false;
}

void Writer::string(std::string_view text) {
  before_value();
  append_quoted(out_, text);
}

void Writer::number(std::string_view text) {
  assert(is_number_text(text));
  before_value();
  out_.append(text);
}

void Writer::number(const Decimal& value) { number(value.text()); }

void Writer::integer(int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  number(std::string_view(digits.data(), static_cast<size_t>(end - digits.data())));
}

void Writer::boolean(bool value) { raw(value ? "true" : "false"); }

void Writer::null() { raw("null"); }

void Writer::raw(std::string_view json) {
  before_value();
  out_.append(json);
}

void Writer::value(Value value) {
  switch (value.kind()) {
    case Kind::missing:
    case Kind::null:
      return null();
    case Kind::boolean:
      return boolean(value.as_bool());
    case Kind::number:
      return number(value.text());
    case Kind::string:
      return string(value.text());
    case Kind::array:
      begin_array();
      for (Value item : value.items()) this->value(item);
      return end_array();
    case Kind::object:
      begin_object();
      for (auto [name, field] : value.fields()) {
        key(name);
        this->value(field);
      }
      return end_object();
  }
}

void Writer::value(const Node& node) {
  switch (node.kind()) {
    case Kind::missing:
    case Kind::null:
      return null();
    case Kind::boolean:
      return boolean(node.as_bool());
    case Kind::number:
      return number(node.text());
    case Kind::string:
      return string(node.text());
    case Kind::array:
      begin_array();
      for (const Node& item : node.items()) value(item);
      return end_array();
    case Kind::object:
      begin_object();
      for (const auto& [name, field] : node.fields()) {
        key(name);
        value(field);
      }
      return end_object();
  }
}

std::string write(Value value, Style style) { return written(value, style); }
std::string write(const Node& node, Style style) { return written(node, style); }

std::string quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

std::string canonical(Value value) {
  std::string out;
  Writer writer(out);
  write_canonical(writer, value);
  return out;
}

std::string canonical(const Node& node) {
  std::string out;
  Writer writer(out);
  write_canonical(writer, node);
  return out;
}

bool is_number_text(std::string_view text) { return !text.empty() && number_length(text) == text.size(); }

}  // namespace mlc::document
