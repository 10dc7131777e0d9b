#include "runtime/script/runner.h"

#include <deque>

#include "runtime/base/virtual_loop.h"
#include "runtime/document/document.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::script {
namespace {

using engine::HostError;
using engine::HostReply;
using engine::HostRequest;
using engine::RunEnd;

// Answers requests by functions of the test and writes down what was asked.
class FakeHost : public engine::RunHost {
 public:
  explicit FakeHost(VirtualLoop& loop) : loop_(loop) {}

  void request(HostRequest request, std::function<void(HostReply)> reply) override {
    std::string asked = describe(request);
    asked_.push_back(asked);
    HostReply answer;
    answer.now = loop_.wall();
    if (silent_) return;
    answer.value = answer_ ? answer_(request, asked) : std::variant<std::string, HostError>("null");
    loop_.post([reply, answer] { reply(answer); });
  }

  static std::string describe(const HostRequest& request) {
    return std::visit(
        [](const auto& one) -> std::string {
          using Kind = std::decay_t<decltype(one)>;
          if constexpr (std::is_same_v<Kind, engine::ReadRequest>) return "read " + one.role + " " + one.operation + " " + one.arguments;
          else if constexpr (std::is_same_v<Kind, engine::SendRequest>)
            return "send " + one.effect + " " + one.role + " " + one.operation + " " + one.arguments + " v" + one.version;
          else if constexpr (std::is_same_v<Kind, engine::SentRequest>) return "sent " + one.effect + " " + one.role;
          else if constexpr (std::is_same_v<Kind, engine::WithholdRequest>)
            return "withhold " + one.effect + " " + one.role + " v" + one.version;
          else if constexpr (std::is_same_v<Kind, engine::StartRequest>) return "start";
          else if constexpr (std::is_same_v<Kind, engine::LookupRequest>) return "lookup " + one.name + " " + one.keys.front();
          else if constexpr (std::is_same_v<Kind, engine::LookupStore>) return "store " + one.name + " " + one.answers;
          else if constexpr (std::is_same_v<Kind, engine::KvGet>) return "get " + one.key;
          else if constexpr (std::is_same_v<Kind, engine::KvSet>) return "set " + one.key + " " + one.value;
          else if constexpr (std::is_same_v<Kind, engine::KvList>) return "list " + one.prefix;
          else if constexpr (std::is_same_v<Kind, engine::EmitRequest>) return "emit " + one.flow + " " + one.key + " " + one.payload;
          else if constexpr (std::is_same_v<Kind, engine::MapRecord>) return "map " + one.mapping + " " + one.output;
          else if constexpr (std::is_same_v<Kind, engine::StepRequest>) return "step " + one.name;
          else if constexpr (std::is_same_v<Kind, engine::StepDone>) return "step_done " + one.name + " " + one.value;
          else return "note " + one.text;
        },
        request);
  }

  std::function<std::variant<std::string, HostError>(const HostRequest&, const std::string&)> answer_;
  bool silent_ = false;
  std::vector<std::string> asked_;

 private:
  VirtualLoop& loop_;
};

class RunnerTest : public WorkspaceFixture {
 protected:
  ~RunnerTest() override {
    handle_.reset();
    loop_.run_until_idle();  // what was abandoned is reset on its worker, which is this loop
  }

  RunEnd run(const std::string& key = "118") {
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
    input.job.key = key;
    input.job.version = workspace.programs[0]->instance.version;
    input.event = R"({"topic":"order/created","body":"{}"})";
    input.seed = "seed-1";
    input.began = loop_.wall();
    input.decision = decision_;
    auto started = runner_.start(input, fake_, [&](RunEnd end) { ended = std::move(end); });
    EXPECT_TRUE(started.ok()) << (started ? "" : started.error().text());
    if (!started) return ended;
    loop_.run_until_idle();
    handle_ = std::move(*started);
    return ended;
  }

  std::string decision_;
  VirtualLoop loop_;
  std::shared_ptr<FakeHost> fake_ = std::make_shared<FakeHost>(loop_);
  Runner runner_{host_, Environment{&loop_, &loop_, &loop_, nullptr}, loop_};
  std::unique_ptr<engine::Run> handle_;
};

TEST_F(RunnerTest, AFlowGetsItsJobAndItsRolesByName) {
  flow(
      "return { key = job.key, journal = job.settings.journal, exact = job.settings.tolerance, topic = job.event.topic, roles = "
      "type(shop.orders.get) .. type(books.invoices.create) }");
  RunEnd end = run();
  EXPECT_EQ(end.how, RunEnd::How::done) << end.reason;
  EXPECT_EQ(end.result, R"({"exact":0.02,"journal":"70","key":"118","roles":"functionfunction","topic":"order/created"})");
}

TEST_F(RunnerTest, ReadsAreTypedAndArgumentsPlaced) {
  flow(
      "local order = shop.orders.get(job.key, { include = 'lines' })\n"
      "return { sum = order.total + order.lines[1].price, id = order.id + 1, changed = order.changed, note = tostring(order.note), has = "
      "has(order, 'note') }");
  fake_->answer_ = [](const HostRequest&, const std::string&) {
    return R"({"id":"118","total":"19.90","changed":"Tue, 14 Oct 2025 21:58:03 +0000","note":null,"lines":[{"sku":"A","price":0.10}]})";
  };
  RunEnd end = run();
  EXPECT_EQ(end.result, R"({"changed":"2025-10-14T21:58:03Z","has":true,"id":119,"note":"nil","sum":20.00})") << end.reason;
  ASSERT_EQ(fake_->asked_.size(), 1u);
  EXPECT_EQ(fake_->asked_[0], R"(read shop orders.get {"path":{"id":"118"},"query":{"include":"lines"}})");
}

TEST_F(RunnerTest, ListsFollowTheirPages) {
  flow("local n = 0 for row in shop.orders.each{ status = 2 } do n = n + row.id end return { n = n, count = #shop.orders.list() }");
  fake_->answer_ = [](const HostRequest&, const std::string& asked) {
    return asked.find("\"page\":\"2\"") == std::string::npos ? R"({"rows":[{"id":1},{"id":2}],"next":{"query":{"page":"2"}}})"
                                                             : R"({"rows":[{"id":4}],"next":null})";
  };
  RunEnd end = run();
  EXPECT_EQ(end.result, R"({"count":3,"n":7})") << end.reason;
  EXPECT_EQ(fake_->asked_[0], R"(read shop orders.list {"path":{},"query":{"status":"2"}})");
}

TEST_F(RunnerTest, WritesOnlyDescribeAndSendSends) {
  flow(
      "local order = shop.orders.get(job.key) order.note = 'changed' order.lines = {}\n"
      "local write = books.invoices.create(order)\n"
      "local sent = job:send('invoice', write, { version = 3 })\n"
      "job:send('more', books.invoices.update(sent.id, { Amount = sent.record.Amount }), { version = '3' })\n"
      "return { sent.id, sent.state, job:sent('invoice') == nil }");
  fake_->answer_ = [](const HostRequest& request, const std::string&) -> std::string {
    if (std::holds_alternative<engine::ReadRequest>(request)) return R"({"id":7,"note":"old","total":1.50})";
    if (std::holds_alternative<engine::SendRequest>(request))
      return R"({"id":"g-1","number":"5","record":{"Amount":1.50},"state":"settled"})";
    return "null";
  };
  RunEnd end = run();
  EXPECT_EQ(end.result, R"(["g-1","settled",true])") << end.reason;
  ASSERT_EQ(fake_->asked_.size(), 4u);
  EXPECT_EQ(fake_->asked_[1],
            R"(send invoice books invoices.create {"body":{"id":7,"note":"changed","total":1.50,"lines":[]},"path":{},"query":{}} v3)");
  EXPECT_EQ(fake_->asked_[2], R"(send more books invoices.update {"body":{"Amount":1.50},"path":{"id":"g-1"},"query":{}} v3)");
  EXPECT_EQ(fake_->asked_[3], "sent invoice books");
}

TEST_F(RunnerTest, ErrorsOfRemotesAreTablesThatTryReturns) {
  flow("local order, err = try(shop.orders.get, 5) if order then return 'no' end return { err.code, tostring(err), err.retryable }");
  fake_->answer_ = [](const HostRequest&, const std::string&) {
    return HostError{"not_found", "there is no order 5", false, "No such order", R"({"status":404})"};
  };
  EXPECT_EQ(run().result, R"(["not_found","there is no order 5: No such order",false])");
}

TEST_F(RunnerTest, AnErrorThatLeavesTheFlowSaysWhetherToRetry) {
  flow("shop.orders.get(5)");
  fake_->answer_ = [](const HostRequest&, const std::string&) { return HostError{"unavailable", "the shop is down", true, "", ""}; };
  RunEnd end = run();
  EXPECT_EQ(end.how, RunEnd::How::failed);
  EXPECT_EQ(end.code, "unavailable");
  EXPECT_TRUE(end.retryable);
}

TEST_F(RunnerTest, SkipAndRefuseEndTheRunWhateverCatches) {
  flow("pcall(function() job:skip('status 5') end) return 'went on'");
  RunEnd end = run();
  EXPECT_EQ(end.how, RunEnd::How::skipped) << end.result;
  EXPECT_EQ(end.reason, "status 5");
  flow(
      "try(coroutine.wrap(function() job:refuse('Rate 19 % has no VAT code.', { cause = 'vat:19', concern = 'finance', fix = 'Add it.' }) "
      "end))");
  end = run();
  EXPECT_EQ(end.how, RunEnd::How::refused);
  EXPECT_EQ(end.reason, "Rate 19 % has no VAT code.");
  EXPECT_EQ(end.cause, "vat:19");
  EXPECT_EQ(end.fix, "Add it.");
  EXPECT_EQ(end.script_position, "scripts/integrations/orders/init.lua:3");
}

TEST_F(RunnerTest, AFaultOfTheScriptNamesItsLine) {
  flow("local x = nil\nreturn x.y");
  RunEnd end = run();
  EXPECT_EQ(end.how, RunEnd::How::broken);
  EXPECT_EQ(end.script_position, "scripts/integrations/orders/init.lua:4");
  flow("while true do end");
  end = run();
  EXPECT_EQ(end.how, RunEnd::How::broken);
  EXPECT_NE(end.reason.find("was stopped"), std::string::npos) << end.reason;
  flow("return job:nonsense()");
  EXPECT_NE(run().reason.find("job has no 'nonsense'"), std::string::npos);
  flow("return books.invoices.destroy(1)");
  EXPECT_NE(run().reason.find("has no operation 'destroy'"), std::string::npos);
  flow("return job:send('x', {}, {})");
  EXPECT_NE(run().reason.find("expected a write"), std::string::npos);
}

TEST_F(RunnerTest, LookUpsAskOnlyForWhatIsNotKnown) {
  flow("return { job:look_up('items', 'A'), tostring(job:look_up('items', 'B')) }");
  fake_->answer_ = [](const HostRequest& request, const std::string& asked) -> std::string {
    if (asked == "lookup items A") return R"({"A":"id-a"})";
    if (std::holds_alternative<engine::LookupRequest>(request)) return "{}";
    if (std::holds_alternative<engine::ReadRequest>(request)) return R"({"rows":[],"next":null})";
    return "null";
  };
  EXPECT_EQ(run().result, R"(["id-a","nil"])");
  ASSERT_EQ(fake_->asked_.size(), 4u);
  EXPECT_EQ(fake_->asked_[2], R"(read books items.list {"path":{},"query":{"$filter":"Code eq 'B'"}})");
  EXPECT_EQ(fake_->asked_[3], R"(store items {"B":null})");
}

TEST_F(RunnerTest, LookUpsOfAListAskForManyKeysAtOnceAndKeepListsOfARow) {
  write("scripts/systems/ledger/init.lua",
        "return system { name = 'ledger', base_url = 'https://books.example.com', operations = {\n"
        "  ['items.list'] = { GET = '/items', pages = { rows = { 'data' } }, gives = 'Item', find = { param = 'code:in', format = 'list' } "
        "} },\n"
        "  types = { Item = { fields = { Code = { type = 'text' }, ID = { type = 'list', of = 'integer' } } } } }\n");
  write("scripts/integrations/orders/init.lua",
        "return integration { roles = { shop = 'toyshop', books = 'ledger' },\n"
        "  lookups = { items = { from = 'books.items.list', key = 'Code', value = { 'ID' }, fresh = '1h' } },\n"
        "  settings = schema { journal = { 'text', default = '10', doc = 'Journal' } },\n"
        "  flows = { orders = flow { run = function(job, shop, books)\n"
        "    local rows = job:look_up('items', { 'A', 'B', 'C' })\n"
        "    return { #rows.A.ID, rows.A.ID[2], #rows.B.ID, rows.C == nil }\n"
        "  end } } }\n");
  fake_->answer_ = [](const HostRequest& request, const std::string&) -> std::string {
    if (std::holds_alternative<engine::ReadRequest>(request))
      return R"({"rows":[{"Code":"A","ID":[7,9007199254740993]},{"Code":"B","ID":[]}],"next":null})";
    return "{}";
  };
  EXPECT_EQ(run().result, "[2,9007199254740993,0,true]");
  ASSERT_EQ(fake_->asked_.size(), 3u);
  EXPECT_EQ(fake_->asked_[1], R"(read books items.list {"path":{},"query":{"code:in":"A,B,C"}})");
  EXPECT_EQ(fake_->asked_[2], R"(store items {"A":{"ID":[7,9007199254740993]},"B":{"ID":[]},"C":null})");
}

TEST_F(RunnerTest, C13_ARecordThatIsOlderThanTheStartMakesNothing) {
  flow("job:dated(job.key) return 'made'");
  std::string start = "\"2026-01-01T00:00:00Z\"";
  fake_->answer_ = [&](const HostRequest&, const std::string&) -> std::string { return start; };
  for (const char* older : {"2025-12-31T23:59:59Z", "2025-12-31T23:59:59.999Z", "2025-12-31"}) {
    const RunEnd end = run(older);
    EXPECT_EQ(end.how, RunEnd::How::skipped) << older;
    EXPECT_EQ(end.reason, std::string("of ") + older + ", before the start of main on 2026-01-01T00:00:00Z");
  }
  for (const char* newer : {"2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2026-01-01"})
    EXPECT_EQ(run(newer).result, R"("made")") << newer;
  start = "\"2026-01-01T00:00:00.732Z\"";
  EXPECT_EQ(run("2026-01-01T00:00:00Z").result, R"("made")") << "whole seconds: it may be of that second";
  start = "\"2025-12-31T23:30:00Z\"";
  EXPECT_EQ(run("2025-12-31").how, RunEnd::How::skipped) << "the year has begun in Amsterdam";
  EXPECT_EQ(run("2026-01-01").result, R"("made")");
  start = "null";
  EXPECT_EQ(run("2025-12-31T23:59:59Z").result, R"("made")");
}

TEST_F(RunnerTest, C17_ARefusalMayAskWhoseVersionCountsAndIsToldInTheNextRun) {
  flow("if job.decision then return job.decision end job:refuse('Somebody edited it.', { decide = true })");
  const RunEnd end = run();
  EXPECT_EQ(end.how, RunEnd::How::refused);
  EXPECT_EQ(end.reason, "Somebody edited it.");
  EXPECT_TRUE(end.decidable);
  EXPECT_NE(end.script_position.find("init.lua:"), std::string::npos);
  decision_ = "theirs";
  EXPECT_EQ(run().result, R"("theirs")");
}

TEST_F(RunnerTest, TheSameSeedAndAnswersGiveTheSameRun) {
  flow(
      "local t = {} for i = 1, 20 do t['k' .. i] = math.random(1000) end local o = '' for k, v in pairs(t) "
      "do o = o .. k .. '=' .. v .. ' ' end\n"
      "return { o, tostring(t), tostring({}) }");
  std::string first = run().result;
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(run().result, first);
}

TEST_F(RunnerTest, NothingOfOneRunIsSeenByTheNext) {
  write("scripts/integrations/orders/counter.lua", "local M = { n = 0 } return M");
  flow("counter.n = counter.n + 1 return counter.n", "local counter = require 'counter'");
  EXPECT_EQ(run().result, "1");
  EXPECT_EQ(run().result, "1");
}

TEST_F(RunnerTest, IdleIsolatesAreBoundedInNumberAndInTime) {
  host_.idle_isolates = 3;
  for (int i = 0; i < 8; ++i) {
    flow("return " + std::to_string(i));  // a version of its own, and so an isolate
    EXPECT_EQ(run().result, std::to_string(i));
    EXPECT_EQ(runner_.isolates(), static_cast<size_t>(std::min(i + 1, 3)));
  }
  loop_.run_for(std::chrono::minutes(4));
  EXPECT_EQ(run().result, "7");
  loop_.run_for(std::chrono::minutes(4));
  EXPECT_EQ(runner_.isolates(), 1u);  // the one that had work meanwhile
  loop_.run_for(std::chrono::minutes(8));
  EXPECT_EQ(runner_.isolates(), 0u);
  EXPECT_EQ(run().result, "7");
}

TEST_F(RunnerTest, AnIsolateThatRunsIsNotIdle) {
  host_.idle_isolates = 1;
  fake_->silent_ = true;
  flow("job:note('waiting') return 1");
  EXPECT_EQ(run().how, RunEnd::How::waiting);
  loop_.run_for(std::chrono::minutes(30));
  EXPECT_EQ(runner_.isolates(), 1u);
  auto waiting = std::move(handle_);
  fake_->silent_ = false;
  flow("return 2");
  EXPECT_EQ(run().result, "2");
  EXPECT_EQ(runner_.isolates(), 2u);
}

TEST_F(RunnerTest, AnAbandonedRunIsHeardOfNoMore) {
  flow("job:note('waiting') return 1");
  fake_->silent_ = true;
  RunEnd end = run();
  EXPECT_EQ(end.how, RunEnd::How::waiting);
  handle_->abandon();
  loop_.run_until_idle();
  fake_->silent_ = false;
  EXPECT_EQ(run().result, "1");
}

TEST_F(RunnerTest, VersionsFollowTheContentAndOldOnesStayKnown) {
  auto first = load();
  ASSERT_EQ(first.programs.size(), 1u) << all_of(first.problems);
  std::string old = first.programs[0]->instance.version;
  EXPECT_EQ(load().programs.at(0)->instance.version, old);
  flow("return 'new'");
  auto second = load();
  EXPECT_NE(second.programs.at(0)->instance.version, old);
  runner_.set_live(first.programs);
  runner_.set_live(second.programs);
  EXPECT_TRUE(runner_.has_version("acme", "main", old));
  runner_.keep_only({});
  EXPECT_FALSE(runner_.has_version("acme", "main", old));
  EXPECT_EQ(runner_.instances().size(), 1u);
}

TEST_F(RunnerTest, EmitKvStepsAndNotesReachTheEngine) {
  flow(
      "job:emit('orders', 5, { a = 1 }) job.kv.set('last', { 1, 2 }) local k = job.kv.get 'last' job:note('seen', { n = 1 })\n"
      "return { step = job:step('once', function() return 9 end), k = k }");
  fake_->answer_ = [](const HostRequest& request, const std::string&) -> std::string {
    if (std::holds_alternative<engine::StepRequest>(request)) return R"({"done":false})";
    if (std::holds_alternative<engine::KvGet>(request)) return "[1,2]";
    return "null";
  };
  EXPECT_EQ(run().result, R"({"k":[1,2],"step":9})");
  ASSERT_EQ(fake_->asked_.size(), 6u);
  EXPECT_EQ(fake_->asked_[0], R"(emit orders 5 {"a":1})");
  EXPECT_EQ(fake_->asked_[1], "set last [1,2]");
  EXPECT_EQ(fake_->asked_[5], "step_done once 9");
}

TEST_F(RunnerTest, KeptValuesAreListedAsPlainRowsAndWrongQuestionsNameTheOption) {
  flow(
      "local out = {}\n"
      "for _, row in ipairs(job.kv.list('p:', { after = 'p:0', limit = 2 })) do out[#out + 1] = row.key .. '=' .. row.value.n end\n"
      "out[#out + 1] = #job.kv.list ''\n"
      "for _, wrong in ipairs { { 5 }, { 'p:', 7 }, { 'p:', { limt = 1 } }, { 'p:', { limit = 0 } }, { 'p:', { limit = 1001 } }, { 'p:', { "
      "after = 1 } } } do\n"
      "  local ok, why = pcall(job.kv.list, wrong[1], wrong[2]) out[#out + 1] = tostring(ok) .. ' ' .. tostring(why):gsub('^.-job', "
      "'job')\n"
      "end return out");
  fake_->answer_ = [](const HostRequest& request, const std::string&) -> std::string {
    const auto* list = std::get_if<engine::KvList>(&request);
    if (list == nullptr) return "null";
    if (list->prefix.empty()) return list->after.empty() && list->limit == 1000 ? "[]" : "[1]";
    return list->after == "p:0" && list->limit == 2 ? R"([{"key":"p:1","value":{"n":1}},{"key":"p:2","value":{"n":"x"}}])" : "[]";
  };
  const RunEnd end = run();
  EXPECT_EQ(end.result, R"(["p:1=1","p:2=x",0,"false job.kv.list: the prefix is a text (\"\" for all keys), not a number",)"
                        R"("false job.kv.list: expected a table of options after the prefix, such as { after = key, limit = 100 }",)"
                        R"("false job.kv.list: unknown option 'limt'; known are after, limit",)"
                        R"("false job.kv.list: limit is a whole number from 1 to 1000, not 0",)"
                        R"("false job.kv.list: limit is a whole number from 1 to 1000, not 1001",)"
                        R"("false job.kv.list: after is the last key of the part before, not a number"])")
      << end.reason;
}

}  // namespace
}  // namespace mlc::script
