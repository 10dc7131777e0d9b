#include "runtime/script/interactive.h"

#include "runtime/base/event_loop.h"
#include "runtime/base/system_clock.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::script {
namespace {

using How = Evaluated::How;

// Answers reads with one order, at once or never.
class OneOrder : public engine::RunHost {
 public:
  void request(engine::HostRequest request, std::function<void(engine::HostReply)> reply) override {
    if (silent) return;
    engine::HostReply answer;
    answer.value = std::string(std::holds_alternative<engine::ReadRequest>(request)
                                   ? R"({"id":118,"total":"19.90","note":null,"lines":[{"sku":"A","price":0.10}]})"
                                   : "null");
    reply(std::move(answer));
  }
  std::atomic<bool> silent{false};
};

class InteractiveTest : public WorkspaceFixture {
 protected:
  void open() {
    auto workspace = load();
    ASSERT_EQ(all_of(workspace.problems), "");
    Interactive::Parts parts;
    parts.host = &host_;
    parts.program = workspace.programs.at(0);
    parts.input.job.client = "acme";
    parts.input.job.instance = "main";
    parts.input.job.flow = "orders";
    parts.input.job.source = "shop";
    parts.input.job.key = "118";
    parts.input.event = "{}";
    parts.input.seed = "seed";
    parts.executor = &loop_;
    parts.lines = lines_;
    parts.print = [this](const std::string& text) { printed_ += text + "\n"; };
    interactive_ = std::make_unique<Interactive>(std::move(parts));
  }

  Evaluated evaluate(const std::string& line, InspectOptions options = {}) {
    if (!interactive_) open();
    Evaluated end;
    interactive_->evaluate(line, options, [&](Evaluated how) {
      end = std::move(how);
      loop_.stop();
    });
    loop_.run();
    return end;
  }
  std::string text(const std::string& line) { return evaluate(line).text; }

  std::vector<std::string> words(const std::string& before) {
    if (!interactive_) open();
    Completions found;
    interactive_->complete(before, [&](Completions words) {
      found = std::move(words);
      loop_.stop();
    });
    loop_.run();
    return found.words;
  }

  SystemClock clock_;
  EventLoop loop_{clock_};
  std::shared_ptr<OneOrder> lines_ = std::make_shared<OneOrder>();
  std::string printed_;
  std::unique_ptr<Interactive> interactive_;
};

TEST_F(InteractiveTest, ALineIsAnExpressionIfItCanBe) {
  EXPECT_EQ(text("1 + 1"), "2");
  EXPECT_EQ(text("job.key, job.settings.journal"), "\"118\"\n\"70\"");
  EXPECT_EQ(evaluate("x = 5").how, How::nothing);
  EXPECT_EQ(text("x"), "5");
  EXPECT_EQ(text("_ + 1"), "6");
}

TEST_F(InteractiveTest, ALocalOfOneLineIsSeenByTheNext) {
  EXPECT_EQ(evaluate("local order = shop.orders.get(118)").how, How::nothing);
  EXPECT_EQ(text("order.id"), "118");
  evaluate("local function twice(n) return n * 2 end");
  EXPECT_EQ(text("twice(4)"), "8");
}

TEST_F(InteractiveTest, AHalfOfAChunkAsksForMore) {
  EXPECT_EQ(evaluate("for i = 1, 2 do").how, How::incomplete);
  EXPECT_EQ(evaluate("for i = 1, 2 do\nprint(i)\nend").how, How::nothing);
  EXPECT_EQ(printed_, "1\n2\n");
  EXPECT_EQ(evaluate("1 +").how, How::incomplete);
  EXPECT_EQ(evaluate("1 + )").how, How::error);
}

TEST_F(InteractiveTest, FaultsAndEndsOfRunsAreSaid) {
  EXPECT_EQ(text("nothing_like_it"), "line:1: there is no name 'nothing_like_it' here");
  EXPECT_EQ(text("job:skip 'status 5'"), "skipped: status 5");
  EXPECT_NE(text("job:refuse('no VAT code')").find("refused: no VAT code"), std::string::npos);
  EXPECT_EQ(text("error({ code = 'not_found', message = 'gone' })").substr(0, 11), "not_found: ");
}

TEST_F(InteractiveTest, ALineHasTheLimitsOfAnyRunAndTheNextGoesOn) {
  const auto end = evaluate("while true do end");
  EXPECT_EQ(end.how, How::error);
  EXPECT_NE(end.text.find("was stopped"), std::string::npos);
  EXPECT_EQ(text("1"), "1");
}

TEST_F(InteractiveTest, ALineThatWaitsCanBeInterrupted) {
  open();
  lines_->silent = true;
  bool answered = false;
  interactive_->evaluate("shop.orders.get(1)", {}, [&](Evaluated) { answered = true; });
  interactive_->interrupt();
  lines_->silent = false;
  EXPECT_EQ(text("2"), "2");
  EXPECT_FALSE(answered);
}

TEST_F(InteractiveTest, ValuesAreShownWithDepthCyclesAndLimits) {
  EXPECT_EQ(text("{ b = 1, a = { true, nil }, ['two words'] = 'x\\n\"' }"), R"({ a = { true }, b = 1, ["two words"] = "x\n\"" })");
  EXPECT_EQ(text("(function() local t = { n = 1 } t.me = t t.list = { t } return t end)()"),
            "{\n  list = { <the same as 2 levels up> },\n  me = <the same as 1 level up>,\n  n = 1,\n}");
  InspectOptions flat;
  flat.depth = 1;
  EXPECT_EQ(evaluate("{ a = {}, b = { 1 } }", flat).text, "{ a = {…}, b = {…} }");
  InspectOptions short_one;
  short_one.entries = 2;
  short_one.text_bytes = 3;
  EXPECT_EQ(evaluate("{ 'abcdef', 2, 3, 4 }", short_one).text, "{ \"abc\"… (6 bytes), 2, … 2 more }");
  EXPECT_EQ(text("shop.orders.get(118)"),
            "{\n  id = 118,\n  total = 19.90,\n  note = null,\n  lines = { { sku = \"A\", price = 0.10 } },\n}");
  EXPECT_EQ(text("shop"), "<role>");
  EXPECT_EQ(text("tostring").substr(0, 8), "function");
  InspectOptions colour;
  colour.colour = true;
  EXPECT_EQ(evaluate("1", colour).text, "\x1b[33m1\x1b[0m");
}

TEST_F(InteractiveTest, NamesFieldsAndOperationsAreCompleted) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(words("sho"), Words{"shop"});
  EXPECT_EQ(words("shop.or"), Words{"orders"});
  EXPECT_EQ(words("x = shop.orders."), (Words{"each", "get", "list"}));
  EXPECT_EQ(words("books.invoices.cr"), Words{"create"});
  EXPECT_EQ(words("job:sk"), Words{"skip"});
  EXPECT_EQ(words("job.settings.j"), Words{"journal"});
  evaluate("order = shop.orders.get(118)");
  EXPECT_EQ(words("order."), (Words{"changed", "id", "lines", "note", "total"})) << "declared fields too";
  EXPECT_EQ(words("order.lines[1].s"), Words{"sku"});
  EXPECT_EQ(words("f().x"), Words{});
}

TEST_F(InteractiveTest, TheFlowRunsInTheSameIsolate) {
  flow("local order = shop.orders.get(job.key)\nreturn { id = order.id }");
  open();
  engine::RunEnd end;
  interactive_->run_flow(lines_, [&](engine::RunEnd how) {
    end = std::move(how);
    loop_.stop();
  });
  loop_.run();
  EXPECT_EQ(end.how, engine::RunEnd::How::done) << end.reason;
  EXPECT_EQ(end.result, R"({"id":118})");
  EXPECT_EQ(text("job.key"), "\"118\"");
}

}  // namespace
}  // namespace mlc::script
