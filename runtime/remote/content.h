// A document inside a write's body: base64 text, which is bytes at the other end. What does not fit is refused before
// anything is planned. Pure.
#pragma once
#include <string>
#include <string_view>

#include "runtime/remote/request.h"

namespace mlc::remote {

// Errors (invalid_argument) say what is wrong with the text, its size or its media type. Where the document goes alone, the request's
// Content-Type becomes its media type.
Status check_content(const Operation& operation, document::Value body, BuiltRequest& request);

// The document's bytes, from the body as it was planned.
Result<std::string> document_of(const ContentSpec& content, std::string_view planned_body);

}  // namespace mlc::remote
