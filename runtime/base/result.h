// Result<T>: an expected failure is a value. Error carries a small closed code, a sentence for a human and the
// cause beneath it. Exceptions are for broken invariants only and stop at the first boundary.
//
//   Result<int> parse_port(std::string_view text);
//   auto port = parse_port(text);
//   if (!port) return port.error().wrap("listen.address");
#pragma once
#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mlc {

enum class Code {
  invalid_argument,  // what the caller or a peer gave is malformed
  not_found,
  conflict,   // already there, or changed under us
  denied,     // credentials, permission, policy, signature
  exhausted,  // a limit or budget is used up (quota, memory, disk, queue)
  timeout,
  cancelled,
  unavailable,  // a peer or resource can't be reached now
  corrupt,      // stored or received data fails its check
  io,           // disk or socket failed
  config,       // settings or script are wrong
  unsupported,
  internal,
};

// Stable lower-case name of a code, as it appears in logs, problem+json and Lua errors.
std::string_view code_name(Code code);

class [[nodiscard]] Error {
 public:
  Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  const Error* cause() const { return cause_.get(); }

  // A new error that says what was being done when this one happened; keeps the code.
  Error wrap(std::string doing) const {
    Error outer(code_, std::move(doing));
    outer.cause_ = std::make_shared<const Error>(*this);
    return outer;
  }

  // "doing: cause: cause", for a log line or a terminal.
  std::string text() const {
    std::string all = message_;
    for (const Error* inner = cause_.get(); inner != nullptr; inner = inner->cause_.get()) all += ": " + inner->message_;
    return all;
  }

 private:
  Code code_;
  std::string message_;
  std::shared_ptr<const Error> cause_;
};

struct Unit {
  friend bool operator==(Unit, Unit) { return true; }
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design
  Result(Code code, std::string message) : state_(std::in_place_index<1>, Error(code, std::move(message))) {}

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }
  T& operator*() & {
    assert(ok());
    return std::get<0>(state_);
  }
  const T& operator*() const& {
    assert(ok());
    return std::get<0>(state_);
  }
  T&& operator*() && {
    assert(ok());
    return std::get<0>(std::move(state_));
  }
  T* operator->() {
    assert(ok());
    return &std::get<0>(state_);
  }
  const T* operator->() const {
    assert(ok());
    return &std::get<0>(state_);
  }
  const Error& error() const {
    assert(!ok());
    return std::get<1>(state_);
  }
  T value_or(T other) const { return ok() ? std::get<0>(state_) : std::move(other); }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<Unit>;
inline Status ok_status() { return Status(Unit{}); }

}  // namespace mlc
