#include "runtime/workbench/check.h"

#include "tests/unit/script/workspace_fixture.h"

namespace mlc::workbench {
namespace {

class CheckTest : public script::WorkspaceFixture {
 protected:
  std::string report(const std::string& inside = "") {
    auto found = check(host_, inside.empty() ? folder_ : folder_ + "/" + inside);
    return found ? all_of(found->problems) : "error: " + found.error().text();
  }
};

TEST_F(CheckTest, AGoodWorkspaceHasNoProblems) {
  auto found = check(host_, folder_);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(all_of(found->problems), "");
  EXPECT_EQ(found->instances, 1);
  EXPECT_EQ(found->files, 5);
}

TEST_F(CheckTest, SettingsFilesKnowTheirNames) {
  write("ml-connector.lua", "id = 'x'\nlisten = { address = ':1' }\nadress = 'y'\n");
  EXPECT_EQ(report(), "ml-connector.lua:3:1: unknown name 'adress'\n");
  write("ml-connector.lua", "id = 5\n");
  EXPECT_EQ(report(), "ml-connector.lua:1:1: id: expected text, got integer\n");
  write("ml-connector.lua", "id = 'x'\nwhile true do end\n");
  EXPECT_NE(report().find("was stopped"), std::string::npos);
  write("ml-connector.lua", "id = string.rep('x', 3)\n");
  EXPECT_EQ(report(), "ml-connector.lua:1:1: unknown name 'string'\n");
  write("ml-connector.lua", "id = \n");
  EXPECT_NE(report().find("ml-connector.lua:2"), std::string::npos) << report();
}

TEST_F(CheckTest, SettingsOfInstancesAreHeldAgainstTheirSchema) {
  write("clients/acme/client.lua",
        "connections = { shop = connection 'toyshop' { store = 's1' }, books = connection 'ledger' { division = 7, grant = 'nobody' } }\n"
        "instances = { main = use 'orders' { bind = { shop = 'books' }, settings = { jurnal = '70', journal = 70 } },\n"
        "  other = use 'nothing' { bind = {} } }\n");
  std::string text = report();
  EXPECT_NE(text.find("connection books: there is no grant nobody"), std::string::npos) << text;
  EXPECT_NE(text.find("role shop wants toyshop, but connection books is ledger"), std::string::npos) << text;
  EXPECT_NE(text.find("role books is bound to no connection"), std::string::npos) << text;
  EXPECT_NE(text.find("there is no scripts/integrations/nothing/init.lua"), std::string::npos) << text;
  write("clients/acme/client.lua",
        "connections = { shop = connection 'toyshop' { store = 's1' }, books = connection 'ledger' { division = 7 } }\n"
        "instances = { main = use 'orders' { bind = { shop = 'shop', books = 'books' }, settings = { jurnal = '70', journal = 70 } } }\n");
  text = report();
  EXPECT_NE(text.find("unknown setting jurnal; did you mean journal?"), std::string::npos) << text;
  EXPECT_NE(text.find("setting journal: expected text, found a number"), std::string::npos) << text;
}

TEST_F(CheckTest, C14_ARoutingTableHasNoGapAndNamesConnectionsOfItsRoles) {
  const auto bound = [&](const std::string& route) {
    write("clients/acme/client.lua",
          "connections = { nl = connection 'toyshop' { store = 's1' }, de = connection 'toyshop' { store = 's2' },\n"
          "  b1 = connection 'ledger' { division = 7 }, b2 = connection 'ledger' { division = 8 } }\n"
          "instances = { main = use 'orders' { bind = { shop = { 'nl', 'de' }, books = { 'b1', 'b2' } }" +
              route + " } }\n");
    return report();
  };
  EXPECT_EQ(bound(", route = { books = { nl = 'b1', de = 'b2' } }"), "");
  EXPECT_NE(bound("").find("are both bound to several connections: say which belong together"), std::string::npos);
  EXPECT_NE(bound(", route = { books = { nl = 'b1' } }").find("route.books: no row for connection de"), std::string::npos);
  EXPECT_NE(bound(", route = { books = { nl = 'b1', de = 'b3' } }").find("connection \"b3\" is not bound to role books"),
            std::string::npos);
  EXPECT_NE(bound(", route = { books = { fr = 'b1' } }").find("fr is no connection of another role"), std::string::npos);
  EXPECT_NE(bound(", route = { bucks = { nl = 'b1' } }").find("there is no role bucks"), std::string::npos);
}

TEST_F(CheckTest, ASettingIsOneOfItsChoices) {
  write("scripts/integrations/orders/init.lua",
        "return integration { roles = { shop = 'toyshop' }, settings = schema { mode = { 'text', default = 'a', one_of = { 'a', 'b' },\n"
        "  impossible = { d = 'the remote makes none; take b' } } },\n"
        "  flows = { orders = flow { run = function(job) end } } }\n");
  const auto set = [&](const std::string& value) {
    write("clients/acme/client.lua",
          "connections = { shop = connection 'toyshop' { store = 's1' } }\n"
          "instances = { main = use 'orders' { bind = { shop = 'shop' }, settings = { mode = '" +
              value + "' } } }\n");
    return report();
  };
  EXPECT_EQ(set("b"), "");
  EXPECT_NE(set("c").find("setting mode: \"c\" is none of a, b"), std::string::npos);
  EXPECT_NE(set("d").find("setting mode: \"d\" is not possible: the remote makes none; take b"), std::string::npos);
}

TEST_F(CheckTest, AGrantNamesItsClients) {
  write("ml-connector.lua", "grants = { g = grant { system = 'ledger', clients = { 'other' } } }\n");
  write("clients/acme/client.lua",
        "connections = { shop = connection 'toyshop' {}, books = connection 'ledger' { grant = 'g', division = 7 } }\n"
        "instances = { main = use 'orders' { bind = { shop = 'shop', books = 'books' } } }\n");
  std::string text = report();
  EXPECT_NE(text.find("grant g: there is no client other"), std::string::npos) << text;
  EXPECT_NE(text.find("connection books: grant g does not name client acme"), std::string::npos) << text;
}

TEST_F(CheckTest, FaultsOfScriptsNameFileLineAndColumn) {
  flow("return job.key +");
  EXPECT_EQ(report().substr(0, 41), "scripts/integrations/orders/init.lua:4:1:") << report();
  flow("return lenght");
  EXPECT_EQ(report(), "scripts/integrations/orders/init.lua:3:8: there is no 'lenght' (a local is missing, or a require)\n");
  write("scripts/systems/spare/init.lua", "return system { name = 'spare', base_url = 'x', operatoins = {} }\n");
  flow("return 1");
  EXPECT_EQ(report(), "scripts/systems/spare/init.lua:1:49: system: unknown field 'operatoins'\n");
  EXPECT_EQ(report("clients"), "");
}

TEST_F(CheckTest, MappingsAreRefusedWhereTheyAreWrittenWrong) {
  write("scripts/integrations/orders/invoice.lua",
        "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
        "invoice.Ref = order.note:upper()\n"
        "invoice.Ref = order.note\n");
  EXPECT_EQ(
      report(),
      "scripts/integrations/orders/invoice.lua:3:9: \"Ref\" is assigned twice; first at scripts/integrations/orders/invoice.lua:2:1\n");
  write("scripts/integrations/orders/invoice.lua",
        "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
        "  invoice.Ref = order.note:nosuch()\n");
  EXPECT_EQ(report(),
            "scripts/integrations/orders/invoice.lua:2:28: there is no transform 'nosuch'; a field is written with a dot: .nosuch\n");
}

TEST_F(CheckTest, APathOutsideAnyWorkspaceIsAnError) { EXPECT_TRUE(!check(host_, "/nowhere/at/all").ok()); }

}  // namespace
}  // namespace mlc::workbench
