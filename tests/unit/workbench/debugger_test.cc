#include "runtime/workbench/debugger.h"

#include "runtime/base/event_loop.h"
#include "runtime/base/system_clock.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::workbench {
namespace {

using script::Evaluated;
using script::Interactive;

class Nothing : public engine::RunHost {
 public:
  void request(engine::HostRequest, std::function<void(engine::HostReply)> reply) override {
    engine::HostReply answer;
    answer.value = std::string(R"({"id":7})");
    reply(std::move(answer));
  }
};

// Lines 3 and below of scripts/integrations/orders/init.lua are the flow's body.
class DebuggerTest : public script::WorkspaceFixture {
 protected:
  ~DebuggerTest() override {
    if (debugger_) debugger_->end();
    interactive_.reset();
  }

  void open(const std::string& body, const std::string& top = "") {
    flow(body, top);
    auto workspace = load();
    ASSERT_EQ(all_of(workspace.problems), "");
    debugger_ = std::make_unique<Debugger>(loop_, [this](Stop stop) {
      stop_ = std::move(stop);
      loop_.stop();
    });
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
    parts.lines = host_calls_;
    parts.print = [](const std::string&) {};
    parts.tracer = debugger_.get();
    parts.scene = debugger_.get();
    interactive_ = std::make_unique<Interactive>(std::move(parts));
    debugger_->watch(interactive_->slot());
  }
  void break_at(int line, const std::string& condition = "") { debugger_->set_breakpoints({{1, "init.lua", line, condition}}); }

  // Runs until it stands still or has ended; "init.lua:4" or "ended".
  std::string run() {
    stop_.reset();
    end_.reset();
    interactive_->run_flow(host_calls_, [this](engine::RunEnd end) {
      end_ = std::move(end);
      loop_.stop();
    });
    loop_.run();
    return at();
  }
  std::string go(Debugger::Go how) {
    stop_.reset();
    debugger_->go(how);
    loop_.run();
    return at();
  }
  std::string at() const {
    if (!stop_) return end_ ? "ended" : "nowhere";
    return stop_->file.substr(stop_->file.rfind('/') + 1) + ":" + std::to_string(stop_->line);
  }
  std::string line(const std::string& text) {
    std::string end;
    interactive_->evaluate(text, {}, [&](Evaluated how) {
      end = how.text;
      loop_.stop();
    });
    loop_.run();
    return end;
  }
  std::string locals() {
    std::string text;
    interactive_->inspect_state([this](lua_State* L) { return debugger_->locals(L, {}); },
                                [&](Result<std::string> told) {
                                  text = told ? *told : told.error().text();
                                  loop_.stop();
                                });
    loop_.run();
    return text;
  }
  bool move(int by) {
    bool moved = false;
    interactive_->inspect_state(
        [this, by, &moved](lua_State*) {
          moved = debugger_->move(by);
          return std::string();
        },
        [&](Result<std::string>) { loop_.stop(); });
    loop_.run();
    return moved;
  }

  SystemClock clock_;
  EventLoop loop_{clock_};
  std::shared_ptr<Nothing> host_calls_ = std::make_shared<Nothing>();
  std::optional<Stop> stop_;
  std::optional<engine::RunEnd> end_;
  std::unique_ptr<Debugger> debugger_;
  std::unique_ptr<Interactive> interactive_;
};

TEST_F(DebuggerTest, ABreakpointStopsAndTheRunGoesOnAsIfNothingWas) {
  open("local a = 1\nlocal b = a + 1\nreturn { b = b }");
  break_at(4);
  EXPECT_EQ(run(), "init.lua:4");
  EXPECT_EQ(stop_->why, "breakpoint 1");
  EXPECT_NE(locals().find("  a = 1"), std::string::npos) << locals();
  EXPECT_EQ(go(Debugger::Go::on), "ended");
  EXPECT_EQ(end_->result, R"({"b":2})");
}

TEST_F(DebuggerTest, StepsGoIntoOverAndOutOfCalls) {
  const std::string top = "local function inner(n) local m = n * 2 return m end";
  open("local a = inner(1)\nlocal b = inner(a)\nreturn b", top);
  break_at(3);
  EXPECT_EQ(run(), "init.lua:3");
  EXPECT_EQ(go(Debugger::Go::over), "init.lua:4");
  EXPECT_EQ(go(Debugger::Go::into), "init.lua:1");
  EXPECT_EQ(go(Debugger::Go::out), "init.lua:5");
  EXPECT_EQ(go(Debugger::Go::on), "ended");
  EXPECT_EQ(end_->result, "4");
}

TEST_F(DebuggerTest, LinesSeeAndSetTheNamesOfTheFrame) {
  const std::string top = "local rate = 21\nlocal function inner(n) local m = n\nreturn m + rate\nend";
  open("local a = 5\nlocal b = inner(a)\nreturn b", top);
  break_at(3);
  EXPECT_EQ(run(), "init.lua:3");
  EXPECT_EQ(line("m + rate"), "26");
  EXPECT_EQ(line("job.key"), "\"118\"");
  EXPECT_EQ(line("shop.orders.get(7).id"), "7") << "what waits may be asked while the run stands still";
  EXPECT_EQ(line("m = 100"), "");
  EXPECT_TRUE(move(1));
  EXPECT_EQ(line("a"), "5");
  EXPECT_FALSE(move(1)) << "what called the flow is not the author's";
  EXPECT_EQ(go(Debugger::Go::on), "ended");
  EXPECT_EQ(end_->result, "121");
}

// A record of an order is a hundred lines: the frame shows how it begins, its name all of it.
TEST_F(DebuggerTest, LocalsShowHowLongValuesBeginAndIndentThem) {
  open("local few, many = { { a = 1 } }, {}\nfor i = 1, 40 do many[\"a_field_with_a_long_name_\" .. i] = i end\nreturn #few");
  break_at(5);
  EXPECT_EQ(run(), "init.lua:5");
  const std::string text = locals();
  EXPECT_NE(text.find("  many = {\n    a_field_with_a_long_name_1 = 1,\n"), std::string::npos) << text;
  EXPECT_NE(text.find("more lines: many shows them all"), std::string::npos) << text;
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 30) << text;
  EXPECT_NE(line("many").find("a_field_with_a_long_name_9 = 9"), std::string::npos);
}

TEST_F(DebuggerTest, AConditionSeesTheFrameAndItsFaultStops) {
  open("local sum = 0\nfor i = 1, 5 do\nsum = sum + i\nend\nreturn sum");
  break_at(5, "i == 4 and math.type(sum) == 'integer'");
  EXPECT_EQ(run(), "init.lua:5");
  EXPECT_EQ(line("i"), "4");
  EXPECT_EQ(go(Debugger::Go::on), "ended");
  break_at(5, "i.x.y");
  EXPECT_EQ(run(), "init.lua:5");
  EXPECT_NE(stop_->why.find("condition fails"), std::string::npos) << stop_->why;
}

TEST_F(DebuggerTest, ItStopsWhereAScriptCouldNotWait) {
  open("local list = { 3, 1, 2 }\ntable.sort(list, function(x, y)\nreturn x < y\nend)\nreturn list");
  break_at(5, "x ~= y");
  EXPECT_EQ(run(), "init.lua:5");
  EXPECT_EQ(line("x ~= y"), "true");
  debugger_->set_breakpoints({});
  EXPECT_EQ(go(Debugger::Go::on), "ended");
  EXPECT_EQ(end_->result, "[1,2,3]");
}

TEST_F(DebuggerTest, EveryCoroutineIsCovered) {
  open("local co = coroutine.wrap(function()\nlocal inside = 1\ncoroutine.yield(inside)\nend)\nlocal got = co()\nreturn got");
  break_at(4);
  EXPECT_EQ(run(), "init.lua:4");
  EXPECT_EQ(go(Debugger::Go::over), "init.lua:5");
  EXPECT_EQ(line("inside"), "1");
  EXPECT_EQ(go(Debugger::Go::on), "ended");
  EXPECT_EQ(end_->result, "1");
}

TEST_F(DebuggerTest, DeadlinesStopWhileItStandsStill) {
  host_.job.burst_cpu = std::chrono::milliseconds(60);
  open("local a = 1\nlocal b = 2\nreturn a + b");
  break_at(4);
  EXPECT_EQ(run(), "init.lua:4");
  for (int i = 0; i < 8; ++i) EXPECT_EQ(line("(function() local n = 0 for i = 1, 100000 do n = n + 1 end return n end)()"), "100000");
  EXPECT_EQ(go(Debugger::Go::on), "ended");
  EXPECT_EQ(end_->result, "3") << end_->reason;
}

TEST_F(DebuggerTest, ALoopAtTheBreakpointIsStoppedAndTheRunGoesOn) {
  open("local a = 1\nreturn a");
  break_at(4);
  EXPECT_EQ(run(), "init.lua:4");
  EXPECT_NE(line("while true do end").find("was stopped"), std::string::npos);
  EXPECT_EQ(go(Debugger::Go::on), "ended");
  EXPECT_EQ(end_->result, "1");
}

TEST_F(DebuggerTest, WhatStandsStillCanBeEnded) {
  open("local a = 1\npcall(error)\nreturn a");
  break_at(4);
  EXPECT_EQ(run(), "init.lua:4");
  debugger_->end();
  loop_.run();
  ASSERT_TRUE(end_);
  EXPECT_EQ(end_->how, engine::RunEnd::How::broken);
}

}  // namespace
}  // namespace mlc::workbench
