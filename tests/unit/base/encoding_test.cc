#include "runtime/base/encoding.h"

#include <gtest/gtest.h>

#include "runtime/base/strings.h"
#include "runtime/base/virtual_loop.h"

namespace mlc {
namespace {

std::string random_bytes(Random& random, size_t count) {
  std::string bytes(count, '\0');
  random.fill(bytes.data(), count);
  return bytes;
}

TEST(Encoding, RoundTripsEveryLength) {
  SeededRandom random(1);
  for (size_t length = 0; length < 70; ++length) {
    std::string bytes = random_bytes(random, length);
    EXPECT_EQ(*from_hex(to_hex(bytes)), bytes);
    EXPECT_EQ(*from_hex(to_hex(bytes, true)), bytes);
    EXPECT_EQ(*from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(*from_base64url(to_base64url(bytes)), bytes);
    EXPECT_EQ(*percent_decode(percent_encode(bytes)), bytes);
  }
}

TEST(Encoding, Base64MatchesRfc4648Vectors) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (auto [plain, text] : vectors) {
    EXPECT_EQ(to_base64(plain), text);
    EXPECT_EQ(*from_base64(text), plain);
  }
  EXPECT_EQ(to_base64url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(to_base64("\xfb\xff\xfe"), "+//+");
}

TEST(Encoding, Base64HasOneTextForOneValue) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Zm9vYg=", " Zg==", "Zg==\n", "Z g=", "Zm-_", "Zg==Zg=="})
    EXPECT_FALSE(from_base64(text)) << text;
  for (const char* text : {"Zg==", "Z", "Zh", "Zm9+", "Zm9/"}) EXPECT_FALSE(from_base64url(text)) << text;
}

TEST(Encoding, HexRefusesOddAndForeign) {
  for (const char* text : {"0", "0g", "0x", " 00", "00 "}) EXPECT_FALSE(from_hex(text)) << text;
}

TEST(Encoding, PercentKeepsUnreservedOnly) {
  EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encode("a b+c/d?e=\xc5\x81\r\n"), "a%20b%2Bc%2Fd%3Fe%3D%C5%81%0D%0A");
  EXPECT_EQ(*percent_decode("a+b%2b"), "a+b+");
  for (const char* text : {"%", "%2", "%2x", "abc%", "%%20"}) EXPECT_FALSE(percent_decode(text)) << text;
}

TEST(Encoding, ControlCharacters) {
  EXPECT_FALSE(has_control("plain text \xc5\x81"));
  for (char c : {'\0', '\r', '\n', '\t', '\x1b', '\x7f'}) EXPECT_TRUE(has_control(std::string("a") + c));
}

TEST(Encoding, Utf8IsWellFormedOnly) {
  for (std::string_view good :
       {"", "abc", "\xc3\xb8", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(valid_utf8(good));
  for (std::string_view bad : {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                               "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3(", "\xff"})
    EXPECT_FALSE(valid_utf8(bad)) << to_hex(bad);
}

TEST(Strings, SplitKeepsEmptyPieces) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(split("a,", ','), (std::vector<std::string_view>{"a", ""}));
}

TEST(Strings, TrimCaseAndDigits) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_TRUE(iequals("Webhook-ID", "webhook-id"));
  EXPECT_FALSE(iequals("a", "ab"));
  EXPECT_FALSE(iequals("[", "{"));  // differ in the case bit, but are no letters
  EXPECT_TRUE(all_digits("0123"));
  EXPECT_FALSE(all_digits(""));
  EXPECT_FALSE(all_digits("+1"));
}

}  // namespace
}  // namespace mlc
