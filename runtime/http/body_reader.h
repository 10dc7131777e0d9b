// Reads one message body by the framing its head declared. Chunked coding is taken in its plainest form only: no
// extensions, no trailers, CR LF everywhere (T3).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/http/head_check.h"

namespace mlc::http {

class BodyReader {
 public:
  enum class State { more, done, malformed, too_large };

  BodyReader() = default;
  BodyReader(Framing framing, uint64_t content_length, uint64_t max_bytes);

  // Takes what belongs to this body off the front of `bytes` and appends the content to `body`. A body that can't fit
  // is too_large as soon as that is known, before it is read.
  State feed(std::string_view& bytes, std::string& body);
  // The stream ended in order: completes an until_close body, and no other.
  bool finish_at_end();

 private:
  enum class Step { size, size_end, data, data_end, data_end_lf, last_end, last_end_lf };
  State feed_chunked(std::string_view& bytes, std::string& body);
  State take(std::string_view& bytes, std::string& body);

  Framing framing_ = Framing::none;
  Step step_ = Step::size;
  unsigned digits_ = 0;
  uint64_t left_ = 0;  // of the body (length) or the chunk
  uint64_t room_ = 0;
  State state_ = State::done;
};

}  // namespace mlc::http
