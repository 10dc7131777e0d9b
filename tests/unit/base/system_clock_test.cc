#include "runtime/base/system_clock.h"

#include <gtest/gtest.h>

#include <set>

#include "runtime/base/files.h"
#include "tests/temp_folder.h"

namespace mlc {
namespace {

using namespace std::chrono_literals;

TEST(FileClock, RunsFromTheWrittenInstantAtTheWrittenPace) {
  test::TempFolder folder;
  SystemClock real;
  WallTime start = from_micros(1'700'000'000'250'000);
  WallTime written = real.wall();
  ASSERT_TRUE(FileClock::write(folder / "clock", written, start, 100));
  auto clock = FileClock::open(folder / "clock");
  ASSERT_TRUE(clock);
  EXPECT_EQ((*clock)->scale(), 100);
  SteadyTime steady = (*clock)->steady();
  WallTime virtual_now = (*clock)->wall();
  Duration least = (real.wall() - written);
  EXPECT_GE(virtual_now, start);
  // Read in between, so virtual time lies between 100 times the spans around it.
  EXPECT_LE(virtual_now - start, least * 100);
  SteadyTime last = steady;
  for (int i = 0; i < 1000; ++i) {
    SteadyTime next = (*clock)->steady();
    ASSERT_GE(next, last);
    last = next;
  }
}

TEST(FileClock, ProcessesThatReadOneFileAgree) {
  test::TempFolder folder;
  ASSERT_TRUE(FileClock::write(folder / "clock", from_micros(1'000'000), from_micros(2'000'000), 1));
  auto a = FileClock::open(folder / "clock"), b = FileClock::open(folder / "clock");
  WallTime first = (*a)->wall(), between = (*b)->wall(), last = (*a)->wall();
  EXPECT_LE(first, between);
  EXPECT_LE(between, last);
}

TEST(FileClock, RefusesBadFiles) {
  test::TempFolder folder;
  RealFiles files;
  for (const char* text : {"", "{}", "[]", R"({"real": 1, "virtual": 2})", R"({"real": 1, "virtual": 2, "scale": 0})",
                           R"({"real": 1, "virtual": 2, "scale": -1})", R"({"real": 1, "virtual": 2, "scale": 1000001})",
                           R"({"real": "1", "virtual": 2, "scale": 1})", R"({"real": 1, "real": 2, "virtual": 2, "scale": 1})",
                           R"({"real": -5, "virtual": 2, "scale": 1})", R"({"real": 1e300, "virtual": 2, "scale": 1})",
                           R"({"real": 1, "virtual": 2, "scale": 1)"}) {
    ASSERT_TRUE(files.write_atomic(folder / "clock", text, 0600));
    EXPECT_EQ(FileClock::open(folder / "clock").error().code(), Code::config) << text;
  }
  EXPECT_EQ(FileClock::open(folder / "none").error().code(), Code::not_found);
  ASSERT_TRUE(files.write_atomic(folder / "clock", R"( { "scale":60 , "virtual":1.5e9,"real":1700000000.5} )", 0600));
  EXPECT_TRUE(FileClock::open(folder / "clock"));
  EXPECT_FALSE(FileClock::write(folder / "clock", WallTime(), WallTime(), 0));
}

TEST(SystemRandom, FillsEveryLengthWithFreshBytes) {
  SystemRandom random;
  std::set<std::string> seen;
  for (size_t length : {16u, 255u, 4096u, 4097u, 10000u}) {
    for (int i = 0; i < 50; ++i) {
      std::string bytes(length, '\0');
      random.fill(bytes.data(), bytes.size());
      EXPECT_TRUE(seen.insert(bytes.substr(0, 16)).second);
      EXPECT_TRUE(seen.insert(bytes.substr(length - 16)).second || length == 16);
    }
  }
}

TEST(SystemRandom, BelowStaysBelow) {
  SystemRandom random;
  for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(7), 7u);
  EXPECT_EQ(random.below(0), 0u);
}

}  // namespace
}  // namespace mlc
