#include "runtime/engine/words.h"

#include <array>

namespace mlc::engine {
namespace {

template <size_t N, class Enum>
std::string_view pick(const std::array<std::string_view, N>& words, Enum value) {
  const auto index = static_cast<size_t>(value);
  return index < N ? words[index] : std::string_view("?");
}

}  // namespace

std::string_view word(store::JobState state) {
  return pick(std::array<std::string_view, 6>{"waiting", "running", "parked", "done", "dead", "cancelled"}, state);
}
std::string_view word(store::DoneAs as) { return pick(std::array<std::string_view, 5>{"", "sent", "skipped", "superseded", "shadow"}, as); }
std::string_view word(store::EffectState state) {
  return pick(std::array<std::string_view, 7>{"planned", "armed", "settled", "rejected", "unknown", "superseded", "shadow"}, state);
}
std::string_view word(store::EntryKind kind) {
  return pick(
      std::array<std::string_view, 11>{"read", "step", "lookup", "kv", "plan", "outcome", "exchange", "map", "emit", "sent", "note"}, kind);
}
std::string_view word(store::EventKind kind) {
  return pick(std::array<std::string_view, 5>{"webhook", "poll", "schedule", "child", "manual"}, kind);
}

}  // namespace mlc::engine
