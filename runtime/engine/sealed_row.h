// Sealed values in the store's plain keyed rows: key length, key, bytes.
#pragma once
#include <string>
#include <string_view>

#include "runtime/base/result.h"
#include "runtime/store/types.h"

namespace mlc::engine {

inline std::string pack(const store::Sealed& sealed) { return std::to_string(sealed.key.size()) + ":" + sealed.key + sealed.bytes; }

inline Result<store::Sealed> unpack(std::string_view row) {
  size_t length = 0, at = 0;
  for (; at < row.size() && row[at] >= '0' && row[at] <= '9' && at < 6; ++at) length = length * 10 + static_cast<size_t>(row[at] - '0');
  if (at == 0 || at >= row.size() || row[at] != ':' || row.size() - at - 1 < length)
    return Error(Code::corrupt, "a sealed row has an unknown form");
  return store::Sealed{std::string(row.substr(at + 1 + length)), std::string(row.substr(at + 1, length))};
}

}  // namespace mlc::engine
