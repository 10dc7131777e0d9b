// The isolate's rules: what a script may cost and what it can reach (style.md section 9, reliability.md T11, T12, F19).
#include "runtime/script/isolate.h"

#include "tests/unit/script/lab.h"

namespace mlc::script {
namespace {

bool ended_by_time(const std::string& text) { return text.find("was stopped") != std::string::npos && text.rfind("error: ", 0) == 0; }

TEST(Isolate, RunsAFiberToItsResult) {
  Lab lab;
  EXPECT_EQ(lab.run("return 1 + 2"), "3");
  EXPECT_EQ(lab.run("error('no', 0)"), "error: no");
  EXPECT_EQ(lab.run("return wait('a') .. wait('b')"), "ab");
}

TEST(Isolate, WaitsPassThroughCoroutinesPcallAndIterators) {
  Lab lab;
  EXPECT_EQ(lab.run("local co = coroutine.wrap(function() local x = wait('in') coroutine.yield(x .. '1') return wait('out') end) return "
                    "co() .. co()"),
            "in1out");
  EXPECT_EQ(lab.run("local ok, x = pcall(wait, 'safe') return tostring(ok) .. x"), "truesafe");
  EXPECT_EQ(lab.run("local out = '' for x in function(_, n) n = (n or 0) + 1 if n < 4 then return n, wait(n) end end do out = out .. x end "
                    "return out"),
            "123");
}

TEST(Isolate, WhatFailsInCHasThePlaceOfTheScriptsLine) {
  Lab lab;
  EXPECT_NE(lab.run("local x = 1\ntable.sort({ {}, {} })").find(":2: attempt to compare"), std::string::npos);
  // Our own fault, not the script's: code internal, worth another try.
  EXPECT_NE(lab.run("setmetatable({}, { __pairs = false })\nfor _ in pairs(setmetatable({}, { __pairs = {} })) do end")
                .find("calls: attempt to call"),
            std::string::npos);
}

TEST(Isolate, AWaitWhereNothingCanWaitIsAClearError) {
  Lab lab;
  EXPECT_NE(lab.run("table.sort({3, 1, 2}, function(a, b) wait('x') return a < b end)").find("nothing can wait here"), std::string::npos);
  EXPECT_NE(lab.run("return (('a'):gsub('a', function() return wait('x') end))").find("nothing can wait here"), std::string::npos);
  EXPECT_NE(
      lab.run("local co = coroutine.wrap(function() wait('x') end) table.sort({2, 1}, function() co() end)").find("nothing can wait here"),
      std::string::npos);
}

TEST(Isolate, EveryEndlessScriptIsEndedSoonAfterItsBudget) {
  const char* attacks[] = {
      "while true do end",
      "while true do pcall(function() while true do end end) end",
      "while true do xpcall(function() while true do end end, function() while true do end end) end",
      "local function f() while true do pcall(f) end end f()",
      "local function f() coroutine.wrap(function() pcall(f) while true do end end)() end while true do pcall(f) end",
      "local co = coroutine.create(function() while true do end end) while true do coroutine.resume(co) end",
      "setmetatable({}, {__index = function() while true do end end}).x()",
      "local x <close> = setmetatable({}, {__close = function() while true do end end}) error('go')",
      "return (('a'):rep(30)):find(('a?'):rep(30) .. ('a'):rep(30))",
      "return (('a'):rep(3000)):match('.-.-.-.-b')",
      "while true do (('x'):rep(1000)):gsub('.', '%0%0') end",
      "local t = {} for i = 1, 100000 do t[i] = i end while true do table.sort(t, function(a, b) return a > b end) end",
      "while true do table.insert({}, 1) end",
      "local t = {} for i = 1, 1e6 do t[1] = next(t) end while true do for k in pairs({1, 2, 3}) do end end",
      "return string.rep('', 2^62 // 1 | 0):len() == 0 and (function() while true do end end)()",
      "error(setmetatable({}, {__tostring = function() while true do end end}))",
  };
  for (const char* attack : attacks) {
    Lab lab;
    auto began = std::chrono::steady_clock::now();
    std::string ended = lab.run(attack);
    auto took = std::chrono::steady_clock::now() - began;
    EXPECT_EQ(ended.rfind("error: ", 0), 0u) << attack << "\n" << ended;
    EXPECT_LT(took, std::chrono::milliseconds(2000)) << attack;  // the budget is CPU time; the machine may be busy
    EXPECT_EQ(lab.run("return 'alive'"), "alive") << attack;
  }
}

TEST(Isolate, TheBudgetOfARunAddsUpItsBursts) {
  Lab lab({16u << 20, std::chrono::milliseconds(200), std::chrono::milliseconds(250)});
  std::string ended = lab.run("while true do for i = 1, 3e5 do end wait('more') end");
  EXPECT_TRUE(ended_by_time(ended)) << ended;
  EXPECT_NE(ended.find("used up its CPU time"), std::string::npos) << ended;
}

TEST(Isolate, MemoryHasACapThatCanNotBeCaught) {
  const char* attacks[] = {
      "local t = {} while true do t[#t + 1] = {} end",
      "while true do pcall(function() local s = 'x' while true do s = s .. s end end) end",
      "return ('x'):rep(1 << 40)",
      "local s = ('x'):rep(1 << 20) local t = {} for i = 1, 1000 do t[i] = s end return table.concat(t)",
      "return (('x'):rep(1 << 20)):gsub('x', ('y'):rep(1 << 10))",
      "local s = ('%s'):rep(90) local x = ('x'):rep(1 << 20) return s:format(table.unpack(setmetatable({}, {__index = function() return x "
      "end}), 1, 90))",
  };
  for (const char* attack : attacks) {
    Lab lab({16u << 20, std::chrono::seconds(2), std::chrono::seconds(2)});
    std::string ended = lab.run(attack);
    EXPECT_NE(ended.find("memory"), std::string::npos) << attack << "\n" << ended;
    EXPECT_LE(lab.isolate().memory_bytes(), 16u << 20);
    EXPECT_TRUE(lab.isolate().exhausted());
  }
}

TEST(Isolate, DeepRecursionIsAnErrorNotACrash) {
  Lab lab({64u << 20, std::chrono::seconds(2), std::chrono::seconds(2)});
  EXPECT_EQ(lab.run("local function f(n) return 1 + f(n + 1) end return (pcall(f, 1))"), "false");
  EXPECT_EQ(lab.run("local function f() return coroutine.wrap(f)() end return (pcall(f))"), "false");
  EXPECT_EQ(lab.run("local s = ('('):rep(10000) return tostring((load('return ' .. s)))"), "nil");
}

TEST(Isolate, OnlyTextIsLoaded) {
  Lab lab;
  EXPECT_NE(lab.run("return select(2, load('\\27Lua'))").find("attempt to load a binary chunk"), std::string::npos);
  EXPECT_EQ(lab.run("return load('return 6 * 7')()"), "42");
  EXPECT_NE(compile("x.lua", "\x1bLua").problem.sentence.find("compiled Lua is not accepted"), std::string::npos);
}

TEST(Isolate, NothingDangerousCanBeNamed) {
  Lab lab;
  for (const char* name : {"io", "os", "debug", "package", "dofile", "loadfile", "collectgarbage", "_G", "print"}) {
    EXPECT_NE(lab.run(std::string("return ") + name).find("there is no global"), std::string::npos) << name;
  }
  EXPECT_EQ(lab.run("return tostring(string.dump)"), "nil");
  EXPECT_EQ(lab.run("return tostring(math.randomseed)"), "nil");
  EXPECT_NE(lab.run("x = 1").find("globals can't be made"), std::string::npos);
  EXPECT_NE(lab.run("require '../secret'").find("not a plain module name"), std::string::npos);
  EXPECT_NE(lab.run("require 'io'").find("there is no module 'io'"), std::string::npos);
}

TEST(Isolate, MetatablesThatReachFurtherAreRefused) {
  Lab lab;
  EXPECT_NE(lab.run("setmetatable({}, {__gc = function() end})").find("may not have __gc"), std::string::npos);
  EXPECT_NE(lab.run("setmetatable({}, {__mode = 'k'})").find("may not have __mode"), std::string::npos);
  EXPECT_EQ(lab.run("return getmetatable('')"), "string");
  EXPECT_EQ(lab.run("return (pcall(setmetatable, getmetatable('') and {}, 1))"), "false");
  EXPECT_NE(lab.run("return '19.99' * 3").find("attempt to perform arithmetic on a string"), std::string::npos);
}

TEST(Isolate, WhatOneRunChangesTheNextDoesNotSee) {
  Lab lab;
  EXPECT_EQ(lab.run("string.upper = function() return 'hijacked' end math.pi = 3 return ('x'):upper()"), "X");
  EXPECT_EQ(lab.run("return string.upper('x') .. math.pi // 0.01"), "X314.0");
}

TEST(Isolate, TablesShowNumbersNeverAddresses) {
  Lab lab;
  EXPECT_EQ(lab.run("local a, b = {}, {} return tostring(a) .. ' ' .. tostring(b) .. ' ' .. tostring(a)"), "table: 1 table: 2 table: 1");
  EXPECT_EQ(lab.run("return ('%s'):format(print == nil and 1 or function() end)").rfind("error", 0), 0u);
  EXPECT_EQ(lab.run("return ('%s'):format({})"), "table: 1");
  EXPECT_NE(lab.run("return ('%p'):format({})").find("'%p' is not available"), std::string::npos);
}

TEST(Isolate, PairsHasOneOrder) {
  Lab lab;
  EXPECT_EQ(lab.run("local o = '' for k in pairs{b = 1, a = 1, [3] = 1, [1] = 1, [-2] = 1, [true] = 1, [1.5] = 1, B = 1} do o = o .. "
                    "tostring(k) .. ' ' end return o"),
            "-2 1 3 1.5 B a b true ");
  EXPECT_EQ(lab.run("local o = '' local t = {b = 1, a = 2, c = 3} for k in pairs(t) do t[k] = nil if k == 'a' then t.b = nil end o = o .. "
                    "k end return o"),
            "ac");
  EXPECT_EQ(lab.run("local t, o, k = {b = 1, a = 2, [1] = 3}, '', nil repeat k = next(t, k) o = o .. tostring(k) until not k return o"),
            "1abnil");
  EXPECT_NE(lab.run("for k in pairs{[{}] = 1} do end").find("has no order"), std::string::npos);
}

TEST(Isolate, SortIsStable) {
  Lab lab;
  EXPECT_EQ(lab.run("local t = {} for i = 1, 40 do t[i] = {i % 3, i} end table.sort(t, function(a, b) return a[1] < b[1] end) "
                    "for i = 2, 40 do if t[i - 1][1] == t[i][1] and t[i - 1][2] > t[i][2] then return 'unstable' end end return t[1][2] .. "
                    "' ' .. t[40][2]"),
            "3 38");
  EXPECT_EQ(lab.run("local t = {3, 1, 2} table.sort(t) return table.concat(t, ',')"), "1,2,3");
}

TEST(Isolate, ACancelledFiberClosesItsVariablesAndIsGone) {
  Lab lab;
  bool closed = false;
  bool told = false;
  auto compiled = compile("test.lua", "local x <close> = guard wait('never')");
  std::vector<Wake> wakes;
  static std::vector<Wake>* kept;
  kept = &wakes;
  auto started = lab.isolate().spawn(
      [&](lua_State* L) {
        static Sources none;
        lab.isolate().push_environment(L, none);
        push_native(L, [](lua_State* state) { return Isolate::of(state).suspend(state, [](Wake wake) { kept->push_back(wake); }); });
        Isolate::set_ambient(L, "wait");
        lua_newtable(L);
        lua_newtable(L);
        lua_pushlightuserdata(L, &closed);
        lua_pushcclosure(
            L,
            [](lua_State* state) {
              *static_cast<bool*>(lua_touserdata(state, lua_upvalueindex(1))) = true;
              return 0;
            },
            1);
        lua_setfield(L, -2, "__close");
        lua_setmetatable(L, -2);
        Isolate::set_ambient(L, "guard");
        lab.isolate().push_chunk(L, *compiled.chunk, -1);
        return 0;
      },
      [&](lua_State*, int) { told = true; });
  ASSERT_TRUE(started.ok());
  EXPECT_EQ(lab.isolate().fibers(), 1u);
  lab.isolate().cancel(*started);
  EXPECT_TRUE(closed);
  EXPECT_FALSE(told);
  EXPECT_EQ(lab.isolate().fibers(), 0u);
  ASSERT_EQ(wakes.size(), 1u);
  wakes[0]([](lua_State*) { return 0; });
  EXPECT_EQ(lab.run("return 'alive'"), "alive");  // the late wake was queued and dropped
  EXPECT_FALSE(told);
}

TEST(Isolate, RequireLoadsOnceAndRefusesCircles) {
  Lab lab;
  Sources sources;
  sources["counted"] = compile("counted.lua", "return {n = 1}").chunk;
  sources["a"] = compile("a.lua", "return require 'b'").chunk;
  sources["b"] = compile("b.lua", "return require 'a'").chunk;
  sources["waits"] = compile("waits.lua", "return wait('x')").chunk;
  EXPECT_EQ(lab.run("require('counted').n = 5 return require('counted').n", sources), "5");
  EXPECT_EQ(lab.run("return require('counted').n", sources), "1");
  EXPECT_NE(lab.run("require 'a'", sources).find("requires itself"), std::string::npos);
  EXPECT_NE(lab.run("require 'waits'", sources).find("nothing can wait here"), std::string::npos);
}

// A destructor runs when an error leaves a native function: only the C++ build of Lua does that.
TEST(Isolate, ErrorsUnwindTheCppStack) {
  Lab lab;
  static int destroyed;
  destroyed = 0;
  struct Counted {
    ~Counted() { ++destroyed; }
  };
  auto result = lab.isolate().protect([](lua_State* L) {
    Counted counted;
    luaL_error(L, "away");
  });
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(destroyed, 1);
}

TEST(Isolate, ACppExceptionBecomesALuaError) {
  Lab lab;
  auto result = lab.isolate().protect([](lua_State* L) {
    push_native(L, [](lua_State*) -> int { throw std::runtime_error("broken inside"); });
    lua_call(L, 0, 0);
  });
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().text().find("broken inside"), std::string::npos);
}

}  // namespace
}  // namespace mlc::script
