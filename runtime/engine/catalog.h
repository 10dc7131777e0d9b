// What the engine must know of systems and integrations beside Runner's instances, as data: app reads it from the
// scripts' definitions and gives it whole at start and at every reload. Values.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/time.h"
#include "runtime/crypto/signature.h"
#include "runtime/document/path.h"

namespace mlc::engine {

// One webhook endpoint: a connection whose system declares `webhooks`.
struct IntakeRoute {
  std::string client, connection;
  crypto::SignatureScheme scheme;
  std::string secret_owner;       // where vault keeps scheme.secret and the token's: "client/connection" or "grant:<name>"
  std::optional<int> empty_post;  // status for an empty body, which is no event
  document::Path topic;           // where the topic stands in the body
  struct Match {                  // after the signature check; a delivery for somebody else is refused
    document::Path path;
    std::string equals;  // placeholders already filled
  };
  std::optional<Match> match;
  std::vector<std::string> signed_headers;  // kept with the event
};

// Upkeep of one connection's registrations at the remote (`webhooks.subscribe`); texts may hold {topic}, {url},
// {hook_token}.
struct SubscriptionSpec {
  std::string client, connection;
  std::string list, create, revive, remove;               // operations; revive and remove may be empty
  std::string body;                                       // JSON template
  std::vector<std::pair<std::string, std::string>> same;  // {topic,url} -> field of a listed registration
  std::string id = "id";                                  // fields of a listed registration
  std::string active;                                     // "" = always active
  std::string url;                                        // https://…/hooks/<client>/<connection>
  std::vector<std::string> topics;                        // wanted by the triggers of all instances, each once
  bool hook_token = false;                                // a random secret "hook_token" is made when missing
  std::string secret_owner;                               // vault's owner of hook_token
  std::vector<std::string> hosts;                         // where hook_token may be written (T15)
};

// `reconcile` of an integration, bound to an instance:
//   reconcile = {
//     left  = { role = "shop",  operation = "orders.list", arguments = {…}, key = "id", key_prefix = "{source}-",
//               date = "date_created", total = "total_inc_tax", only = { field = "status_id", values = {"2","10"} },
//               from = "min_date_created", to = "max_date_created", format = "rfc3339" },
//     right = { role = "books", operation = "sales_invoices.list", key = "YourRef", date = "OrderDate", total = "AmountFC", … },
//   }
// key, date, total: paths in a row. `from`/`to`: query parameters for the period, "" = none; `filter`: a query
// parameter's text with {from} and {to} (OData). Rows outside the period or of other statuses are left out here too.
struct ReconcileSide {
  std::string connection, operation, arguments = "{}";
  std::string key, key_prefix, date, total;
  std::string only_field;
  std::vector<std::string> only_values;
  std::string from_param, to_param;
  std::string filter_param, filter;
  std::string zone;  // in which an instant becomes a day; a plain date stays one
};
struct ReconcileSpec {
  std::string client, instance;
  ReconcileSide left, right;
};

struct Catalog {
  std::vector<IntakeRoute> routes;
  std::vector<SubscriptionSpec> subscriptions;
  std::vector<ReconcileSpec> reconciles;
};

}  // namespace mlc::engine
