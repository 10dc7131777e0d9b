// Errors in job scripts: tables with code, message, retryable and cause that show as text, whether a binding returns
// them, an operation raises them, or the script itself is at fault and `try` caught it.
#include "bindings/bindings.h"
#include "runtime/base/virtual_loop.h"
#include "runtime/script/runner.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::script {
namespace {

class RefusingHost : public engine::RunHost {
 public:
  explicit RefusingHost(VirtualLoop& loop) : loop_(loop) {}
  void request(engine::HostRequest, std::function<void(engine::HostReply)> reply) override {
    engine::HostReply answer;
    answer.value = engine::HostError{"unavailable", "the shop is down", true, "Service Unavailable", R"({"status":503})"};
    loop_.post([reply, answer] { reply(answer); });
  }

 private:
  VirtualLoop& loop_;
};

class ErrorsTest : public WorkspaceFixture {
 protected:
  ErrorsTest() { host_.modules = bindings::job_modules(); }

  engine::RunEnd run(const std::string& body) {
    flow(body);
    auto workspace = load();
    EXPECT_EQ(all_of(workspace.problems), "");
    VirtualLoop loop;
    Runner runner(host_, Environment{&loop, &loop, &loop, nullptr}, loop);
    runner.set_live(workspace.programs);
    engine::RunInput input;
    input.job.client = "acme";
    input.job.instance = "main";
    input.job.flow = "orders";
    input.job.source = "shop";
    input.job.key = "118";
    engine::RunEnd ended;
    ended.how = engine::RunEnd::How::waiting;
    auto started = runner.start(input, std::make_shared<RefusingHost>(loop), [&](engine::RunEnd end) { ended = std::move(end); });
    EXPECT_TRUE(started.ok());
    loop.run_until_idle();
    return ended;
  }
};

constexpr const char* kCheck =
    "local function sound(name, value, err)\n"
    "  if value ~= nil then return name .. ': no failure' end\n"
    "  if type(err) ~= 'table' or type(err.code) ~= 'string' or type(err.message) ~= 'string' or type(err.retryable) ~= 'boolean' then "
    "return "
    "name .. ': no error table' end\n"
    "  if err.cause ~= nil and type(err.cause) ~= 'string' then return name .. ': cause' end\n"
    "  if getmetatable(err) ~= 'error' or not tostring(err):find(err.message, 1, true) then return name .. ': not shown' end\n"
    "end\n"
    "local faults = {}\n"
    "local function expect(...) faults[#faults + 1] = sound(...) end\n";

TEST_F(ErrorsTest, WhatBindingsReturn) {
  auto end =
      run(std::string(kCheck) +
          "local json, decimal, time, crypto, text, csv = require 'json', require 'decimal', require 'time', require 'crypto', require "
          "'text', require 'csv'\n"
          "expect('json.decode', json.decode '{') expect('json.record', json.record '[1')\n"
          "expect('decimal.parse', decimal.parse 'x') expect('time.parse', time.parse 'yesterday')\n"
          "expect('crypto.unhex', crypto.unhex 'zz') expect('crypto.unbase64', crypto.unbase64 '*')\n"
          "expect('text.percent_decode', text.percent_decode '%z') expect('csv.parse', csv.parse 'a,b\\n1')\n"
          "return table.concat(faults, ' ')");
  EXPECT_EQ(end.result, "\"\"") << end.reason;
}

TEST_F(ErrorsTest, WhatOperationsRaise) {
  auto end = run(std::string(kCheck) +
                 "expect('read', try(shop.orders.get, 5)) expect('list', try(shop.orders.list)) expect('kv', try(job.kv.get, 'x'))\n"
                 "expect('send', try(job.send, job, 'invoice', books.invoices.create { Ref = '1' }, {}))\n"
                 "expect('look_up', try(job.look_up, job, 'items', 'A'))\n"
                 "local _, err = try(shop.orders.get, 5)\n"
                 "return { table.concat(faults, ' '), err.code, err.cause, err.retryable, tostring(err) }");
  EXPECT_EQ(end.result, R"(["","unavailable","Service Unavailable",true,"the shop is down: Service Unavailable"])") << end.reason;
}

TEST_F(ErrorsTest, AFaultOfTheScriptItselfUnderTry) {
  auto end = run(std::string(kCheck) +
                 "local json = require 'json'\n"
                 "expect('nil', try(function() local x = nil return x.y end)) expect('misuse', try(json.decode, 5))\n"
                 "expect('error', try(error, 'plain')) expect('option', try(job.send, job, 'x', {}, {}))\n"
                 "local _, err = try(function() error('here') end)\n"
                 "return { table.concat(faults, ' '), err.code, err.message }");
  EXPECT_EQ(end.result, R"(["","script_error","scripts/integrations/orders/init.lua:14: here"])") << end.reason;
}

}  // namespace
}  // namespace mlc::script
