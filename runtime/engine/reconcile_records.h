// Records of one side of a comparison: how they are read from a page of a remote's list, and kept between pages. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/date.h"
#include "runtime/base/decimal.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/engine/catalog.h"

namespace mlc::engine {

struct Booked {  // on one account and cost centre
  std::string account, cost_center;
  int64_t lines = 0;
  Decimal net, tax;
};

struct ReconcileRecord {
  std::string key, number, connection, currency, state, note, job_key;
  bool numbered = true;  // else `number` is only the remote's id
  Date date;
  Decimal total;
  std::optional<Decimal> tax;
  bool sold = true;
  std::string why_not;  // "cancelled", when it makes nothing
  std::vector<Booked> booked;
  std::vector<std::pair<Decimal, std::string>> less;  // amounts that a rule may take off or add, and why
};
using ReconcileRecords = std::multimap<std::string, ReconcileRecord>;  // by key

// A row that the side leaves out gives nothing.
Result<std::optional<ReconcileRecord>> reconcile_record(const ReconcileSide& side, document::Value row, const Zone& zone);

document::Node to_node(const ReconcileRecord& record);
Result<ReconcileRecord> record_of(document::Value value);

// "{a}-{b}" from a row; and the reverse: what the holes of the pattern hold in a text that was made by it, nullopt when it was not.
std::string filled(std::string_view pattern, document::Value row);
std::optional<std::map<std::string, std::string>> holes_of(std::string_view pattern, std::string_view text);
std::string replaced(std::string text, std::string_view name, std::string_view value);

// Two decimals where that is exact.
std::string money(const Decimal& amount);

}  // namespace mlc::engine
