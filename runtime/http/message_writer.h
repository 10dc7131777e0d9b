// Turns messages into bytes. The one place where fields are written, and so the one that refuses control characters in
// names, values and targets (T7), and that writes framing: what a caller says about it is dropped.
#pragma once
#include <string>
#include <string_view>

#include "runtime/base/result.h"
#include "runtime/http/message.h"

namespace mlc::http {

struct ResponseFraming {
  bool keep_alive = true;
  bool to_head = false;   // answer to HEAD: Content-Length without the body
  std::string_view date;  // IMF-fixdate
};

// Appends the whole response. Refused (out untouched): a status outside 200..599, a malformed field.
bool append_response(const Response& response, const ResponseFraming& framing, std::string& out);

// Appends the whole request in origin form.
Status append_request(std::string_view method, std::string_view target, std::string_view authority, const Headers& headers,
                      std::string_view body, std::string& out);

}  // namespace mlc::http
