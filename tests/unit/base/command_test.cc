#include "runtime/base/command.h"

#include <gtest/gtest.h>

#include "tests/temp_folder.h"

namespace mlc {
namespace {

Command shell(const std::string& script) {
  Command command;
  command.arguments = {"/bin/sh", "-c", script};
  return command;
}

TEST(Command, GivesInputAndKeepsOutputAndExit) {
  auto command = shell("cat; echo told >&2; exit 7");
  command.input = "hello\n";
  auto end = run_command(command);
  ASSERT_TRUE(end.ok()) << end.error().text();
  EXPECT_EQ(end->exit, 7);
  EXPECT_EQ(end->output, "hello\ntold\n");
}

TEST(Command, ArgumentsPassNoShellT14) {
  Command command;
  command.arguments = {"/bin/echo", "$(id); `id` *", "a b"};
  auto end = run_command(command);
  ASSERT_TRUE(end.ok()) << end.error().text();
  EXPECT_EQ(end->output, "$(id); `id` * a b\n");
}

TEST(Command, IsKilledWithItsChildrenWhenTheTimeIsOver) {
  test::TempFolder folder;
  auto command = shell("(sleep 600 & echo $! > " + folder.path() + "/child; wait)");
  command.limit = std::chrono::milliseconds(300);
  auto end = run_command(command);
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code(), Code::timeout);
  // The group is gone: its member, re-parented, cannot be signalled once it is reaped.
  auto looked = run_command(shell("p=$(cat " + folder.path() +
                                  "/child); for i in 1 2 3 4 5 6 7 8 9; do kill -0 $p 2>/dev/null || exit 0; "
                                  "case $(cat /proc/$p/stat 2>/dev/null) in *' Z '*) exit 0;; esac; done; exit 1"));
  ASSERT_TRUE(looked.ok()) << looked.error().text();
  EXPECT_EQ(looked->exit, 0);
}

TEST(Command, OutputIsBoundedAndInputMayGoUnread) {
  auto command = shell("head -c 1000000 /dev/zero | tr '\\0' x");
  command.max_output = 100;
  command.input = std::string(1'000'000, 'i');
  auto end = run_command(command);
  ASSERT_TRUE(end.ok()) << end.error().text();
  EXPECT_EQ(end->output, std::string(100, 'x'));
}

TEST(Command, OneThatLeavesSomebodyBehindHasEnded) {
  auto end = run_command(shell("sleep 5 & echo queued"));
  ASSERT_TRUE(end.ok()) << end.error().text();
  EXPECT_EQ(end->output, "queued\n");
}

TEST(Command, WhatIsNotThereSaysSo) {
  Command command;
  command.arguments = {"/no/such/sendmail"};
  EXPECT_EQ(run_command(command).error().code(), Code::not_found);
  command.arguments = {"sendmail"};
  EXPECT_EQ(run_command(command).error().code(), Code::invalid_argument);
}

TEST(Command, SeesNoneOfOurFilesAndNoCredentialsFolder) {
  setenv("CREDENTIALS_DIRECTORY", "/secret/place", 1);
  auto end = run_command(shell("ls /proc/self/fd | wc -l; echo \"[$CREDENTIALS_DIRECTORY]\""));
  unsetenv("CREDENTIALS_DIRECTORY");
  ASSERT_TRUE(end.ok()) << end.error().text();
  EXPECT_EQ(end->output, "4\n[]\n");  // 0, 1, 2 and what ls opened
}

}  // namespace
}  // namespace mlc
