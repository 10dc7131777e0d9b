// A mark of our own that travels with a write, in the header that its effect names: the remote tells a repetition by it (kind B), or
// we find the write there again (kind C).
#pragma once
#include <string_view>

namespace mlc::remote {

// Stands in a planned probe for the mark, until the engine puts the effect's own in.
inline constexpr std::string_view kMark = "{mark}";

}  // namespace mlc::remote
