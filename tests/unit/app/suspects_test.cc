#include "runtime/app/suspects.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/temp_folder.h"

namespace mlc::app {
namespace {

class SuspectsTest : public ::testing::Test {
 protected:
  mlc::test::TempFolder temporary_;
  const std::string folder_ = temporary_.path();
  WorkBoard board_;
};

// T12: a job that takes the process with it is known by name at the next start.
TEST_F(SuspectsTest, AFatalSignalNamesTheJobOfItsThreadAndKeepsItsUsualEnd) {
  int errors[2];
  ASSERT_EQ(pipe(errors), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    dup2(errors[1], STDERR_FILENO);
    Suspects suspects(folder_, board_);
    suspects.watch_signals();
    const WorkBoard::Mark mark(&board_, 4711);
    raise(SIGBUS);
    _exit(0);
  }
  close(errors[1]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  std::string told(4096, '\0');
  told.resize(static_cast<size_t>(std::max<ssize_t>(read(errors[0], told.data(), told.size()), 0)));
  close(errors[0]);
  const auto line = nlohmann::json::parse(told, nullptr, false);
  ASSERT_TRUE(line.is_object()) << told;
  EXPECT_EQ(line["event"], "fatal.signal");
  EXPECT_EQ(line["signal"], SIGBUS);
  EXPECT_NE(line["at"].get<std::string>().find("unit_app+0x"), std::string::npos) << told;
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGBUS);
  Suspects next(folder_, board_);
  EXPECT_TRUE(next.named(4711));
  EXPECT_FALSE(next.named(4712));
}

TEST_F(SuspectsTest, AnOrdinaryEndNamesNobody) {
  {
    Suspects suspects(folder_, board_);
    const WorkBoard::Mark mark(&board_, 1);
  }
  EXPECT_FALSE(Suspects(folder_, board_).named(1));
}

TEST_F(SuspectsTest, TheBoardShowsWhatLastsAndForgetsWhatEnded) {
  std::array<WorkBoard::Busy, WorkBoard::kPlaces> busy;
  const WorkBoard::Mark outer(&board_, 1);
  uint64_t turn = 0;
  {
    const WorkBoard::Mark inner(&board_, 2);
    ASSERT_EQ(board_.read(busy), 2u);
    EXPECT_EQ(busy[1].work, 2);
    EXPECT_EQ(busy[1].thread, gettid());
    turn = busy[1].turn;
  }
  EXPECT_EQ(board_.read(busy), 1u);
  const WorkBoard::Mark again(&board_, 2);
  ASSERT_EQ(board_.read(busy), 2u);
  EXPECT_NE(busy[1].turn, turn) << "a later burst of the same job is not the same burst";
}

}  // namespace
}  // namespace mlc::app
