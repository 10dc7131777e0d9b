// A folder that another program empties: a file appears whole, under a name of its own, once for each key (L1).
#include "runtime/base/spool.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "runtime/base/files.h"
#include "tests/temp_folder.h"

namespace mlc {
namespace {

class Spool : public ::testing::Test {
 protected:
  Result<Spooled> put(const std::string& name, const std::string& key, const std::string& bytes = "label") {
    return spool(folder_.path(), name, key, bytes, &maybe_);
  }
  std::vector<std::string> names() {
    auto all = files_.list(folder_.path()).value_or({});
    std::erase(all, ".ml-connector");
    return all;
  }

  test::TempFolder folder_;
  RealFiles real_;
  Files& files_ = real_;
  bool maybe_ = false;
};

TEST_F(Spool, L1_TheSameKeyPlacesOneFileAlsoWhenItWasTakenAway) {
  auto first = put("1Z.zpl", "k1");
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_EQ(first->name, "1Z.zpl");
  EXPECT_FALSE(first->before);
  ASSERT_TRUE(files_.remove(folder_ / "1Z.zpl"));
  auto again = put("1Z.zpl", "k1");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->before);
  EXPECT_EQ(again->name, "1Z.zpl");
  EXPECT_TRUE(names().empty()) << "what was printed came back";
}

TEST_F(Spool, L1_AnotherKeyNeverTakesTheNameOfAFileThatIsThere) {
  ASSERT_TRUE(put("1Z.zpl", "k1", "one"));
  auto second = put("1Z.zpl", "k2", "two");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->name, "1Z-2.zpl");
  EXPECT_EQ(*files_.read(folder_ / "1Z.zpl"), "one");
  EXPECT_EQ(*files_.read(folder_ / "1Z-2.zpl"), "two");
  EXPECT_EQ(put("bare", "k3")->name, "bare");
  EXPECT_EQ(put("bare", "k4")->name, "bare-2");
}

// Every step at which a process may end: what waits is placed by the next call, what was moved is not placed again.
TEST_F(Spool, L1_EndedAtEachStepItIsPlacedOnce) {
  const std::string own = folder_ / ".ml-connector";
  ASSERT_TRUE(files_.make_dirs(own));
  ASSERT_TRUE(files_.write_atomic(own + "/k1.ready", "cut short by a full disk"));
  EXPECT_FALSE(put("a.zpl", "k1", "whole")->before);
  EXPECT_EQ(*files_.read(folder_ / "a.zpl"), "whole");
  ASSERT_TRUE(files_.write_atomic(own + "/k2.ready", "whole"));
  ASSERT_TRUE(files_.write_atomic(own + "/k2", "b.zpl"));
  EXPECT_FALSE(put("b.zpl", "k2", "whole")->before);
  EXPECT_EQ(names(), (std::vector<std::string>{"a.zpl", "b.zpl"}));
  ASSERT_TRUE(files_.write_atomic(own + "/k3", "c.zpl"));  // moved, taken away, and the answer lost
  EXPECT_TRUE(put("c.zpl", "k3", "whole")->before);
  EXPECT_EQ(names(), (std::vector<std::string>{"a.zpl", "b.zpl"}));
}

TEST_F(Spool, L1_SaysWhatIsWrongWithAFolder) {
  EXPECT_TRUE(try_spool(folder_.path()));
  EXPECT_TRUE(names().empty());
  auto missing = spool(folder_ / "none", "a", "k", "x", &maybe_);
  EXPECT_EQ(missing.error().code(), Code::not_found);
  EXPECT_FALSE(maybe_);
  EXPECT_EQ(try_spool(folder_ / "none").error().code(), Code::not_found);
  ASSERT_TRUE(files_.write_atomic(folder_ / "file", "x"));
  EXPECT_EQ(try_spool(folder_ / "file").error().code(), Code::not_found);
}

TEST_F(Spool, L1_WhoeverEmptiesItMayReadTheFile) {
  ASSERT_TRUE(put("1Z.zpl", "k1"));
  struct stat found;
  ASSERT_EQ(::stat((folder_ / "1Z.zpl").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0644U);
}

}  // namespace
}  // namespace mlc
