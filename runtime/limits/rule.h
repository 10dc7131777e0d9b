// A remote's limits as data: the `limits` list of a system, or of a connection that knows better. Values.
//
//   { "calls": 60, "per": "1m", "scope": ["app","division"], "learn": { "left": "X-…", "limit": "X-…", "reset_ms": "X-…" } }
//   { "errors": 10, "per": "1h", "scope": ["app","endpoint"], "count": [400,401,403,404] }
//   { "in_flight": 4, "scope": ["store_hash"] }
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/base/time.h"
#include "runtime/document/document.h"

namespace mlc::limits {

// Names of response headers; empty = the remote sends none.
struct Learn {
  std::string left, limit;
  std::string reset_ms;     // epoch milliseconds, of the remote's clock
  std::string reset_in_ms;  // milliseconds from now
  std::string retry_after;  // seconds or a date; Retry-After itself is always read
};

// Exactly one of calls, errors and in_flight is above zero.
struct Rule {
  int64_t calls = 0;
  int64_t errors = 0;
  int64_t in_flight = 0;
  Duration per{};                  // of calls and errors
  std::vector<int> count;          // statuses that are errors; empty = every 4xx but 429
  std::vector<std::string> scope;  // words whose values share this budget
  Learn learn;
  bool is_cap = false;  // the client's own figure, not the system's usual one: a remote that allows more does not raise it

  bool counts(int status) const;
  // Stable text of what the rule is: budgets of an edited rule start anew.
  std::string identity() const;
};

// "570s", "1m", "1h", "1d", "250ms".
Result<Duration> parse_duration(std::string_view text);

// `path` is where the list stands, for errors: "limits[2].per: …".
Result<std::vector<Rule>> parse_rules(document::Value list, const std::string& path);
// The same, of a connection's own list: each is a cap.
Result<std::vector<Rule>> parse_caps(document::Value list, const std::string& path);

}  // namespace mlc::limits
