// W2's order: about 7.4 KB of a shop's JSON, of which a mapping reads a tenth.
#pragma once
#include <string>

namespace mlc::bench {

constexpr int kProducts = 8;

std::string order_text();

}  // namespace mlc::bench
