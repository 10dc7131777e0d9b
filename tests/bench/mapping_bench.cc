// W2: an order of about 7.4 KB becomes an invoice: parse, map, write. One core. The bound is the parse alone.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/mapping/compiled.h"

namespace {

using namespace mlc;
using document::Document;
using document::Node;

constexpr int kProducts = 8;
constexpr int kOtherFields = 70;  // of the order, and a third of that of each product: what a shop sends and nobody maps

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

Document parsed(const char* text) {
  auto document = Document::parse(text);
  if (!document) {
    std::cerr << document.error().text() << "\n";
    std::abort();
  }
  return *document;
}

struct Setup {
  Document types = parsed(
      R"({"source":{"shop.order":{"id":"integer","date_created":"instant","status_id":"integer","total_inc_tax":"decimal","shipping_cost_ex_tax":"decimal","staff_notes":"text",
      "billing_address":{"type":"record","of":"shop.address"},"shipping_addresses":{"type":"list","of":"shop.address"},"products":{"type":"list","of":"shop.product"}},
      "shop.address":{"company":"text","city":"text","country_iso2":"text"},
      "shop.product":{"sku":"text","name":"text","quantity":"integer","price_ex_tax":"decimal"}},
    "target":{"books.Invoice":{"YourRef":{"type":"text","mandatory":true},"Journal":{"type":"text","mandatory":true},"OrderedBy":{"type":"guid","mandatory":true},"OrderDate":{"type":"date","wire":"iso_midnight"},
      "Description":"text","Remarks":"text","Lines":{"type":"list","of":"books.Line","mandatory":true}},
      "books.Line":{"Item":{"type":"guid","mandatory":true},"Description":"text","Quantity":"decimal","NetPrice":"decimal","GLAccount":"guid","CostCenter":"text"}}})");
  Document base = parsed(R"({"mapping":"invoice","from":"shop.order","to":"books.Invoice","rows":[
    {"set":["YourRef"],"expr":{"concat":[{"job":"source"},"-",{"path":"id"}]}}, {"set":["Journal"],"expr":{"setting":"journal"}}, {"set":["OrderedBy"],"expr":{"given":"account"}},
    {"set":["OrderDate"],"expr":{"do":"date","on":{"path":"date_created"}}}, {"set":["Description"],"expr":{"path":"billing_address.company"}}, {"set":["Remarks"],"expr":{"path":"staff_notes"}},
    {"each":["Lines"],"group":"product","over":{"path":"products"}}, {"in":"product","set":["Item"],"expr":{"do":"lookup","on":{"path":"sku","of":"product"},"name":"items"}},
    {"in":"product","set":["Description"],"expr":{"path":"name","of":"product"}}, {"in":"product","set":["Quantity"],"expr":{"path":"quantity","of":"product"}}, {"in":"product","set":["NetPrice"],"expr":{"path":"price_ex_tax","of":"product"}},
    {"one":["Lines"],"group":"shipping","when":{"do":"nonzero","on":{"path":"shipping_cost_ex_tax"}}}, {"in":"shipping","set":["Item"],"expr":{"setting":"shipping_item"}}, {"in":"shipping","set":["Quantity"],"expr":1},
    {"in":"shipping","set":["NetPrice"],"expr":{"path":"shipping_cost_ex_tax"}},
    {"check":{"expect":{"sum":"Lines","of":{"multiply":[{"target":"Quantity"},{"target":"NetPrice"}]}},"equals":{"path":"total_inc_tax"},"within":"0.01"}}]})");
  Document layer = parsed(
      R"({"layer":"invoice","rows":[{"set":["Lines","product","CostCenter"],"expr":{"do":"pick","on":{"path":"shipping_addresses[1].country_iso2"},"table":{"DE":"D1","FR":"F1"},"otherwise":"NL"}}]})");
  Document settings = parsed(R"({"journal":"70","shipping_item":"11111111-2222-3333-4444-555555555555"})");
  Document given = parsed(R"({"account":"11111111-2222-3333-4444-555555555555"})");
  Zone zone = *Zone::find("Europe/Amsterdam");
  mapping::LookupTable lookups;
  mapping::Inputs inputs;
  std::unique_ptr<const mapping::Compiled> compiled;
  std::string order = order_text();

  Setup() {
    for (int i = 0; i < kProducts; ++i)
      lookups.set("items", "SKU-" + std::to_string(i), "11111111-2222-3333-4444-55555555555" + std::to_string(i));
    mapping::Sources sources;
    sources.base = base.root();
    sources.layers = {layer.root()};
    sources.source = std::make_shared<mapping::TypeTable>(*mapping::TypeTable::parse(types.root().get("source")));
    sources.target = std::make_shared<mapping::TypeTable>(*mapping::TypeTable::parse(types.root().get("target")));
    sources.names = {{"journal", "shipping_item"}, {"items"}};
    mapping::Problems problems;
    compiled = mapping::compile(sources, problems);
    for (const auto& problem : problems) std::cerr << problem.text() << "\n";
    if (!compiled) std::abort();
    inputs = {settings.root(), given.root(), "shop", "118", &zone, &lookups, nullptr};
  }
};

Setup& setup() {
  static Setup all;
  return all;
}

void parse_only(benchmark::State& state) {
  for (auto _ : state) {
    auto document = Document::parse(setup().order);
    benchmark::DoNotOptimize(document);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(setup().order.size()));
  state.counters["bytes"] = static_cast<double>(setup().order.size());
}
BENCHMARK(parse_only);

void map_only(benchmark::State& state) {
  const Document order = *Document::parse(setup().order);
  mapping::Output output;
  for (auto _ : state) {
    if (auto status = setup().compiled->run(order.root(), setup().inputs, output); !status)
      state.SkipWithError(status.error().text().c_str());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(map_only);

void order_to_invoice(benchmark::State& state) {
  mapping::Output output;
  for (auto _ : state) {
    auto order = Document::parse(setup().order);
    if (auto status = setup().compiled->run(order->root(), setup().inputs, output); !status)
      state.SkipWithError(status.error().text().c_str());
    benchmark::DoNotOptimize(output.json.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(order_to_invoice);

}  // namespace

BENCHMARK_MAIN();
