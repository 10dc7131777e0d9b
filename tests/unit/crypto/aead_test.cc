#include "runtime/crypto/aead.h"

#include <gtest/gtest.h>

#include "runtime/base/encoding.h"
#include "runtime/base/virtual_loop.h"
#include "runtime/crypto/ed25519.h"

namespace mlc::crypto {
namespace {

std::string hex(std::string_view text) { return *from_hex(text); }
Key256 key_of(std::string_view text) { return *Key256::from_bytes(hex(text)); }

// Test case 16 of the GCM specification (McGrew and Viega), AES-256 with additional data.
TEST(Aead, MatchesThePublishedVector) {
  Key256 key = key_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  std::string nonce = hex("cafebabefacedbaddecaf888"), aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  std::string plain =
      hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  auto sealed = seal(key, nonce, aad, plain);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(to_hex(*sealed),
            "cafebabefacedbaddecaf888"
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b");
  EXPECT_EQ(*open(key, aad, *sealed), plain);
}

TEST(Aead, OpensWhatItSealedAtEveryLength) {
  SeededRandom random(1);
  Key256 key = Key256::random(random);
  for (size_t length : {0u, 1u, 15u, 16u, 17u, 1000u, 100000u}) {
    std::string plain(length, 'p');
    auto sealed = seal(key, random_nonce(random), "place", plain);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(sealed->size(), length + kSealOverhead);
    auto opened = open(key, "place", *sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, plain);
  }
  EXPECT_EQ(*open(key, "", *seal(key, random_nonce(random), "", "")), "");
}

TEST(Aead, RefusesEveryChangedBit) {
  SeededRandom random(2);
  Key256 key = Key256::random(random);
  std::string sealed = *seal(key, random_nonce(random), "place", "some plain text");
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    auto opened = open(key, "place", changed);
    ASSERT_FALSE(opened) << bit;
    EXPECT_EQ(opened.error().code(), Code::corrupt);
  }
  for (size_t length = 0; length < sealed.size(); ++length) ASSERT_FALSE(open(key, "place", sealed.substr(0, length)));
  EXPECT_FALSE(open(key, "place", sealed + "x"));
  // A failure leaves nothing behind in the thread's context.
  EXPECT_TRUE(open(key, "place", sealed));
}

TEST(Aead, RefusesAnotherPlaceOrKey) {
  SeededRandom random(3);
  Key256 key = Key256::random(random), other = Key256::random(random);
  std::string sealed = *seal(key, random_nonce(random), "table/1/column", "x");
  EXPECT_FALSE(open(key, "table/2/column", sealed));
  EXPECT_FALSE(open(key, "", sealed));
  EXPECT_FALSE(open(other, "table/1/column", sealed));
}

TEST(Aead, RefusesWrongSizes) {
  EXPECT_FALSE(Key256::from_bytes(std::string(31, 'k')));
  EXPECT_FALSE(Key256::from_bytes(std::string(33, 'k')));
  EXPECT_FALSE(seal(Key256(), std::string(11, 'n'), "", "x"));
  EXPECT_FALSE(seal(Key256(), std::string(16, 'n'), "", "x"));
}

TEST(Hkdf, MatchesRfc5869) {
  EXPECT_EQ(to_hex(*hkdf_sha256(std::string(22, '\x0b'), hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"), 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(to_hex(*hkdf_sha256(std::string(22, '\x0b'), "", "", 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  EXPECT_TRUE(hkdf_sha256("s", "", "", 8160));
  EXPECT_FALSE(hkdf_sha256("s", "", "", 8161));
  EXPECT_FALSE(hkdf_sha256("s", "", "", 0));
  EXPECT_FALSE(hkdf_sha256("", "", "", 32));
}

TEST(Ed25519, MatchesRfc8032) {
  Key256 seed = key_of("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
  std::string public_key = ed25519_public_key(seed), message = hex("af82");
  EXPECT_EQ(to_hex(public_key), "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
  std::string signature = ed25519_sign(seed, message);
  EXPECT_EQ(
      to_hex(signature),
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
  EXPECT_TRUE(ed25519_verify(public_key, message, signature));
  for (size_t bit = 0; bit < signature.size() * 8; ++bit) {
    std::string changed = signature;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    ASSERT_FALSE(ed25519_verify(public_key, message, changed)) << bit;
  }
  EXPECT_FALSE(ed25519_verify(public_key, "other", signature));
  EXPECT_FALSE(ed25519_verify(public_key.substr(1), message, signature));
  EXPECT_FALSE(ed25519_verify(public_key, message, signature.substr(1)));
}

}  // namespace
}  // namespace mlc::crypto
