#include "runtime/http/response_reader.h"

namespace mlc::http {
namespace {

constexpr int kMaxInterim = 8;
constexpr size_t kMaxReserve = 1024 * 1024;  // a declared length is believed so far; the rest grows as it comes

}  // namespace

ResponseReader::State ResponseReader::feed(std::string_view bytes) {
  if (state_ != State::more) return state_;
  std::string joined;
  if (!head_done_) {
    if (!pending_.empty()) {
      joined.swap(pending_);
      joined.append(bytes);
      bytes = joined;
    }
    while (!head_done_) {
      if (!take_head(bytes)) {
        if (state_ == State::more) pending_.assign(bytes);
        return state_;
      }
    }
  }
  BodyReader::State outcome = reader_.feed(bytes, body_);
  if (outcome == BodyReader::State::malformed) return fail(Code::corrupt, "malformed chunked body");
  if (outcome == BodyReader::State::too_large) return fail(Code::exhausted, "response body larger than its limit");
  if (outcome == BodyReader::State::done) {
    state_ = State::done;
    excess_ = !bytes.empty();
  }
  return state_;
}

// True when it consumed a head, interim or final.
bool ResponseReader::take_head(std::string_view& bytes) {
  HeadState found = find_head_end(bytes.substr(0, max_head_bytes_), line_start_);
  if (found == HeadState::incomplete) {
    if (bytes.size() >= max_head_bytes_) fail(Code::exhausted, "response head larger than its limit");
    return false;
  }
  head_ = {};
  HeadRefusal refusal{0, "malformed head"};
  if (found == HeadState::refused || !parse_response_head(bytes.substr(0, line_start_), method_, head_, refusal)) {
    fail(Code::corrupt, "response refused: " + std::string(refusal.reason));
    return false;
  }
  bytes.remove_prefix(line_start_);
  line_start_ = 0;
  if (head_.status < 200) {
    if (head_.status == 101 || ++interim_ > kMaxInterim) {
      fail(Code::corrupt, "response refused: unexpected 1xx");
      return false;
    }
    return true;
  }
  head_done_ = true;
  reader_ = BodyReader(head_.framing, head_.content_length, max_body_bytes_);
  if (head_.framing == Framing::length && head_.content_length <= max_body_bytes_) {
    body_.reserve(std::min<size_t>(head_.content_length, kMaxReserve));
  }
  return true;
}

ResponseReader::State ResponseReader::end(bool in_order) {
  if (state_ != State::more) return state_;
  if (in_order && head_done_ && reader_.finish_at_end()) return state_ = State::done;
  return fail(Code::unavailable, head_done_ ? "connection ended within the response body" : "connection ended before the response");
}

ResponseReader::State ResponseReader::fail(Code code, std::string why) {
  error_ = Error(code, std::move(why));
  return state_ = State::failed;
}

}  // namespace mlc::http
