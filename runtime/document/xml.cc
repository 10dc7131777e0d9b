#include "runtime/document/xml.h"

#include <expat.h>

#include <memory>

#include "runtime/base/encoding.h"

namespace mlc::document {
namespace {

using Kind = XmlToken::Kind;

// What expat calls back into. Its C frames carry no exceptions: running out of memory here ends the process as anywhere.
struct Reading {
  XML_Parser parser;
  XmlLimits limits;
  XmlTokens out;
  size_t depth = 0;
  const char* refused = nullptr;

  void stop(const char* why) {
    if (refused == nullptr) refused = why;
    XML_StopParser(parser, XML_FALSE);
  }

  void add(Kind kind, std::string_view text) {
    if (out.tokens.size() >= limits.tokens) return stop("the document has too many parts");
    out.tokens.push_back({kind, static_cast<uint32_t>(out.buffer.size()), static_cast<uint32_t>(text.size())});
    out.buffer.append(text);
  }

  static Reading& of(void* self) { return *static_cast<Reading*>(self); }

  static void open(void* self, const char* name, const char** attributes) {
    Reading& reading = of(self);
    if (++reading.depth > reading.limits.depth) return reading.stop("elements lie too deep in each other");
    reading.add(Kind::open, name);
    for (; *attributes != nullptr; attributes += 2) {
      reading.add(Kind::attribute, attributes[0]);
      reading.add(Kind::value, attributes[1]);
    }
  }

  static void close(void* self, const char*) {
    --of(self).depth;
    of(self).add(Kind::close, {});
  }

  // Text comes in pieces; those between two tags are one.
  static void text(void* self, const char* bytes, int length) {
    Reading& reading = of(self);
    std::string_view piece(bytes, static_cast<size_t>(length));
    auto& tokens = reading.out.tokens;
    if (!tokens.empty() && tokens.back().kind == Kind::text) {
      tokens.back().length += static_cast<uint32_t>(piece.size());
      reading.out.buffer.append(piece);
    } else {
      reading.add(Kind::text, piece);
    }
  }

  static void doctype(void* self, const char*, const char*, const char*, int) { of(self).stop("a document type (DTD) is not accepted"); }
};

}  // namespace

Result<XmlTokens> read_xml(std::string_view text, const XmlLimits& limits) {
  if (text.size() > limits.bytes) return Error(Code::exhausted, "the XML has " + std::to_string(text.size()) + " bytes");
  std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr), &XML_ParserFree);
  if (!parser) return Error(Code::exhausted, "no memory for an XML reader");
  Reading reading;
  reading.parser = parser.get();
  reading.limits = limits;
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), Reading::open, Reading::close);
  XML_SetCharacterDataHandler(parser.get(), Reading::text);
  XML_SetStartDoctypeDeclHandler(parser.get(), Reading::doctype);
  if (XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE) != XML_STATUS_OK) {
    const char* why = reading.refused != nullptr ? reading.refused : XML_ErrorString(XML_GetErrorCode(parser.get()));
    return Error(Code::invalid_argument, "not XML: line " + std::to_string(XML_GetCurrentLineNumber(parser.get())) + ", column " +
                                             std::to_string(XML_GetCurrentColumnNumber(parser.get()) + 1) + ": " + why);
  }
  return std::move(reading.out);
}

bool is_xml_name(std::string_view name) {
  auto starts = [](unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80; };
  if (name.empty() || !starts(static_cast<unsigned char>(name.front())) || !valid_utf8(name)) return false;
  size_t colons = 0;
  for (size_t i = 0; i < name.size(); ++i) {
    auto c = static_cast<unsigned char>(name[i]);
    if (c == ':') {
      if (++colons > 1 || i + 1 == name.size() || !starts(static_cast<unsigned char>(name[i + 1]))) return false;
    } else if (!starts(c) && c != '-' && c != '.' && !(c >= '0' && c <= '9')) {
      return false;
    }
  }
  return true;
}

bool append_xml_text(std::string& out, std::string_view text, bool attribute) {
  if (!valid_utf8(text)) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    switch (c) {
      case '&':
        out += "&amp;";
        continue;
      case '<':
        out += "&lt;";
        continue;
      case '>':  // "]]>" may not stand in text
        out += "&gt;";
        continue;
      case '"':
        out += attribute ? "&quot;" : "\"";
        continue;
      case '\r':
        out += "&#13;";
        continue;
      case '\n':
      case '\t':
        // A reader makes blanks of these in attributes.
        if (attribute) out += c == '\n' ? "&#10;" : "&#9;";
        else out.push_back(static_cast<char>(c));
        continue;
      default:
        break;
    }
    if (c < 0x20) return false;
    // U+FFFE and U+FFFF.
    if (c == 0xef && i + 2 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0xbf &&
        static_cast<unsigned char>(text[i + 2]) >= 0xbe)
      return false;
    out.push_back(static_cast<char>(c));
  }
  return true;
}

}  // namespace mlc::document
