// A mapping as data: the JSON that the script room records while a mapping file runs. One document for the base, one for each
// layer; `compile` joins them. Unknown members are refused.
//
//   {"mapping": "invoice", "from": "bigcommerce.order", "to": "exact_online.SalesInvoice", "rows": [ROW...]}
//   {"layer": "invoice", "name": "acme/shop_nl", "rows": [ROW...]}         name: shown in lineage; default: the file
// Both may have "problems": [{"at", "message", "word"}], faults that were noticed while the file ran.
//
// ROW, each with "at": {"file": "invoice.lua", "line": 3, "column": 1}
//   {"set": ["YourRef"], "expr": EXPR}                                      a field; ["Address", "City"] inside a record
//   {"in": "product", "set": ["Item"], "expr": EXPR}                        a field of a group's line; the same as
//   {"set": ["SalesInvoiceLines", "product", "Item"], "expr": EXPR}         a list's field, then the group's name
//   {"each": ["SalesInvoiceLines"], "group": "product", "over": EXPR}       a line for each row of a source list ("over" is a path);
//                                                                           optional "when": EXPR, asked for each row
//   {"one": ["SalesInvoiceLines"], "group": "shipping", "when": EXPR}       one line, when the value is neither missing, null nor false
//   {"remove": ["Remarks"]}, {"remove": ["SalesInvoiceLines", "shipping"]}  layers only: a field or group of what is below
//   {"check": {"expect": EXPR, "equals": EXPR, "within": "0.02", "says": "invoice total"}}
//                                                                           compared after the last line; "within" 0 and "says" optional.
//   "each" and "one" take "in" too: a group inside a group's line.
//
// EXPR, an object optionally with its own "at":
//   "70"  1  -2.50  true  null                                   literals; null is for writing
//   {"path": "customer.id"}                                      of the source record; indexes count from 1
//   {"path": "sku", "of": "product"}                             of the group's source row (also from groups inside it)
//   {"setting": "journal"}, {"given": "account"}, {"job": "source"}, {"job": "key"}     {"given": "account", "path": "ID"}
//   {"concat": [EXPR...]}                                        missing when a part is; with "separator": "…" missing parts are left out
//   {"add": [EXPR, EXPR...]}, {"subtract": [..]}, {"multiply": [..]}     exact decimals; missing when a part is
//   {"divide": [EXPR, EXPR], "scale": 4, "rounding": "half_up"}
//   {"do": NAME, "on": EXPR, "with": [EXPR...]}                  a transform of transforms.h
//   {"do": "default", "on": EXPR, "with": [EXPR]}                the second when the first is missing or null ("or_else" is the same)
//   {"do": "pick", "on": EXPR, "table": {"DE": EXPR...}, "otherwise": EXPR}     otherwise optional: then missing
//   {"do": "when", "on": EXPR, "then": EXPR, "else": EXPR}       else optional
//   {"do": "lookup", "on": EXPR, "name": "items"}                a key without entry is refused, except under default or or_else;
//                                                                "column": "account" of a table with several
//   {"call": 0, "name": "remarks"}                               function 0 of this document's own functions, given (record, line)
//   only in checks: {"sum": "SalesInvoiceLines", "of": EXPR}     over all lines of the target; in it {"target": "NetPrice"}
//                   {"target": "Journal"}                        a field of the target record itself
// Functions are numbered within their document; run is told (document, index), document 0 being the base, then the layers.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "runtime/document/document.h"
#include "runtime/mapping/position.h"

namespace mlc::mapping {

struct Row {
  enum class Kind { set, each, one, remove, check };
  Kind kind = Kind::set;
  std::string in;                   // group; empty for the record itself
  std::vector<std::string> target;  // as written, relative to `in`
  std::string group;                // each, one
  document::Value expr;             // set: the value; each: the list; check: the check
  document::Value when;             // each, one
  Position at;
};

// Views into the document it was read from.
struct Definition {
  bool is_layer = false;
  std::string mapping;   // name of the mapping, also for a layer
  std::string name;      // label of the layer; "base" for the base
  std::string from, to;  // base only
  Position at;           // of the words mapping{} or layer
  std::vector<Row> rows;
};

// Collects every problem of shape; the definition holds the rows that are well-formed.
Definition read_definition(document::Value value, Problems& problems);

Position read_position(document::Value at, const Position& otherwise);

}  // namespace mlc::mapping
