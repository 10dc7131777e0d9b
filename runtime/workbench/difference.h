// What differs between two JSON values, field by field. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace mlc::workbench {

struct Difference {
  std::string what;           // "mapping invoice", "write invoice"
  std::string path;           // "SalesInvoiceLines[1].CostCenter"; "" = the whole
  std::string before, after;  // JSON; "" = absent

  std::string text() const;  // "mapping invoice: SalesInvoiceLines[1].CostCenter: "NL" -> "D1""
};

// Appends what differs, in the order of `before`, then what only `after` has. Texts that are no JSON differ as a whole.
// Numbers are compared as they are written: 1.5 and 1.50 are other bytes on the wire.
void compare_json(const std::string& what, std::string_view before, std::string_view after, std::vector<Difference>& differences);

}  // namespace mlc::workbench
