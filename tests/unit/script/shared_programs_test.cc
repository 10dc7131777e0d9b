// What instances of the same files share, and what stays their own.
#include "runtime/document/document.h"
#include "runtime/document/write.h"
#include "runtime/script/shared.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::script {
namespace {

class SharedPrograms : public WorkspaceFixture {
 protected:
  SharedPrograms() {
    write("scripts/integrations/orders/invoice.lua",
          "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
          "invoice.Ref = job.source\ninvoice.Amount = order.total\n");
    client("zeta", "20");
  }
  void client(const std::string& name, const std::string& journal) {
    write("clients/" + name + "/client.lua",
          "connections = { shop = connection 'toyshop' { store = '" + name +
              "' }, books = connection 'ledger' { division = 8 } }\n"
              "instances = { main = use 'orders' { bind = { shop = 'shop', books = 'books' }, settings = { journal = '" +
              journal + "' } } }\n");
  }
};

TEST_F(SharedPrograms, ClientsOfOneIntegrationShareItsScriptsAndKeepTheirSettings) {
  auto workspace = load();
  ASSERT_EQ(workspace.programs.size(), 2u) << all_of(workspace.problems);
  const auto& acme = *workspace.programs[0];
  const auto& zeta = *workspace.programs[1];
  EXPECT_EQ(acme.scripts, zeta.scripts);
  EXPECT_EQ(acme.mappings, zeta.mappings);
  EXPECT_EQ(acme.settings->root().get("journal").text(), "70");
  EXPECT_EQ(zeta.settings->root().get("journal").text(), "20");
  EXPECT_NE(acme.instance.version, zeta.instance.version);
}

TEST_F(SharedPrograms, ModulesOfAnAskedForTopicAreLoadedWithWhatTheyAskFor) {
  write("scripts/shared/labels/address.lua", "return { fit = require 'shared.text.wrap' }\n");
  write("scripts/shared/text/wrap.lua", "return function(words) return words end\n");
  write("scripts/shared/unused/broken.lua", "this is no Lua\n");
  flow("return require('shared.labels.address').fit('x')");
  auto workspace = load();
  ASSERT_EQ(workspace.programs.size(), 2u) << all_of(workspace.problems);
  const auto& modules = workspace.programs[0]->scripts->modules;
  EXPECT_TRUE(modules.contains("shared.labels.address"));
  EXPECT_TRUE(modules.contains("shared.text.wrap"));
  EXPECT_EQ(modules.at("shared.labels.address")->name, "scripts/shared/labels/address.lua");
}

TEST_F(SharedPrograms, AnEditOfASharedTopicIsANewVersionOfWhoUsesItOnly) {
  write("scripts/shared/labels/address.lua", "return { one = 1 }\n");
  auto unused = load();
  flow("return require('shared.labels.address').one");
  auto before = load();
  write("scripts/shared/labels/address.lua", "return { one = 2 }\n");
  auto after = load();
  ASSERT_EQ(after.programs.size(), 2u) << all_of(after.problems);
  EXPECT_NE(before.programs[0]->instance.version, after.programs[0]->instance.version);
  flow("return job.key");
  EXPECT_EQ(load().programs[0]->instance.version, unused.programs[0]->instance.version);
}

TEST_F(SharedPrograms, AFaultInASharedFileNamesItsPlace) {
  write("scripts/shared/labels/address.lua", "return {\n");
  flow("return require('shared.labels.address').one");
  auto workspace = load();
  EXPECT_NE(all_of(workspace.problems).find("scripts/shared/labels/address.lua:"), std::string::npos) << all_of(workspace.problems);
}

TEST_F(SharedPrograms, ALayerIsItsClientsOwn) {
  write("clients/zeta/main/invoice.lua", "local order, invoice = layer 'invoice'\ninvoice.Remarks = 'from zeta'\n");
  auto workspace = load();
  ASSERT_EQ(workspace.programs.size(), 2u) << all_of(workspace.problems);
  EXPECT_EQ(workspace.programs[0]->scripts, workspace.programs[1]->scripts);
  EXPECT_NE(workspace.programs[0]->mappings->at("invoice"), workspace.programs[1]->mappings->at("invoice"));
}

TEST_F(SharedPrograms, AManifestIsInCanonicalFormWithAndWithoutLayers) {
  write("clients/zeta/main/invoice.lua", "local order, invoice = layer 'invoice'\ninvoice.Remarks = 'from zeta'\n");
  auto workspace = load();
  ASSERT_EQ(workspace.programs.size(), 2u) << all_of(workspace.problems);
  for (const auto& program : workspace.programs) {
    auto parsed = document::Document::parse(program->manifest());
    ASSERT_TRUE(parsed.ok()) << parsed.error().text();
    EXPECT_EQ(document::canonical(parsed->root()), program->manifest());
  }
}

TEST_F(SharedPrograms, AReloadOfTheSameFilesSharesWithWhatRunsAndChangedFilesDoNot) {
  auto before = load();
  auto same = load();
  ASSERT_EQ(before.programs.size(), 2u) << all_of(before.problems);
  EXPECT_EQ(before.programs[0]->scripts, same.programs[0]->scripts);
  EXPECT_EQ(before.programs[0]->instance.version, same.programs[0]->instance.version);
  flow("return 'another'");
  auto changed = load();
  ASSERT_EQ(changed.programs.size(), 2u) << all_of(changed.problems);
  EXPECT_NE(before.programs[0]->scripts, changed.programs[0]->scripts);
  EXPECT_NE(before.programs[0]->instance.version, changed.programs[0]->instance.version);
}

TEST_F(SharedPrograms, AFaultInSharedFilesIsToldOnceAndNoInstanceOfThemRuns) {
  write("scripts/integrations/orders/init.lua", "return integration { roles = 7 ");
  auto workspace = load();
  EXPECT_TRUE(workspace.programs.empty());
  EXPECT_EQ(workspace.problems.size(), 1u) << all_of(workspace.problems);
}

TEST_F(SharedPrograms, SettingsFilesSeeNothingOfEachOtherAndABudgetIsEachFilesOwn) {
  client("beta", "30");
  write("clients/alpha/client.lua", "zone = 'Europe/Paris'\nlocal grown = ('x'):rep(16 * 1024 * 1024)\n");
  write("clients/gamma/client.lua", "while true do end\n");
  auto workspace = load();
  EXPECT_EQ(workspace.programs.size(), 3u);  // acme, beta, zeta
  ASSERT_EQ(workspace.problems.size(), 2u) << all_of(workspace.problems);
  EXPECT_NE(all_of(workspace.problems).find("memory"), std::string::npos) << all_of(workspace.problems);
  EXPECT_NE(all_of(workspace.problems).find("ran too long"), std::string::npos) << all_of(workspace.problems);
  auto beta = document::Document::parse(workspace.clients["beta"]);
  ASSERT_TRUE(beta.ok());
  EXPECT_FALSE(beta->root().get("zone"));
}

TEST(SharedByContentTest, WhatNobodyHoldsIsGone) {
  SharedByContent<int> all;
  auto one = all.keep("one", std::make_shared<const int>(1));
  EXPECT_EQ(all.find("one"), one);
  EXPECT_EQ(*all.keep("one", std::make_shared<const int>(2)), 1);
  one.reset();
  EXPECT_EQ(all.find("one"), nullptr);
  for (int i = 0; i < 10'000; ++i) all.keep(std::to_string(i), std::make_shared<const int>(i));
  EXPECT_EQ(all.find("9999"), nullptr);
}

}  // namespace
}  // namespace mlc::script
