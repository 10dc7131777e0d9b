// A system as data: what its script says about base address, authentication, limits, errors, webhooks and operations.
// Parsed once per reload; immutable and shared afterwards.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/auth/spec.h"
#include "runtime/base/result.h"
#include "runtime/base/time.h"
#include "runtime/document/document.h"
#include "runtime/limits/limits.h"

namespace mlc::remote {

// Dotted paths of systems: "data.0.title"; digits index arrays from 0, "" is the value itself. A name that has dots of
// its own ("@odata.nextLink") may be the last step.
document::Value find_dotted(document::Value value, std::string_view path);

struct Pages {
  std::vector<std::string> rows;  // first path that gives an array
  std::string next;               // path of a link to the next page
  std::string param;              // page number parameter
  std::string last;               // path of the last page's number; "" = a page that is not full
  int64_t first = 1;
  std::string size_param;
  int64_t size = 0;
  std::string cursor, cursor_param;
  std::string offset;  // parameter that counts rows to skip
};

struct SinceSpec {
  std::string param, field;
  std::string format = "rfc3339";                          // rfc3339 | rfc2822 | odata | odata_number | wall_clock
  std::string zone;                                        // wall_clock: whose clock; no offset is written or read
  std::vector<std::pair<std::string, std::string>> query;  // added too: the sort order
  bool sorted = false;
};

// How a list operation is asked for the records of a period (back-fills): by the date that `field` has.
struct PeriodSpec {
  std::string from, to, field;
  std::vector<std::pair<std::string, std::string>> query;
  std::string zone;  // "" = RFC 3339 in UTC; else wall-clock times of this zone
};

// How a list operation is asked for records with one value in one field.
struct FindSpec {
  std::string param;   // "" = a parameter named like the field
  std::string format;  // "" = the value itself; odata: <field> eq '<value>'; list: several values, with commas between them
};

// A record that is in none of these states takes no update any more: a repeated upsert must not be sent to it.
struct UpdatableSpec {
  std::string field;
  std::vector<std::string> values;
};

struct EffectSpec {
  char kind = 'D';
  std::string look_up, by, field;  // C: `by` in what is sent, `field` in the rows of the list ("" = the same)
  std::string key, read, ask;      // A: `ask` is what the list is asked by where it knows no filter on the key
  UpdatableSpec updatable;         // A
  std::string header;              // B
  Duration quiet{}, retention{};
  bool may_repeat = false, may_skip = false;
};

// Several writes of this operation as one request of another: each stays an effect of its own, with an outcome of its own.
struct BatchSpec {
  std::string as;  // the operation that takes a list of these bodies
  size_t max = 1;
  Duration linger{};                       // how long the first waits for others
  std::string results, each, ok, message;  // the list of results; in one: the key (as in the body), success, words
};

struct Operation {
  std::string name, method, path;
  bool reads = false;
  std::optional<Pages> pages;
  std::vector<std::pair<std::string, std::string>> query;  // defaults
  std::optional<SinceSpec> since;
  std::optional<PeriodSpec> period;
  FindSpec find;
  std::vector<std::string> unwrap;
  std::string takes, gives, id, number;
  // Hosts that a link of the remote may name ("api#.example.com", # = digits or nothing). Only the link's query is taken: the call
  // goes to the connection's own host. Empty = the operation follows no links but those of its own pages.
  std::vector<std::string> link_hosts;
  EffectSpec effect;
  std::optional<BatchSpec> batch;
  bool create = false;
  std::string confirm_read;
  std::vector<std::string> confirm_fields;
  Duration deadline{30'000'000};
  std::set<int> rejects;
  std::string refused_unless;  // a complete 2xx whose field (a path) is not true says: not applied
  // What to do when the answer has this status ("403") or failed in this way ("denied"); `ping` says it.
  std::vector<std::pair<std::string, std::string>> fix;
};

struct RefusalLike {
  std::set<int> status;
  std::string path;
  std::vector<std::string> unless_prefix;
};

struct SystemSpec {
  std::string name;
  std::map<std::string, std::string> base_urls;  // region -> URL; "" = the only one
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<const auth::AuthSpec> auth;
  limits::Rules rules;
  std::vector<std::string> message_paths;
  std::optional<RefusalLike> refusal_like;
  std::string webhooks;  // JSON, "" = none: intake and subscription upkeep read it
  std::map<std::string, Operation, std::less<>> operations;

  const Operation* operation(std::string_view wanted) const;
};

// The error says where: "operations["orders.list"].pages.rows: expected a list of texts, found a number".
Result<std::shared_ptr<const SystemSpec>> parse_system(std::string_view json);

}  // namespace mlc::remote
