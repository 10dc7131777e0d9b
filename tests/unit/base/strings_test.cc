#include "runtime/base/strings.h"

#include <gtest/gtest.h>

namespace mlc {
namespace {

// Names of shoppers, messages of remotes and statuses of carriers are printed: none of them may move the cursor or forge a line (T7).
TEST(Strings, T7_ControlCharactersAreShown) {
  EXPECT_EQ(visible("Łódź, 10 €\n\tsecond\r\n"), "Łódź, 10 €\n\tsecond\r\n");
  EXPECT_EQ(visible("a\x1b[2K\x1b]52;c;eA==\x07"), "a\\x1b[2K\\x1b]52;c;eA==\\x07");
  EXPECT_EQ(visible("paid\rnot paid\x7f"), "paid\\x0dnot paid\\x7f");
  EXPECT_EQ(visible("\xC2\x9B"
                    "31m\xC2\xA0"),
            "\\xc2\\x9b31m\xC2\xA0");
  EXPECT_EQ(visible("abc\xE2\x80\xAE"
                    "cba"),
            "abc\\xe2\\x80\\xaecba");
  EXPECT_EQ(visible(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(visible("\xE2\x80"), "\xE2\x80");
}

}  // namespace
}  // namespace mlc
