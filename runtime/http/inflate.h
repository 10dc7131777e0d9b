// Decodes a gzip body (RFC 1952) as one member, within bounds, so that a small answer can't become a large one (T4).
#pragma once
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace mlc::http {

struct InflateLimits {
  size_t max_bytes;  // of the result
  size_t max_ratio;  // result to input, beyond a first 64 KiB
};

Result<std::string> inflate_gzip(std::string_view packed, const InflateLimits& limits);

}  // namespace mlc::http
