// Our matcher against the one of stock Lua, and its counting.
#include "runtime/script/pattern.h"

#include <gtest/gtest.h>

#include <lua.hpp>
#include <memory>

#include "runtime/base/virtual_loop.h"

namespace mlc::script {
namespace {

// The first match from the start on: "begin-end captures…", "none" or "error".
std::string ours(const std::string& subject, const std::string& pattern) {
  if (is_plain_pattern(pattern)) {  // string.find searches such a text as it stands
    size_t at = subject.find(pattern);
    return at == std::string::npos ? "none" : std::to_string(at + 1) + "-" + std::to_string(at + pattern.size());
  }
  try {
    bool anchored = !pattern.empty() && pattern[0] == '^';
    Matcher matcher(subject, pattern, [](size_t) {});
    for (size_t at = 0; at <= subject.size(); ++at) {
      size_t end = matcher.match_at(at, anchored ? 1 : 0);
      if (end != Matcher::npos) {
        std::string text = std::to_string(at + 1) + "-" + std::to_string(end);
        for (const auto& capture : matcher.captures()) {
          if (capture.open) return "error";
          text += " " + (capture.position ? std::to_string(capture.begin + 1) : subject.substr(capture.begin, capture.length));
        }
        return text;
      }
      if (anchored) break;
    }
    return "none";
  } catch (const PatternError&) { return "error"; }
}

std::string stock(lua_State* L, const std::string& subject, const std::string& pattern) {
  lua_settop(L, 0);
  lua_getglobal(L, "string");
  lua_getfield(L, -1, "find");
  lua_pushlstring(L, subject.data(), subject.size());
  lua_pushlstring(L, pattern.data(), pattern.size());
  if (lua_pcall(L, 2, LUA_MULTRET, 0) != LUA_OK) return "error";
  if (lua_isnil(L, 2)) return "none";
  std::string text = std::to_string(lua_tointeger(L, 2)) + "-" + std::to_string(lua_tointeger(L, 3));
  for (int i = 4; i <= lua_gettop(L); ++i) text += std::string(" ") + lua_tostring(L, i);
  return text;
}

class PatternTest : public ::testing::Test {
 protected:
  std::unique_ptr<lua_State, void (*)(lua_State*)> state_{luaL_newstate(), lua_close};
  PatternTest() { luaL_openlibs(state_.get()); }
};

TEST_F(PatternTest, MatchesAsStockLuaDoes) {
  const char* subjects[] = {
      "",    "a",  "abc", "hello world", "key = value", "  trim me  ", "f(a(b)c)d", "THE (quick) fox", "2025-10-14T21:58", "a.b.c", "x\ny",
      "aaa", "%d", "]"};
  const char* patterns[] = {"",
                            ".",
                            "a*",
                            "a-b",
                            "^%s*(.-)%s*$",
                            "(%w+) = (%w+)",
                            "%b()",
                            "%f[%a]%a+%f[%A]",
                            "(%d+)-(%d+)",
                            "[^%s]+",
                            "()b()",
                            "(a)%1",
                            "[a-c]+",
                            "[]]",
                            "[^]]",
                            "%.",
                            "x$",
                            "$x",
                            "^abc$",
                            "(((.)))",
                            "a?a?a",
                            "%%d",
                            "[%a_-]+",
                            "[a-]",
                            "%",
                            "[a",
                            "(a",
                            "a)",
                            "%1",
                            "%f",
                            "%b",
                            "%g+",
                            "(.)(.)(.)",
                            "%u%u",
                            "[%z%c]",
                            "%S+$",
                            ".-b",
                            "(.*)%.(.*)",
                            "^$",
                            "%x+",
                            "[%]]",
                            "[a-%%]",
                            "%p+"};
  for (const char* subject : subjects) {
    for (const char* pattern : patterns)
      EXPECT_EQ(ours(subject, pattern), stock(state_.get(), subject, pattern)) << "'" << subject << "' '" << pattern << "'";
  }
}

TEST_F(PatternTest, MatchesAsStockLuaDoesOnAMillionRandomPatterns) {
  SeededRandom random(11);
  const std::string pieces[] = {"a", "b",  ".",  "%a",   "%d",    "[ab]", "[^a]", "(", ")",  "*",  "+",  "-",     "?",     "^",
                                "$", "%1", "()", "%b()", "%f[a]", "[",    "]",    "%", "%s", "%w", "%p", "[a-z]", "[%d_]", "%2"};
  for (int round = 0; round < 1'000'000; ++round) {
    std::string pattern;
    std::string subject;
    for (uint64_t i = 0, n = random.below(8); i < n; ++i) pattern += pieces[random.below(std::size(pieces))];
    for (uint64_t i = 0, n = random.below(12); i < n; ++i) subject += "ab1() _-z"[random.below(9)];
    ASSERT_EQ(ours(subject, pattern), stock(state_.get(), subject, pattern)) << "'" << subject << "' '" << pattern << "'";
  }
}

TEST_F(PatternTest, EveryStepIsCounted) {
  size_t steps = 0;
  std::string subject(30, 'a');
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "a?";
  pattern += subject;
  struct Enough {};
  Matcher matcher(subject, pattern, [&](size_t count) {
    steps += count;
    if (steps > 1'000'000) throw Enough();
  });
  EXPECT_THROW(matcher.match_at(0, 0), Enough);
}

TEST_F(PatternTest, DepthIsBounded) {
  std::string deep;
  for (int i = 0; i < 250; ++i) deep += "a?";
  EXPECT_EQ(ours(std::string(250, 'a'), deep), "error");
}

}  // namespace
}  // namespace mlc::script
