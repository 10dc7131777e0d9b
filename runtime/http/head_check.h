// The strict message head (T3, F20): our own check on raw bytes, in front of everything else. It accepts a small,
// unambiguous part of RFC 9112; whatever two implementations could read differently is refused. How the body is framed
// is decided here, once, and carried out by body_reader.h.
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
  std::string target;  // origin form or "*"
  Headers headers;
  Framing framing = Framing::none;
  uint64_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
  bool wants_upgrade = false;
};

struct ResponseHead {
  int status = 0;
  Headers headers;
  Framing framing = Framing::none;
  uint64_t content_length = 0;
  bool keep_alive = true;
};

struct HeadRefusal {
  int status = 400;         // what a server answers
  std::string_view reason;  // a constant, without anything the peer sent
};

enum class HeadState { incomplete, complete, refused };

// Finds the empty line that ends a head. `line_start` (0 at first) remembers how far an earlier call over a shorter
// part of the same bytes came; when complete it is the size of the head. Refuses a bare LF and a first byte that no
// message begins with, without waiting for the rest.
HeadState find_head_end(std::string_view bytes, size_t& line_start);

// These parse a complete head, its empty line included. False: refused, see `refusal`.
bool parse_request_head(std::string_view bytes, RequestHead& head, HeadRefusal& refusal);
// `method` is the request's: a response to HEAD has no body.
bool parse_response_head(std::string_view bytes, std::string_view method, ResponseHead& head, HeadRefusal& refusal);

}  // namespace mlc::http
