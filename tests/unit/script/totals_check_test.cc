// C8: `invoice:check(totals.of(order))` from the declarations of both systems to a refusal that names the difference.
#include "runtime/script/totals_check.h"

#include "runtime/script/offline_mapping.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::script {
namespace {

class TotalsCheckTest : public WorkspaceFixture {
 protected:
  TotalsCheckTest() {
    write(
        "scripts/systems/toyshop/init.lua",
        "local record = require 'record'\n"
        "return system { name = 'toyshop', base_url = 'https://shop.example.com', webhooks = { topic = 'scope' },\n"
        "  operations = { ['orders.list'] = { GET = '/{store}/orders', gives = 'order', pages = { rows = {''} } } },\n"
        "  types = { order = record({}, { id = 'integer', net = 'decimal', gross = 'decimal', changed = 'instant', lines = 'list:line' },\n"
        "      { net = 'net', gross = 'gross' }),\n"
        "    line = record({}, { price = 'decimal', quantity = 'decimal' }) } }\n");
    books("{ net = { lines = 'Lines', quantity = 'Quantity', price = 'Price', decimals = 2 } }");
    mapping("invoice:check(totals.of(order, { within = '0.02' }))\n");
  }

  void books(const std::string& totals) {
    write("scripts/systems/ledger/init.lua",
          "local record = require 'record'\n"
          "return system { name = 'ledger', base_url = 'https://books.example.com',\n"
          "  operations = { ['items.list'] = { GET = '/{division}/items', gives = 'Item' } },\n"
          "  types = { Item = record({}, { ID = 'guid', Code = 'text' }),\n"
          "    Invoice = record({}, { Ref = 'text', Amount = 'decimal', Lines = 'list:Line' }, " +
              totals +
              "),\n"
              "    Line = record({}, { Price = 'decimal', Quantity = 'decimal' }) } }\n");
  }

  void mapping(const std::string& checks) {
    write("scripts/integrations/orders/invoice.lua",
          "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
          "invoice.Amount = order.gross\n"
          "local product, line = invoice.Lines:each('product', order.lines)\n"
          "line.Price = product.price\n"
          "line.Quantity = product.quantity\n" +
              checks);
  }

  // What becomes of an order with these lines: its JSON, or the refusal.
  std::string run(const std::string& order) {
    auto workspace = load();
    EXPECT_EQ(all_of(workspace.problems), "");
    if (workspace.programs.empty()) return "nothing loaded";
    auto offline = OfflineMapping::make(host_, workspace.programs.front(), "invoice");
    auto nothing = document::Document::parse("{}");
    auto record = document::Document::parse(order);
    auto output = (*offline)->run({*record, *nothing, *nothing, "shop", "118"});
    return output.refusal ? output.refusal->at.file + ":" + std::to_string(output.refusal->at.line) + ": " + output.refusal->sentence
                          : output.json;
  }
};

TEST_F(TotalsCheckTest, C8_WhatDoesNotReconcileIsRefusedWithTheDifference) {
  EXPECT_TRUE(run(R"({"net":"10.00","gross":"12.10","lines":[{"price":"3.333","quantity":3}]})").starts_with("{"));
  EXPECT_TRUE(run(R"({"net":"10.02","gross":"12.10","lines":[{"price":"5.00","quantity":2}]})").starts_with("{"));
  EXPECT_EQ(
      run(R"({"net":"10.03","gross":"12.10","lines":[{"price":"5.00","quantity":2}]})"),
      "scripts/integrations/orders/invoice.lua:6: the net total does not reconcile: 10.00 mapped, 10.03 in the source, a difference of "
      "-0.03 (at most 0.02 is allowed)");
}

TEST_F(TotalsCheckTest, C8_EachLineIsRoundedAsTheBooksRoundIt) {
  mapping("invoice:check(totals.of(order))\n");
  EXPECT_TRUE(run(R"({"net":"0.02","gross":1,"lines":[{"price":"0.005","quantity":1},{"price":"0.005","quantity":1}]})").starts_with("{"));
}

TEST_F(TotalsCheckTest, AFieldOfTheTargetCanBeTheTotal) {
  books("{ gross = 'Amount' }");
  mapping("invoice:check(totals.of(order, { says = 'order total' }))\n");
  EXPECT_TRUE(run(R"({"net":"1","gross":"12.10","lines":[]})").starts_with("{"));
  mapping("invoice.Ref = order.id:text()\ninvoice:check(totals.of(order, { which = 'gross' }))\n");
  EXPECT_TRUE(run(R"({"id":1,"net":"1","gross":"12.10","lines":[]})").starts_with("{"));
}

TEST_F(TotalsCheckTest, WhatTheTypesDoNotDeclareIsSaidAtLoad) {
  books("nil");
  EXPECT_EQ(all_of(load().problems),
            "scripts/integrations/orders/invoice.lua:6:1: totals.of: toyshop.order and ledger.Invoice do not both declare totals; write "
            ":check { expect =, equals = } instead\n");
  books("{ net = 'Amount' }");
  mapping("invoice:check(totals.of(order, { which = 'gross' }))\n");
  EXPECT_NE(all_of(load().problems).find("do not both declare a gross total"), std::string::npos);
  mapping("invoice:check(totals.of(order.lines))\n");
  EXPECT_NE(all_of(load().problems).find("invoice.lua:6:1: totals.of: expected the source record"), std::string::npos)
      << all_of(load().problems);
  mapping("invoice:check(totals.of(order, { withn = 1 }))\n");
  EXPECT_NE(all_of(load().problems).find("unknown option 'withn'; known are which, within, says"), std::string::npos);
}

}  // namespace
}  // namespace mlc::script
