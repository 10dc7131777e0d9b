// W2's exact bound: what a person would write in C++ for this one order and this one invoice, with simdjson and exact amounts.
#pragma once
#include <map>
#include <string>

#include "runtime/base/date.h"

namespace mlc::bench {

struct ByHand {
  std::map<std::string, std::string, std::less<>> items;  // SKU to the books' item
  std::string account, shipping_item, journal;
  Zone zone;

  // The invoice's JSON, byte for byte what the mapping makes of the same order. Ends the program for an order that is none.
  void invoice(const std::string& order, std::string& out) const;
};

}  // namespace mlc::bench
