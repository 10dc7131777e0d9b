#include "runtime/http/body_reader.h"

#include <algorithm>

namespace mlc::http {
namespace {

constexpr unsigned kMaxChunkSizeDigits = 8;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

BodyReader::BodyReader(Framing framing, uint64_t content_length, uint64_t max_bytes) : framing_(framing), room_(max_bytes) {
  if (framing == Framing::length) left_ = content_length;
  bool empty = framing == Framing::none || (framing == Framing::length && content_length == 0);
  state_ = empty ? State::done : left_ > room_ ? State::too_large : State::more;
}

BodyReader::State BodyReader::feed(std::string_view& bytes, std::string& body) {
  if (state_ != State::more) return state_;
  switch (framing_) {
    case Framing::none:
      return state_ = State::done;
    case Framing::length:
      take(bytes, body);
      return state_ = left_ == 0 ? State::done : State::more;
    case Framing::until_close:
      left_ = bytes.size();
      return state_ = take(bytes, body);
    case Framing::chunked:
      return state_ = feed_chunked(bytes, body);
  }
  return state_;
}

bool BodyReader::finish_at_end() {
  if (state_ == State::more && framing_ == Framing::until_close) state_ = State::done;
  return state_ == State::done;
}

// Moves up to left_ bytes into the body.
BodyReader::State BodyReader::take(std::string_view& bytes, std::string& body) {
  size_t count = std::min<uint64_t>(left_, bytes.size());
  if (count > room_) return State::too_large;
  body.append(bytes.substr(0, count));
  bytes.remove_prefix(count);
  left_ -= count;
  room_ -= count;
  return State::more;
}

BodyReader::State BodyReader::feed_chunked(std::string_view& bytes, std::string& body) {
  while (!bytes.empty()) {
    if (step_ == Step::data) {
      if (take(bytes, body) == State::too_large) return State::too_large;
      if (left_ == 0) step_ = Step::data_end;
      continue;
    }
    char c = bytes.front();
    bytes.remove_prefix(1);
    switch (step_) {
      case Step::size: {
        int digit = hex_value(c);
        if (digit >= 0) {
          if (++digits_ > kMaxChunkSizeDigits) return State::malformed;
          left_ = left_ * 16 + static_cast<uint64_t>(digit);
        } else if (c == '\r' && digits_ > 0) {
          step_ = Step::size_end;
        } else {
          return State::malformed;  // an extension among other things
        }
        break;
      }
      case Step::size_end:
        if (c != '\n') return State::malformed;
        if (left_ > room_) return State::too_large;
        step_ = left_ == 0 ? Step::last_end : Step::data;
        break;
      case Step::data_end:
        if (c != '\r') return State::malformed;
        step_ = Step::data_end_lf;
        break;
      case Step::data_end_lf:
        if (c != '\n') return State::malformed;
        digits_ = 0;
        step_ = Step::size;
        break;
      case Step::last_end:
        if (c != '\r') return State::malformed;  // a trailer
        step_ = Step::last_end_lf;
        break;
      case Step::last_end_lf:
        return c == '\n' ? State::done : State::malformed;
      case Step::data:
        break;
    }
  }
  return State::more;
}

}  // namespace mlc::http
