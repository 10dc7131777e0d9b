// JSON out: a streaming writer, whole values, and the canonical form that hashes and comparisons use.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/decimal.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"

namespace mlc::document {

// Appends compact JSON to a string that the caller owns. Calls must pair up and keys must stand before values, as the grammar
// says; that is the caller's promise, asserted in debug builds. Texts are UTF-8; a byte that is not becomes U+FFFD, so that what
// is written always parses. Callers that take foreign text and want an error ask valid_utf8 first.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  void key(std::string_view name);
  // A key that was escaped and quoted before (see quoted), for names known long in advance.
  void quoted_key(std::string_view name_with_quotes);
  void string(std::string_view text);
  void number(std::string_view text);  // by the grammar of RFC 8259
  void number(const Decimal& value);
  void integer(int64_t value);
  void boolean(bool value);
  void null();
  void value(Value value);  // missing is written as null
  void value(const Node& node);
  // One whole JSON value, written before.
  void raw(std::string_view json);

 private:
  void before_value() {
    if (needs_comma_) out_.push_back(',');
    needs_comma_ = true;
  }

  std::string& out_;
  bool needs_comma_ = false;
};

enum class Style { compact, indented };

std::string write(Value value, Style style = Style::compact);
std::string write(const Node& node, Style style = Style::compact);

// The text with quotes and escapes.
std::string quoted(std::string_view text);

// One text for one meaning, after RFC 8785 with two differences: keys are sorted by bytes, and numbers are exact (1.50, 1.5 and
// 15e-1 are one; nothing is rounded to a double).
std::string canonical(Value value);
std::string canonical(const Node& node);

// Whether the text is a number by the grammar of RFC 8259.
bool is_number_text(std::string_view text);

}  // namespace mlc::document
