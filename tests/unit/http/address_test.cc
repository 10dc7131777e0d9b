// Where we may dial (T5) and what counts as a URL: tables of everything that has fooled somebody.
#include "runtime/http/address.h"

#include <gtest/gtest.h>

#include "runtime/http/message_writer.h"
#include "runtime/http/private_network.h"
#include "runtime/http/url.h"

namespace mlc::http {
namespace {

TEST(Address, OnlyGlobalOnesMayBeDialled) {
  using enum AddressClass;
  const std::vector<std::pair<std::string, AddressClass>> table = {
      {"8.8.8.8", global},
      {"1.0.0.0", global},
      {"0.0.0.0", unspecified},
      {"0.1.2.3", unspecified},
      {"9.255.255.255", global},
      {"10.0.0.0", private_use},
      {"10.255.255.255", private_use},
      {"11.0.0.0", global},
      {"100.63.255.255", global},
      {"100.64.0.0", shared},
      {"100.127.255.255", shared},
      {"100.128.0.0", global},
      {"126.255.255.255", global},
      {"127.0.0.1", loopback},
      {"127.255.255.255", loopback},
      {"128.0.0.0", global},
      {"169.253.255.255", global},
      {"169.254.169.254", link_local},
      {"169.254.0.0", link_local},
      {"169.255.0.0", global},
      {"172.15.255.255", global},
      {"172.16.0.0", private_use},
      {"172.31.255.255", private_use},
      {"172.32.0.0", global},
      {"192.0.0.192", reserved},
      {"192.0.2.1", reserved},
      {"192.88.99.1", translated},
      {"192.167.255.255", global},
      {"192.168.0.0", private_use},
      {"192.168.255.255", private_use},
      {"192.169.0.0", global},
      {"198.17.255.255", global},
      {"198.18.0.0", reserved},
      {"198.19.255.255", reserved},
      {"198.20.0.0", global},
      {"198.51.100.1", reserved},
      {"203.0.113.1", reserved},
      {"223.255.255.255", global},
      {"224.0.0.1", multicast},
      {"239.255.255.255", multicast},
      {"240.0.0.0", reserved},
      {"255.255.255.255", reserved},
      {"2606:4700::1111", global},
      {"2001:4860:4860::8888", global},
      {"::", unspecified},
      {"::1", loopback},
      {"::2", translated},
      {"::127.0.0.1", translated},
      {"::ffff:127.0.0.1", translated},
      {"::ffff:8.8.8.8", translated},
      {"::ffff:0:8.8.8.8", translated},
      {"64:ff9b::169.254.169.254", translated},
      {"64:ff9b:1::1", translated},
      {"100::1", reserved},
      {"2001::1", translated},
      {"2001:10::1", reserved},
      {"2001:db8::1", reserved},
      {"2002:7f00:1::1", translated},
      {"2606:4700::5efe:7f00:1", translated},
      {"2606:4700::200:5efe:7f00:1", translated},
      {"3fff::1", reserved},
      {"4000::1", reserved},
      {"fc00::1", private_use},
      {"fd00:ec2::254", private_use},
      {"fe80::1", link_local},
      {"febf::1", link_local},
      {"fec0::1", private_use},
      {"ff02::1", multicast},
  };
  for (const auto& [text, expected] : table) {
    SCOPED_TRACE(text);
    auto address = IpAddress::parse(text);
    ASSERT_TRUE(address);
    EXPECT_EQ(class_name(classify(*address)), class_name(expected));
    EXPECT_EQ(may_dial(*address, false), expected == global);
    EXPECT_EQ(may_dial(*address, true), expected == global || expected == loopback);
    const bool clouds_own = std::string(text).starts_with("fd00:ec2:");
    EXPECT_EQ(on_private_network(*address), expected == private_use && !clouds_own) << text;
    EXPECT_EQ(check_addresses("a", {*address}, false, true).ok(), expected == global || (expected == private_use && !clouds_own)) << text;
  }
}

TEST(Address, OneBadAddressRefusesTheName) {
  auto addresses = [](std::initializer_list<const char*> texts) {
    std::vector<IpAddress> list;
    for (const char* text : texts) list.push_back(*IpAddress::parse(text));
    return list;
  };
  EXPECT_TRUE(check_addresses("a", addresses({"8.8.8.8", "2606:4700::1"}), false));
  EXPECT_FALSE(check_addresses("a", addresses({"8.8.8.8", "10.0.0.1"}), false));
  EXPECT_FALSE(check_addresses("a", addresses({"8.8.8.8", "127.0.0.1"}), false));
  EXPECT_TRUE(check_addresses("a", addresses({"8.8.8.8", "127.0.0.1"}), true));
  EXPECT_FALSE(check_addresses("a", addresses({"127.0.0.1", "169.254.169.254"}), true));
  EXPECT_EQ(check_addresses("a", {}, true).error().code(), Code::unavailable);
}

TEST(Address, IsPlainTextOnly) {
  for (const char* text : {"", "1", "1.2.3", "127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ",
                           "::1%lo", "[::1]", ":::"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
}

TEST(HostList, NamesExactlyOrWithWholeLabelsInFront) {
  const std::vector<std::string> list = {"api.example.com", "*.shop.example", "other.example:8443", "[::1]:9"};
  EXPECT_TRUE(host_allowed("api.example.com", 443, list));
  EXPECT_TRUE(host_allowed("a.shop.example", 443, list));
  EXPECT_TRUE(host_allowed("a.b.shop.example", 443, list));
  EXPECT_TRUE(host_allowed("other.example", 8443, list));
  EXPECT_TRUE(host_allowed("::1", 9, list));
  for (const char* host : {"example.com", "evil-api.example.com", "api.example.com.evil", "shop.example", "evilshop.example",
                           ".shop.example", "other.example", ""}) {
    EXPECT_FALSE(host_allowed(host, 443, list)) << host;
  }
  EXPECT_FALSE(host_allowed("api.example.com", 443, {}));
}

TEST(UrlText, WhatIsAcceptedIsSentByteForByte) {
  auto url = Url::parse("HTTPS://API.Example.com:8443/a/%2e%2E/b;c=1?$filter=Name%20eq%20'x'&q=[1]|");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host(), "api.example.com");
  EXPECT_EQ(url->authority(), "api.example.com:8443");
  EXPECT_EQ(url->target(), "/a/%2e%2E/b;c=1?$filter=Name%20eq%20'x'&q=[1]|");
  EXPECT_EQ(Url::parse("https://a:443")->authority(), "a");
  EXPECT_EQ(Url::parse("https://a.?x")->text(), "https://a/?x");
  EXPECT_EQ(Url::parse("http://[::1]:80/")->authority(), "[::1]");
  EXPECT_EQ(Url::parse("http://[0:0::1]:81/")->authority(), "[::1]:81");
}

TEST(UrlText, RefusesWhatTwoReadersCouldTakeApartDifferently) {
  const std::vector<std::string> table = {"",
                                          "/",
                                          "a",
                                          "//a/",
                                          "https:/a",
                                          "https:///a",
                                          "https://",
                                          "ftp://a/",
                                          "javascript:alert(1)",
                                          "file:///etc/passwd",
                                          "https://u@a/",
                                          "https://u:p@a/",
                                          "https://a@b/",
                                          "https://a\\@b/",
                                          "https://a /",
                                          " https://a/",
                                          "https://a/\r\nHost: b",
                                          "https://a/\n",
                                          "https://a/\t",
                                          std::string("https://a/\0b", 12),
                                          "https://a/\x7f",
                                          "https://\xc3\xa4/",
                                          "https://a/\xc3\xa4",
                                          "https://a/#b",
                                          "https://a/%",
                                          "https://a/%2",
                                          "https://a/%zz",
                                          "https://a/<b>",
                                          "https://a/\"",
                                          "https://a/{b}",
                                          "https://a/^",
                                          "https://a/`",
                                          "https://a:/",
                                          "https://a:0/",
                                          "https://a:65536/",
                                          "https://a:x/",
                                          "https://a:+1/",
                                          "https://a:123456/",
                                          "https://a..b/",
                                          "https://.a/",
                                          "https://-a/",
                                          "https://a-/",
                                          "https://a_b!/",
                                          "https://a%2eb/",
                                          "https://127.1/",
                                          "https://0x7f.1/",
                                          "https://2130706433/",
                                          "https://0177.0.0.1/",
                                          "https://1.2.3.4.5/",
                                          "https://[::1/",
                                          "https://[1.2.3.4]/",
                                          "https://[::1]a/",
                                          "https://[fe80::1%25lo]/",
                                          "https://::1/",
                                          "https://" + std::string(64, 'a') + "/",
                                          "https://a/" + std::string(8192, 'a')};
  for (const std::string& text : table) EXPECT_FALSE(Url::parse(text)) << text;
}

TEST(UrlText, ResolvesReferencesWithoutLosingTheHost) {
  Url base = *Url::parse("https://a.example/b/c?d");
  EXPECT_EQ(base.resolve("/x?y")->text(), "https://a.example/x?y");
  EXPECT_EQ(base.resolve("?y")->text(), "https://a.example/b/c?y");
  EXPECT_EQ(base.resolve("x#fragment")->text(), "https://a.example/b/x");
  EXPECT_EQ(base.resolve("//b.example/x")->text(), "https://b.example/x");
  EXPECT_EQ(base.resolve("http://b.example/x")->text(), "http://b.example/x");
  for (const char* bad : {"javascript:alert(1)", "//u@b/", "/a\r\nb", "https:/b", "\\\\b\\", "/\\b"})
    EXPECT_FALSE(base.resolve(bad)) << bad;
}

TEST(UrlText, QueriesComeBackAsTheyWere) {
  std::vector<std::pair<std::string, std::string>> fields = {{"a", "1 2"}, {"&=", "\r\n%+"}, {"", ""}, {"\xc3\xa4", "#"}};
  std::string query = build_query(fields);
  EXPECT_EQ(query.find_first_of("\r\n #"), std::string::npos);
  auto back = parse_query(query);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, fields);
  EXPECT_EQ((*parse_query("a=b+c&&d"))[0].second, "b c");
  EXPECT_FALSE(parse_query("a=%zz"));
}

TEST(RequestWriter, RefusesEveryControlCharacterWhereverItStands) {
  for (int c = 0; c < 256; ++c) {
    std::string byte(1, static_cast<char>(c));
    bool control = c < 0x20 || c == 0x7f;
    SCOPED_TRACE(c);
    std::string out;
    EXPECT_EQ(append_request("GET", "/", "a", {{"A", "b" + byte + "c"}}, "", out).ok(), !control || c == '\t');
    if (!control) continue;
    out.clear();
    EXPECT_FALSE(append_request("GET", "/" + byte, "a", {}, "", out));
    EXPECT_FALSE(append_request("GET" + byte, "/", "a", {}, "", out));
    EXPECT_FALSE(append_request("GET", "/", "a", {{"A" + byte, "b"}}, "", out));
    EXPECT_EQ(out, "") << "nothing may be half written";
  }
  std::string out;
  EXPECT_FALSE(append_request("GET", "/a b", "a", {}, "", out));
  EXPECT_FALSE(append_request("GET", "http://b/", "a", {}, "", out));
  EXPECT_FALSE(append_request("CONNECT", "/", "a", {}, "", out));
  EXPECT_FALSE(append_request("", "/", "a", {}, "", out));
}

}  // namespace
}  // namespace mlc::http
