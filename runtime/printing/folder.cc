#include "runtime/printing/folder.h"

#include "runtime/base/spool.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/printing/document.h"

namespace mlc::printing {

using http::SendFailure;
using http::SendResult;
using Stage = SendFailure::Stage;

SendResult print_to_folder(const std::string& folder, const std::string& key, const std::string& body) {
  const bool is_key = !key.empty() && key.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz") == std::string::npos;
  if (!is_key) return SendFailure{Stage::not_sent, Error(Code::internal, "a print without a key of its effect")};
  auto document = read_document(body);
  if (!document) return refusal(422, document.error().message());
  auto files = document::Node::array();
  std::string first;
  bool before = false, placed_any = false;
  for (int copy = 1; copy <= document->copies; ++copy) {
    bool maybe = false;
    auto placed = spool(folder, document->name, copy == 1 ? key : key + "c" + std::to_string(copy), document->bytes, &maybe);
    // A copy that is there already stays: the same key goes on behind it.
    if (!placed)
      return SendFailure{maybe || placed_any ? Stage::unknown : Stage::not_sent, Error(Code::unavailable, placed.error().message())};
    placed_any = true;
    if (copy == 1) first = placed->name;
    before = before || placed->before;
    files.push(placed->name);
  }
  auto told = document::Node::object();
  told.set("id", first).set("state", before ? "placed before" : "placed").set("files", std::move(files));
  return answer(201, document::write(told));
}

SendResult look_at_folder(const std::string& folder) {
  const auto usable = try_spool(folder);
  if (usable) return answer(200, R"({"state":"writable"})");
  const int status = usable.error().code() == Code::not_found ? 404 : usable.error().code() == Code::denied ? 403 : 507;
  return refusal(status, usable.error().message());
}

}  // namespace mlc::printing
