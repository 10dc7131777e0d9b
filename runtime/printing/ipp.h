// The messages of the Internet Printing Protocol (RFC 8010 encoding, RFC 8011 meaning), as far as printing a document, listing jobs and
// asking a printer how it is need them. Pure; what a printer sends is bounded and believed in nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace mlc::printing::ipp {

// RFC 8010, 3.5: delimiters of groups, then types of values.
enum class Tag : uint8_t {
  operation_group = 0x01,
  job_group = 0x02,
  end = 0x03,
  printer_group = 0x04,
  unsupported_group = 0x05,
  integer = 0x21,
  boolean = 0x22,
  enumeration = 0x23,
  text = 0x41,
  name = 0x42,
  keyword = 0x44,
  uri = 0x45,
  charset = 0x47,
  language = 0x48,
  media_type = 0x49,
};

enum class Operation : uint16_t { print_job = 0x0002, get_jobs = 0x000a, get_printer_attributes = 0x000b };

struct Value {
  Tag tag = Tag::text;
  std::string bytes;
};

struct Attribute {
  std::string name;
  std::vector<Value> values;
};

struct Group {
  Tag tag = Tag::operation_group;
  std::vector<Attribute> attributes;

  Group& add(std::string name, Tag tag_of_value, std::string value);
  Group& add(std::string name, int32_t value);
  Group& add(std::string name, Tag tag_of_values, const std::vector<std::string>& values);
  const Attribute* find(std::string_view name) const;
  std::string text(std::string_view name) const;                // of its first value, "" when there is none
  std::vector<std::string> texts(std::string_view name) const;  // of all its values
  std::optional<int32_t> integer(std::string_view name) const;  // of an integer or an enumeration
  std::optional<bool> boolean(std::string_view name) const;
};

struct Message {
  uint16_t code = 0;  // operation of a request, status of an answer
  uint32_t request = 1;
  std::vector<Group> groups;
  std::string document;  // what follows the attributes

  const Group* group(Tag tag) const;  // the first of its kind
};

std::string encode(const Message& message);
Result<Message> decode(std::string_view bytes);

// "client-error-document-format-not-supported"; others as "status 0x0499".
std::string status_name(uint16_t status);
inline bool succeeded(uint16_t status) { return status < 0x0100; }
std::string job_state_name(int32_t state);      // "pending", "completed"
std::string printer_state_name(int32_t state);  // "idle", "stopped"

}  // namespace mlc::printing::ipp
