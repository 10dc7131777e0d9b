#include "runtime/printing/transport.h"

#include "runtime/base/encoding.h"
#include "runtime/base/offload.h"
#include "runtime/base/thread_pool.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/http/private_network.h"
#include "runtime/http/stream.h"
#include "runtime/printing/document.h"
#include "runtime/printing/folder.h"
#include "runtime/printing/ipp_printer.h"

namespace mlc::printing {

using http::SendFailure;
using http::SendResult;

PrinterTransport::PrinterTransport(http::Transport& beneath, EventLoop& loop, std::unique_ptr<http::Resolver> resolver)
    : beneath_(beneath), loop_(loop), resolver_(resolver ? std::move(resolver) : http::system_resolver(loop)) {}
PrinterTransport::~PrinterTransport() = default;

Task<SendResult> PrinterTransport::send(http::OutgoingRequest request) {
  const std::string scheme = request.url.scheme();
  if (scheme == "folder") return to_folder(std::move(request));
  if (scheme == "raw") return to_port(std::move(request));
  if (scheme == "ipp" || scheme == "ipps") return ask_ipp_printer(beneath_, std::move(request));
  return beneath_.send(std::move(request));
}

Task<SendResult> PrinterTransport::to_folder(http::OutgoingRequest request) {
  if (!disk_) disk_ = std::make_unique<ThreadPool>(ThreadPoolOptions{"printing", 1, 0});
  const std::string path = request.url.path();
  const size_t last = path.rfind('/');
  auto folder = percent_decode(path.substr(0, last));
  if (!folder) co_return SendFailure{SendFailure::Stage::not_sent, folder.error()};
  std::function<SendResult()> work;
  if (path.substr(last + 1) == "documents") {
    const auto key = request.headers.get("Idempotency-Key");
    work = [folder = *folder, key = std::string(key.value_or("")), body = std::move(request.body)] {
      return print_to_folder(folder, key, body);
    };
  } else {
    work = [folder = *folder] { return look_at_folder(folder); };
  }
  auto working = offload<SendResult>(*disk_, loop_, std::move(work));
  co_return co_await std::move(working);
}

// Nothing can be asked there afterwards, and nothing tells two prints from one: what is not known stays unknown.
Task<SendResult> PrinterTransport::to_port(http::OutgoingRequest request) {
  http::StreamRequest stream;
  stream.host = request.url.host();
  stream.port = request.url.port();
  stream.allow_loopback = request.tls.allow_loopback;
  stream.allow_private = http::may_be_private(request.allowed_hosts);
  stream.total_deadline = request.total_deadline;
  int copies = 0;
  if (request.method == "POST") {
    auto document = read_document(request.body);
    if (!document) co_return refusal(422, document.error().message());
    copies = document->copies;
    stream.bytes.reserve(document->bytes.size() * static_cast<size_t>(copies));
    for (int copy = 0; copy < copies; ++copy) stream.bytes += document->bytes;
  }
  const size_t sent = stream.bytes.size();
  auto sending = http::send_stream(loop_, *resolver_, std::move(stream));
  auto failure = co_await std::move(sending);
  if (failure) co_return *failure;
  auto told = document::Node::object();
  told.set("state", sent == 0 ? "answers" : "sent");
  if (sent > 0) told.set("bytes", static_cast<int64_t>(sent)).set("copies", copies);
  co_return answer(sent == 0 ? 200 : 201, document::write(told));
}

}  // namespace mlc::printing
