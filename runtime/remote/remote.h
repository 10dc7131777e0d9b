// One call to a remote system: address policy, permit, token, send, classify, learn limits, exchange record.
// The engine and scripts meet remotes only through this interface; tests and the REPL's offline re-run implement it
// with recorded answers.
//
// What an operation is (method, path, whether it reads, kind of its effect, pages, meaning of its errors) is data of
// the system's script; see system_spec.h for the form.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/task.h"
#include "runtime/base/time.h"
#include "runtime/document/document.h"
#include "runtime/store/types.h"

namespace mlc::remote {

struct SystemSpec;  // system_spec.h

// A connection is known by client and name; arguments are one JSON object:
//   { "path": {"id": 118}, "query": {"page": "2"}, "body": {...}, "headers": {...}, "url": "https://…next page" }
// `path` fills {placeholders} (percent-encoded; connection settings such as {division} fill the rest), `url` follows a
// link that the remote gave and must stay on the connection's allowed hosts.
struct Call {
  std::string client, connection, operation;
  std::string arguments;  // JSON
  store::Lane lane = store::Lane::live;
  // Secrets that the body may refer to (auth::secret_reference), besides those that its operation declares. Every other reference is a
  // text like any: records come from strangers, and one of them may have written it.
  std::vector<std::string> body_secrets = {};
};

// What went over the wire, for the journal; secrets were never in it (they are added at the TLS write).
struct Exchange {
  std::string method, url, request_headers, request_body;
  int status = 0;  // 0 = no complete answer
  std::string response_headers, response_body;
  std::string failure;  // why there is no complete answer
  WallTime began{}, ended{};
};

enum class Verdict {
  applied,        // complete 2xx (or what the system calls success) with a readable body
  applied_blind,  // complete 2xx, but body unreadable or id missing: look up, never resend
  rejected,       // a complete answer says: not applied
  again,          // 401 or 429: back to planned, same bytes and key; `not_before` says when
  not_sent,       // no byte reached TLS: retry freely
  unknown,        // cannot tell
  refusal_like,   // the system declares this body a probable refusal (a 5xx with its error block): one search decides
};

struct Outcome {
  Verdict verdict = Verdict::unknown;
  Exchange exchange;
  std::string body;               // the record in the answer's JSON, after the operation's `unwrap` ("" when there is none)
  std::string remote_id, number;  // taken by the operation's `id` and `number` paths
  std::string code;               // short, stable: "http_500", "validation", "quota", "auth", "timeout", …
  std::string sentence;           // for a person; carries the remote's own words when it gave some
  bool retryable = false;
  WallTime not_before{};
};

// How a lost create is looked for (kind C) or an upsert is read back (kind A): a list or get call, frozen at planning.
struct Probe {
  std::string operation, arguments;  // arguments JSON, as in Call
  std::string field, value;          // rows whose `field` equals `value` are ours
  // Kind A: a record whose `state_field` has none of `states` takes no update any more. "" = every record does.
  std::string state_field{};
  std::vector<std::string> states{};
  // Kind C with `asks` (system_spec.h): which rows are records, and what is made of them.
  std::string found{}, id{}, number{};
  std::string gone_field{};
  std::vector<std::string> gone{};
  size_t parts = 0;  // rows that one record is found as; 0 = it is one row
  std::string fetch{}, fetch_arguments{};
  bool first = true;  // looked for before the first send
  Duration within{};  // > 0: absence is no proof
};

// A write, frozen. serialise() gives the bytes the journal keeps; parse() reads them back after a restart.
struct Plan {
  std::string client, connection, operation;
  char kind = 'D';
  std::string method, url, body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string idempotency_key;  // kind B: written where the operation says
  std::optional<Probe> probe;   // kinds A and C
  Duration quiet{};             // kinds A and C: settle time before absence is evidence
  Duration retention{};         // kind B
  Duration deadline{30'000'000};
  std::string confirm_operation;  // C12; empty = none
  std::vector<std::string> confirm_fields;
  std::vector<std::string> body_secrets;  // as in Call

  std::string serialise() const;
  static Result<Plan> parse(std::string_view text);
};

// Permit and token in hand. Give it to send() within 2 s; a ticket that is dropped gives its permit back.
class Ticket {
 public:
  virtual ~Ticket() = default;
};

struct OperationFacts {
  bool reads = false;
  char kind = 'D';
  bool create = false;    // leaves the version out of the effect key
  std::string key_field;  // `by` or `key`: entity key from the body
  bool may_repeat = false, may_skip = false;
  std::string id, number;  // where a record of this operation carries the remote's id and human number
};

// How a list operation is asked for what changed since a moment (its `since` block).
struct Since {
  std::string arguments;  // JSON, as in Call
  std::string field;      // of a row: when it changed
  bool sorted = false;    // rows come oldest change first, so that a cursor may follow page by page
  bool shifts = false;    // pages are counted from the list's beginning: a row that changes moves to its end, and others a place forward
  bool counts = false;    // `field` is a number that grows with each change, kept in a WallTime as its microseconds
  std::string zone;       // `field` is a wall-clock time of this zone, without an offset
};

// How writes of an operation go out together (its `batch` block).
struct BatchFacts {
  size_t max = 1;
  Duration linger{};
};

// A question to a list (its `any_of` block): `param` of the query asks it, and several joined ask all of them. The answers are the rows
// whose `field` is `value`.
struct Question {
  std::string operation, param, asked, join;
  std::string others;  // JSON: what else the list is called with
  size_t max = 1;
  std::string field, value;
};

class Remote {
 public:
  virtual ~Remote() = default;

  virtual Result<OperationFacts> facts(const std::string& client, const std::string& connection, const std::string& operation) = 0;

  // nullopt = from the beginning. unsupported when the operation declares no `since`.
  virtual Result<Since> since(const std::string& client, const std::string& connection, const std::string& operation,
                              std::optional<WallTime> from) {
    (void)client, (void)connection, (void)from;
    return Error(Code::unsupported, operation + " declares no since");
  }

  // The read that says where a list that `counts` begins for a moment, and the field of its answer that is the count. nullopt: none does.
  struct Begins {
    Call call;
    std::string field;
  };
  virtual Result<std::optional<Begins>> begins(const std::string& client, const std::string& connection, const std::string& operation,
                                               WallTime moment) {
    (void)client, (void)connection, (void)operation, (void)moment;
    return std::optional<Begins>();
  }

  // How a list is asked for the records of a period, by the dates that its `period` block names, else by when they changed;
  // then `to` is the caller's to keep. unsupported when it knows no dates and some are given.
  virtual Result<Since> period(const std::string& client, const std::string& connection, const std::string& operation,
                               std::optional<WallTime> from, std::optional<WallTime> to) {
    (void)to;
    return since(client, connection, operation, from);
  }

  // Reads only. Waits for permit and token, sends, obeys 429 and one token renewal on 401, retries what is safe a few
  // times within a minute. A Result error means that the call itself is wrong (unknown connection or operation, missing
  // placeholder). Every other end is a Read whose outcome tells: verdict applied, or `code` is one of denied (auth, scope),
  // not_found (404), invalid_argument (other 4xx), exhausted (quota or hold beyond a minute; see `not_before`), unavailable,
  // timeout, corrupt (answer unreadable).
  struct Read {
    Outcome outcome;                 // verdict applied = success
    std::vector<Exchange> attempts;  // all, the last one included
    // For operations with `pages`: rows of this page and how to get the next one ("" = last page).
    std::string next_arguments;
    std::string rows;  // JSON array
  };
  virtual Task<Result<Read>> read(Call call) = 0;

  // The call of a list, or the read of one record that is `listed`, as a question that may be asked with others. `field` and `value`
  // are the caller's for a list, and known of a record. nullopt: it can only be asked alone.
  virtual std::optional<Question> question(const Call& call) {
    (void)call;
    return std::nullopt;
  }

  // Pure: builds the frozen request. Errors name the missing placeholder or unknown operation.
  virtual Result<Plan> plan(const Call& call) = 0;

  // Waits at most `patience` for the permit, then for a token that outlives the write's deadline. exhausted with
  // `*not_before` set when the wait would be longer; denied when the grant needs a person; unavailable on a hold.
  virtual Task<Result<std::unique_ptr<Ticket>>> admit(const Plan& plan, store::Lane lane, Duration patience, WallTime* not_before) = 0;

  // Exactly one request. Never retries.
  virtual Task<Outcome> send(Plan plan, std::unique_ptr<Ticket> ticket) = 0;

  // Several frozen writes of one operation and connection as one request. nullopt: they go out one by one.
  virtual std::optional<BatchFacts> batch(const std::string& client, const std::string& connection, const std::string& operation) {
    (void)client, (void)connection, (void)operation;
    return std::nullopt;
  }
  // The request that carries them all: their bodies as they were frozen, in this order.
  virtual Result<Plan> together(const std::vector<const Plan*>& plans) {
    (void)plans;
    return Error(Code::unsupported, "this operation takes no several at once");
  }
  // What the one answer says of each of them, in their order; their exchange is their own part of it. A refusal of all of them is none
  // of each: `again`, and what may have been one is unknown.
  virtual std::vector<Outcome> apart(const std::vector<const Plan*>& plans, const Outcome& outcome) {
    return std::vector<Outcome>(plans.size(), outcome);
  }

  // nullopt = open for work; else why and until when (max = until a person acts) this connection is held.
  struct Hold {
    std::string reason_code, reason;
    WallTime until{};
  };
  virtual std::optional<Hold> held(const std::string& client, const std::string& connection) = 0;

  // How far the remote's clock is ahead of ours, by the Date of its last answer.
  struct Skew {
    std::string client, connection;
    Duration ahead{};
    WallTime at{};
  };
  virtual std::vector<Skew> skews() const { return {}; }

  // The record inside an answer, by the operation's `unwrap`: JSON in, JSON out. Outcome::body went through it already.
  virtual Result<std::string> take(const std::string&, const std::string&, const std::string&, const std::string& body_json) {
    return body_json;
  }

  // The system behind a connection, or nullptr. Valid until the connections are next replaced: do not keep it across a co_await.
  virtual const SystemSpec* spec(const std::string&, const std::string&) { return nullptr; }
};

}  // namespace mlc::remote
