#include "runtime/base/folder_watch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/base/system_clock.h"
#include "tests/temp_folder.h"

namespace mlc {
namespace {

class FolderWatchTest : public ::testing::Test {
 protected:
  FolderWatchTest() : loop_(clock_), watcher_(real_folder_watcher(loop_)) {
    auto watch = watcher_->watch(
        folder_.path(), [](const std::string& path) { return path.find("skip") == std::string::npos; },
        [this](const FolderEvent& event) {
          events_.push_back(event);
          if (done_ && done_()) loop_.stop();
        });
    EXPECT_TRUE(watch.ok());
    if (watch) watch_ = std::move(*watch);
  }
  // Runs the loop until `done` holds after an event.
  void until(std::function<bool()> done) {
    done_ = std::move(done);
    auto late = loop_.after_real(std::chrono::seconds(20), [this] {
      ADD_FAILURE() << "the event did not come";
      loop_.stop();
    });
    if (!done_()) loop_.run();
  }
  bool told(const std::string& name) const {
    for (const auto& event : events_)
      if (event.path == folder_.path() + "/" + name && !event.writing) return true;
    return false;
  }
  void write(const std::string& name) const { std::ofstream(folder_.path() + "/" + name) << "text"; }

  SystemClock clock_;
  EventLoop loop_;
  test::TempFolder folder_;
  std::unique_ptr<FolderWatcher> watcher_;
  std::unique_ptr<FolderWatch> watch_;
  std::vector<FolderEvent> events_;
  std::function<bool()> done_;
};

TEST_F(FolderWatchTest, WritesRenamesAndRemovalsAreTold) {
  write("a.lua");
  until([this] { return told("a.lua"); });
  std::filesystem::rename(folder_.path() + "/a.lua", folder_.path() + "/b.lua");
  until([this] { return told("b.lua"); });
  events_.clear();
  std::filesystem::remove(folder_.path() + "/b.lua");
  until([this] { return told("b.lua"); });
}

TEST_F(FolderWatchTest, FoldersThatAppearAreWatchedTooAndOthersAreNot) {
  std::filesystem::create_directories(folder_.path() + "/one/two");
  std::filesystem::create_directories(folder_.path() + "/skip");
  until([this] { return told("one"); });
  write("skip/a.lua");
  write("one/two/b.lua");
  until([this] { return told("one/two/b.lua") || told("one/two") || told("one"); });
  events_.clear();
  write("one/two/c.lua");
  until([this] { return told("one/two/c.lua"); });
  EXPECT_FALSE(told("skip/a.lua"));
}

TEST_F(FolderWatchTest, AfterItsEndNothingIsTold) {
  watch_.reset();
  write("a.lua");
  auto soon = loop_.after_real(std::chrono::milliseconds(50), [this] { loop_.stop(); });
  loop_.run();
  EXPECT_TRUE(events_.empty());
}

}  // namespace
}  // namespace mlc
