#include "tests/bench/order/order.h"

#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::bench {
namespace {

using document::Node;

constexpr int kOtherFields = 70;  // of the order, and a third of that of each product: what a shop sends and nobody maps

}  // namespace

std::string order_text() {
  Node order = Node::object();
  order.set("id", 118).set("customer_id", 0).set("date_created", "Tue, 14 Oct 2025 21:58:03 +0000").set("status_id", 11);
  for (int i = 0; i < kOtherFields; ++i)
    order.set("some_amount_or_flag_" + std::to_string(i), i % 3 == 0 ? Node("0.0000") : i % 3 == 1 ? Node(i) : Node("text value"));
  order.set("total_inc_tax", "370.4720").set("shipping_cost_ex_tax", "10.0000").set("staff_notes", "Leave at the \"back\" door");
  Node address = Node::object();
  for (const char* name :
       {"first_name", "last_name", "company", "street_1", "street_2", "city", "state", "zip", "country", "email", "phone"})
    address.set(name, "Łódź street 12");
  address.set("country_iso2", "NL");
  order.set("billing_address", address);
  order["shipping_addresses"].push(address);
  for (int i = 0; i < kProducts; ++i) {
    Node product = Node::object();
    product.set("id", 1000 + i)
        .set("sku", "SKU-" + std::to_string(i))
        .set("name", "A product with a name")
        .set("quantity", i + 1)
        .set("price_ex_tax", "10.0131")
        .set("price_inc_tax", "12.1159");
    for (int k = 0; k < kOtherFields / 4; ++k) product.set("other_field_" + std::to_string(k), k % 2 == 0 ? Node("0.0000") : Node(k));
    order["products"].push(std::move(product));
  }
  return document::write(order);
}

}  // namespace mlc::bench
