// The pure modules: exactness, limits of their options, and what they refuse.
#include "bindings/bindings.h"

#include <gtest/gtest.h>

#include "runtime/script/isolate.h"

namespace mlc::script {
namespace {

class BindingsTest : public ::testing::Test {
 protected:
  std::string run(const std::string& text) {
    Profile profile;
    profile.modules = bindings::job_modules();
    auto isolate = Isolate::make(std::move(profile), [](std::function<void()>) {});
    if (!isolate) return isolate.error().text();
    auto compiled = compile("test.lua",
                            "local json, decimal, time, crypto, text, csv = require 'json', require 'decimal', require 'time', require "
                            "'crypto', require 'text', require 'csv' " +
                                text);
    if (compiled.chunk == nullptr) return compiled.problem.text();
    std::string ended = "nothing";
    Sources none;
    auto started = (*isolate)->spawn(
        [&](lua_State* L) {
          (*isolate)->push_environment(L, none);
          (*isolate)->push_chunk(L, *compiled.chunk, -1);
          return 0;
        },
        [&](lua_State* L, int status) { ended = (status == LUA_OK ? "" : "error: ") + show(L, -1); }, {},
        std::make_unique<SeededRandom>(3));
    if (!started) return started.error().text();
    return ended;
  }
};

TEST_F(BindingsTest, C8_JsonKeepsNumbersNullsAndEmptyArrays) {
  EXPECT_EQ(run(R"(return json.encode(json.decode '{"b":9007199254740993,"a":40.0000,"n":null,"e":[],"o":{},"l":[1,null]}'))"),
            R"({"a":40.0000,"b":9007199254740993,"e":[],"l":[1,null],"n":null,"o":{}})");
  EXPECT_EQ(run("return json.encode { json.array {}, {}, 1, 1.5, 3.0, true, 'x', json.null, decimal '2.50' }"),
            R"([[],{},1,1.5,3,true,"x",null,2.50])");
  EXPECT_EQ(run("local t = json.decode '[]' return json.encode(t)"), "[]");
  EXPECT_EQ(run("return select(2, json.decode '{\"a\":1,\"a\":2}').code"), "invalid_argument");
  EXPECT_NE(run("local t = {} t.t = t return json.encode(t)").find("contains itself"), std::string::npos);
  EXPECT_NE(run("return json.encode(function() end)").find("can't be written as JSON"), std::string::npos);
  EXPECT_NE(run("return json.encode { 1, 2, x = 3 }").find("besides its items"), std::string::npos);
  EXPECT_NE(run("return json.encode { 0 / 0 }").find("not-a-number"), std::string::npos);
  EXPECT_NE(run("return json.encode '\\xff'").find("not UTF-8"), std::string::npos);
}

TEST_F(BindingsTest, C8_DecimalsAreExactAndRefuseFloats) {
  EXPECT_EQ(run("return tostring(decimal '0.1' + decimal '0.2')"), "0.3");
  EXPECT_EQ(run("return tostring(decimal '19.99' * 3) .. ' ' .. tostring(10 - decimal '0.01') .. ' ' .. tostring(decimal(1) / 8)"),
            "59.97 9.99 0.125");
  EXPECT_EQ(run("local d = decimal '2.345' return d:round(2):text() .. ' ' .. d:round(2, 'half_even'):text() .. ' ' .. d:div(7, 3):text() "
                ".. ' ' .. (-d):abs():text()"),
            "2.35 2.34 0.335 2.345");
  EXPECT_EQ(run("return tostring(decimal '1.0' == decimal '1.00') .. tostring(decimal '1' < 2) .. tostring(decimal '2.0':equals(2))"),
            "truetruetrue");
  EXPECT_NE(run("return decimal '1' + 0.1").find("can't be combined with the float"), std::string::npos);
  EXPECT_NE(run("return decimal '1' + '1'").find("decimal or integer expected, got text"), std::string::npos);
  EXPECT_NE(run("return decimal(0.5)").find("a float is no exact number"), std::string::npos);
  EXPECT_NE(run("return decimal 'abc'").find("is no number"), std::string::npos);
  EXPECT_NE(run("local d = decimal '1.5' while true do d = d * d end").find("grown beyond"), std::string::npos);
  EXPECT_NE(run("return decimal(1) / 0").find("error"), std::string::npos);
  EXPECT_EQ(run("return tostring(decimal.sum({ { a = 1 }, { a = decimal '0.5' }, {} }, 'a'))"), "1.5");
}

TEST_F(BindingsTest, TimeKnowsZonesButNotNow) {
  EXPECT_EQ(run("return time.parse 'Tue, 14 Oct 2025 21:58:03 +0000'"), "2025-10-14T21:58:03Z");
  EXPECT_EQ(run("return time.date('2025-12-31T23:30:00Z', 'Europe/Amsterdam') .. ' ' .. time.date '2025-12-31T23:30:00Z'"),
            "2026-01-01 2025-12-31");
  EXPECT_EQ(run("return time.add_days('2024-02-28', 2) .. ' ' .. time.days_between('2025-01-01', '2025-03-01') .. ' ' .. time.unix "
                "'1970-01-02T00:00:00Z'"),
            "2024-03-01 59 86400");
  EXPECT_EQ(run("return time.instant('2026-01-01', '08:30', 'Europe/Amsterdam')"), "2026-01-01T07:30:00Z");
  EXPECT_EQ(run("return tostring(time.now)"), "nil");
  EXPECT_NE(run("return time.date('2025-12-31T23:30:00Z', 'Mars/Base')").find("argument 2"), std::string::npos);
}

TEST_F(BindingsTest, CryptoGivesKnownValues) {
  EXPECT_EQ(run("return crypto.sha256('abc', 'hex')"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(run("return crypto.hmac_sha256('key', 'The quick brown fox jumps over the lazy dog', 'hex')"),
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
  EXPECT_EQ(run("return crypto.base64(crypto.unhex 'ff00') .. crypto.hex('\\1\\xab', true) .. #crypto.uuid()"), "/wA=01AB36");
  EXPECT_EQ(run("return select(2, crypto.unbase64 '!').code"), "invalid_argument");
  EXPECT_NE(run("return crypto.sha256('abc', 'octal')").find("argument 2"), std::string::npos);
}

TEST_F(BindingsTest, C7_CsvNamesColumnsAndRefusesRaggedRows) {
  EXPECT_EQ(run("local rows = csv.parse('\\xef\\xbb\\xbfsku;vat\\r\\n\"A;1\";\"say \"\"hi\"\"\"\\r\\nB;5\\n', { separator = ';' }) return "
                "#rows .. rows[1].sku .. rows[1].vat .. rows[2].vat"),
            "2A;1say \"hi\"5");
  EXPECT_EQ(run("return select(2, csv.parse 'a,b\\n1\\n').message"), "row 2 has 1 fields, the header has 2");
  EXPECT_EQ(run("return select(2, csv.parse 'a\\n\"x').message"), "row 2: a quoted field has no end");
  EXPECT_NE(run("return csv.parse('a', { seperator = ';' })").find("unknown option 'seperator'"), std::string::npos);
}

TEST_F(BindingsTest, TextHelpers) {
  EXPECT_EQ(run("return text.trim '  a ' .. text.cut('aéz', 2) .. text.collapse ' a \\n b ' .. #text.split('a,,b', ',') .. "
                "tostring(text.same('Ab ', 'aB'))"),
            "aaéa b3true");
  EXPECT_EQ(run("return text.percent_encode 'a b/ü' .. text.percent_decode '%41'"), "a%20b%2F%C3%BCA");
}

}  // namespace
}  // namespace mlc::script
