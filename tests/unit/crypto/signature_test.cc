#include "runtime/crypto/signature.h"

#include <gtest/gtest.h>

#include "runtime/base/encoding.h"
#include "runtime/crypto/ed25519.h"
#include "tests/unit/crypto/signed_samples.h"

namespace mlc::crypto {
namespace {

Verdict::Kind kind_of(const Sample& sample) { return sample.check().kind; }

TEST(Signature, AcceptsThePublishedVectors) {
  for (const Sample& sample : {standard_vector(), standard_ed25519_vector(), shop_vector(), books_vector()}) {
    Verdict verdict = sample.check();
    EXPECT_EQ(verdict.kind, Verdict::ok) << sample.name << ": " << verdict_name(verdict.kind);
    EXPECT_TRUE(validate(sample.scheme)) << sample.name;
  }
  EXPECT_EQ(standard_vector().check().signed_id, "msg_p5jXN8AQM9LWM0D4loKWxJek");
}

TEST(Signature, EverySampleIsAcceptedAsItStands) {
  for (const Sample& sample : all_samples()) {
    EXPECT_EQ(kind_of(sample), Verdict::ok) << sample.name;
    EXPECT_TRUE(validate(sample.scheme)) << sample.name;
    EXPECT_FALSE(sample.check().signed_id.empty()) << sample.name;
  }
}

TEST(Signature, RefusesEveryFlippedBitOfBodyAndSignedHeaders) {
  for (const Sample& original : all_samples()) {
    for (size_t bit = 0; bit < original.body.size() * 8; ++bit) {
      Sample changed = original;
      changed.body[bit / 8] = static_cast<char>(changed.body[bit / 8] ^ (1 << bit % 8));
      ASSERT_NE(kind_of(changed), Verdict::ok) << original.name << " body bit " << bit;
    }
    for (size_t header = 0; header < original.headers.size(); ++header) {
      for (size_t bit = 0; bit < original.headers[header].second.size() * 8; ++bit) {
        Sample changed = original;
        char& byte = changed.headers[header].second[bit / 8];
        byte = static_cast<char>(byte ^ (1 << bit % 8));
        ASSERT_NE(kind_of(changed), Verdict::ok) << original.name << " " << original.headers[header].first << " bit " << bit;
      }
    }
  }
}

TEST(Signature, RefusesEveryMissingDuplicateOrEmptyField) {
  for (const Sample& original : all_samples()) {
    for (size_t header = 0; header < original.headers.size(); ++header) {
      Sample changed = original;
      changed.headers.erase(changed.headers.begin() + static_cast<ptrdiff_t>(header));
      EXPECT_EQ(kind_of(changed), Verdict::missing) << original.name;
      changed = original;
      changed.headers[header].second.clear();
      EXPECT_EQ(kind_of(changed), Verdict::missing) << original.name;
      changed = original;
      changed.headers.push_back(original.headers[header]);
      EXPECT_EQ(kind_of(changed), Verdict::duplicate_field) << original.name;
      changed.headers.back().first = to_hex("x");
      EXPECT_EQ(kind_of(changed), Verdict::ok) << original.name << ": other fields are nobody's business";
    }
  }
}

TEST(Signature, WithoutAUsableSecretNothingIsAccepted) {
  for (const Sample& original : all_samples()) {
    Sample changed = original;
    changed.secrets.clear();
    changed.token_secrets.clear();
    EXPECT_EQ(kind_of(changed), Verdict::no_secret) << original.name;
    changed = original;
    for (auto* list : {&changed.secrets, &changed.token_secrets})
      for (auto& version : *list) version.secret = Secret("");
    EXPECT_EQ(kind_of(changed), Verdict::no_secret) << original.name;
  }
}

TEST(Signature, OldSecretsHoldUntilTheirEndDate) {
  for (const Sample& original : all_samples()) {
    Sample rotated = original;
    for (auto* list : {&rotated.secrets, &rotated.token_secrets}) {
      if (list->empty()) continue;
      list->front().valid_until = original.now + Duration(1);
      list->insert(list->begin(), SecretVersion{Secret("whsec_bmV3IHNlY3JldCBvZiB0b2RheSwgbm90IHVzZWQ="), std::nullopt});
    }
    EXPECT_EQ(kind_of(rotated), Verdict::ok) << original.name;
    for (auto* list : {&rotated.secrets, &rotated.token_secrets})
      if (!list->empty()) list->back().valid_until = original.now;
    EXPECT_EQ(kind_of(rotated), Verdict::mismatch) << original.name;
  }
}

TEST(StandardWebhooks, AcceptsThreeHundredSecondsBothWaysAndNoMore) {
  Sample sample = standard_vector();
  const WallTime stamp = sample.now;
  for (auto [seconds, expected] : {std::pair{300, Verdict::ok}, {-300, Verdict::ok}, {301, Verdict::stale}, {-301, Verdict::stale}}) {
    sample.now = stamp + std::chrono::seconds(seconds);
    EXPECT_EQ(kind_of(sample), expected) << seconds;
  }
}

TEST(StandardWebhooks, AcceptsAnyMatchAmongSeveralSignatures) {
  Sample sample = standard_vector();
  std::string& signatures = sample.headers[2].second;
  const std::string good = signatures;
  const std::string other = sign_standard_webhook("another key", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", sample.body);
  for (const std::string& text : {other + " " + good, good + " " + other, "v2,whatever " + good, "v1a,AAAA v1,not-base64 " + good}) {
    signatures = text;
    EXPECT_EQ(kind_of(sample), Verdict::ok) << text;
  }
  for (auto [text, expected] : {std::pair<std::string, Verdict::Kind>{other, Verdict::mismatch},
                                {"v2," + good.substr(3), Verdict::malformed},
                                {"v1a," + good.substr(3), Verdict::mismatch},
                                {good.substr(3), Verdict::malformed},
                                {good + " ", Verdict::malformed},
                                {good + "\n", Verdict::malformed},
                                {"v1, " + good.substr(3), Verdict::malformed},
                                {"V1," + good.substr(3), Verdict::malformed},
                                {good.substr(0, good.size() - 1), Verdict::malformed},
                                {"v1," + to_hex(*from_base64(good.substr(3))), Verdict::mismatch}}) {
    signatures = text;
    EXPECT_EQ(kind_of(sample), expected) << text;
  }
  signatures.clear();
  for (int i = 0; i < 15; ++i) signatures += other + " ";
  signatures += good;
  EXPECT_EQ(kind_of(sample), Verdict::ok);
  signatures += " " + other;  // the seventeenth
  EXPECT_EQ(kind_of(sample), Verdict::malformed);
}

TEST(StandardWebhooks, ReadsTimestampsAsPlainDigits) {
  for (std::string text :
       {"+1614265330", "-1614265330", " 1614265330", "1614265330 ", "1614265330.0", "0x60375c32", "161426533O", "999999999999"}) {
    Sample sample = standard_vector();
    sample.headers[1].second = text;
    sample.headers[2].second =
        sign_standard_webhook(*from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), sample.headers[0].second, text, sample.body);
    EXPECT_EQ(kind_of(sample), Verdict::malformed) << text;
  }
  // The literal text is signed, so leading zeros are part of it.
  Sample sample = standard_vector();
  sample.headers[1].second = "01614265330";
  EXPECT_EQ(kind_of(sample), Verdict::mismatch);
}

// "a.1" + "2" and "a" + "1.2" would sign the same bytes.
TEST(StandardWebhooks, RefusesIdsThatBlurTheSignedText) {
  for (std::string id : {std::string("msg.1"), std::string("msg\n1"), std::string(257, 'a')}) {
    Sample sample = standard_vector();
    sample.headers[0].second = id;
    sample.headers[2].second = sign_standard_webhook(*from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), id, "1614265330", sample.body);
    EXPECT_EQ(kind_of(sample), Verdict::malformed);
  }
}

TEST(StandardWebhooks, Utf8KeysAreNotDecoded) {
  Sample sample = standard_vector();
  std::get<StandardWebhooks>(sample.scheme.mac).key = StandardWebhooks::KeyForm::utf8;
  EXPECT_EQ(kind_of(sample), Verdict::mismatch);
  sample = shop_vector();
  std::get<StandardWebhooks>(sample.scheme.mac).key = StandardWebhooks::KeyForm::whsec;
  EXPECT_EQ(kind_of(sample), Verdict::no_secret);  // its text is no base64
}

TEST(StandardWebhooks, APublicKeyIsNoHmacKey) {
  Sample sample = standard_ed25519_vector();
  auto key = from_base64("1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
  sample.headers[2].second = sign_standard_webhook(*key, sample.headers[0].second, sample.headers[1].second, sample.body);
  EXPECT_EQ(kind_of(sample), Verdict::mismatch);
  sample.headers[2].second =
      sign_standard_webhook(sample.secrets[0].secret.reveal(), sample.headers[0].second, sample.headers[1].second, sample.body);
  EXPECT_EQ(kind_of(sample), Verdict::mismatch);
}

TEST(PlainMac, BetweenTakesTheLastMarkerAndLeavesNoByteUnsigned) {
  const std::string secret = "example-webhook-secret";
  auto body_of = [&](const std::string& content) {
    return R"({"Content":)" + content + R"(,"HashCode":")" + to_hex(hmac(Hash::sha256, secret, content), true) + R"("})";
  };
  Sample sample = books_vector();
  // A marker inside the content is content.
  sample.body = body_of(R"({"a":1,"HashCode":"00"})");
  EXPECT_EQ(kind_of(sample), Verdict::ok);
  const std::string good = body_of(R"({"a":1})");
  const std::string code = good.substr(good.size() - 66, 64);
  for (const std::string& bad :
       {" " + good, good + " ", good + "\n", good + "{}", good.substr(0, good.size() - 1), good.substr(0, good.size() - 1) + ",\"b\":1}",
        R"({"x":1,)" + good.substr(1), R"({"Content":{"evil":1},)" + good.substr(1), std::string(R"({"Content":,"HashCode":"")") + "}",
        std::string(R"({"Content":)"), std::string(), std::string("null"), R"({"Content":{"evil":1},"HashCode":")" + code + "\"}",
        good.substr(0, good.size() - 66) + to_hex(*from_hex(code)) + "\"}"}) {
    sample.body = bad;
    EXPECT_NE(kind_of(sample), Verdict::ok) << bad;
  }
  sample.body = body_of(R"({"a":1,"HashCode":"00"})");
  std::get<PlainMac::Between>(std::get<PlainMac>(sample.scheme.mac).over).last = false;
  EXPECT_EQ(kind_of(sample), Verdict::duplicate_field);
}

TEST(PlainMac, TheReplayKeyIsTheHashOfTheSignedBytes) {
  Sample sample = header_hex_sample();
  EXPECT_EQ(sample.check().signed_id, to_hex(sha256(sample.body)));
  Sample parts = parts_sample();
  EXPECT_EQ(parts.check().signed_id, to_hex(sha256("1700000000." + parts.body)));
}

TEST(PlainMac, HexHasTheCaseOfTheScheme) {
  Sample sample = header_hex_sample();
  std::string& text = sample.headers[0].second;
  const std::string good = text;
  text = "sha256=" + to_hex(*from_hex(good.substr(7)), true);
  EXPECT_EQ(kind_of(sample), Verdict::malformed);
  for (const std::string& bad : {good.substr(7), "SHA256=" + good.substr(7), "sha1=" + good.substr(7), good + "00",
                                 good.substr(0, good.size() - 2), good + " ", good + "," + good}) {
    text = bad;
    EXPECT_NE(kind_of(sample), Verdict::ok) << bad;
  }
}

TEST(Token, MustEqualBesidesTheSignature) {
  Sample sample = shop_vector();
  ASSERT_EQ(sample.headers[3].first, "X-Hook-Token");
  sample.headers[3].second = "random-hook-tokem";
  EXPECT_EQ(kind_of(sample), Verdict::mismatch);
  sample.headers[3].second = "random-hook-toke";
  EXPECT_EQ(kind_of(sample), Verdict::mismatch);
  sample = shop_vector();
  sample.headers[2].second = "v1," + to_base64(std::string(32, 'x'));
  EXPECT_EQ(kind_of(sample), Verdict::mismatch);  // the token alone is not enough
}

TEST(Scheme, ThatChecksNothingIsRefused) {
  SignatureScheme scheme;
  EXPECT_FALSE(validate(scheme));
  EXPECT_EQ(verify(scheme, {}, "x", {}, {}, WallTime()).kind, Verdict::no_secret);

  SignatureScheme unnamed = standard_vector().scheme;
  unnamed.secret.clear();
  EXPECT_FALSE(validate(unnamed));
  SignatureScheme zero = standard_vector().scheme;
  std::get<StandardWebhooks>(zero.mac).tolerance = Duration(0);
  EXPECT_FALSE(validate(zero));
  SignatureScheme bodyless = parts_sample().scheme;
  std::get<PlainMac>(bodyless.mac).over = PlainMac::Parts{{PlainMac::Part::Kind::header, "X-Time"}};
  EXPECT_FALSE(validate(bodyless));
  SignatureScheme json = books_vector().scheme;
  std::get<PlainMac>(json.mac).over = PlainMac::WholeBody{};
  EXPECT_FALSE(validate(json));
  json = books_vector().scheme;
  std::get<PlainMac>(json.mac).given = PlainMac::InJson{"Other"};
  EXPECT_FALSE(validate(json));
}

}  // namespace
}  // namespace mlc::crypto
