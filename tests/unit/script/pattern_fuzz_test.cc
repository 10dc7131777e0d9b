// find, match, gmatch and gsub as scripts have them against those of stock Lua in the same process, on random patterns,
// subjects and replacements: results, captures and error messages are equal. MLC_PATTERN_FUZZ sets how many patterns.
#include <cstdlib>
#include <memory>

#include "runtime/base/virtual_loop.h"
#include "tests/unit/script/lab.h"

namespace mlc::script {
namespace {

const char kCompare[] = R"(
local string = ...
local function shown(ok, ...)
  local out = { ok and "ok" or "error" }
  for i = 1, select("#", ...) do
    local value = select(i, ...)
    out[#out + 1] = (type(value) == "number" and "#" or "") .. tostring(value)
  end
  return table.concat(out, "\1")
end
local function all(subject, pattern, init)
  local out = {}
  for a, b, c in string.gmatch(subject, pattern, init) do
    out[#out + 1] = tostring(a) .. "\2" .. tostring(b) .. "\2" .. tostring(c)
  end
  return table.concat(out, "\1")
end
local kinds = {
  function(text) return text end,
  function(text) return { a = text, b = 7, ab = false, ["1"] = true } end,
  function(text) return function(a, b) if a == "a" then return nil elseif b then return b end return text end end,
}
return function(subject, pattern, init, replacement, kind, most)
  local given = kinds[kind](replacement)
  return table.concat({
    shown(pcall(string.find, subject, pattern, init)), shown(pcall(string.match, subject, pattern, init)),
    shown(pcall(all, subject, pattern, init)), shown(pcall(string.gsub, subject, pattern, given, most)),
  }, "\n")
end
)";

struct Case {
  std::string subject, pattern, replacement;
  std::optional<int64_t> init, most;
  int kind = 1;

  int push(lua_State* L) const {
    lua_pushlstring(L, subject.data(), subject.size());
    lua_pushlstring(L, pattern.data(), pattern.size());
    init ? lua_pushinteger(L, *init) : lua_pushnil(L);
    lua_pushlstring(L, replacement.data(), replacement.size());
    lua_pushinteger(L, kind);
    most ? lua_pushinteger(L, *most) : lua_pushnil(L);
    return 6;
  }
};

class Cases {
 public:
  explicit Cases(uint64_t seed) : random_(seed) {}

  // Subjects are short: no pattern of eight items is catastrophic on them.
  Case next() {
    Case made;
    for (uint64_t i = 0, n = random_.below(10); i < n; ++i) made.subject += letter();
    for (uint64_t i = 0, n = random_.below(8); i < n; ++i) made.pattern += piece();
    static const char* const kReplacements[] = {"x", "", "%0", "%1", "%2%1", "%%", "%", "a%", "%a", "<%1>", "%9"};
    made.replacement = kReplacements[random_.below(std::size(kReplacements))];
    made.kind = random_.below(3) == 0 ? static_cast<int>(2 + random_.below(2)) : 1;
    if (random_.below(3) == 0) made.init = static_cast<int64_t>(random_.below(26)) - 13;
    if (random_.below(4) == 0) made.most = static_cast<int64_t>(random_.below(5)) - 1;
    return made;
  }

 private:
  std::string letter() {
    static const std::string kLetters = std::string("aabbc1 .%()[]-^$_\n\0\xe9", 20);
    return {kLetters[random_.below(kLetters.size())]};
  }
  std::string piece() {
    static const std::string kPieces[] = {"a",  "b",  ".",  ".",  "(",  ")",    "(",    ")",     "()",     "*",  "+",  "-",
                                          "?",  "^",  "$",  "%1", "%2", "%b()", "%bab", "%f[a]", "%f[^a]", "%a", "%d", "%s",
                                          "%S", "%w", "%p", "%.", "%%", "%",    "[",    "]",     "%g",     "%x"};
    if (random_.below(5) == 0) return set();
    if (random_.below(8) == 0) return letter();
    return kPieces[random_.below(std::size(kPieces))];
  }
  std::string set() {
    static const std::string kItems[] = {"a", "b", "a-c", "-", "^", "]", "%]", "%a", "%D", "%-", "1-", "%", ".", "c-a", "%z"};
    std::string made = random_.below(3) == 0 ? "[^" : "[";
    for (uint64_t i = 0, n = random_.below(4); i < n; ++i) made += kItems[random_.below(std::size(kItems))];
    return random_.below(10) == 0 ? made : made + "]";
  }

  SeededRandom random_;
};

// Calls the function at 1 with the case; its text stays as the only other value.
std::string answer(lua_State* L, const Case& given) {
  lua_settop(L, 1);
  lua_pushvalue(L, 1);
  int arguments = given.push(L);
  if (lua_pcall(L, arguments, 1, 0) != LUA_OK) return std::string("failed: ") + lua_tostring(L, -1);
  size_t length = 0;
  const char* text = lua_tolstring(L, -1, &length);
  return {text, length};
}

std::string readable(const std::string& text) {
  std::string out;
  for (char c : text) out += c >= ' ' && c < 0x7f ? std::string{c} : "\\" + std::to_string(static_cast<unsigned char>(c));
  return out;
}

TEST(PatternFuzz, FourFunctionsAgreeWithStockLua) {
  const char* wanted = std::getenv("MLC_PATTERN_FUZZ");
  int64_t count = wanted == nullptr ? 30'000 : std::atoll(wanted);
  std::unique_ptr<lua_State, void (*)(lua_State*)> stock(luaL_newstate(), lua_close);
  luaL_openlibs(stock.get());
  ASSERT_EQ(luaL_loadbufferx(stock.get(), kCompare, sizeof kCompare - 1, "@compare.lua", "t"), LUA_OK);
  lua_getglobal(stock.get(), "string");
  ASSERT_EQ(lua_pcall(stock.get(), 1, 1, 0), LUA_OK);

  Lab lab({64u << 20, std::chrono::hours(1), std::chrono::hours(1)});
  auto compiled = compile("compare.lua", kCompare);
  ASSERT_NE(compiled.chunk, nullptr);
  int64_t matched = 0;
  int64_t refused = 0;
  auto done = lab.isolate().protect([&](lua_State* L) {
    Sources none;
    lab.isolate().push_environment(L, none);
    lab.isolate().push_chunk(L, *compiled.chunk, -1);
    lua_getfield(L, -2, "string");
    lua_call(L, 1, 1);
    lua_replace(L, 1);
    Cases cases(20261121);
    for (int64_t i = 0; i < count; ++i) {
      Case given = cases.next();
      std::string theirs = answer(stock.get(), given);
      std::string ours = answer(L, given);
      if (ours != theirs) {
        ADD_FAILURE() << "subject '" << readable(given.subject) << "' pattern '" << readable(given.pattern) << "' replacement '"
                      << given.replacement << "' kind " << given.kind << " init " << given.init.value_or(0) << " most "
                      << given.most.value_or(-99) << "\nstock: " << readable(theirs) << "\nours:  " << readable(ours);
        return;
      }
      if (theirs.starts_with("ok\1#")) ++matched;
      if (theirs.starts_with("error")) ++refused;
    }
  });
  EXPECT_TRUE(done.ok()) << (done ? "" : done.error().text());
  // The patterns are worth the time: many match, many are wrong, the rest does not match.
  EXPECT_GT(matched, count / 10);
  EXPECT_GT(refused, count / 10);
}

}  // namespace
}  // namespace mlc::script
