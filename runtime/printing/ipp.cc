#include "runtime/printing/ipp.h"

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/base/encoding.h"

namespace mlc::printing::ipp {
namespace {

constexpr uint8_t kFirstValueTag = 0x10;  // below it a tag begins a group
constexpr size_t kMostAttributes = 20'000;
constexpr size_t kLongest = 0x7fff;  // of a name or a value (RFC 8010, 3.1)

void put16(std::string& out, size_t value) {
  out += static_cast<char>(value >> 8 & 0xff);
  out += static_cast<char>(value & 0xff);
}

void put32(std::string& out, uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}

void put_text(std::string& out, std::string_view text) {
  put16(out, text.size());
  out += text;
}

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}
  bool has(size_t count) const { return rest_.size() >= count; }
  std::optional<uint32_t> number(size_t count) {
    if (!has(count)) return std::nullopt;
    uint32_t value = 0;
    for (char byte : rest_.substr(0, count)) value = value << 8 | static_cast<uint8_t>(byte);
    rest_.remove_prefix(count);
    return value;
  }
  std::optional<std::string> text() {
    const auto length = number(2);
    if (!length || *length > kLongest || !has(*length)) return std::nullopt;
    std::string value(rest_.substr(0, *length));
    rest_.remove_prefix(*length);
    return value;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

Error bad(const std::string& why) { return Error(Code::corrupt, "IPP message: " + why); }

}  // namespace

Group& Group::add(std::string name, Tag tag_of_value, std::string value) {
  attributes.push_back({std::move(name), {{tag_of_value, std::move(value)}}});
  return *this;
}

Group& Group::add(std::string name, int32_t value) {
  std::string bytes;
  put32(bytes, static_cast<uint32_t>(value));
  return add(std::move(name), Tag::integer, std::move(bytes));
}

Group& Group::add(std::string name, Tag tag_of_values, const std::vector<std::string>& values) {
  Attribute attribute{std::move(name), {}};
  for (const auto& value : values) attribute.values.push_back({tag_of_values, value});
  attributes.push_back(std::move(attribute));
  return *this;
}

const Attribute* Group::find(std::string_view name) const {
  for (const auto& attribute : attributes)
    if (attribute.name == name && !attribute.values.empty()) return &attribute;
  return nullptr;
}

std::string Group::text(std::string_view name) const {
  const auto all = texts(name);
  return all.empty() ? std::string() : all.front();
}

// What a person is shown comes from the printer: bytes that are no text are left out.
std::vector<std::string> Group::texts(std::string_view name) const {
  std::vector<std::string> all;
  const auto* found = find(name);
  if (found == nullptr) return all;
  for (const auto& value : found->values)
    if (valid_utf8(value.bytes) && !has_control(value.bytes)) all.push_back(value.bytes);
  return all;
}

std::optional<int32_t> Group::integer(std::string_view name) const {
  const auto* found = find(name);
  if (found == nullptr || found->values.front().bytes.size() != 4) return std::nullopt;
  return static_cast<int32_t>(*Bytes(found->values.front().bytes).number(4));
}

std::optional<bool> Group::boolean(std::string_view name) const {
  const auto* found = find(name);
  if (found == nullptr || found->values.front().tag != Tag::boolean || found->values.front().bytes.size() != 1) return std::nullopt;
  return found->values.front().bytes.front() != 0;
}

const Group* Message::group(Tag tag) const {
  for (const auto& each : groups)
    if (each.tag == tag) return &each;
  return nullptr;
}

std::string encode(const Message& message) {
  std::string out = {1, 1};  // every printer speaks 1.1
  put16(out, message.code);
  put32(out, message.request);
  for (const auto& group : message.groups) {
    out += static_cast<char>(group.tag);
    for (const auto& attribute : group.attributes) {
      bool first = true;
      for (const auto& value : attribute.values) {
        out += static_cast<char>(value.tag);
        put_text(out, first ? std::string_view(attribute.name) : std::string_view());
        put_text(out, std::string_view(value.bytes).substr(0, kLongest));
        first = false;
      }
    }
  }
  out += static_cast<char>(Tag::end);
  out += message.document;
  return out;
}

Result<Message> decode(std::string_view bytes) {
  Bytes in(bytes);
  const auto version = in.number(2), code = in.number(2), request = in.number(4);
  if (!version || !code || !request) return bad("shorter than its head");
  if (*version >> 8 != 1 && *version >> 8 != 2) return bad("of a version that is not known");
  Message message;
  message.code = static_cast<uint16_t>(*code);
  message.request = *request;
  size_t attributes = 0;
  for (;;) {
    const auto tag = in.number(1);
    if (!tag) return bad("ends before its end mark");
    if (*tag == static_cast<uint8_t>(Tag::end)) break;
    if (*tag < kFirstValueTag) {
      message.groups.push_back({static_cast<Tag>(*tag), {}});
      continue;
    }
    if (message.groups.empty()) return bad("a value stands before the first group");
    auto name = in.text();
    auto value = name ? in.text() : std::nullopt;
    if (!value) return bad("a value is cut short");
    if (++attributes > kMostAttributes) return bad("more attributes than a printer has");
    auto& list = message.groups.back().attributes;
    // Without a name it is a further value of the attribute before it; so are the members of a collection, which are not looked into.
    if (!name->empty()) list.push_back({std::move(*name), {}});
    if (list.empty()) return bad("a further value stands before the first attribute");
    list.back().values.push_back({static_cast<Tag>(*tag), std::move(*value)});
  }
  message.document = std::string(in.rest());
  return message;
}

std::string status_name(uint16_t status) {
  static constexpr std::pair<uint16_t, const char*> kNames[] = {
      {0x0000, "successful-ok"},
      {0x0400, "client-error-bad-request"},
      {0x0401, "client-error-forbidden"},
      {0x0402, "client-error-not-authenticated"},
      {0x0403, "client-error-not-authorized"},
      {0x0404, "client-error-not-possible"},
      {0x0405, "client-error-timeout"},
      {0x0406, "client-error-not-found"},
      {0x0408, "client-error-request-entity-too-large"},
      {0x040a, "client-error-document-format-not-supported"},
      {0x040b, "client-error-attributes-or-values-not-supported"},
      {0x040d, "client-error-charset-not-supported"},
      {0x0411, "client-error-document-format-error"},
      {0x0500, "server-error-internal-error"},
      {0x0501, "server-error-operation-not-supported"},
      {0x0502, "server-error-service-unavailable"},
      {0x0503, "server-error-version-not-supported"},
      {0x0504, "server-error-device-error"},
      {0x0505, "server-error-temporary-error"},
      {0x0506, "server-error-not-accepting-jobs"},
      {0x0507, "server-error-busy"},
      {0x0508, "server-error-job-canceled"},
  };
  for (const auto& [known, name] : kNames)
    if (known == status) return name;
  const std::string bytes = {static_cast<char>(status >> 8), static_cast<char>(status & 0xff)};
  return "status 0x" + to_hex(bytes);
}

std::string job_state_name(int32_t state) {
  static constexpr std::array<const char*, 7> kNames = {"pending", "held", "processing", "stopped", "canceled", "aborted", "completed"};
  return state >= 3 && state <= 9 ? kNames[static_cast<size_t>(state - 3)] : "unknown";
}

std::string printer_state_name(int32_t state) {
  return state == 3 ? "idle" : state == 4 ? "processing" : state == 5 ? "stopped" : "unknown";
}

}  // namespace mlc::printing::ipp
