// Preview against seeded faults: each mutation of a mapping shows the fields that it affects, and no other.
#include "runtime/workbench/preview.h"

#include "runtime/document/write.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::workbench {
namespace {

const std::string kMapping =
    "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
    "invoice.Ref = job.source .. '-' .. order.id\n"
    "invoice.Amount = order.total\n"
    "invoice.Remarks = order.note\n"
    "local product, line = invoice.Lines:each('product', order.lines)\n"
    "line.Item = product.sku:lookup 'items'\n"
    "line.Price = product.price\n"
    "local note = invoice.Lines:one('gift', order.note:present():when(true))\n"
    "note.Price = 1\n";

struct Seeded {
  const char* what;
  std::string from, to;
  std::vector<std::string> fields;
};

class PreviewTest : public script::WorkspaceFixture {
 protected:
  PreviewTest() { write("scripts/integrations/orders/invoice.lua", kMapping); }

  ProgramPtr program() {
    auto workspace = load();
    EXPECT_EQ(all_of(workspace.problems), "");
    return workspace.programs.empty() ? nullptr : workspace.programs.front();
  }
  static RecordedInput input(int64_t job, const std::string& record) {
    return {job, "invoice", "shop", std::to_string(job),
            "{\"input\":{\"record\":" + record +
                ",\"given\":{},\"lookups\":{\"items\":{\"A\":\"11111111-1111-1111-1111-111111111111\","
                "\"B\":\"22222222-2222-2222-2222-222222222222\"}}},\"output\":null}"};
  }
  // Orders with and without a note, with one, two and no lines.
  static std::vector<RecordedInput> inputs() {
    return {
        input(1, R"({"id":1,"total":"10.00","note":"gift","lines":[{"sku":"A","price":"4.00"},{"sku":"B","price":"6.00"}]})"),
        input(2, R"({"id":2,"total":"7.50","note":null,"lines":[{"sku":"B","price":"7.50"}]})"),
        input(3, R"({"id":3,"total":"0.00","note":"none","lines":[]})"),
    };
  }
  static std::vector<std::string> fields_of(const Preview& preview) {
    std::vector<std::string> names;
    for (const auto& field : preview.mappings.front().fields) names.push_back(field.field);
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(PreviewTest, TheSameMappingChangesNothing) {
  auto before = program();
  // Another text with the same meaning: a refactoring raises no alarm.
  write("scripts/integrations/orders/invoice.lua", "-- a comment\nlocal unused = 1\n" + kMapping + "local _ = unused\n");
  auto after = program();
  ASSERT_NE(before->instance.version, after->instance.version);
  const auto found = preview(host_, before, after, inputs());
  EXPECT_FALSE(found.differs()) << document::write(to_node(found));
  EXPECT_EQ(found.mappings.front().unchanged, 3);
}

TEST_F(PreviewTest, EachSeededFaultShowsTheFieldsItAffectsAndNoOther) {
  const std::vector<Seeded> faults = {
      {"a constant in a text", "'-'", "'/'", {"Ref"}},
      {"another source field", "invoice.Amount = order.total", "invoice.Amount = order.id", {"Amount"}},
      {"a field left out", "invoice.Remarks = order.note\n", "", {"Remarks"}},
      {"a transform", "invoice.Remarks = order.note", "invoice.Remarks = order.note:upper()", {"Remarks"}},
      {"a default where nothing was", "invoice.Remarks = order.note", "invoice.Remarks = order.note:default 'none'", {"Remarks"}},
      {"arithmetic in each line", "line.Price = product.price", "line.Price = product.price * 2", {"Lines.product.Price"}},
      {"a field of each line left out", "line.Price = product.price\n", "", {"Lines.product.Price"}},
      {"another key of a look-up", "product.sku:lookup", "product.sku:replace('A', 'B'):lookup", {"Lines.product.Item"}},
      {"lines filtered", "order.lines)", "order.lines, { when = order.id:is(2) })", {"Lines.product.Item", "Lines.product.Price"}},
      {"a single line's value", "note.Price = 1", "note.Price = 2", {"Lines.gift.Price"}},
      {"a single line gone",
       "local note = invoice.Lines:one('gift', order.note:present():when(true))\nnote.Price = 1\n",
       "",
       {"Lines.gift.Price"}},
      {"a group before the others",
       "local product, line",
       "local first = invoice.Lines:one 'first'\nfirst.Price = 9\nlocal product, line",
       {"Lines.first.Price"}},
      {"two faults at once",
       "invoice.Amount = order.total\ninvoice.Remarks = order.note",
       "invoice.Amount = order.total * 2\ninvoice.Remarks = order.note:upper()",
       {"Amount", "Remarks"}},
      {"a function",
       "invoice.Remarks = order.note",
       "invoice.Remarks = with(order, function(o) if has(o.note) then return o.note .. '!' end end)",
       {"Remarks"}},
  };
  auto before = program();
  int caught = 0;
  for (const auto& fault : faults) {
    std::string text = kMapping;
    const size_t at = text.find(fault.from);
    ASSERT_NE(at, std::string::npos) << fault.what;
    text.replace(at, fault.from.size(), fault.to);
    write("scripts/integrations/orders/invoice.lua", text);
    auto after = program();
    ASSERT_NE(after, nullptr) << fault.what;
    const auto found = preview(host_, before, after, inputs());
    EXPECT_TRUE(found.differs()) << fault.what;
    EXPECT_EQ(fields_of(found), fault.fields) << fault.what << document::write(to_node(found));
    caught += fields_of(found) == fault.fields ? 1 : 0;
  }
  EXPECT_EQ(caught, static_cast<int>(faults.size()));
}

TEST_F(PreviewTest, ChangesAreCountedByRecordWithExamples) {
  auto before = program();
  std::string text = kMapping;
  text.replace(text.find("product.price"), 13, "product.price * 3");
  write("scripts/integrations/orders/invoice.lua", text);
  const auto found = preview(host_, before, program(), inputs());
  const auto& one = found.mappings.front();
  EXPECT_EQ(one.records, 3);
  EXPECT_EQ(one.changed, 2);
  EXPECT_EQ(one.unchanged, 1);
  ASSERT_EQ(one.fields.size(), 1u);
  EXPECT_EQ(one.fields[0].records, 2) << "two lines of one record are one record";
  EXPECT_EQ(one.fields[0].examples[0].record, "shop:1");
  EXPECT_EQ(one.fields[0].examples[0].after, "12.00");
}

TEST_F(PreviewTest, RefusalsOfTheNewVersionAreTold) {
  auto before = program();
  write("scripts/integrations/orders/invoice.lua",
        kMapping + "invoice:check { expect = order.total, equals = order.id, within = '5', says = 'total' }\n");
  const auto found = preview(host_, before, program(), inputs());
  const auto& one = found.mappings.front();
  EXPECT_EQ(one.refused_now, 2) << document::write(to_node(found));
  EXPECT_TRUE(one.fields.empty());
  ASSERT_FALSE(one.refusals.empty());
  EXPECT_NE(one.refusals[0].examples[0].after.find("invoice.lua:10"), std::string::npos) << one.refusals[0].examples[0].after;
}

TEST_F(PreviewTest, ALookUpThatNobodyAnsweredIsNamed) {
  auto before = program();
  std::string text = kMapping;
  text.replace(text.find("product.sku:lookup"), 18, "(product.sku .. 'X'):lookup");
  write("scripts/integrations/orders/invoice.lua", text);
  const auto found = preview(host_, before, program(), inputs());
  const auto& one = found.mappings.front();
  EXPECT_EQ(one.unknown, 2);
  EXPECT_EQ(one.needs.at("items \"BX\""), 2);
  EXPECT_TRUE(found.differs());
}

TEST_F(PreviewTest, AMappingThatIsGoneIsADifference) {
  auto before = program();
  std::string text = kMapping;
  text.replace(text.find("'invoice'"), 9, "'bill'");
  write("scripts/integrations/orders/invoice.lua", text);
  const auto found = preview(host_, before, program(), inputs());
  EXPECT_EQ(found.gone, std::vector<std::string>{"invoice"});
  EXPECT_EQ(found.added, std::vector<std::string>{"bill"});
  EXPECT_TRUE(found.differs());
}

}  // namespace
}  // namespace mlc::workbench
