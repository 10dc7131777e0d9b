// `invoice:check(totals.of(order))`: which amounts of two records must agree is declared once, beside their types, and
// written out here before the mapping is compiled.
//
//   bigger.order.totals = { net = "total_ex_tax", gross = "total_inc_tax" }
//   books.Invoice.totals = { net = { lines = "Lines", quantity = "Quantity", price = "NetPrice", decimals = 2 } }
#pragma once
#include <map>
#include <string>
#include <vector>

#include "runtime/document/document.h"
#include "runtime/script/host.h"

namespace mlc::script {

// The recorded mapping or layer with every `totals` check as `expect` and `equals`; the same document when it has none.
// `systems`: JSON of their definitions by name. `from`, `to`: "system.record".
document::Document write_out_totals(const document::Document& recorded, const std::string& from, const std::string& to,
                                    const std::map<std::string, std::string>& systems, std::vector<Problem>& problems);

}  // namespace mlc::script
