#include "runtime/script/parser.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/source_dir.h"

namespace mlc::script {
namespace {

std::string faults(std::string_view source) {
  std::vector<Problem> problems;
  parse_lua("a.lua", source, {ambient_globals()}, problems);
  std::string text;
  for (const auto& problem : problems) text += problem.text() + "\n";
  return text;
}

TEST(Parser, AcceptsAllOfLua) {
  for (const char* good : {
           "local a <const>, b <close> = 1, nil ; ;; do local x = a end goto out ::out:: return a, b",
           "for i = 1, 10, 2 do if i > 3 then break elseif i == 2 then local _ = i else local _ = -i end end",
           "for k, v in pairs{a = 1, ['b'] = 2; 3, (4)} do local _ = k .. v end",
           "local t = {} function t.a.b:c(x, ...) local y = ... self.z = x return y end t.f = function(...) return select('#', ...) end",
           "local s = [==[ ]] ]==] .. \"\\\"\\z \n x\" .. '\\'' --[[ multi\nline ]] local n = 0x1p-3 + 1e+3 + .5 + 3.",
           "local f = function() end f 'x' f {} f [[y]] local r = f().a[1]:m 'z' r.x, r['y'] = 1, 2",
           "repeat local done = true until done while not (1 < 2 == true) do end return ~5 & 3 | 1 ~ 2 << 1 >> 1 // 2 ^ -3 % 2",
           "local function f(n) return n <= 1 and 1 or n * f(n - 1) end return f(#'abc')",
       }) {
    EXPECT_EQ(faults(good), "") << good;
  }
}

TEST(Parser, SaysWhatWasExpectedAndWhere) {
  EXPECT_EQ(faults("local x = \n  if"), "a.lua:2:3: expected an expression, found 'if'\n");
  EXPECT_EQ(faults("if true then\n  local a = 1\n"), "a.lua:3:1: expected 'end' to close 'if' in line 1, found the end of the file\n");
  EXPECT_EQ(faults("local t = { 1, 2\nlocal y = 3"), "a.lua:2:1: expected '}' to close '{' in line 1, found 'local'\n");
  EXPECT_EQ(faults("local s = 'open\n"), "a.lua:1:11: a string has no end\n");
  EXPECT_EQ(faults("return 1 local x = 2"), "a.lua:1:10: expected the end of the block after return, found 'local'\n");
  EXPECT_EQ(faults("local x = 5 x + 1"), "a.lua:1:15: expected '=' or a call, found '+'\n");
  EXPECT_EQ(faults("end"), "a.lua:1:1: expected a statement, found 'end'\n");
}

TEST(Parser, FindsNamesThatNobodyDeclared) {
  EXPECT_EQ(faults("local a = 1\nreturn a + lenght"), "a.lua:2:12: there is no 'lenght' (a local is missing, or a require)\n");
  EXPECT_EQ(faults("x = 1"), "a.lua:1:1: 'x' is not declared; write local x\n");
  EXPECT_EQ(faults("local product = 1 return prodcut"), "a.lua:1:26: there is no 'prodcut'; did you mean 'product'?\n");
  EXPECT_EQ(faults("do local a = 1 end return a"), "a.lua:1:27: there is no 'a' (a local is missing, or a require)\n");
  EXPECT_EQ(faults("return os.time()"), "a.lua:1:8: there is no 'os' (a local is missing, or a require)\n");
}

TEST(Parser, OperatorsHaveNoSayOnPaths) {
  const std::string head = "local order, invoice = mapping { name = 'i', from = 'a.b', to = 'c.d' }\n";
  for (const char* wrong :
       {"invoice.A = order.x == 7", "invoice.A = order.x ~= 7", "invoice.A = not order.x", "invoice.A = order.x and 1",
        "invoice.A = order.x or 'none'", "if order.x then invoice.A = 1 end", "while order.x do end", "local n = #order.lines",
        "local d = order.date:date() invoice.A = d < 'x'",
        "local product, line = invoice.L:each('p', order.products)\nline.A = product.sku == 'x'", "invoice.A = setting.x or 'y'"}) {
    EXPECT_NE(faults(head + wrong).find("has no say on a mapping's path"), std::string::npos) << wrong << "\n" << faults(head + wrong);
  }
  for (const char* right :
       {"invoice.A = with(order, function(o) if o.x == 7 and not o.y then return #o.z end end)", "invoice.A = order.x .. '-' .. order.y",
        "invoice.A = order.a * 2 - order.b", "local limit = 3 if limit == 3 then invoice.A = order.x end",
        "invoice.A = order.x:pick { DE = 'D', otherwise = 'N' }"}) {
    EXPECT_EQ(faults(head + right), "") << right;
  }
}

TEST(Parser, DeepNestingIsAFaultNotACrash) {
  EXPECT_NE(faults("return " + std::string(10000, '(')).find("nested too deep"), std::string::npos);
  EXPECT_NE(faults("local t = " + std::string(10000, '{')).find("nested too deep"), std::string::npos);
}

// Whatever ships is well-formed, and what the parser accepts is what Lua accepts.
TEST(Parser, ReadsEveryScriptThatShips) {
  int files = 0;
  for (const char* folder : {"/stdlib", "/scripts"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(mlc::test::source_dir() + folder)) {
      if (entry.path().extension() != ".lua") continue;
      if (entry.path().parent_path().filename() == "meta") continue;  // declares the ambient names, which nothing else may
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      std::vector<Problem> problems;
      parse_lua(entry.path().filename(), text.str(), {ambient_globals()}, problems);
      for (const auto& problem : problems) ADD_FAILURE() << problem.text();
      ++files;
    }
  }
  EXPECT_GT(files, 10);
}

}  // namespace
}  // namespace mlc::script
