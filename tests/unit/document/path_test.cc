#include "runtime/document/path.h"

#include <gtest/gtest.h>

namespace mlc::document {
namespace {

TEST(Path, FindsFromOne) {
  const auto document = *Document::parse(R"({"a":{"b":[{"c":1},{"c":2}]},"x.y":{"é":3},"10":4})");
  const auto at = [&](std::string_view text) { return std::string(find(document.root(), *Path::parse(text)).text()); };
  EXPECT_EQ(at("a.b[2].c"), "2");
  EXPECT_EQ(at("[\"x.y\"].é"), "3");
  EXPECT_EQ(at("[\"10\"]"), "4");
  EXPECT_FALSE(find(document.root(), *Path::parse("a.b[3].c")));
  EXPECT_FALSE(find(document.root(), *Path::parse("a[1]")));
  EXPECT_TRUE(find(document.root(), *Path::parse("")).is_object());
}

TEST(Path, TextReadsBack) {
  for (const char* text : {"", "a", "a.b[1].c", "[1][2]", "a[\"b.c\"]", "[\"\\\"\"].x"}) {
    const auto path = Path::parse(text);
    ASSERT_TRUE(path) << text;
    EXPECT_EQ(path->text(), text);
  }
}

TEST(Path, WrongOnesAreRefused) {
  for (const char* text :
       {".", "a.", ".a", "a..b", "a[0]", "a[-1]", "a[", "a[1", "a[x]", "a[\"x\"", "a[\"x]", "a]", "a b", "a[1]b", "[4294967296]", "1a"}) {
    EXPECT_FALSE(Path::parse(text)) << text;
  }
}

}  // namespace
}  // namespace mlc::document
