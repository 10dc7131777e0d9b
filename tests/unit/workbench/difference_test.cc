#include "runtime/workbench/difference.h"

#include <gtest/gtest.h>

namespace mlc::workbench {
namespace {

std::string all(const std::string& before, const std::string& after) {
  std::vector<Difference> found;
  compare_json("x", before, after, found);
  std::string text;
  for (const auto& one : found) text += one.text() + "\n";
  return text;
}

TEST(Difference, NamesEachFieldThatDiffersAndNoOther) {
  EXPECT_EQ(all(R"({"a":1,"b":{"c":[1,2]},"d":"x"})", R"({"a":1,"b":{"c":[1,3,4]},"e":null})"),
            "x: b.c[2]: 2 -> 3\nx: b.c[3]: (absent) -> 4\nx: d: \"x\" -> (absent)\nx: e: (absent) -> null\n");
  EXPECT_EQ(all(R"({"a":1})", R"({"a":1})"), "");
}

TEST(Difference, OtherBytesAreADifferenceEvenIfTheyMeanTheSame) {
  EXPECT_EQ(all(R"({"a":1.5})", R"({"a":1.50})"), "x: a: 1.5 -> 1.50\n");
  EXPECT_EQ(all(R"({"a":1,"b":2})", R"({"b":2,"a":1})"), "x: {\"a\":1,\"b\":2} -> {\"b\":2,\"a\":1}\n");
  EXPECT_EQ(all("no json", "{}"), "x: no json -> {}\n");
}

}  // namespace
}  // namespace mlc::workbench
