// W2 with functions: the order and invoice of mapping_bench.cc, a third of whose fields (17 of 49) are Lua functions.
#include <benchmark/benchmark.h>

#include "bindings/bindings.h"
#include "runtime/script/offline_mapping.h"
#include "tests/bench/order/order.h"
#include "tests/unit/script/workspace_fixture.h"

namespace {

using namespace mlc;
using document::Document;

class Shop : public script::WorkspaceFixture {
 public:
  void TestBody() override {}

  // The mapping of the only instance; null pointer when its scripts have a mistake, which is told.
  std::unique_ptr<script::OfflineMapping> mapping() {
    host_.modules = bindings::job_modules();
    write("scripts/systems/toyshop/init.lua", R"(return system { name = 'toyshop', base_url = 'https://shop.example.com',
      webhooks = { topic = 'scope' }, operations = { ['orders.get'] = { GET = '/{store}/orders/{id}', gives = 'order' } },
      types = { order = { fields = { id = { type = 'integer' }, date_created = { type = 'instant' }, total_inc_tax = { type = 'decimal' },
          shipping_cost_ex_tax = { type = 'decimal' }, staff_notes = { type = 'text' }, billing_address = { type = 'record', of = 'address' },
          shipping_addresses = { type = 'list', of = 'address' }, products = { type = 'list', of = 'product' } } },
        address = { fields = { company = { type = 'text' }, city = { type = 'text' }, country_iso2 = { type = 'text' } } },
        product = { fields = { sku = { type = 'text' }, name = { type = 'text' }, quantity = { type = 'integer' },
          price_ex_tax = { type = 'decimal' } } } } })");
    write("scripts/systems/ledger/init.lua", R"(return system { name = 'ledger', base_url = 'https://books.example.com',
      operations = { ['items.list'] = { GET = '/{division}/items', gives = 'Item', pages = 'odata',
        find = { param = '$filter', format = 'odata' } } },
      types = { Item = { fields = { ID = { type = 'guid' }, Code = { type = 'text' } } },
        Invoice = { fields = { YourRef = { type = 'text' }, Journal = { type = 'text' }, OrderedBy = { type = 'guid' },
          OrderDate = { type = 'date', wire = 'iso_midnight' }, Description = { type = 'text' }, Remarks = { type = 'text' },
          Lines = { type = 'list', of = 'Line' } } },
        Line = { fields = { Item = { type = 'guid' }, Description = { type = 'text' }, Quantity = { type = 'decimal' },
          NetPrice = { type = 'decimal' }, CostCenter = { type = 'text' } } } } })");
    write("scripts/integrations/orders/invoice.lua", R"(
      local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }
      invoice.YourRef = job.source .. '-' .. order.id
      invoice.Journal = setting.journal
      invoice.OrderedBy = given 'account'
      invoice.OrderDate = order.date_created:date()
      invoice.Description = order.billing_address.company
      invoice.Remarks = with(order, function(o) return 'Order ' .. o.id .. ': ' .. (o.staff_notes or '-') end)
      local lines = invoice.Lines
      local product, line = lines:each('product', order.products)
      line.Item = product.sku:lookup 'items'
      line.Description = with(product, function(p) return p.sku .. ' ' .. p.name end)
      line.Quantity = product.quantity
      line.NetPrice = product.price_ex_tax
      line.CostCenter = with(order, function(o)
        local country = o.shipping_addresses[1].country_iso2
        return country == 'DE' and 'D1' or country == 'FR' and 'F1' or 'NL'
      end)
      local shipping = lines:one('shipping', order.shipping_cost_ex_tax:nonzero())
      shipping.Item = setting.shipping_item:lookup 'items'
      shipping.Quantity = 1
      shipping.NetPrice = order.shipping_cost_ex_tax
    )");
    write("scripts/integrations/orders/init.lua", R"(
      local function run(job, shop) return job:map('invoice', shop.orders.get(job.key), { account = '' }) end
      return integration { roles = { shop = 'toyshop', books = 'ledger' }, mappings = { 'invoice' },
        settings = schema { journal = { 'text', default = '70', doc = 'Journal' }, shipping_item = { 'text', default = 'SKU-0', doc = 'Item' } },
        lookups = { items = { from = 'books.items.list', key = 'Code', value = 'ID', fresh = '1h' } },
        flows = { orders = flow { on = { webhook('shop', { 'order/created' }, { key = 'data.id' }) }, run = run } } })");
    workspace_ = load();
    if (!workspace_.problems.empty() || workspace_.programs.empty()) return told(all_of(workspace_.problems));
    auto made = script::OfflineMapping::make(host_, workspace_.programs.front(), "invoice");
    if (!made) return told(made.error().text());
    return std::move(*made);
  }

 private:
  static std::unique_ptr<script::OfflineMapping> told(const std::string& why) {
    std::cerr << why << "\n";
    return nullptr;
  }
  script::Workspace workspace_;
};

void with_functions(benchmark::State& state) {
  Shop shop;
  auto mapping = shop.mapping();
  if (!mapping) return state.SkipWithError("the scripts do not load");
  std::string items;
  for (int i = 0; i < bench::kProducts; ++i)
    items += (i == 0 ? "\"SKU-" : ",\"SKU-") + std::to_string(i) + "\":\"11111111-2222-3333-4444-55555555555" + std::to_string(i) + "\"";
  const std::string text = bench::order_text();
  script::OfflineMapping::Input input{*Document::parse(text), *Document::parse(R"({"account":"11111111-2222-3333-4444-555555555555"})"),
                                      *Document::parse("{\"items\":{" + items + "}}"), "shop", "118"};
  for (auto _ : state) {
    input.record = *Document::parse(text);
    const auto output = mapping->run(input);
    if (output.refusal) return state.SkipWithError(output.refusal->sentence.c_str());
    benchmark::DoNotOptimize(output.json.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(with_functions);

}  // namespace

BENCHMARK_MAIN();
