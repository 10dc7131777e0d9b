// Assembles one response from the bytes of a connection: interim (1xx) responses are passed over, framing is held to the
// strict rules of head_check.h, sizes are bounded. Owned by the send that waits for it.
#pragma once
#include <string>
#include <string_view>

#include "runtime/base/result.h"
#include "runtime/http/body_reader.h"
#include "runtime/http/head_check.h"
#include "runtime/http/message.h"

namespace mlc::http {

class ResponseReader {
 public:
  enum class State { more, done, failed };

  ResponseReader(std::string method, size_t max_head_bytes, size_t max_body_bytes)
      : method_(std::move(method)), max_head_bytes_(max_head_bytes), max_body_bytes_(max_body_bytes) {}

  State feed(std::string_view bytes);
  // The stream ended; in order (close_notify over TLS) or not. Only a body that runs to the end can be complete by that.
  State end(bool in_order);
  State state() const { return state_; }

  Response take() { return {head_.status, std::move(head_.headers), std::move(body_)}; }
  const Error& error() const { return error_; }
  // Whether another request may follow on this connection.
  bool may_keep() const { return state_ == State::done && head_.keep_alive && !excess_; }

 private:
  bool take_head(std::string_view& bytes);
  State fail(Code code, std::string why);

  std::string method_;
  size_t max_head_bytes_;
  size_t max_body_bytes_;
  std::string pending_;  // of an incomplete head
  size_t line_start_ = 0;
  int interim_ = 0;
  bool head_done_ = false;
  bool excess_ = false;  // bytes after the response: nobody asked for them
  ResponseHead head_;
  BodyReader reader_;
  std::string body_;
  State state_ = State::more;
  Error error_{Code::internal, "no response"};
};

}  // namespace mlc::http
