// What the engine must know of systems and integrations beside Runner's instances, as data: app reads it from the
// scripts' definitions and gives it whole at start and at every reload. Values.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/decimal.h"
#include "runtime/base/expression.h"
#include "runtime/base/time.h"
#include "runtime/crypto/signature.h"
#include "runtime/document/path.h"

namespace mlc::engine {

// One way in which a delivery may prove itself.
struct IntakeProof {
  std::string name;  // for the log and the event; "" where there is only one
  crypto::SignatureScheme scheme;
  bool bearer = false;                           // instead of the scheme: a token that we gave out (TokenClient)
  std::vector<std::string> signed_headers = {};  // kept with the event
  std::vector<std::string> unless = {};          // secrets of better proofs: once one of them is set, this proof holds no more
};

// Who may fetch a token for deliveries: names of the secrets that hold its id and its secret.
struct TokenClient {
  std::string id = "push_client_id", secret = "push_client_secret";
  Duration life = std::chrono::hours(1);
};

// One webhook endpoint: a connection whose system declares `webhooks`.
struct IntakeRoute {
  std::string client, connection;
  std::string address;              // how its address ends; "" = in the connection's name
  std::vector<IntakeProof> proofs;  // the first that holds counts
  std::optional<TokenClient> tokens;
  std::string secret_owner;       // where vault keeps the proofs' secrets: "client/connection" or "grant:<name>"
  std::optional<int> empty_post;  // status for an empty body, which is no event
  document::Path topic;           // where the topic stands in the body
  // Those that come by this address; empty = any. Of another, whose address may ask for a better proof, nothing is believed here.
  std::vector<std::string> topics;
  struct Match {  // after the signature check; a delivery for somebody else is refused
    document::Path path;
    std::string equals;  // placeholders already filled
  };
  std::optional<Match> match;

  const std::string& place() const { return address.empty() ? connection : address; }
};

// Upkeep of one connection's registrations at the remote (`webhooks.subscribe`); texts may hold {topic}, {url},
// {hook_token}.
struct SubscriptionSpec {
  std::string client, connection;                         // as an address of its webhooks ends
  std::string list, create, revive, remove;               // operations; revive and remove may be empty
  std::string body;                                       // JSON template
  std::vector<std::pair<std::string, std::string>> same;  // {topic,url} -> field of a listed registration
  std::string id = "id";                                  // fields of a listed registration
  std::string active;                                     // "" = always active
  std::string url;                                        // https://…/hooks/<client>/<connection>
  std::vector<std::string> topics;                        // wanted by the triggers of all instances, each once
  bool hook_token = false;                                // a random secret is made when missing
  std::string token_name = "hook_token";                  // of that secret
  std::string secret_owner;                               // vault's owner of hook_token
  std::vector<std::string> hosts;                         // where hook_token may be written (T15)
};

// `reconcile` of an integration, bound to an instance: a list of comparisons, each of the form
//   { name = "invoices", when = { document = "sales_invoice" },            -- only where the settings say so
//     left  = { role = "shop",  operation = "orders.list", noun = "order", key = "{source}-{id}", number = "id", job = "{id}",
//               date = "date_created", total = "total_inc_tax", tax = "total_tax", currency = "currency_code",
//               sold = { field = "status_id", setting = "statuses", values = { 4 }, names = { ["5"] = "cancelled" } },
//               from = "min_date_created", to = "max_date_created", one = { operation = "orders.get", path = { id = "{id}" } } },
//     right = { role = "books", operation = "invoices.list", noun = "invoice", key = "YourRef", number = "Number", date = "Date", … } }
// Names of fields are dotted paths in a row; a text with {holes} is filled from the row. Dates, sums and references are held
// against each other here; what a remote can be asked for is only what spares reading the rest.
struct ReconcileLines {  // of a document: what stands on which account; list "" = none
  std::string list, account, cost_center, net, tax;
};
struct ReconcileLess {  // what may be between a record and its document by rule
  std::vector<std::string> fields;
  std::string why;
};
struct ReconcileSide {
  enum class Sign { any, negative, not_negative };
  std::string connection, operation, noun = "record", arguments = "{}";
  // Where a remote can't be asked for a period: what the instance itself keeps (job.kv) under keys that begin so. `kept_by` is the field
  // that names the connection a row is of.
  std::string kept, kept_by;
  std::string key;                        // with {holes}, else a path; with `match` several fields: "Number|Remarks"
  std::optional<Expression> match;        // what of the key's fields fits it (its first group) is a record each
  std::vector<std::string> date, number;  // the first that is there
  std::string total, tax, currency, note;
  std::string state;  // how far it is, counted by name
  std::vector<std::pair<std::string, std::string>> states;
  std::string again;  // "-N": what follows with a number in a reference says only that it is not the record's first document
  std::string job;    // key of the record's job
  Sign sign = Sign::any;
  bool absolute = false;  // what is given back counts as it stands on the other side
  ReconcileLines lines;
  std::vector<ReconcileLess> less;

  std::string only_field;  // rows of other values are left out
  std::vector<std::string> only_values;
  std::string sold_field;  // rows of other values are known, but make nothing
  std::vector<std::string> sold_values;
  std::vector<std::pair<std::string, std::string>> sold_names;
  std::string gone_field, gone_name;  // true there: makes nothing either
  std::string zero_name;  // what a record that comes to nothing is called, where it makes nothing; "" = it makes one as others do

  std::string from_param, to_param;     // query parameters for the period, "" = none
  std::string filter_param, filter;     // a query parameter with {from} and {to}
  int reach = 0;                        // days before the period that are read too
  bool day_ends = false;                // nothing is missing of a day that is not over: it is made until then
  std::string zone;                     // in which an instant becomes a day; a plain date stays one
  std::string one_operation, one_path;  // one record by its key: JSON of its path, with the key's {holes}
  std::string find_param, find_each;    // records by reference: the parameter, and what asks for {key}; several joined by " or "
};
struct ReconcileSpec {
  std::string client, instance;
  std::string name = "records";
  std::string flow;       // whose jobs make the documents
  std::string effect;     // by which name
  std::string undone_by;  // comparison whose documents undo those of this one: key and one of these endings
  std::string undone_suffix;
  Decimal tax_within;  // two ways to round the same tax
  ReconcileSide left, right;
  std::vector<std::string> foreign;                                       // beginnings of references that are other shops'
  std::string account_operation, account_id, account_code, account_name;  // what accounts are called
};
struct ReconcileCalendar {
  std::string client, instance, zone;
  std::string every, at;          // month | week | day; "06:30"
  std::vector<std::string> mail;  // recipients
};

// The comparisons of an instance, none when it declares none. Made when they are asked for: of most instances they never are.
using ReconcileSpecs = std::function<std::vector<ReconcileSpec>(const std::string& client, const std::string& instance)>;

struct Catalog {
  std::vector<IntakeRoute> routes;
  std::vector<SubscriptionSpec> subscriptions;
  ReconcileSpecs reconciles;
  std::vector<ReconcileCalendar> calendars;
};

}  // namespace mlc::engine
