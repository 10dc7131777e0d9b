// A condition is something that is wrong now and that a person should know. Whoever looks (watch.h) gives all that hold;
// AlertBook (book.h) remembers since when, and who was told. Values.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "runtime/base/time.h"

namespace mlc::console {

enum class Severity : uint8_t { warning = 0, critical = 1 };
inline const char* severity_name(Severity severity) { return severity == Severity::critical ? "critical" : "warning"; }

struct Condition {
  std::string key;     // the same as long as it is the same trouble: "grant:exact_nl"
  std::string kind;    // grant, case, lag, disk, clock, subscription, reconcile, webhooks, client
  std::string client;  // whom it concerns; "" = the installation
  std::string concern = "operator";
  Severity severity = Severity::warning;
  int stage = 0;  // a higher one than was told is told at once, whatever `severity` says
  std::string sentence, fix;
  std::string solved;   // the sentence when it has ended
  std::string grant;    // an invitation to authorise it helps
  int64_t case_id = 0;  // kind case: told in the digest of its hour
  int64_t count = 0;    // records that wait for it
};

struct Observed {
  std::vector<Condition> conditions;
  std::set<std::string> unknown;  // kinds that could not be looked at: theirs stay as they are
};

}  // namespace mlc::console
