// The mark of an effect (remote/mark.h): the same for every attempt, another for every generation. Pure.
#pragma once
#include <string_view>

#include "runtime/remote/remote.h"

namespace mlc::engine {

// Into a plan of kind B, or of kind C whose probe looks for the mark.
void put_mark(remote::Plan& plan, std::string_view effect_key);

}  // namespace mlc::engine
