#include "runtime/console/arguments.h"

#include <charconv>

namespace mlc::console {

Result<int64_t> whole_number(const std::string& text, const std::string& what, int64_t least, int64_t most) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    return Error(Code::invalid_argument,
                 "`" + what + "` must be a whole number of at least " + std::to_string(least) + ", found \"" + text + "\"");
  return value;
}

std::string_view state_name(store::JobState state) {
  switch (state) {
    case store::JobState::waiting:
      return "waiting";
    case store::JobState::running:
      return "running";
    case store::JobState::parked:
      return "parked";
    case store::JobState::done:
      return "done";
    case store::JobState::dead:
      return "dead";
    case store::JobState::cancelled:
      return "cancelled";
  }
  return "waiting";
}

Result<store::JobState> job_state(const std::string& text) {
  using store::JobState;
  for (JobState state : {JobState::waiting, JobState::running, JobState::parked, JobState::done, JobState::dead, JobState::cancelled})
    if (text == state_name(state)) return state;
  return Error(Code::invalid_argument, "`state` is waiting, running, parked, done, dead or cancelled, not \"" + text + "\"");
}

Result<Period> period(const std::string& month, const std::string& from, const std::string& to) {
  if (!month.empty()) {
    auto first = parse_iso_date(month + "-01");
    if (!first) return Error(Code::invalid_argument, "`month` must be as 2026-11, found \"" + month + "\"");
    Date next = *first;
    if (next.month == 12) next = Date{next.year + 1, 1, 1};
    else ++next.month;
    return Period{*first, next.plus_days(-1)};
  }
  auto begin = parse_iso_date(from);
  auto end = parse_iso_date(to);
  if (!begin || !end) return Error(Code::invalid_argument, "`from` and `to` must be dates as 2026-11-01");
  if (*end < *begin) return Error(Code::invalid_argument, "`to` is before `from`");
  return Period{*begin, *end};
}

}  // namespace mlc::console
