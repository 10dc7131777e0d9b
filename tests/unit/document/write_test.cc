#include "runtime/document/write.h"

#include <gtest/gtest.h>

#include "runtime/document/node.h"

namespace mlc::document {
namespace {

std::string canonical_of(std::string text) { return canonical(Document::parse(std::move(text))->root()); }

TEST(Node, KeepsTheOrderOfInsertionAndReplacesInPlace) {
  Node line = Node::object();
  line.set("b", 1).set("a", "x").set("n", nullptr).set("b", true);
  line["list"].push(*Decimal::parse("19.990"));
  line["list"].push(int64_t{9007199254740993});
  line["empty"] = Node::array();
  EXPECT_EQ(write(line), R"({"b":true,"a":"x","n":null,"list":[19.990,9007199254740993],"empty":[]})");
  EXPECT_TRUE(line.erase("a"));
  EXPECT_FALSE(line.erase("a"));
  EXPECT_EQ(line.get("a"), nullptr);
  EXPECT_EQ(line.get("list")->items().at(0).text(), "19.990");
}

TEST(Writer, StreamsWithCommasWhereTheyBelong) {
  std::string out;
  Writer writer(out);
  writer.begin_object();
  writer.key("a");
  writer.begin_array();
  writer.integer(-1);
  writer.begin_object();
  writer.end_object();
  writer.boolean(false);
  writer.end_array();
  writer.quoted_key("\"b\"");
  writer.number(*Decimal::parse("-0.50"));
  writer.key("c");
  writer.raw("[1,2]");
  writer.end_object();
  EXPECT_EQ(out, R"({"a":[-1,{},false],"b":-0.50,"c":[1,2]})");
}

TEST(Writer, EscapesWhatJsonForbidsAndKeepsTheRest) {
  EXPECT_EQ(quoted(std::string_view("\0\x1f\"\\/\b\f\n\r\t\x7f", 11)), "\"\\u0000\\u001f\\\"\\\\/\\b\\f\\n\\r\\t\x7f\"");
  EXPECT_EQ(quoted("Łódź 東京 😀"), "\"Łódź 東京 😀\"");
}

TEST(Writer, BrokenUtf8BecomesTheReplacementCharacter) {
  for (const char* text : {"a\xFFz", "a\xC3z", "a\xED\xA0\x80z"}) EXPECT_TRUE(Document::parse(quoted(text))) << text;
  EXPECT_EQ(quoted("é\xFFz"), "\"é\xEF\xBF\xBDz\"");
}

TEST(Write, IndentsWhenAsked) {
  Node node;
  node["a"].push(1);
  node["e"] = Node::object();
  EXPECT_EQ(write(node, Style::indented), "{\n  \"a\": [\n    1\n  ],\n  \"e\": {}\n}");
}

TEST(Canonical, SortsKeysByBytesAndSpellsNumbersOneWay) {
  EXPECT_EQ(canonical_of(R"({"b":1,"a":{"é":2,"Z":3,"z":[]}})"), R"({"a":{"Z":3,"z":[],"é":2},"b":1})");
  const char* same[][2] = {{"1.50", "1.5"},
                           {"15e-1", "1.5"},
                           {"1.5E0", "1.5"},
                           {"-0", "0"},
                           {"0.000", "0"},
                           {"100", "100"},
                           {"1e2", "100"},
                           {"0.05", "0.05"},
                           {"-5e-2", "-0.05"},
                           {"10e399", "1e400"},
                           {"1e400", "1e400"},
                           {"1e-400", "1e-400"},
                           {"123.0", "123"},
                           {"9007199254740993.0", "9007199254740993"},
                           {"0e999999999999999999999", "0"}};
  for (const auto& [from, to] : same) EXPECT_EQ(canonical_of(from), to) << from;
}

TEST(NumberText, FollowsTheGrammar) {
  for (const char* good : {"0", "-0", "10", "1.5", "1e5", "1E-5", "-1.0e+10"}) EXPECT_TRUE(is_number_text(good)) << good;
  for (const char* bad : {"", "-", "01", "1.", ".1", "+1", "1e", "1e+", " 1", "1 ", "0x1", "Infinity"})
    EXPECT_FALSE(is_number_text(bad)) << bad;
}

}  // namespace
}  // namespace mlc::document
