// Lineage: why each field of a mapped record has its value. A second walk over the same compiled mapping, so that a run that
// nobody asks about pays nothing. Any thread, like Compiled.
//
//   Explanation why = explain(compiled, order.root(), inputs);       // the same Inputs that run() takes
//   for (const FieldLineage& field : why.fields) std::cout << told(field);
//   if (why.refusal) ...                                             // fields holds what was computed before it
//
// For a mapping of an instance, with its functions and recorded answers, see script/offline_mapping.h.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "runtime/document/node.h"
#include "runtime/mapping/compiled.h"

namespace mlc::mapping {

// One thing that had a part in a value, and what it was worth then. `from` are the values it was made of, in the order in
// which they were computed; what was not needed (the default of a value that is there) is not in it.
struct Trace {
  enum class Kind { constant, source, setting, given, job, transform, choice, lookup, function, text, number };
  Kind kind = Kind::constant;
  std::string what;                // "order.products[2].sku", ":trim()", "setting.journal", ":lookup \"items\"", "with function in line 30"
  std::string path;                // source: "products[2].sku"; look-up: its name
  std::string key;                 // look-up: what was looked up
  std::optional<std::string> raw;  // source: JSON as it arrived
  std::optional<std::string> value;  // JSON; nothing: there is none
  std::optional<Position> row;       // of the table that a look-up found its answer in
  Position at;
  std::vector<Trace> from;
};

struct FieldLineage {
  std::string field;                   // "SalesInvoiceLines[1].NetPrice"
  std::string group;                   // "product"; empty outside the groups
  std::string layer;                   // "base", or as the layer is called
  Position at;                         // of the row
  std::optional<Position> instead_of;  // the row of a lower layer that this one replaced
  std::optional<std::string> value;    // JSON as written to the target; nothing: the field was left out
  Trace trace;
  // The field by where it comes from instead of where it landed: "SalesInvoiceLines.product[2].NetPrice" is of the second row
  // of the group's source list, whatever lines stand before it. Two runs of a mapping compare by it.
  std::string place;
};

struct Explanation {
  std::string json;  // the target record; empty after a refusal
  std::optional<Refusal> refusal;
  std::vector<FieldLineage> fields;
};

Explanation explain(const Compiled& mapping, document::Value record, const Inputs& inputs);
// FieldLineage::place of every field that the mapping assigns, without row numbers: "SalesInvoiceLines.product.NetPrice".
std::vector<std::string> places(const Compiled& mapping);

// Whether the field is `wanted` or inside it: "Lines[1]" holds "Lines[1].Item"; "Lines.Item" and "Item" are that field of every line, and
// "Lines.product.Item", as a preview names it, of every line of that group.
bool is_field(const FieldLineage& field, std::string_view wanted);

// A few lines for people, each ended by "\n":
//   SalesInvoiceLines[1].Item = "8f0c"
//     scripts/integrations/orders/invoice.lua:23:1  base, group product
//       order.products[1].sku     " sku-1 "
//       :trim()                   "sku-1"
//       :lookup "items"           "8f0c"
std::string told(const FieldLineage& field);
// {"field","value","group","layer","file","line","column","instead_of","trace":{"what","value","raw",…,"from":[…]},"text"}
document::Node to_node(const FieldLineage& field);
document::Node to_node(const Refusal& refusal);  // {"sentence","field","source","file","line","column"}

}  // namespace mlc::mapping
