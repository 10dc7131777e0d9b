// What consultants get wrong, as data: mistakes/NN_name/ holds the files that differ from mistakes/base/, and expected.txt
// what `check` says of them. MLC_UPDATE=1 writes the expectations anew; read each sentence before it is kept.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/base/files.h"
#include "runtime/workbench/check.h"
#include "tests/source_dir.h"
#include "tests/temp_folder.h"

namespace mlc::workbench {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class Mistakes : public ::testing::Test {
 protected:
  Mistakes() {
    host_.files = &files_;
    host_.share = mlc::test::source_dir();
  }

  // The sentences of `check` over the base with the case's files laid over it.
  std::string told(const fs::path& changes) {
    const fs::path workspace = folder_.path() + "/workspace";
    fs::remove_all(workspace);
    fs::copy(cases_ / "base", workspace, fs::copy_options::recursive);
    if (!changes.empty()) fs::copy(changes, workspace, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    auto report = check(host_, workspace.string());
    if (!report) return "error: " + report.error().text() + "\n";
    std::string text;
    for (const auto& problem : report->problems) text += problem.text() + "\n";
    for (size_t at = text.find(host_.share); at != std::string::npos; at = text.find(host_.share))
      text.replace(at, host_.share.size(), "SHARE");
    return text;
  }

  const fs::path cases_ = mlc::test::source_dir() + "/tests/unit/workbench/mistakes";
  mlc::test::TempFolder folder_;
  RealFiles files_;
  script::Host host_;
};

TEST_F(Mistakes, TheBaseHasNone) { EXPECT_EQ(told({}), ""); }

// Issue 3, done when 4: each is told with file, line and a sentence that helps.
TEST_F(Mistakes, C7_EachIsToldWithFileLineAndASentenceThatHelps) {
  const bool update = ::getenv("MLC_UPDATE") != nullptr;
  int cases = 0;
  for (const auto& entry : fs::directory_iterator(cases_)) {
    if (!entry.is_directory() || entry.path().filename() == "base") continue;
    ++cases;
    const std::string text = told(entry.path());
    if (update) std::ofstream(entry.path() / "expected.txt") << text;
    EXPECT_EQ(text, read(entry.path() / "expected.txt")) << entry.path().filename();
    std::istringstream lines(text);
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      // file.lua:12:3: a sentence
      const size_t name = line.find(':'), row = line.find(':', name + 1), column = line.find(':', row + 1);
      ASSERT_NE(column, std::string::npos) << entry.path().filename() << ": " << line;
      EXPECT_GT(std::stoi(line.substr(name + 1)), 0) << line;
      EXPECT_GT(std::stoi(line.substr(row + 1)), 0) << line;
      EXPECT_GT(line.size(), column + 10) << line;
    }
    EXPECT_GE(count, 1) << entry.path().filename() << " is no mistake";
    EXPECT_LE(count, 3) << entry.path().filename() << " tells one mistake too often:\n" << text;
  }
  EXPECT_GE(cases, 40);
}

}  // namespace
}  // namespace mlc::workbench
