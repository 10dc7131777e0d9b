// W2: an order of about 7.4 KB becomes an invoice: parse, map, write. One core. The bound is the same invoice written by hand in
// C++ with exact amounts; the parse alone stands beside it. `mapping_bench --order` prints the order, for the peers.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

#include "runtime/document/document.h"
#include "runtime/mapping/compiled.h"
#include "tests/bench/order/by_hand.h"
#include "tests/bench/order/order.h"

namespace {

using namespace mlc;
using document::Document;

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
  std::string order = bench::order_text();

  Setup() {
    for (int i = 0; i < bench::kProducts; ++i)
      lookups.set("items", "SKU-" + std::to_string(i), "11111111-2222-3333-4444-55555555555" + std::to_string(i));
    mapping::Sources sources;
    sources.base = base.root();
    sources.layers = {layer.root()};
    sources.source = std::make_shared<mapping::TypeTable>(*mapping::TypeTable::parse(types.root().get("source")));
    sources.target = std::make_shared<mapping::TypeTable>(*mapping::TypeTable::parse(types.root().get("target")));
    sources.names = {{"journal", "shipping_item"}, {"items"}, {}};
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

void by_hand_in_cpp(benchmark::State& state) {
  bench::ByHand hand{{}, "11111111-2222-3333-4444-555555555555", "11111111-2222-3333-4444-555555555555", "70", setup().zone};
  for (int i = 0; i < bench::kProducts; ++i)
    hand.items["SKU-" + std::to_string(i)] = "11111111-2222-3333-4444-55555555555" + std::to_string(i);
  mapping::Output ours;
  std::string theirs;
  auto order = Document::parse(setup().order);
  hand.invoice(setup().order, theirs);
  if (!setup().compiled->run(order->root(), setup().inputs, ours) || ours.json != theirs)
    return state.SkipWithError(("two invoices:\n" + ours.json + "\n" + theirs).c_str());
  for (auto _ : state) {
    hand.invoice(setup().order, theirs);
    benchmark::DoNotOptimize(theirs.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(by_hand_in_cpp);

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--order") == 0) {
    std::cout << setup().order;
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
