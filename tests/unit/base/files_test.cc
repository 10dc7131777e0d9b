#include "runtime/base/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/temp_folder.h"

namespace mlc {
namespace {

// The same promises from the disk and from memory.
struct FilesTest : ::testing::TestWithParam<bool> {
  test::TempFolder temporary;
  RealFiles real;
  MemoryFiles memory;
  Files& files = GetParam() ? static_cast<Files&>(real) : memory;
  std::string root = temporary / "root";
  void SetUp() override { ASSERT_TRUE(files.make_dirs(root, 0700)); }
};
INSTANTIATE_TEST_SUITE_P(RealAndMemory, FilesTest, ::testing::Bool());

TEST_P(FilesTest, ReplacesWholeFilesAndLeavesNothingBeside) {
  ASSERT_TRUE(files.write_atomic(root + "/a", "first", 0600));
  ASSERT_TRUE(files.write_atomic(root + "/a", std::string("second\0bytes", 12), 0600));
  EXPECT_EQ(*files.read(root + "/a"), std::string("second\0bytes", 12));
  EXPECT_EQ(*files.list(root), (std::vector<std::string>{"a"}));
}

TEST_P(FilesTest, AppendsAcrossHandles) {
  {
    auto file = files.append(root + "/log", 0600);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append_synced("one\n"));
    ASSERT_TRUE((*file)->append_synced("two\n"));
  }
  auto again = files.append(root + "/log", 0600);
  ASSERT_TRUE((*again)->append_synced("three\n"));
  EXPECT_EQ(*files.read(root + "/log"), "one\ntwo\nthree\n");
}

TEST_P(FilesTest, SaysNotFound) {
  EXPECT_EQ(files.read(root + "/none").error().code(), Code::not_found);
  EXPECT_EQ(files.remove(root + "/none").error().code(), Code::not_found);
  EXPECT_EQ(files.list(root + "/none").error().code(), Code::not_found);
  EXPECT_EQ(files.write_atomic(root + "/none/a", "x", 0600).error().code(), Code::not_found);
  EXPECT_EQ(files.append(root + "/none/a", 0600).error().code(), Code::not_found);
  EXPECT_FALSE(files.exists(root + "/none"));
}

TEST_P(FilesTest, MakesFoldersListsAndRemoves) {
  ASSERT_TRUE(files.make_dirs(root + "/x/y/z", 0700));
  ASSERT_TRUE(files.make_dirs(root + "/x/y/z", 0700));
  ASSERT_TRUE(files.write_atomic(root + "/x/b", "1", 0600));
  ASSERT_TRUE(files.write_atomic(root + "/x/a", "1", 0600));
  EXPECT_EQ(*files.list(root + "/x"), (std::vector<std::string>{"a", "b", "y"}));
  EXPECT_TRUE(files.exists(root + "/x/y"));
  ASSERT_TRUE(files.remove(root + "/x/a"));
  EXPECT_FALSE(files.exists(root + "/x/a"));
  EXPECT_EQ(files.make_dirs(root + "/x/b", 0700).error().code(), Code::conflict);
}

TEST_P(FilesTest, LockHasOneHolder) {
  auto first = files.lock(root + "/lock");
  ASSERT_TRUE(first);
  EXPECT_EQ(files.lock(root + "/lock").error().code(), Code::conflict);
  first = Error(Code::internal, "released");
  EXPECT_TRUE(files.lock(root + "/lock"));
}

TEST(RealFiles, SetsTheModeWhateverTheUmask) {
  test::TempFolder folder;
  RealFiles files;
  mode_t before = umask(0077);
  ASSERT_TRUE(files.write_atomic(folder / "open", "x", 0644));
  umask(0);
  ASSERT_TRUE(files.write_atomic(folder / "closed", "x", 0600));
  umask(before);
  struct stat found;
  ASSERT_EQ(stat((folder / "open").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0644u);
  ASSERT_EQ(stat((folder / "closed").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST(RealFiles, RefusesHugeFilesAndFoldersAsFiles) {
  test::TempFolder folder;
  RealFiles files;
  ASSERT_TRUE(files.write_atomic(folder / "big", "x", 0600));
  ASSERT_EQ(truncate((folder / "big").c_str(), Files::kMaxRead), 0);
  EXPECT_EQ(files.read(folder / "big")->size(), Files::kMaxRead);
  ASSERT_EQ(truncate((folder / "big").c_str(), Files::kMaxRead + 1), 0);
  EXPECT_EQ(files.read(folder / "big").error().code(), Code::exhausted);
  EXPECT_FALSE(files.read(folder / "."));
  EXPECT_FALSE(files.write_atomic(folder / ".", "x", 0600));
}

}  // namespace
}  // namespace mlc
