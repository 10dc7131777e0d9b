#include "runtime/base/ids.h"

#include <gtest/gtest.h>

#include <set>

#include "runtime/base/virtual_loop.h"

namespace mlc {
namespace {

TEST(Ids, SortByTimeAndCarryIt) {
  SeededRandom random(3);
  std::string last;
  for (int64_t millis : {0ll, 1ll, 31ll, 32ll, 1'760'479'083'000ll, 1'760'479'083'001ll, 253'402'300'799'999ll}) {
    std::string id = new_id(random, from_micros(millis * 1000));
    EXPECT_TRUE(is_id(id)) << id;
    EXPECT_GT(id, last);
    last = id;
  }
  // The time part of the ULID specification's example: 1469918176385 is 01ARYZ6S41.
  EXPECT_EQ(new_id(random, from_micros(1'469'918'176'385'000)).substr(0, 10), "01ARYZ6S41");
}

TEST(Ids, DifferWithinOneMillisecond) {
  SeededRandom random(3);
  std::set<std::string> ids;
  for (int i = 0; i < 10000; ++i) ids.insert(new_id(random, from_micros(1)));
  EXPECT_EQ(ids.size(), 10000u);
}

TEST(Ids, DerivedOnesRepeatAndDoNotCollide) {
  EXPECT_EQ(derive_id("job", 7), derive_id("job", 7));
  std::set<std::string> ids;
  for (std::string seed : {"", "a", "b", "ab"})
    for (uint64_t counter : {0ull, 1ull, 256ull, 1ull << 40}) ids.insert(derive_id(seed, counter));
  EXPECT_EQ(ids.size(), 16u);
  for (const auto& id : ids) EXPECT_TRUE(is_id(id)) << id;
}

TEST(Ids, AreRecognised) {
  EXPECT_FALSE(is_id(""));
  EXPECT_FALSE(is_id("01ARYZ6S41TSV4RRFFQ69G5FA"));
  EXPECT_TRUE(is_id("01ARYZ6S41TSV4RRFFQ69G5FAV"));
  EXPECT_FALSE(is_id("81ARYZ6S41TSV4RRFFQ69G5FAV"));
  EXPECT_FALSE(is_id("01ARYZ6S41TSV4RRFFQ69G5FAU"));
  EXPECT_FALSE(is_id("01aryz6s41tsv4rrffq69g5fav"));
}

}  // namespace
}  // namespace mlc
