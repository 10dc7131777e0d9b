// XML, as strict as JSON is read here: well-formed or refused, no document type (so no entities beyond the five that XML
// itself has, nothing external, nothing that grows), depth and number of parts bounded. What is read comes as a flat list
// of tokens in document order over one buffer of UTF-8. Pure; any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace mlc::document {

struct XmlLimits {
  size_t depth = 64;          // elements in elements
  size_t tokens = 1'000'000;  // of one document
  size_t bytes = 64u << 20;
};

struct XmlToken {
  enum class Kind : uint8_t { open, attribute, value, text, close };  // each attribute is followed by its value
  Kind kind;
  uint32_t begin;
  uint32_t length;
};

struct XmlTokens {
  std::string buffer;
  std::vector<XmlToken> tokens;  // from the root's open to its close

  std::string_view text(const XmlToken& token) const { return std::string_view(buffer).substr(token.begin, token.length); }
};

// The error names line and column. Comments and processing instructions are left out; CDATA is text. UTF-8, or what the
// declaration says (UTF-16, ISO-8859-1, US-ASCII).
Result<XmlTokens> read_xml(std::string_view text, const XmlLimits& limits = {});

// A name as XML 1.0 has it, with at most one colon inside.
bool is_xml_name(std::string_view name);
// Appends text or an attribute's value, escaped. False: not UTF-8, or a character that XML 1.0 can't carry.
bool append_xml_text(std::string& out, std::string_view text, bool attribute);

}  // namespace mlc::document
