#include "runtime/printing/document.h"

#include "runtime/base/encoding.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::printing {

Result<PrintDocument> read_document(std::string_view body) {
  constexpr size_t kLongestName = 200;  // with a mark behind it, a job's name of 255 bytes
  constexpr int64_t kMostCopies = 99;
  const auto wrong = [](const std::string& why) { return Error(Code::invalid_argument, why); };
  auto parsed = document::Document::parse(std::string(body));
  if (!parsed) return parsed.error();
  const auto root = parsed->root();
  PrintDocument document;
  document.name = std::string(root.get("name").text());
  document.type = std::string(root.get("type").text());
  if (document.name.empty()) return wrong("name is missing: what the document is called, such as \"1Z999.zpl\"");
  if (document.name.size() > kLongestName) return wrong("name is longer than " + std::to_string(kLongestName) + " bytes");
  if (document.name.find('/') != std::string::npos || document.name.front() == '.' || has_control(document.name))
    return wrong("name can't be a file's: no slash, no control character, and no dot at its beginning");
  auto bytes = from_base64(root.get("content").text());
  if (!bytes) return wrong("content is no base64 text");
  document.bytes = std::move(*bytes);
  if (const auto copies = root.get("copies"); copies && !copies.is_null()) {
    const auto number = copies.integer();
    if (!number || *number < 1 || *number > kMostCopies) return wrong("copies: expected 1 to " + std::to_string(kMostCopies));
    document.copies = static_cast<int>(*number);
  }
  return document;
}

http::Response answer(int status, std::string json) { return {status, {{"Content-Type", "application/json"}}, std::move(json)}; }

http::Response refusal(int status, std::string_view message) {
  auto body = document::Node::object();
  body.set("message", message);
  return answer(status, document::write(body));
}

}  // namespace mlc::printing
