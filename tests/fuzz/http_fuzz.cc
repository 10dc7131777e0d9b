// Any bytes as a message head: a head is found at one place however the bytes arrive, and what is accepted can be read in
// one way only. The same bytes as an answer and as a URL: cutting them changes nothing, and what was checked is what is sent.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/http/head_check.h"
#include "runtime/http/response_reader.h"
#include "runtime/http/url.h"

namespace {

using namespace mlc::http;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_fields(const Headers& headers) {
  require(headers.size() <= kMaxFields);
  for (const auto& field : headers) {
    require(!field.name.empty());
    for (const unsigned char letter : field.name) require(letter > 0x20 && letter < 0x7f && letter != ':');
    for (const unsigned char letter : field.value) require(letter == '\t' || (letter >= 0x20 && letter != 0x7f));
  }
}

void check_response(std::string_view bytes, const char* method) {
  constexpr size_t kMaxHead = 4096, kMaxBody = 1000;
  ResponseReader whole(method, kMaxHead, kMaxBody), pieces(method, kMaxHead, kMaxBody);
  const auto state = whole.feed(bytes);
  auto by_pieces = ResponseReader::State::more;
  for (size_t at = 0; at < bytes.size() && by_pieces == ResponseReader::State::more; ++at) by_pieces = pieces.feed(bytes.substr(at, 1));
  require(state == by_pieces);
  if (state != ResponseReader::State::done) return;
  const Response one = whole.take(), other = pieces.take();
  require(one.status == other.status && one.body == other.body && one.body.size() <= kMaxBody);
}

void check_url(std::string_view bytes) {
  static const Url base = *Url::parse("https://a.example/b?c");
  for (const auto& url : {Url::parse(bytes), base.resolve(bytes)}) {
    if (!url) continue;
    const auto again = Url::parse(url->text());
    require(again && again->text() == url->text() && again->host() == url->host() && again->port() == url->port());
    require(is_target(url->target()) && is_field_value(url->authority()));
  }
  const auto fields = parse_query(bytes);
  if (!fields) return;
  const auto back = parse_query(build_query(*fields));
  require(back.ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_response(bytes, "GET");
  check_response(bytes, "HEAD");
  check_url(bytes);

  size_t at_once = 0;
  const auto state = find_head_end(bytes, at_once);

  // The same bytes in pieces come to the same end, at most earlier.
  size_t by_pieces = 0;
  auto pieces = HeadState::incomplete;
  for (size_t given = 1; given <= size && pieces == HeadState::incomplete; given += 1 + given / 8) {
    pieces = find_head_end(bytes.substr(0, given), by_pieces);
  }
  if (pieces == HeadState::incomplete) pieces = find_head_end(bytes, by_pieces);
  require(pieces == state);
  if (state != HeadState::complete) return 0;
  require(at_once == by_pieces && at_once <= size);

  const auto head_bytes = bytes.substr(0, at_once);
  RequestHead request;
  HeadRefusal refusal;
  if (parse_request_head(head_bytes, request, refusal)) {
    check_fields(request.headers);
    require(request.framing != Framing::until_close);
    require(!request.method.empty() && (request.target == "*" || request.target.front() == '/'));
    const auto lengths = request.headers.all("Content-Length").size(), codings = request.headers.all("Transfer-Encoding").size();
    require(lengths + codings <= 1);
    require((request.framing == Framing::length && lengths == 1) || (request.framing == Framing::chunked && codings == 1) ||
            (request.framing == Framing::none && codings == 0));
  } else {
    require(refusal.status >= 400 && !refusal.reason.empty());
  }
  ResponseHead response;
  if (parse_response_head(head_bytes, "GET", response, refusal)) {
    check_fields(response.headers);
    require(response.status >= 100 && response.status <= 999);
  }
  return 0;
}
