#include "runtime/http/follow.h"

namespace mlc::http {
namespace {

bool is_redirect(int status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

SendResult refused(std::string why) { return SendFailure{SendFailure::Stage::not_sent, Error(Code::denied, std::move(why))}; }

}  // namespace

Task<SendResult> follow_get(Transport& transport, OutgoingRequest request, int max_redirects) {
  if (request.method != "GET") co_return refused("redirects are followed for GET only");
  for (int hop = 0;; ++hop) {
    SendResult result = co_await transport.send(request);
    auto* response = std::get_if<Response>(&result);
    if (response == nullptr || !is_redirect(response->status)) co_return result;
    auto location = response->headers.get("Location");
    if (!location) co_return result;
    if (hop == max_redirects) co_return refused("more than " + std::to_string(max_redirects) + " redirects");
    auto next = request.url.resolve(*location);
    if (!next) co_return SendFailure{SendFailure::Stage::not_sent, next.error().wrap("following a redirect")};
    if (request.url.secure() && !next->secure()) co_return refused("redirect from https to http");
    request.url = std::move(*next);
    request.credentials = nullptr;
    for (const char* secret : {"Authorization", "Cookie", "Proxy-Authorization"}) request.headers.remove(secret);
  }
}

}  // namespace mlc::http
