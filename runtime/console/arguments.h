// Readers of what a caller of the admin API gave: each error names the argument and what was expected.
#pragma once
#include <optional>
#include <string>

#include "runtime/base/date.h"
#include "runtime/base/result.h"
#include "runtime/store/types.h"

namespace mlc::console {

Result<int64_t> whole_number(const std::string& text, const std::string& what, int64_t least = 0, int64_t most = INT64_MAX);
Result<store::JobState> job_state(const std::string& text);
std::string_view state_name(store::JobState state);

struct Period {
  Date from, to;  // both included
};
// `month` as 2026-11, or `from` and `to` as dates.
Result<Period> period(const std::string& month, const std::string& from, const std::string& to);

}  // namespace mlc::console
