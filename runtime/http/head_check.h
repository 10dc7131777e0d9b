// The strict request head (T3, F20): our own check on raw bytes, in front of everything else. It accepts a small,
// unambiguous part of RFC 9112; whatever two implementations could read differently is refused. The body's framing
// is decided here, once, and read by body_reader.h.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/http/message.h"

namespace mlc::http {

inline constexpr size_t kMaxFields = 100;

enum class Framing { none, length, chunked, until_close };

struct RequestHead {
  std::string method;
  std::string target;
  Headers headers;
  Framing framing = Framing::none;
  uint64_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
  bool wants_upgrade = false;
  int minor_version = 1;
};

struct HeadRefusal {
  int status = 400;
  std::string_view reason;  // a constant, without anything the peer sent
};

// Where a head ends: bytes up to and including the empty line, 0 if it isn't complete yet. `from` is where an earlier
// search over the same, shorter buffer may go on.
size_t find_head_end(std::string_view bytes, size_t from = 0);

// A cheap early look at an incomplete head: something that can never become a good one (a bare CR or LF, a control
// character, not a method) is refused without waiting for the rest.
bool can_become_head(std::string_view bytes);

// Parses a complete head (find_head_end bytes of it). False: refused, see `refusal`.
bool parse_request_head(std::string_view bytes, RequestHead& head, HeadRefusal& refusal);

}  // namespace mlc::http
