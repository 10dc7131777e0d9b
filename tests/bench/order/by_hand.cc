#include "tests/bench/order/by_hand.h"

#include <simdjson.h>

#include <cstdlib>
#include <iostream>

#include "runtime/base/decimal.h"

namespace mlc::bench {
namespace {

using simdjson::dom::element;

std::string_view text_of(const element& record, const char* name) {
  std::string_view text;
  if (record[name].get(text) != simdjson::SUCCESS) std::abort();
  return text;
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) std::abort();
    out += c;
  }
  out += '"';
}

Decimal amount(const element& record, const char* name) {
  auto parsed = Decimal::parse(text_of(record, name));
  if (!parsed) std::abort();
  return *parsed;
}

}  // namespace

void ByHand::invoice(const std::string& order, std::string& out) const {
  static thread_local simdjson::dom::parser parser;
  element root;
  if (parser.parse(order).get(root) != simdjson::SUCCESS) std::abort();
  out.clear();
  out += R"({"YourRef":"shop-)";
  out += std::to_string(int64_t(root["id"]));
  out += R"(","Journal":)";
  append_string(out, journal);
  out += R"(,"OrderedBy":)";
  append_string(out, account);
  auto created = parse_instant(text_of(root, "date_created"));
  if (!created) std::abort();
  out += R"(,"OrderDate":")" + zone.date_of(*created).text() + R"(T00:00:00","Description":)";
  append_string(out, text_of(root["billing_address"], "company"));
  out += R"(,"Remarks":)";
  append_string(out, text_of(root, "staff_notes"));
  out += R"(,"Lines":[)";
  std::string_view country = text_of(root["shipping_addresses"].at(0), "country_iso2");
  const char* center = country == "DE" ? "D1" : country == "FR" ? "F1" : "NL";
  Decimal sum;
  bool first = true;
  for (const element& product : simdjson::dom::array(root["products"])) {
    const int64_t quantity = product["quantity"];
    const Decimal price = amount(product, "price_ex_tax");
    sum = sum + Decimal::from_int64(quantity) * price;
    const auto item = items.find(text_of(product, "sku"));
    if (item == items.end()) std::abort();
    out += first ? R"({"Item":)" : R"(,{"Item":)";
    first = false;
    append_string(out, item->second);
    out += R"(,"Description":)";
    append_string(out, text_of(product, "name"));
    out += R"(,"Quantity":)" + std::to_string(quantity) + R"(,"NetPrice":)" + price.text() + R"(,"CostCenter":")" + center + "\"}";
  }
  const Decimal shipping = amount(root, "shipping_cost_ex_tax");
  if (!shipping.is_zero()) {
    sum = sum + shipping;
    out += R"(,{"Item":)";
    append_string(out, shipping_item);
    out += R"(,"Quantity":1,"NetPrice":)" + shipping.text() + "}";
  }
  out += "]}";
  const Decimal difference = (sum - amount(root, "total_inc_tax")).abs();
  if (difference > *Decimal::parse("0.01")) std::abort();
}

}  // namespace mlc::bench
