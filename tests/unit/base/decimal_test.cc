#include "runtime/base/decimal.h"

#include <gtest/gtest.h>

#include "runtime/base/virtual_loop.h"

namespace mlc {
namespace {

Decimal dec(std::string_view text) {
  auto value = Decimal::parse(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Decimal());
}

TEST(Decimal, C8_KeepsTheTextItCameFrom) {
  for (const char* text :
       {"0", "8", "-8", "40.0000", "-0.50", "0.01", "123456789012345678901234567890.12345678", "99999999999999999999999999999999999999",
        "100000000000000000000000000000000000000", "-100000000000000000000000000000000000000.000001"})
    EXPECT_EQ(dec(text).text(), text);
  EXPECT_EQ(dec("-0.0000").text(), "0.0000");
  EXPECT_EQ(dec("-0").text(), "0");
}

TEST(Decimal, ReadsExponents) {
  EXPECT_EQ(dec("1e3").text(), "1000");
  EXPECT_EQ(dec("1.50E1").text(), "15.0");
  EXPECT_EQ(dec("1.5e-3").text(), "0.0015");
  EXPECT_EQ(dec("12e+0").text(), "12");
  EXPECT_EQ(dec("0e5").text(), "0");
  EXPECT_EQ(dec("1e-0003").text(), "0.001");
}

TEST(Decimal, RefusesWhatIsNoJsonNumber) {
  for (const char* text : {"",     "-",  "+1", "01",  "-01", ".5",  "5.",       "1.e1",  "1e",  "1e+",
                           "0x10", "1 ", " 1", "1,0", "1_0", "NaN", "Infinity", "1e1.5", "--1", "1\n"})
    EXPECT_FALSE(Decimal::parse(text)) << text;
  EXPECT_FALSE(Decimal::parse(std::string_view("1\0", 2)));
}

TEST(Decimal, BoundsDigitsAt400) {
  EXPECT_TRUE(Decimal::parse(std::string(400, '9')));
  EXPECT_FALSE(Decimal::parse(std::string(401, '9')));
  EXPECT_TRUE(Decimal::parse("1e399"));
  EXPECT_FALSE(Decimal::parse("1e400"));
  EXPECT_TRUE(Decimal::parse("1e-399"));
  EXPECT_FALSE(Decimal::parse("1e-400"));
  EXPECT_FALSE(Decimal::parse("1e99999999999999999999"));
  EXPECT_FALSE(Decimal::parse("1e-99999999999999999999"));
  EXPECT_EQ(dec("1e-399").text(), "0." + std::string(398, '0') + "1");
  // 38 digits are the last that live in 128 bits; leading zeros of a long text are not an octal prefix.
  EXPECT_EQ(dec("0.0000000000000000000000000000000000000000017").text(), "0.0000000000000000000000000000000000000000017");
}

TEST(Decimal, CompactDropsTrailingZeros) {
  EXPECT_EQ(dec("40.0000").compact(), "40");
  EXPECT_EQ(dec("-0.50").compact(), "-0.5");
  EXPECT_EQ(dec("0.00").compact(), "0");
  EXPECT_EQ(dec("100").compact(), "100");
}

TEST(Decimal, C8_AddsAndMultipliesExactly) {
  EXPECT_EQ((dec("0.1") + dec("0.2")).text(), "0.3");
  EXPECT_EQ((dec("1.10") + dec("2")).text(), "3.10");
  EXPECT_EQ((dec("1") - dec("1.00")).text(), "0.00");
  EXPECT_EQ((dec("19.99") * dec("3")).text(), "59.97");
  EXPECT_EQ((dec("-1.5") * dec("0.50")).text(), "-0.750");
  EXPECT_EQ((-dec("0.0")).text(), "0.0");
  EXPECT_EQ(dec("-3.2").abs().text(), "3.2");
}

TEST(Decimal, CrossesThe128BitBorderBothWays) {
  const Decimal most = dec("99999999999999999999999999999999999999"), one = dec("1");
  EXPECT_EQ((most + one).text(), "100000000000000000000000000000000000000");
  EXPECT_EQ((most + one - one), most);
  EXPECT_EQ((-most - one).text(), "-100000000000000000000000000000000000000");
  EXPECT_EQ((most + most).text(), "199999999999999999999999999999999999998");
  EXPECT_EQ((most * most).text(), "9999999999999999999999999999999999999800000000000000000000000000000000000001");
  EXPECT_EQ((*(most * most).div(most, 0, Rounding::down)), most);
  EXPECT_EQ((dec("1e300") + dec("1e-99") - dec("1e300")).compact(), dec("1e-99").text());
  EXPECT_LT(most, most + one);
  EXPECT_GT(-most, -most - one);
}

TEST(Decimal, RoundsAsNamed) {
  struct Case {
    const char* value;
    const char *half_up, *half_even, *down, *up, *floor, *ceil;
  };
  const Case cases[] = {
      {"2.5", "3", "2", "2", "3", "2", "3"},     {"-2.5", "-3", "-2", "-2", "-3", "-3", "-2"}, {"3.5", "4", "4", "3", "4", "3", "4"},
      {"2.4", "2", "2", "2", "3", "2", "3"},     {"-2.6", "-3", "-3", "-2", "-3", "-3", "-2"}, {"0.5", "1", "0", "0", "1", "0", "1"},
      {"-0.5", "-1", "0", "0", "-1", "-1", "0"}, {"2.50001", "3", "3", "2", "3", "2", "3"},    {"7", "7", "7", "7", "7", "7", "7"},
  };
  for (const auto& c : cases) {
    Decimal value = dec(c.value);
    EXPECT_EQ(value.round(0, Rounding::half_up).text(), c.half_up) << c.value;
    EXPECT_EQ(value.round(0, Rounding::half_even).text(), c.half_even) << c.value;
    EXPECT_EQ(value.round(0, Rounding::down).text(), c.down) << c.value;
    EXPECT_EQ(value.round(0, Rounding::up).text(), c.up) << c.value;
    EXPECT_EQ(value.round(0, Rounding::floor).text(), c.floor) << c.value;
    EXPECT_EQ(value.round(0, Rounding::ceil).text(), c.ceil) << c.value;
  }
  EXPECT_EQ(dec("1.005").round(2, Rounding::half_up).text(), "1.01");  // binary floating point says 1.00
  EXPECT_EQ(dec("1.2").round(4, Rounding::down).text(), "1.2000");
  EXPECT_EQ(dec("0.00049").round(3, Rounding::half_up).text(), "0.000");
}

TEST(Decimal, Divides) {
  EXPECT_EQ(dec("10").div(dec("3"), 4, Rounding::half_up)->text(), "3.3333");
  EXPECT_EQ(dec("-10").div(dec("3"), 0, Rounding::floor)->text(), "-4");
  EXPECT_EQ(dec("121.00").div(dec("1.21"), 2, Rounding::half_up)->text(), "100.00");
  EXPECT_EQ(dec("1").div(dec("8"), 2, Rounding::half_even)->text(), "0.12");
  EXPECT_EQ(dec("1").div(dec("3"), 60, Rounding::down)->text(), "0." + std::string(60, '3'));
  EXPECT_FALSE(dec("1").div(dec("0.00"), 2, Rounding::half_up));
  EXPECT_FALSE(dec("1").div(dec("2"), 401, Rounding::half_up));
}

TEST(Decimal, ComparesByValue) {
  EXPECT_EQ(dec("1.0"), dec("1.00"));
  EXPECT_EQ(dec("0.000"), Decimal());
  EXPECT_LT(dec("-1"), dec("0.5"));
  EXPECT_LT(dec("1e-399"), dec("1e-398"));
  EXPECT_GT(dec("1e399"), dec("9e398"));
  EXPECT_TRUE(dec("-0.00").is_zero());
  EXPECT_EQ(dec("-7").sign(), -1);
}

TEST(Decimal, BecomesAnInt64OrSaysWhyNot) {
  EXPECT_EQ(*dec("9223372036854775807").to_int64(), INT64_MAX);
  EXPECT_EQ(*dec("-9223372036854775808").to_int64(), INT64_MIN);
  EXPECT_FALSE(dec("9223372036854775808").to_int64());
  EXPECT_FALSE(dec("-9223372036854775809").to_int64());
  EXPECT_FALSE(dec("1e39").to_int64());
  EXPECT_EQ(*dec("8.000").to_int64(), 8);
  EXPECT_FALSE(dec("8.001").to_int64());
  EXPECT_EQ(Decimal::from_int64(INT64_MIN).text(), "-9223372036854775808");
  EXPECT_TRUE(dec("2.00").is_integer());
  EXPECT_FALSE(dec("2.01").is_integer());
}

// Laws that hold for every pair, over values that live on both sides of the 128-bit border.
TEST(Decimal, ObeysArithmeticLaws) {
  SeededRandom random(7);
  auto draw = [&] {
    std::string text = random.below(2) ? "-" : "";
    text += static_cast<char>('1' + random.below(9));
    for (uint64_t i = random.below(45); i > 0; --i) text += static_cast<char>('0' + random.below(10));
    if (random.below(2)) {
      text += '.';
      for (uint64_t i = 1 + random.below(20); i > 0; --i) text += static_cast<char>('0' + random.below(10));
    }
    return dec(text);
  };
  for (int i = 0; i < 3000; ++i) {
    Decimal a = draw(), b = draw(), c = draw();
    ASSERT_EQ(a + b - b, a);
    ASSERT_EQ((a + b) * c, a * c + b * c) << a.text() << " " << b.text() << " " << c.text();
    ASSERT_EQ(*(a * b).div(b, a.scale(), Rounding::half_even), a);
    ASSERT_EQ(dec(a.text()).text(), a.text());
    Decimal rounded = a.round(1, Rounding::half_up);
    ASSERT_LE((rounded - a).abs(), dec("0.05"));
    ASSERT_LE(a.round(0, Rounding::floor), a);
    ASSERT_GE(a.round(0, Rounding::ceil), a);
    ASSERT_EQ(a<b, b> a);
  }
}

}  // namespace
}  // namespace mlc
