#include "runtime/remote/content.h"

#include <algorithm>

#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"

namespace mlc::remote {
namespace {

// "application/zpl", "text/plain; charset=utf-8".
bool is_media_type(std::string_view text) {
  const std::string_view bare = text.substr(0, text.find(';'));
  const size_t slash = bare.find('/');
  return slash != std::string_view::npos && http::is_token(bare.substr(0, slash)) && http::is_token(bare.substr(slash + 1)) &&
         http::is_field_value(std::string(text));
}

std::string size_of(size_t bytes) {
  constexpr size_t kKib = 1024;
  return bytes < kKib * kKib ? std::to_string((bytes + kKib - 1) / kKib) + " KiB"
                             : std::to_string((bytes + kKib * kKib - 1) / (kKib * kKib)) + " MiB";
}

}  // namespace

Status check_content(const Operation& operation, document::Value body, BuiltRequest& request) {
  const ContentSpec& content = *operation.content;
  const auto wrong = [&](const std::string& why) { return Error(Code::invalid_argument, operation.name + ": " + why); };
  const auto text = find_dotted(body, content.field), type = find_dotted(body, content.type);
  if (!text.is_string() || text.text().empty()) return wrong(content.field + " is missing: the document as base64 text");
  // Four characters of base64 are three bytes: what is far too long needs no decoding.
  if (text.text().size() / 4 * 3 > content.most + 3)
    return wrong(content.field + " has " + size_of(text.text().size() / 4 * 3) + ", and a document may have " + size_of(content.most));
  const auto bytes = from_base64(text.text());
  if (!bytes) return wrong(content.field + " is no base64 text (RFC 4648, with its padding and without line ends)");
  if (bytes->empty()) return wrong(content.field + " is an empty document");
  if (bytes->size() > content.most)
    return wrong(content.field + " has " + size_of(bytes->size()) + ", and a document may have " + size_of(content.most));
  if (!type.is_string() || !is_media_type(type.text())) return wrong(content.type + " is no media type such as application/pdf");
  if (!content.alone) return ok_status();
  std::erase_if(request.headers, [](const auto& field) { return iequals(field.first, "Content-Type"); });
  request.headers.emplace_back("Content-Type", std::string(type.text()));
  return ok_status();
}

Result<std::string> document_of(const ContentSpec& content, std::string_view planned_body) {
  auto body = document::Document::parse(std::string(planned_body));
  if (!body) return body.error();
  return from_base64(find_dotted(body->root(), content.field).text());
}

}  // namespace mlc::remote
