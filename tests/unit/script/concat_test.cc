// `..` with metamethods: the packaged Lua 5.4.4 lost the stack of whoever wrote it when the metamethod made it move.
#include "tests/unit/script/lab.h"

namespace mlc::script {
namespace {

constexpr const char* kDeep =
    "local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end "
    "local parts = setmetatable({}, {__concat = function(a, b) deep(3000) return 'x' end}) ";

Budget roomy() { return {64u << 20, std::chrono::milliseconds(4000), std::chrono::milliseconds(4000)}; }

TEST(Concat, LocalsStayWhenTheMetamethodMakesTheStackGrow) {
  Lab lab(roomy());
  EXPECT_EQ(lab.run(std::string(kDeep) + "local function f(i) local a, b, c = 1, 2, 3 local s = parts .. 'a' return s, a, b, c, i end "
                                         "local out = '' "
                                         "for i = 1, 20 do local s, a, b, c, j = coroutine.wrap(f)(i) "
                                         "  out = out .. tostring(s) .. tostring(a) .. tostring(b) .. tostring(c) .. tostring(j == i) end "
                                         "return out == ('x123true'):rep(20)"),
            "true");
}

TEST(Concat, LocalsStayWhenACollectionWouldShrinkTheStack) {
  Lab lab(roomy());
  EXPECT_EQ(
      lab.run("local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end "
              "local parts = setmetatable({}, {__concat = function() local t = {} for i = 1, 20000 do t[i] = {i} end return 'x' end}) "
              "for i = 1, 20 do deep(3000) local a, b = i, 'b' local s = 'l' .. parts .. 'r' "
              "  if s ~= 'lx' or a ~= i or b ~= 'b' then return 'lost in round ' .. i end end "
              "return 'kept'"),
      "kept");
}

TEST(Concat, AChainAsksFromTheRight) {
  Lab lab(roomy());
  EXPECT_EQ(lab.run(std::string(kDeep) + "return 'a' .. 1 .. (parts .. 'b') .. 'c'"), "a1xc");
  EXPECT_EQ(lab.run("local m = {} m.__concat = function(a, b) local function t(v) return type(v) == 'table' and v.text or v end "
                    "  return setmetatable({text = '(' .. t(a) .. t(b) .. ')'}, m) end "
                    "local p = setmetatable({text = 'p'}, m) return ('a' .. 'b' .. p .. 'c' .. 'd').text"),
            "(a(b(pcd)))");
}

TEST(Concat, WithoutAMetamethodTheErrorNamesTheValue) {
  Lab lab(roomy());
  const std::string said = lab.run("local street = nil\nreturn 'a' .. street");
  EXPECT_NE(said.find("attempt to concatenate a nil value (local 'street')"), std::string::npos) << said;
  EXPECT_NE(said.find(":2:"), std::string::npos) << said;
}

TEST(Concat, AnErrorOfTheMetamethodIsTheScriptsToCatch) {
  Lab lab(roomy());
  EXPECT_EQ(lab.run("local p = setmetatable({}, {__concat = function() error({code = 'mine'}) end}) "
                    "local fine, why = pcall(function() return p .. 'x' end) return tostring(fine) .. why.code"),
            "falsemine");
}

TEST(Concat, MetamethodsThatJoinThemselvesEndInAnError) {
  Lab lab(roomy());
  const std::string said = lab.run("local p p = setmetatable({}, {__concat = function() return p .. 'x' end}) return p .. 'x'");
  EXPECT_TRUE(said.starts_with("error: ")) << said;
  EXPECT_NE(said.find("overflow"), std::string::npos) << said;
  EXPECT_EQ(lab.run("return 'alive'"), "alive");
}

TEST(Concat, NothingInAMetamethodCanYield) {
  Lab lab(roomy());
  const std::string said = lab.run(
      "local p = setmetatable({}, {__concat = function() return coroutine.yield() end}) "
      "return coroutine.wrap(function() return p .. 'x' end)()");
  EXPECT_NE(said.find("yield"), std::string::npos) << said;
}

TEST(Concat, WhatAMetamethodUsesCountsAgainstTheMemory) {
  Lab lab({4u << 20, std::chrono::milliseconds(4000), std::chrono::milliseconds(4000)});
  const std::string said =
      lab.run("local p = setmetatable({}, {__concat = function() local t = {} for i = 1, 1e9 do t[i] = {i} end end}) return p .. 'x'");
  EXPECT_NE(said.find("memory"), std::string::npos) << said;
}

}  // namespace
}  // namespace mlc::script
