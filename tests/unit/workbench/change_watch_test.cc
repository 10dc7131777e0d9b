#include "runtime/workbench/change_watch.h"

#include <gtest/gtest.h>

#include "runtime/base/virtual_loop.h"

namespace mlc::workbench {
namespace {

using std::chrono::milliseconds;

// Events are told by hand.
class HandWatcher : public FolderWatcher {
 public:
  Result<std::unique_ptr<FolderWatch>> watch(const std::string& folder, std::function<bool(const std::string&)> enter,
                                             std::function<void(FolderEvent)> told) override {
    folders.push_back(folder);
    enters.push_back(std::move(enter));
    tell = std::move(told);
    return std::make_unique<FolderWatch>();
  }
  std::vector<std::string> folders;
  std::vector<std::function<bool(const std::string&)>> enters;
  std::function<void(FolderEvent)> tell;
};

class ChangeWatchTest : public ::testing::Test {
 protected:
  ChangeWatchTest() : watch_({&loop_, &loop_, &loop_, nullptr}, watcher_, [this] { ++changes_; }) {
    EXPECT_TRUE(watch_.watch("/w", "/share").ok());
  }
  VirtualLoop loop_;
  HandWatcher watcher_;
  int changes_ = 0;
  ChangeWatch watch_;
};

TEST_F(ChangeWatchTest, ManyFilesAreOneChangeAfterAQuietTime) {
  for (int i = 0; i < 300; ++i) {
    watcher_.tell({"/w/scripts/systems/a/f" + std::to_string(i) + ".lua"});
    loop_.run_for(milliseconds(3));
  }
  EXPECT_EQ(changes_, 0);
  EXPECT_TRUE(watch_.pending());
  loop_.run_for(milliseconds(100));
  EXPECT_EQ(changes_, 1);
  EXPECT_FALSE(watch_.pending());
}

TEST_F(ChangeWatchTest, AFileThatIsStillWrittenIsWaitedFor) {
  watcher_.tell({"/w/clients/acme/client.lua", false, true});
  loop_.run_for(milliseconds(500));
  EXPECT_EQ(changes_, 0);
  watcher_.tell({"/w/clients/acme/client.lua", false, false});
  loop_.run_for(milliseconds(100));
  EXPECT_EQ(changes_, 1);
}

TEST_F(ChangeWatchTest, AWriterThatNeverClosesHoldsNothingUpForLong) {
  watcher_.tell({"/w/clients/acme/client.lua", false, true});
  loop_.run_for(std::chrono::seconds(3));
  EXPECT_EQ(changes_, 1);
}

TEST_F(ChangeWatchTest, AnEndlessStreamIsLookedAtNowAndThen) {
  for (int i = 0; i < 600; ++i) {
    watcher_.tell({"/w/clients/acme/client.lua"});
    loop_.run_for(milliseconds(10));
  }
  EXPECT_GE(changes_, 2);
}

TEST_F(ChangeWatchTest, SwapFilesAndOtherTypesAreNobodysScripts) {
  for (const char* name : {".invoice.lua.swp", "invoice.lua~", "4913", ".git", "README.md"})
    watcher_.tell({std::string("/w/clients/acme/") + name, std::string(name) == ".git"});
  loop_.run_for(std::chrono::seconds(1));
  EXPECT_EQ(changes_, 0);
  watcher_.tell({"/w/clients/acme/codes.csv"});
  watcher_.tell({"/w/clients/new", true});
  loop_.run_for(std::chrono::seconds(1));
  EXPECT_EQ(changes_, 1);
}

TEST_F(ChangeWatchTest, OnlyFoldersOfScriptsAreEntered) {
  ASSERT_EQ(watcher_.folders, (std::vector<std::string>{"/w", "/share"}));
  EXPECT_TRUE(watcher_.enters[0]("/w/clients"));
  EXPECT_TRUE(watcher_.enters[0]("/w/scripts/systems/a"));
  EXPECT_FALSE(watcher_.enters[0]("/w/state"));
  EXPECT_FALSE(watcher_.enters[0]("/w/.git"));
  EXPECT_FALSE(watcher_.enters[0]("/w/scripts/.cache"));
  EXPECT_TRUE(watcher_.enters[1]("/share/stdlib"));
  EXPECT_FALSE(watcher_.enters[1]("/share/docs"));
}

}  // namespace
}  // namespace mlc::workbench
