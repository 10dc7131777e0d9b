// Identifiers of jobs, events, cases and the like: 26 characters of Crockford base 32 (ULID): 48 bits of milliseconds,
// then 80 random bits. They sort by time of making to the millisecond, and are never guessed at: not secrets.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/executor.h"

namespace mlc {

std::string new_id(Random& random, WallTime now);

// The same form from a hash of seed and counter: whoever repeats an interrupted step finds the same id again.
std::string derive_id(std::string_view seed, uint64_t counter);

bool is_id(std::string_view text);

}  // namespace mlc
