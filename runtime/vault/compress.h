// zstd, level 1, for payloads before they are sealed. Any thread.
#pragma once
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace mlc::vault {

inline constexpr size_t kMaxPlainBytes = 64u << 20;  // what a sealed payload may unfold to

// One leading byte says whether the rest is compressed: what does not shrink is kept as it is.
std::string pack(std::string_view plain);
Result<std::string> unpack(std::string_view packed);

}  // namespace mlc::vault
