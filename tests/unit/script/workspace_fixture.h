// A workspace in a folder of its own, with a small shop and its books as systems. stdlib is the real one.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/base/files.h"
#include "runtime/script/loader.h"
#include "tests/source_dir.h"
#include "tests/temp_folder.h"

namespace mlc::script {

class WorkspaceFixture : public ::testing::Test {
 protected:
  WorkspaceFixture() {
    host_.files = &files_;
    host_.share = mlc::test::source_dir();
    write("ml-connector.lua", "id = 'ws-1'\npublic_url = 'https://hooks.example.com'\n");
    write("clients/acme/client.lua",
          "zone = 'Europe/Amsterdam'\n"
          "connections = { shop = connection 'toyshop' { store = 's1' }, books = connection 'ledger' { division = 7 } }\n"
          "instances = { main = use 'orders' { bind = { shop = 'shop', books = 'books' }, settings = { journal = '70' } } }\n");
    write("scripts/systems/toyshop/init.lua",
          "return system { name = 'toyshop', base_url = 'https://shop.example.com', \n"
          "  webhooks = { topic = 'scope', verify = { token = { header = 'X-Token', secret = 'hook_token' } } },\n"
          "  operations = {\n"
          "    ['orders.get'] = { GET = '/{store}/orders/{id}', gives = 'order' },\n"
          "    ['orders.list'] = { GET = '/{store}/orders', gives = 'order', pages = { rows = {''}, param = 'page' } } },\n"
          "  types = { order = { fields = { id = { type = 'integer' }, total = { type = 'decimal' }, changed = { type = 'instant' }, note "
          "= { type = 'text' },\n"
          "    lines = { type = 'list', of = 'line' } } }, line = { fields = { sku = { type = 'text' }, price = { type = 'decimal' } } } } "
          "}\n");
    write("scripts/systems/ledger/init.lua",
          "return system { name = 'ledger', base_url = 'https://books.example.com',\n"
          "  operations = {\n"
          "    ['items.list'] = { GET = '/{division}/items', gives = 'Item', pages = 'odata', find = { param = '$filter', format = 'odata' "
          "} },\n"
          "    ['invoices.list'] = { GET = '/{division}/invoices', pages = 'odata' },\n"
          "    ['invoices.create'] = { POST = '/{division}/invoices', takes = 'Invoice', gives = 'Invoice', effect = look_up { "
          "'invoices.list', by = 'Ref' } },\n"
          "    ['invoices.update'] = { PUT = '/{division}/invoices/{id}', takes = 'Invoice', effect = upsert { key = 'id' } } },\n"
          "  types = { Item = { fields = { ID = { type = 'guid' }, Code = { type = 'text' } } },\n"
          "    Invoice = { fields = { Ref = { type = 'text' }, Amount = { type = 'decimal' }, Remarks = { type = 'text' }, Lines = { type "
          "= 'list', of = 'InvoiceLine' } } },\n"
          "    InvoiceLine = { fields = { Item = { type = 'guid' }, Price = { type = 'decimal' } } } } }\n");
    flow("return job.key");
  }

  void write(const std::string& name, const std::string& text) {
    std::filesystem::path path = folder_ + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  // The integration's only flow has this body; `top` stands before it.
  void flow(const std::string& body, const std::string& top = "") {
    write(
        "scripts/integrations/orders/init.lua",
        top + "\nlocal function run(job, shop, books)\n" + body +
            "\nend\n"
            "return integration { roles = { shop = 'toyshop', books = 'ledger' },\n"
            "  settings = schema { journal = { 'text', default = '10', doc = 'Journal' }, tolerance = { 'decimal', default = '0.02' } },\n"
            "  lookups = { items = { from = 'books.items.list', key = 'Code', value = 'ID', fresh = '1h' } },\n"
            "  flows = { orders = flow { on = { webhook('shop', { 'order/created' }, { key = 'data.id' }), poll('shop.orders.list', { key "
            "= 'id', since = 'changed' }) }, run = run } } }\n");
  }

  Workspace load() { return load_workspace(host_, folder_); }
  static std::string all_of(const std::vector<Problem>& problems) {
    std::string text;
    for (const auto& problem : problems) text += problem.text() + "\n";
    return text;
  }

  test::TempFolder temporary_;
  const std::string folder_ = temporary_.path();
  RealFiles files_;
  Host host_;
};

}  // namespace mlc::script
