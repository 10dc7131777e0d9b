#include "runtime/workbench/specs.h"

#include "bindings/bindings.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::workbench {
namespace {

class SpecsTest : public script::WorkspaceFixture {
 protected:
  SpecsTest() {
    host_.modules = bindings::job_modules();
    write("scripts/integrations/orders/invoice.lua",
          "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
          "invoice.Ref = setting.journal .. '-' .. order.id\n"
          "invoice.Amount = order.total\n"
          "invoice.Remarks = order.note\n"
          "local product, line = invoice.Lines:each('product', order.lines)\n"
          "line.Item = product.sku:lookup 'items'\n"
          "line.Price = product.price\n");
    write("scripts/integrations/orders/helpers.lua", "return { double = function(n) return n * 2 end }\n");
  }
  SpecReport run(const std::string& inside = "", const SpecOptions& options = {}) {
    auto report = run_specs(host_, inside.empty() ? folder_ : folder_ + "/" + inside, options);
    EXPECT_TRUE(report.ok());
    return report ? *report : SpecReport{};
  }
  std::string told(const SpecReport& report) {
    std::string text = all_of(report.problems);
    for (const auto& one : report.results)
      if (!one.ok) text += one.file + ":" + std::to_string(one.line) + ": " + one.name + ": " + one.message + "\n";
    return text;
  }
  static inline const std::string kHead =
      "local spec, mappings, golden = require 'spec', require 'mappings', require 'golden'\n"
      "local expect = spec.expect\n";
};

TEST_F(SpecsTest, ModulesBesideTheSpecAndStdlibAreThere) {
  write("scripts/integrations/orders/helpers_spec.lua", kHead +
                                                            "spec.describe('helpers', function()\n  spec.it('double', function() "
                                                            "expect(require('helpers').double(2)):equals(4) end)\nend)\n");
  const auto report = run();
  EXPECT_EQ(told(report), "");
  ASSERT_EQ(report.results.size(), 1u);
  EXPECT_EQ(report.results[0].name, "helpers double");
}

TEST_F(SpecsTest, AFailureNamesFileAndLineAndWhatWasFound) {
  write("scripts/integrations/orders/spec/more_spec.lua", kHead + "spec.it('adds', function()\n  expect(1 + 1):equals(3)\nend)\n");
  EXPECT_EQ(told(run()), "scripts/integrations/orders/spec/more_spec.lua:4: adds: expected 3, found 2\n");
}

TEST_F(SpecsTest, ASpecThatDoesNotCompileIsAProblem) {
  write("clients/acme/main/wrong_spec.lua", "local x = = 1\n");
  const auto report = run();
  EXPECT_FALSE(report.good());
  EXPECT_NE(told(report).find("clients/acme/main/wrong_spec.lua:1"), std::string::npos) << told(report);
}

TEST_F(SpecsTest, MappingsRunAsCompiledWithTheClientsLayersAndSettings) {
  write("clients/acme/main/invoice.lua", "local order, invoice = layer 'invoice'\ninvoice.Remarks = 'layered'\n");
  const std::string body =
      "spec.it('maps', function()\n"
      "  local made = mappings.run('invoice', { id = 7, total = '1.50', lines = { { sku = 'A', price = '1.50' } } },\n"
      "    { lookups = { items = { A = '11111111-1111-1111-1111-111111111111' } } })\n"
      "  expect(made.Ref):equals '@JOURNAL@-7'\n"
      "  expect(made.Remarks):equals(@REMARKS@)\n"
      "  expect(made.Amount):equals(require('decimal') '1.5')\n"
      "  expect(mappings.run('invoice', { id = 1 }, { settings = { journal = '99' } }).Ref):equals '99-1'\n"
      "end)\n";
  auto filled = [&](std::string journal, std::string remarks) {
    std::string text = kHead + body;
    text.replace(text.find("@JOURNAL@"), 9, journal);
    text.replace(text.find("@REMARKS@"), 9, remarks);
    return text;
  };
  write("clients/acme/main/maps_spec.lua", filled("70", "'layered'"));
  write("scripts/integrations/orders/maps_spec.lua", filled("10", "nil"));
  EXPECT_EQ(told(run()), "");
}

// Lua has one empty table; written for a list it is an empty list.
TEST_F(SpecsTest, AnEmptyTableForAListIsAnEmptyList) {
  write("clients/acme/main/maps_spec.lua",
        kHead +
            "spec.it('maps', function()\n"
            "  expect(mappings.run('invoice', { id = 7, total = '1.50', lines = {} }).Ref):equals '70-7'\n"
            "end)\n");
  EXPECT_EQ(told(run()), "");
}

TEST_F(SpecsTest, RefusalsOfAMappingAreErrorsWithACode) {
  write("clients/acme/main/maps_spec.lua",
        kHead +
            "spec.it('refuses', function()\n"
            "  expect(function() mappings.run('invoice', { id = 7, lines = { { sku = 'A' } } }) end):raises 'lookup_missing'\n"
            "  expect(function() mappings.run('bill', { id = 7 }) end):raises 'has no mapping'\n"
            "  expect(function() mappings.run('invoice', { id = 7 }, { lookup = {} }) end):raises 'lookup'\n"
            "end)\n");
  EXPECT_EQ(told(run()), "");
}

TEST_F(SpecsTest, CoverageNamesTheFieldsThatNoSpecExercised) {
  write("clients/acme/main/maps_spec.lua", kHead + "spec.it('maps', function() mappings.run('invoice', { id = 7, total = '1.50' }) end)\n");
  const auto report = run();
  EXPECT_EQ(told(report), "");
  ASSERT_EQ(report.coverage.size(), 1u);
  EXPECT_EQ(report.coverage[0].place, "acme/main");
  EXPECT_EQ(report.coverage[0].exercised, (std::set<std::string>{"Amount", "Ref"}));
  EXPECT_EQ(report.coverage[0].missed(), (std::vector<std::string>{"Lines.product.Item", "Lines.product.Price", "Remarks"}));
}

TEST_F(SpecsTest, GoldenFilesAreWrittenOnDemandAndComparedByLine) {
  const std::string file = "clients/acme/main/maps_spec.lua";
  auto with = [&](const std::string& total) {
    write(file, kHead + "spec.it('maps', function() golden.matches('invoice', mappings.run('invoice', { id = 7, total = '" + total +
                    "' })) end)\n");
  };
  with("1.50");
  EXPECT_NE(told(run()).find("--update"), std::string::npos);
  const auto updated = run("", {.update = true, .filter = {}});
  EXPECT_EQ(told(updated), "");
  EXPECT_EQ(updated.updated, std::vector<std::string>{"clients/acme/main/golden/invoice.json"});
  EXPECT_EQ(told(run()), "");
  with("2.50");
  const std::string failure = told(run());
  EXPECT_NE(failure.find(file + ":3: maps: clients/acme/main/golden/invoice.json differs"), std::string::npos) << failure;
  EXPECT_NE(failure.find("\n-   \"Amount\": 1.5"), std::string::npos) << failure;
  EXPECT_NE(failure.find("\n+   \"Amount\": 2.5"), std::string::npos) << failure;
}

TEST_F(SpecsTest, APathAndAFilterLimitWhatRuns) {
  write("clients/acme/main/a_spec.lua", kHead + "spec.it('one', function() end) spec.it('two', function() end)\n");
  write("scripts/integrations/orders/b_spec.lua", kHead + "spec.it('three', function() end)\n");
  EXPECT_EQ(run().results.size(), 3u);
  EXPECT_EQ(run("clients/acme").results.size(), 2u);
  EXPECT_EQ(run("clients/acme/main/a_spec.lua", {.update = false, .filter = "two"}).results.size(), 1u);
  EXPECT_FALSE(run_specs(host_, "/nowhere/at/all").ok());
}

TEST_F(SpecsTest, SpecsAreNoPartOfAVersion) {
  const auto before = load().programs.front()->instance.version;
  write("clients/acme/main/a_spec.lua", kHead);
  write("scripts/integrations/orders/b_spec.lua", kHead);
  write("scripts/integrations/orders/golden/x.json", "{}");
  EXPECT_EQ(load().programs.front()->instance.version, before);
}

TEST_F(SpecsTest, AnEndlessSpecIsStopped) {
  write("clients/acme/main/a_spec.lua", kHead + "spec.it('ends', function() while true do end end)\n");
  const auto report = run();
  EXPECT_FALSE(report.good());
}

TEST_F(SpecsTest, TheGateNamesWhatFails) {
  write("scripts/integrations/orders/b_spec.lua", kHead + "spec.it('holds', function() expect(1):equals(2) end)\n");
  SpecGate gate(host_, folder_);
  const auto failures = gate.failures(load().programs.front());
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].text(), "scripts/integrations/orders/b_spec.lua:3: spec \"holds\" fails: expected 2, found 1");
}

}  // namespace
}  // namespace mlc::workbench
