#include "runtime/crypto/digest.h"

#include <gtest/gtest.h>

#include <thread>

#include "runtime/base/encoding.h"

namespace mlc::crypto {
namespace {

TEST(Digest, MatchesFips180) {
  EXPECT_EQ(to_hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(
      to_hex(sha512("abc")),
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Digest, IncrementalEqualsWholeAndStartsAnew) {
  Sha256 hash;
  EXPECT_EQ(hash.update("a").update("").update("bc").finish(), sha256("abc"));
  EXPECT_EQ(hash.update("abc").finish(), sha256("abc"));
}

TEST(Hmac, MatchesRfc4231) {
  EXPECT_EQ(to_hex(hmac(Hash::sha256, std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac(Hash::sha256, "Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // A key longer than a block.
  EXPECT_EQ(to_hex(hmac(Hash::sha256, std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(
      to_hex(hmac(Hash::sha512, "Jefe", "what do ya want for nothing?")),
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  EXPECT_EQ(to_hex(hmac(Hash::sha1, std::string(20, '\x0b'), "Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00");
}

TEST(Hmac, PartsEqualTheJoinedText) { EXPECT_EQ(hmac(Hash::sha256, "k", {"a", "", ".", "bc"}), hmac(Hash::sha256, "k", "a.bc")); }

// The context of a thread is reused: an empty key must not mean the key before it.
TEST(Hmac, EmptyKeyIsNotTheLastKey) {
  std::string with_key = hmac(Hash::sha256, "key", "data");
  std::string without = hmac(Hash::sha256, "", "data");
  EXPECT_NE(with_key, without);
  EXPECT_EQ(to_hex(hmac(Hash::sha256, std::string_view(), "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hmac, IsTheSameOnEveryThread) {
  std::string expected = hmac(Hash::sha256, "key", "data");
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        hmac(Hash::sha256, std::to_string(i), "other");
        if (hmac(Hash::sha256, "key", "data") != expected) ++wrong;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(EqualConstantTime, ComparesContentAndLength) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "abcd"));
  EXPECT_FALSE(equal_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

}  // namespace
}  // namespace mlc::crypto
