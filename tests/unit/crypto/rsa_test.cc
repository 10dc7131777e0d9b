#include "runtime/crypto/rsa.h"

#include <gtest/gtest.h>

#include "runtime/base/encoding.h"
#include "runtime/crypto/signature.h"
#include "tests/unit/crypto/rsa_samples.h"

namespace mlc::crypto {
namespace {

constexpr std::string_view kBody = R"({"resource_url":"https://api.example.com/v2/labels?batch_id=1","resource_type":"LABEL_CREATED_V2"})";

struct Delivery {
  SignatureScheme scheme;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body{kBody};
  std::vector<SecretVersion> pinned;
  WallTime now = WallTime(std::chrono::seconds(1700000000));

  Delivery() {
    using Kind = PlainMac::Part::Kind;
    RsaSignature rsa;
    rsa.over = {{Kind::header, "x-time"}, {Kind::literal, "."}, {Kind::body, ""}};
    rsa.signature = "x-signature", rsa.key = "x-key-id", rsa.time = "x-time", rsa.keys = "keys.get";
    scheme.mac = rsa;
    scheme.secret = "webhook_keys";
    pinned.push_back({Secret(RsaSigner::of("one").pinned() + "\n" + RsaSigner::of("two").pinned()), std::nullopt});
    sign("one", "1700000000");
  }
  void sign(const std::string& key, const std::string& time) {
    headers = {{"X-Time", time}, {"X-Key-Id", key}, {"X-Signature", RsaSigner::of(key).sign(time + "." + body)}};
  }
  Verdict::Kind kind() const { return verify(scheme, headers, body, pinned, {}, now).kind; }
};

TEST(Rsa, T1_WhatAPinnedKeySignedIsTakenAndKnownAgain) {
  Delivery delivery;
  ASSERT_TRUE(validate(delivery.scheme));
  const auto verdict = verify(delivery.scheme, delivery.headers, delivery.body, delivery.pinned, {}, delivery.now);
  EXPECT_EQ(verdict.kind, Verdict::ok);
  EXPECT_EQ(verdict.signed_id, to_hex(sha256("1700000000." + delivery.body)));
  delivery.sign("two", "2023-11-14T22:13:20Z");  // the same instant
  EXPECT_EQ(delivery.kind(), Verdict::ok);
}

TEST(Rsa, T1_NoFlippedBitOfBodyTimeKeyOrSignaturePasses) {
  const Delivery original;
  for (size_t bit = 0; bit < original.body.size() * 8; bit += 3) {
    Delivery forged = original;
    forged.body[bit / 8] = static_cast<char>(forged.body[bit / 8] ^ (1 << bit % 8));
    ASSERT_EQ(forged.kind(), Verdict::mismatch) << "body bit " << bit;
  }
  for (size_t header = 0; header < original.headers.size(); ++header) {
    for (size_t bit = 0; bit < original.headers[header].second.size() * 8; bit += 5) {
      Delivery forged = original;
      auto& byte = forged.headers[header].second[bit / 8];
      byte = static_cast<char>(byte ^ (1 << bit % 8));
      ASSERT_NE(forged.kind(), Verdict::ok) << original.headers[header].first << " bit " << bit;
    }
  }
}

TEST(Rsa, T1_AFieldThatIsStrippedEmptyOrTwiceIsRefused) {
  for (size_t header = 0; header < 3; ++header) {
    Delivery stripped;
    stripped.headers.erase(stripped.headers.begin() + static_cast<ptrdiff_t>(header));
    EXPECT_EQ(stripped.kind(), Verdict::missing);
    Delivery empty;
    empty.headers[header].second.clear();
    EXPECT_EQ(empty.kind(), Verdict::missing);
    Delivery twice;
    twice.headers.push_back(twice.headers[header]);
    EXPECT_EQ(twice.kind(), Verdict::duplicate_field);
  }
}

TEST(Rsa, T2_WhatWasSignedMoreThanFiveMinutesAwayIsStale) {
  for (auto [seconds, expected] : {std::pair{300, Verdict::ok}, {-300, Verdict::ok}, {301, Verdict::stale}, {-301, Verdict::stale}}) {
    Delivery delivery;
    delivery.now += std::chrono::seconds(seconds);
    EXPECT_EQ(delivery.kind(), expected) << seconds;
  }
  for (const char* time : {"1700000000.0", "+1700000000", "yesterday", "170000000000", " 1700000000"}) {
    Delivery delivery;
    delivery.sign("one", time);
    EXPECT_EQ(delivery.kind(), Verdict::malformed) << time;
  }
}

TEST(Rsa, T1_AKeyThatIsNotPinnedProvesNothingWhoeverHasIt) {
  Delivery other;
  other.sign("three", "1700000000");
  EXPECT_EQ(other.kind(), Verdict::unknown_key);
  Delivery renamed;  // signed by one key, in the name of another
  renamed.headers[1].second = "two";
  EXPECT_EQ(renamed.kind(), Verdict::mismatch);
  Delivery none;
  none.pinned.clear();
  EXPECT_EQ(none.kind(), Verdict::unknown_key);
}

TEST(Rsa, T1_NoOtherAlgorithmIsTaken) {
  // The public key as the key of a MAC, which every reader of the key set could make.
  Delivery mac;
  const auto& modulus = RsaSigner::of("one").modulus();
  mac.headers[2].second = to_base64(hmac(Hash::sha256, modulus, "1700000000." + mac.body));
  EXPECT_EQ(mac.kind(), Verdict::mismatch);
  // No signature at all, one that is too long, one that is the padded text itself.
  for (const std::string& text : {std::string("="), to_base64(std::string(256, '\0')), to_base64(std::string(257, '\1')), to_base64("1")}) {
    Delivery delivery;
    delivery.headers[2].second = text;
    EXPECT_NE(delivery.kind(), Verdict::ok) << text;
  }
}

TEST(Rsa, T1_KeysAreOf2048To4096BitsWithTheUsualExponent) {
  const auto number = [](const std::string& bytes) { return to_base64url(bytes); };
  const auto modulus = RsaSigner::of("one").modulus();
  EXPECT_TRUE(rsa_key("one", number(modulus), "AQAB"));
  EXPECT_TRUE(rsa_key("one", number('\0' + modulus), "AQAB"));  // zeros before it are nothing
  EXPECT_FALSE(rsa_key("one", number(modulus), "Aw"));          // 3
  EXPECT_FALSE(rsa_key("one", number(modulus), "AQ"));          // 1: everything would be signed
  EXPECT_FALSE(rsa_key("one", number(RsaSigner::of("small", 1024).modulus()), "AQAB"));
  EXPECT_FALSE(rsa_key("one", number("\x80" + std::string(512, '\1')), "AQAB"));
  EXPECT_FALSE(rsa_key("one", number("\x80" + std::string(255, '\2')), "AQAB"));  // even
  EXPECT_FALSE(rsa_key("one", "not base64url!", "AQAB"));
  EXPECT_FALSE(rsa_key("", number(modulus), "AQAB"));
  EXPECT_FALSE(rsa_key(std::string(129, 'k'), number(modulus), "AQAB"));
  EXPECT_FALSE(rsa_key("o\nne", number(modulus), "AQAB"));
  const auto pinned = pinned_key(pinned_text({"a key/1", modulus}));
  ASSERT_TRUE(pinned);
  EXPECT_EQ(pinned->id, "a key/1");
  EXPECT_EQ(pinned->modulus, modulus);
}

TEST(Rsa, ASchemeThatSignsNoTimeOrNoBodyIsRefused) {
  Delivery delivery;
  auto& rsa = std::get<RsaSignature>(delivery.scheme.mac);
  const auto over = rsa.over;
  rsa.over = {over[2]};
  EXPECT_FALSE(validate(delivery.scheme));
  rsa.over = {over[0]};
  EXPECT_FALSE(validate(delivery.scheme));
  rsa.over = over, rsa.keys = "";
  EXPECT_FALSE(validate(delivery.scheme));
}

}  // namespace
}  // namespace mlc::crypto
