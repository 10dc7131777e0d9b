#include "runtime/base/log.h"

#include <gtest/gtest.h>

#include <thread>

#include "runtime/base/encoding.h"
#include "runtime/base/files.h"
#include "runtime/base/virtual_loop.h"
#include "tests/temp_folder.h"

namespace mlc {
namespace {

struct LogTest : ::testing::Test {
  VirtualLoop clock;
  std::string written;
  Log log{clock, [this](std::string_view line) { written += line; }};
};

TEST_F(LogTest, WritesOneJsonObjectALine) {
  std::string text = "x";
  log.info("job.claimed", {{"job", text}, {"bytes", 12u}, {"left", -3}, {"share", 0.5}, {"late", true}, {"flow", "orders"}});
  EXPECT_EQ(
      written,
      R"({"time":"2025-10-14T21:58:03Z","level":"info","event":"job.claimed","job":"x","bytes":12,"left":-3,"share":0.5,"late":true,"flow":"orders"})"
      "\n");
}

TEST_F(LogTest, EscapesWhatCouldForgeALine) {
  log.warn("e", {{"v", "a\"b\\c\r\n\x1b[31m\x7f\xc2\x9b\xc5\x81"}, {"broken", "\xff\xc3"}, {"n\"", "1"}});
  EXPECT_NE(written.find(R"("v":"a\"b\\c\u000d\u000a\u001b[31m\u007f\u009b)"
                         "\xc5\x81\""),
            std::string::npos)
      << written;
  EXPECT_NE(written.find(R"("broken":"\u00ff\u00c3")"), std::string::npos) << written;
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 1);
  EXPECT_TRUE(valid_utf8(written));
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
  log.debug("quiet");
  EXPECT_EQ(written, "");
  log.error("loud", {{"nan", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_NE(written.find(R"("nan":null)"), std::string::npos);
}

TEST_F(LogTest, CutsLongValuesAtACharacter) {
  std::string text(4095, 'a');
  log.info("e", {{"v", text + "\xc5\x81" + "tail"}});
  EXPECT_NE(written.find(text + "...\""), std::string::npos);
  EXPECT_TRUE(valid_utf8(written));
}

TEST_F(LogTest, NeverPrintsTellingFieldsOrKnownSecrets) {
  log.redactor().add("hunter2/\"secret\"");
  log.info("hunter2/\"secret\"", {{"Authorization", "Bearer abc"},
                                  {"client_secret", "abc"},
                                  {"api-key", "abc"},
                                  {"Set-Cookie", "abc"},
                                  {"new_password", "abc"},
                                  {"access_token", 42},
                                  {"body", "x=hunter2/\"secret\"&y"},
                                  {"percent", "hunter2%2F%22secret%22"},
                                  {"form", "hunter2%2f%22secret%22"},
                                  {"hex", to_hex("hunter2/\"secret\"")}});
  EXPECT_EQ(written.find("abc"), std::string::npos);
  EXPECT_EQ(written.find("42"), std::string::npos);
  EXPECT_EQ(written.find("hunter2"), std::string::npos) << written;
  EXPECT_EQ(written.find(to_hex("hunter2")), std::string::npos);
  EXPECT_NE(written.find(R"("body":"x=[redacted]&y")"), std::string::npos);
}

TEST(Redactor, FindsSecretsInsideBase64AtAnyAlignment) {
  Redactor redactor;
  const std::string secret = "s3cr3t-\xff\xfe-value!";
  redactor.add(secret);
  for (size_t before = 0; before < 7; ++before) {
    for (size_t after = 0; after < 4; ++after) {
      std::string plain = std::string(before, 'u') + secret + std::string(after, 'z');
      for (const std::string& text :
           {to_base64(plain), to_base64url(plain), to_hex(plain), to_hex(plain, true), percent_encode(plain), plain}) {
        std::string clean = redactor.redact("Basic " + text + ";");
        EXPECT_NE(clean.find("[redacted]"), std::string::npos) << text;
        // At most the characters that share bits with a neighbour are left of the secret.
        EXPECT_LE(clean.size(), 6 + 10 + 1 + 4 + (before + after) * 3) << clean;
      }
    }
  }
}

TEST(Redactor, PrefersTheLongerOfTwoSecrets) {
  Redactor redactor;
  redactor.add("token");
  redactor.add("token-of-more");
  EXPECT_EQ(redactor.redact("a token-of-more b token c"), "a [redacted] b [redacted] c");
  EXPECT_EQ(redactor.redact("tokentoken"), "[redacted][redacted]");
}

TEST(Redactor, IgnoresShortValuesAndForgetsRotatedOnes) {
  Redactor redactor;
  redactor.add("abc");
  redactor.add("");
  EXPECT_EQ(redactor.redact("abc"), "abc");
  redactor.add("abcd");
  redactor.add("abcd");
  redactor.forget("abcd");
  EXPECT_EQ(redactor.redact("abcd"), "[redacted]");
  redactor.forget("abcd");
  redactor.forget("abcd");
  EXPECT_EQ(redactor.redact("abcd"), "abcd");
}

// The property behind it, over random secrets, texts and forms: the secret's own text never comes out.
TEST(Redactor, LetsNoKnownValueThrough) {
  SeededRandom random(11);
  Redactor redactor;
  std::vector<std::string> secrets;
  for (int i = 0; i < 30; ++i) {
    std::string secret(4 + random.below(30), '\0');
    random.fill(secret.data(), secret.size());
    redactor.add(secret);
    secrets.push_back(secret);
  }
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (int piece = 0; piece < 4; ++piece) {
      const std::string& secret = secrets[random.below(secrets.size())];
      text += std::string(random.below(5), 'x');
      switch (random.below(4)) {
        case 0:
          text += secret;
          break;
        case 1:
          text += to_hex(secret);
          break;
        case 2:
          text += to_base64(secret);
          break;
        default:
          text += percent_encode(secret);
      }
    }
    std::string clean = redactor.redact(text);
    for (const auto& secret : secrets) {
      ASSERT_EQ(clean.find(secret), std::string::npos);
      ASSERT_EQ(clean.find(to_hex(secret)), std::string::npos);
      ASSERT_EQ(clean.find(to_base64(secret)), std::string::npos);
      ASSERT_EQ(clean.find(percent_encode(secret)), std::string::npos);
    }
  }
}

TEST(Log, KeepsLinesWholeAcrossThreadsAndAppendsToAFile) {
  test::TempFolder folder;
  VirtualLoop clock;
  {
    auto log = Log::open(clock, folder / "log");
    ASSERT_TRUE(log);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) (*log)->info("e", {{"text", std::string(300, 'a')}});
      });
    for (auto& thread : threads) thread.join();
  }
  RealFiles files;
  std::string all = *files.read(folder / "log");
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 800);
  EXPECT_EQ(all.size() % 800, 0u);
  EXPECT_FALSE(Log::open(clock, folder / "no/such/folder"));
  Log::null().error("goes nowhere");
}

}  // namespace
}  // namespace mlc
