// What a print call carries, whatever the printer: read from the JSON body of `documents.print` and held to what a file name and a
// job name may be. Values.
#pragma once
#include <string>
#include <string_view>

#include "runtime/base/result.h"
#include "runtime/http/message.h"

namespace mlc::printing {

struct PrintDocument {
  std::string name, type, bytes;  // "1Z999.zpl", "application/zpl"
  int copies = 1;
};

// {"name", "type", "content" (base64), "copies"?}. Errors say which of them is wrong.
Result<PrintDocument> read_document(std::string_view body);

// An answer as a remote would give it, so that what it means is decided where all answers are: JSON with `message` for a refusal.
http::Response answer(int status, std::string json);
http::Response refusal(int status, std::string_view message);

}  // namespace mlc::printing
