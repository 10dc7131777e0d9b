// Mappings from file to record: recorded in Lua, compiled and run in C++, their functions back in Lua.
#include "runtime/base/virtual_loop.h"
#include "runtime/script/offline_mapping.h"
#include "runtime/script/runner.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::script {
namespace {

using engine::HostReply;
using engine::HostRequest;
using engine::RunEnd;

class Answers : public engine::RunHost {
 public:
  explicit Answers(VirtualLoop& loop) : loop_(loop) {}
  void request(HostRequest request, std::function<void(HostReply)> reply) override {
    HostReply answer;
    answer.value = std::string("null");
    if (auto* read = std::get_if<engine::ReadRequest>(&request)) {
      reads_.push_back(read->arguments);
      if (read->role == "shop") answer.value = order_;
      else answer.value = std::string(R"({"rows":[{"ID":"11111111-1111-1111-1111-111111111111","Code":"A "}],"next":null})");
    } else if (std::holds_alternative<engine::LookupRequest>(request)) {
      answer.value = std::string("{}");
    } else if (auto* map = std::get_if<engine::MapRecord>(&request)) {
      recorded_ = map->output;
      input_ = map->input;
    }
    loop_.post([reply, answer] { reply(answer); });
  }
  std::string order_ =
      R"({"id":118,"total":"19.90","note":"gift","changed":"2025-10-14T21:58:03Z","lines":[{"sku":"A","price":"9.95"},{"sku":"A","price":9.95}]})";
  std::vector<std::string> reads_;
  std::string recorded_, input_;

 private:
  VirtualLoop& loop_;
};

class MappingRunTest : public WorkspaceFixture {
 protected:
  MappingRunTest() {
    flow(
        "local order = shop.orders.get(job.key) local invoice = job:map('invoice', order, { prefix = 'W' }) return { invoice = invoice, "
        "first = tostring(invoice.Lines[1].Price) }");
    write("scripts/integrations/orders/invoice.lua",
          "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
          "invoice.Ref = job.source .. '-' .. order.id\n"
          "invoice.Amount = order.total\n"
          "invoice.Remarks = with(order, function(o) if has(o.note) then return 'Note: ' .. o.note .. ' ' .. #o.lines end end)\n"
          "local product, line = invoice.Lines:each('product', order.lines)\n"
          "line.Item = product.sku:lookup 'items'\n"
          "line.Price = product.price\n");
  }

  RunEnd run() {
    auto workspace = load();
    EXPECT_EQ(all_of(workspace.problems), "");
    RunEnd ended;
    ended.how = RunEnd::How::waiting;
    if (workspace.programs.empty()) return ended;
    runner_.set_live(workspace.programs);
    engine::RunInput input;
    input.job.client = "acme";
    input.job.instance = "main";
    input.job.flow = "orders";
    input.job.source = "shop";
    input.job.key = "118";
    auto started = runner_.start(input, answers_, [&](RunEnd end) { ended = std::move(end); });
    if (!started) return ended;
    loop_.run_until_idle();
    return ended;
  }

  VirtualLoop loop_;
  std::shared_ptr<Answers> answers_ = std::make_shared<Answers>(loop_);
  Runner runner_{host_, Environment{&loop_, &loop_, &loop_, nullptr}, loop_};
};

TEST_F(MappingRunTest, ARecordIsMappedWithLookUpsAndFunctions) {
  RunEnd end = run();
  EXPECT_EQ(end.how, RunEnd::How::done) << end.reason << " " << end.script_position;
  EXPECT_NE(answers_->recorded_.find("\"Ref\":\"shop-118\""), std::string::npos) << answers_->recorded_;
  EXPECT_NE(answers_->recorded_.find("\"Remarks\":\"Note: gift 2\""), std::string::npos) << answers_->recorded_;
  EXPECT_NE(answers_->recorded_.find("11111111-1111-1111-1111-111111111111"), std::string::npos) << answers_->recorded_;
  EXPECT_NE(end.result.find("\"first\":\"9.95\""), std::string::npos) << end.result;
  ASSERT_EQ(answers_->reads_.size(), 2u);
  EXPECT_NE(answers_->reads_[1].find("Code eq 'A'"), std::string::npos);
  EXPECT_NE(answers_->input_.find("\"given\":{\"prefix\":\"W\"}"), std::string::npos) << answers_->input_;
}

TEST_F(MappingRunTest, AMissingLookUpIsRefusedWithItsLine) {
  answers_->order_ = R"({"id":1,"total":1,"lines":[{"sku":"ZZ","price":1}]})";
  RunEnd end = run();
  EXPECT_EQ(end.how, RunEnd::How::refused) << end.reason;
  EXPECT_NE(end.script_position.find("invoice.lua:6"), std::string::npos) << end.script_position;
  EXPECT_NE(end.reason.find("ZZ"), std::string::npos) << end.reason;
}

TEST_F(MappingRunTest, C7_TheClientsLayerChangesOnlyWhatItSays) {
  write("clients/acme/main/invoice.lua", "local order, invoice = layer 'invoice'\ninvoice.Remarks = remove\ninvoice.Ref = order.note\n");
  RunEnd end = run();
  EXPECT_EQ(end.how, RunEnd::How::done) << end.reason;
  EXPECT_NE(answers_->recorded_.find("\"Ref\":\"gift\""), std::string::npos) << answers_->recorded_;
  EXPECT_EQ(answers_->recorded_.find("Remarks"), std::string::npos) << answers_->recorded_;
}

TEST_F(MappingRunTest, FunctionsCanRefuseForTheController) {
  write("scripts/integrations/orders/invoice.lua",
        "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
        "invoice.Remarks = with(order, function(_, _, ctx) ctx.refuse('Not today.') end)\n");
  RunEnd end = run();
  EXPECT_EQ(end.how, RunEnd::How::refused) << end.reason;
  EXPECT_NE(end.reason.find("Not today."), std::string::npos) << end.reason;
}

TEST_F(MappingRunTest, AnEndlessFunctionIsStoppedWithTheRun) {
  write("scripts/integrations/orders/invoice.lua",
        "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
        "invoice.Remarks = with(order, function() while true do end end)\n");
  RunEnd end = run();
  EXPECT_EQ(end.how, RunEnd::How::broken);
  EXPECT_NE(end.reason.find("was stopped"), std::string::npos) << end.reason;
}

// C3: from what the journal keeps of a mapping, the same record comes again, and each field says why, functions too.
TEST_F(MappingRunTest, WhatWasRecordedMapsAgainAndExplainsItself) {
  RunEnd end = run();
  ASSERT_EQ(end.how, RunEnd::How::done) << end.reason;
  auto program = load().programs.at(0);
  auto offline = OfflineMapping::make(host_, program, "invoice");
  ASSERT_TRUE(offline.ok()) << offline.error().text();
  auto recorded = document::Document::parse(answers_->input_);
  ASSERT_TRUE(recorded.ok());
  auto input = OfflineMapping::Input::recorded(recorded->root(), "shop", "118");
  ASSERT_TRUE(input.ok());
  EXPECT_TRUE((*offline)->missing(*input).empty());
  EXPECT_EQ((*offline)->run(*input).json, answers_->recorded_);
  auto why = (*offline)->explain(*input);
  EXPECT_FALSE(why.refusal) << why.refusal->sentence;
  EXPECT_EQ(why.json, answers_->recorded_);
  std::string text;
  for (const auto& field : why.fields) {
    if (mapping::is_field(field, "Lines[1].Item") || mapping::is_field(field, "Remarks")) text += mapping::told(field);
  }
  EXPECT_EQ(text,
            "Remarks = \"Note: gift 2\"\n"
            "  scripts/integrations/orders/invoice.lua:4:1  base\n"
            "    with function in line 4  \"Note: gift 2\"\n"
            "Lines[1].Item = \"11111111-1111-1111-1111-111111111111\"\n"
            "  scripts/integrations/orders/invoice.lua:6:1  base, group product\n"
            "    order.lines[1].sku  \"A\"\n"
            "    :lookup \"items\"     \"11111111-1111-1111-1111-111111111111\"  (the answer for \"A\")\n");
  auto nothing = document::Document::parse("{}");
  const OfflineMapping::Input bare{input->record, *nothing, *nothing, "shop", "118"};
  auto missing = (*offline)->missing(bare);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0].lookup + " " + missing[0].key, "items A");
  auto unknown = OfflineMapping::make(host_, program, "invoise");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().message(), "acme/main has no mapping \"invoise\"; it has invoice");
}

TEST_F(MappingRunTest, FunctionsSeeTypedLines) {
  write("scripts/integrations/orders/invoice.lua",
        "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
        "local product, line = invoice.Lines:each('product', order.lines)\n"
        "line.Price = with(order, function(o, l, ctx) return l.price * 3 end)\n");
  RunEnd end = run();
  EXPECT_NE(answers_->recorded_.find("\"Price\":29.85"), std::string::npos) << answers_->recorded_ << end.reason;
}

// C7: tables in the client's folder, shared layers below the client's own, fields that only this client has.
TEST_F(MappingRunTest, C7_SharedLayersTablesAndOwnFieldsDecideTogether) {
  write("clients/acme/client.lua",
        "connections = { shop = connection 'toyshop' { store = 's1' }, books = connection 'ledger' { division = 7 } }\n"
        "instances = { main = use 'orders' { bind = { shop = 'shop', books = 'books' }, layers = { 'common', 'germany' } } }\n");
  write("scripts/layers/common/orders/invoice.lua",
        "local order, invoice = layer 'invoice'\ninvoice.Ref = 'common'\ninvoice.Amount = order.total * 2\n");
  write("scripts/layers/germany/orders/invoice.lua", "local order, invoice = layer 'invoice'\ninvoice.Ref = order.note:lookup 'notes'\n");
  write("scripts/layers/germany/notes.csv", "note,ref\ngift,shared\n");
  write("clients/acme/main/notes.csv", "note;ref\ngift; own \n");
  write("clients/acme/types.lua", "return { ['toyshop.order'] = { po = 'text' } }\n");
  write("clients/acme/main/invoice.lua", "local order, invoice = layer 'invoice'\ninvoice.Remarks = order.po\n");
  answers_->order_ = R"({"id":118,"total":"19.90","note":"gift","po":"PO-7","lines":[]})";
  RunEnd end = run();
  EXPECT_NE(answers_->recorded_.find(R"("Ref":"own")"), std::string::npos) << answers_->recorded_ << end.reason;
  EXPECT_NE(answers_->recorded_.find(R"("Amount":39.80)"), std::string::npos) << answers_->recorded_;
  EXPECT_NE(answers_->recorded_.find(R"("Remarks":"PO-7")"), std::string::npos) << answers_->recorded_;
  auto offline = OfflineMapping::make(host_, load().programs.at(0), "invoice");
  ASSERT_TRUE(offline.ok());
  auto recorded = document::Document::parse(answers_->input_);
  ASSERT_TRUE(recorded.ok());
  std::string text;
  for (const auto& field : (*offline)->explain(*OfflineMapping::Input::recorded(recorded->root(), "shop", "118")).fields) {
    if (mapping::is_field(field, "Ref")) text = mapping::told(field);
  }
  EXPECT_EQ(text,
            "Ref = \"own\"\n"
            "  scripts/layers/germany/orders/invoice.lua:2:1  layer germany, instead of scripts/layers/common/orders/invoice.lua:2:1\n"
            "    order.note       \"gift\"\n"
            "    :lookup \"notes\"  \"own\"  (clients/acme/main/notes.csv:2)\n");
}

TEST_F(MappingRunTest, FunctionsAreGivenSettingsAndWhatTheFlowGave) {
  write("scripts/integrations/orders/invoice.lua",
        "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
        "invoice.Remarks = with(order, function(o, _, ctx)\n"
        "  return ctx.settings.journal .. ctx.given.prefix .. ctx.job.source .. ctx.job.key .. o.id\n"
        "end)\n");
  RunEnd end = run();
  EXPECT_NE(answers_->recorded_.find(R"("Remarks":"70Wshop118118")"), std::string::npos) << answers_->recorded_ << end.reason;
}

TEST_F(MappingRunTest, C7_FieldsThatDoNotExistAreRefusedAtLoad) {
  write("scripts/integrations/orders/invoice.lua",
        "local order, invoice = mapping { name = 'invoice', from = 'toyshop.order', to = 'ledger.Invoice' }\n"
        "invoice.Reff = order.note\n"
        "invoice.Ref = order.notes\n");
  std::string text = all_of(load().problems);
  EXPECT_NE(text.find("scripts/integrations/orders/invoice.lua:2:9: "), std::string::npos) << text;
  EXPECT_NE(text.find("scripts/integrations/orders/invoice.lua:3:21: "), std::string::npos) << text;
}

}  // namespace
}  // namespace mlc::script
