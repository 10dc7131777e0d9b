// Stable words for stored states, as the admin API and the console show them.
#pragma once
#include <string_view>

#include "runtime/store/types.h"

namespace mlc::engine {

std::string_view word(store::JobState state);
std::string_view word(store::DoneAs as);
std::string_view word(store::EffectState state);
std::string_view word(store::EntryKind kind);
std::string_view word(store::EventKind kind);

}  // namespace mlc::engine
