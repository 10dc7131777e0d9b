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

// Where a list that is followed by a count begins for a moment: a read of the same system says which count stood then.
struct BeginsSpec {
  std::string operation, moment;                           // the read, and its placeholder for the moment, in UTC as 2026-01-31T00:00:00
  std::vector<std::pair<std::string, std::string>> given;  // its other placeholders
  std::string field;                                       // of its answer: the count
  Duration before{};                                       // asked for a moment so much earlier, as remotes round
};

struct SinceSpec {
  std::string param, field;
  std::string format = "rfc3339";                          // rfc3339 | rfc2822 | odata | odata_offset | odata_number | wall_clock
  std::string zone;                                        // wall_clock: whose clock; no offset is written or read
  std::vector<std::pair<std::string, std::string>> query;  // added too: the sort order
  bool sorted = false;
  std::optional<BeginsSpec> begins;  // odata_number
};

// How a list operation is asked for the records of a period (back-fills): by the date that `field` has.
struct PeriodSpec {
  std::string from, to, field;
  std::vector<std::pair<std::string, std::string>> query;
  std::string zone;  // "" = RFC 3339 in UTC; else wall-clock times of this zone
};

// How a list operation is asked for records with one value in one field.
struct FindSpec {
  std::string param;  // "" = a parameter named like the field
  // "" = the value itself; odata: <field> eq '<value>'; list: several values, with commas between them; rows: it can't be asked for,
  // and all rows are looked through
  std::string format;
};

// A record that is in none of these states takes no update any more: a repeated upsert must not be sent to it.
struct UpdatableSpec {
  std::string field;
  std::vector<std::string> values;
};

// Kind C, where the look-up takes our reference in its path, its body or a header and no filter on a list does.
struct AskSpec {
  // JSON: path, query, headers and body as in Call. Texts may hold {reference}, {body.<path>} of the write and {name} of a setting; with
  // a ? before the } a field whose value is missing is left out.
  std::string arguments;
  std::string found;                   // path of a text that only a record has; "" = each row is one
  std::string id, number;              // where a record found bears them; "" = where the write's answer does
  std::string parts;                   // a list in the write's body: its record is found as so many rows
  UpdatableSpec gone;                  // rows whose field has one of these values are no records any more
  std::string fetch, fetch_arguments;  // once exactly one is found: the read whose answer is the record
};

struct EffectSpec {
  char kind = 'D';
  std::string look_up, by;           // C
  std::vector<std::string> by_else;  // C: where else in the body the reference may stand
  std::optional<AskSpec> asks;       // C
  bool first = true;                 // C: looked for before the first send too
  Duration within{};                 // C: > 0: that nothing is found proves nothing; a person decides after looking for so long
  std::string field;                 // A and C: what the record that is read back calls the key; "" = as `key` or `by`
  std::string key, read, ask;        // A: `ask` is what the list is asked by where it knows no filter on the key
  UpdatableSpec updatable;           // A
  std::string header;                // B; also C: what is looked up is a mark of our own, which travels in this header
  Duration quiet{}, retention{};
  bool may_repeat = false, may_skip = false;
  // A, of an action: fields of the record read back that prove that it happened.
  std::vector<std::pair<std::string, std::string>> done;
};

// An answer that only says that the operation runs: its end is asked for where a header of that answer says. Another 2xx than `status`
// there is the end, 4xx and 5xx are its failure.
struct EndSpec {
  int status = 202;
  std::string header = "Location";
  Duration every{}, within{};
};

// What `ping` wants to see in an answer: one of its rows has these values; {name} stands for the connection's setting.
struct ExpectSpec {
  std::vector<std::string> rows;                           // first path that gives a list
  std::vector<std::pair<std::string, std::string>> where;  // empty = any row
  std::string show;                                        // how a row is named: "{name}/{version}"
};

// Values that the remote wraps in an object of one field: {"City": {"value": "Oslo"}}. Scripts see {"City": "Oslo"}; an object
// without anything is an unset field.
struct Wrapping {
  std::string field;
  std::set<std::string, std::less<>> bare;  // names whose values stand as they are
};

// What an answer means that its status does not tell.
struct Meaning {
  enum class Is { not_found, rejected, busy } is = Is::rejected;
  std::set<int> status;
  std::string path, has;   // the text at `path` ("" = the whole body) contains this
  Duration wait{};         // of busy: when to come again
  bool until_day = false;  // of busy: nobody comes again before the day of UTC is over
};

// A document that the body carries as base64 text.
struct ContentSpec {
  std::string field, type;  // where the text stands, and its media type
  size_t most = 0;          // bytes
  bool alone = false;       // the bytes are the request's body; else they stay where they are
};

// Several writes of this operation as one request of another: each stays an effect of its own, with an outcome of its own.
struct BatchSpec {
  std::string as;  // the operation that takes a list of these bodies
  size_t max = 1;
  Duration linger{};                       // how long the first waits for others
  std::string results, each, ok, message;  // the list of results; in one: the key (as in the body), success, words
};

// A list may be asked several questions at once: what its parameter says of each, joined, gives the rows of any of them.
struct AnyOfSpec {
  std::string param, join;
  size_t max = 1;
};

// A read of one record is a question to its list too: rows whose `field` is the id of the path, found by `find` ({id} in it).
struct ListedSpec {
  std::string list, find, field;
};

struct Operation {
  std::string name, method, path;
  bool reads = false;
  std::optional<Pages> pages;
  std::vector<std::pair<std::string, std::string>> query;  // defaults
  std::optional<SinceSpec> since;
  std::optional<PeriodSpec> period;
  FindSpec find;
  std::optional<AnyOfSpec> any_of;
  std::optional<ListedSpec> listed;
  std::vector<std::string> unwrap;
  std::string takes, gives, id, number;
  // Hosts that a link of the remote may name ("api#.example.com", # = digits or nothing). Only the link's query is taken: the call
  // goes to the connection's own host. Empty = the operation follows no links but those of its own pages.
  std::vector<std::string> link_hosts;
  EffectSpec effect;
  std::optional<BatchSpec> batch;
  std::optional<ContentSpec> content;
  bool create = false;
  std::string confirm_read;
  std::vector<std::string> confirm_fields;
  std::optional<EndSpec> end;
  Duration deadline{30'000'000};
  std::set<int> rejects;
  std::string refused_unless;  // a complete 2xx whose field (a path) is not true says: not applied
  std::optional<ExpectSpec> expect;
  std::vector<std::string> body_secrets;  // that its body may refer to (`secrets`)
  // What an account may lack, in words: a second token that is refused here speaks of that, not of the token.
  std::string optional;
  std::string asks;  // what `ping` asks with: JSON as AskSpec.arguments, without a reference
  // What to do when the answer has this status ("403"), failed in this way ("denied") or says these words (a key with a blank or a full
  // stop in it); `ping` says it.
  std::vector<std::pair<std::string, std::string>> fix;
};

struct RefusalLike {
  std::set<int> status;
  std::string path;
  std::vector<std::string> unless_prefix;
};

// What differs where a connection's base_url has this scheme, and its settings these values. The last one that fits counts.
struct TransportSpec {
  std::string scheme;
  std::vector<std::pair<std::string, std::string>> when;
  std::vector<std::pair<std::string, std::string>> headers;  // in the place of the system's
  std::map<std::string, Operation, std::less<>> operations;  // the same
};

struct SystemSpec {
  std::string name;
  std::map<std::string, std::string> base_urls;  // region -> URL; "" = the only one
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<const auth::AuthSpec> auth;
  // Where there are several ways to sign in; `auth` is the usual one, and a connection may choose another.
  std::map<std::string, std::shared_ptr<const auth::AuthSpec>> ways;
  std::string usual_way;
  limits::Rules rules;
  std::vector<std::string> message_paths;
  std::string field_errors;  // name under which fields of a refused body carry their faults
  std::vector<Meaning> meanings;
  std::vector<std::pair<std::string, std::string>> hints;  // status -> what it may mean, added to the sentence; {name} = a setting
  std::optional<Wrapping> wrapping;
  std::optional<RefusalLike> refusal_like;
  std::string webhooks;  // JSON, "" = none: intake and subscription upkeep read it
  std::map<std::string, Operation, std::less<>> operations;

  std::string concern;  // whom it concerns when a write here fails: finance, warehouse, operator; "" = as the fault is
  // Of a device on the spot, which is met by other ways than https too. Empty = https alone.
  std::vector<TransportSpec> transports;

  const Operation* operation(std::string_view wanted) const;
  std::vector<std::string> schemes() const;  // of `transports`
};

// The error says where: "operations["orders.list"].pages.rows: expected a list of texts, found a number".
Result<std::shared_ptr<const SystemSpec>> parse_system(std::string_view json);

}  // namespace mlc::remote
