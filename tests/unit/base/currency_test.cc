#include "runtime/base/currency.h"

#include <gtest/gtest.h>

namespace mlc {
namespace {

TEST(Currency, KnowsHowManyDecimalsItsAmountsHave) {
  EXPECT_EQ(minor_digits("JPY"), 0);
  EXPECT_EQ(minor_digits("KWD"), 3);
  EXPECT_EQ(minor_digits("EUR"), 2);
  EXPECT_EQ(minor_digits(""), 2);
}

}  // namespace
}  // namespace mlc
