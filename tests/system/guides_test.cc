// docs/consultants-guide.md and docs/new-system.md, word by word: what they let their reader type is typed into real terminals, the
// files they show are saved, and what they say is shown has to stand there. The pages themselves are read; nothing of them is repeated
// here.
//
//   ```console            typed in the terminal "main": "$ " begins a command of the shell, "acme/shop> " one of the REPL; the
//                         lines behind it are what is shown
//   ```console in NAME    in another terminal, which stays open
//   ```console until      its only command is given again until it shows this
//   ```lua, ```csv        a file of the workspace, named by the last `code` before the block
//   ```text               nothing to do
//
// In what is shown "…" stands for anything in a line, and a line of "…" alone for any number of lines.
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <sstream>

#include "tests/source_dir.h"
#include "tests/system/harness.h"
#include "tests/system/terminal.h"

namespace mlc::system_test {
namespace {

using Lines = Terminal::Lines;

constexpr Seconds kPatience{150};  // a lost answer is looked into after a minute
const std::string kAnything = "…";

struct Block {
  std::string language, terminal = "main", file;
  bool until = false;
  int line = 0;  // of the page
  Lines lines;
};

bool is_shell_prompt(const std::string& line) { return line == "$"; }

// "$", ">>", "acme/shop>", "acme/shop job 6>", "debug orders.lua:12>": what stands there when a line may be typed.
bool is_prompt(const std::string& line) {
  if (is_shell_prompt(line) || line == ">>") return true;
  if (line.size() < 2 || line.back() != '>') return false;
  std::istringstream words(line.substr(0, line.size() - 1));
  std::vector<std::string> all;
  for (std::string word; words >> word;) all.push_back(word);
  const auto place = [](const std::string& word, char mark) { return word.find(mark) != std::string::npos && std::isalpha(word[0]) != 0; };
  if (all.size() == 2) return all[0] == "debug" && place(all[1], ':');
  return (all.size() == 1 || (all.size() == 3 && all[1] == "job")) && place(all[0], '/');
}

// "acme/shop> :jobs" as prompt and what is typed; nothing when the line is one that is shown.
std::optional<std::pair<std::string, std::string>> typed(const std::string& line) {
  const bool shell = line.starts_with("$ ");
  const size_t end = shell ? 1 : line.find("> ");
  if (end == std::string::npos) return std::nullopt;
  const size_t size = shell ? 1 : end + 1;
  const std::string prompt = line.substr(0, size);
  if (!is_prompt(prompt)) return std::nullopt;
  return std::pair(prompt, line.substr(size + 1));
}

bool same_line(std::string_view wanted, std::string_view shown) {
  const size_t hole = wanted.find(kAnything);
  if (hole == std::string_view::npos) return wanted == shown;
  if (!shown.starts_with(wanted.substr(0, hole))) return false;
  const std::string_view rest = wanted.substr(hole + kAnything.size());
  for (size_t at = hole; at <= shown.size(); ++at)
    if (same_line(rest, shown.substr(at))) return true;
  return false;
}

bool same(const Lines& wanted, size_t w, const Lines& shown, size_t s) {
  if (w == wanted.size()) return s == shown.size();
  if (wanted[w] == kAnything) {
    for (size_t skip = s; skip <= shown.size(); ++skip)
      if (same(wanted, w + 1, shown, skip)) return true;
    return false;
  }
  return s < shown.size() && same_line(wanted[w], shown[s]) && same(wanted, w + 1, shown, s + 1);
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const auto& line : lines) text += "    " + line + "\n";
  return text;
}

// The last `code` of a line of prose.
std::string last_code(const std::string& line) {
  const size_t end = line.rfind('`');
  const size_t begin = end == std::string::npos || end == 0 ? std::string::npos : line.rfind('`', end - 1);
  return begin == std::string::npos ? "" : line.substr(begin + 1, end - begin - 1);
}

std::vector<Block> blocks_of(const std::string& page) {
  std::vector<Block> blocks;
  std::istringstream in(page);
  std::string line, prose;
  bool inside = false;
  for (int number = 1; std::getline(in, line); ++number) {
    if (!line.starts_with("```")) {
      if (inside) blocks.back().lines.push_back(line);
      else if (!line.empty()) prose = line;
      continue;
    }
    inside = !inside;
    if (!inside) continue;
    Block block;
    block.line = number;
    std::istringstream words(line.substr(3));
    words >> block.language;
    for (std::string word; words >> word;) {
      if (word == "until") block.until = true;
      else if (word == "in") words >> block.terminal;
      else ADD_FAILURE() << "line " << number << ": a block may be `in NAME` or `until`, not " << word;
    }
    if (block.language == "lua" || block.language == "csv") block.file = last_code(prose);
    blocks.push_back(std::move(block));
  }
  return blocks;
}

class Guide : public ::testing::Test {
 protected:
  Guide() {
    const std::string program = World::program();
    Variables variables = {{"HOME", folder_.path},
                           {"PATH", program.substr(0, program.rfind('/')) + ":" + std::getenv("PATH")},
                           {"XDG_CONFIG_HOME", folder_.path + "/config"},
                           {"XDG_STATE_HOME", folder_.path + "/state"},
                           {"CREDENTIALS_DIRECTORY", ""},
                           {"NOTIFY_SOCKET", ""}};
    terminals_ = std::make_unique<Terminals>(folder_.path, std::move(variables));
  }

  Terminal& terminal(const std::string& name) { return terminals_->open(name, folder_.path); }

  void play(const Block& block) {
    SCOPED_TRACE(page_ + ":" + std::to_string(block.line));
    if (block.language == "console") return type_all(block);
    if (block.language == "text") return;
    ASSERT_TRUE(block.language == "lua" || block.language == "csv") << "what is a block of \"" << block.language << "\"?";
    ASSERT_NE(block.file.find('.'), std::string::npos) << "the line before a file names it in `code`";
    std::string text;
    for (const auto& line : block.lines) text += line + "\n";
    write_file(folder_.path + "/" + workspace_ + "/" + block.file, text);
  }

  void type_all(const Block& block) {
    size_t commands = 0;
    for (size_t i = 0; i < block.lines.size();) {
      const auto command = typed(block.lines[i]);
      ASSERT_TRUE(command) << "the block shows what nobody asked for: " << block.lines[i];
      Lines wanted;
      size_t next = i + 1;
      while (next < block.lines.size() && !typed(block.lines[next])) wanted.push_back(block.lines[next++]);
      // What stands behind the last lines is the prompt of the next command.
      if (next < block.lines.size()) wanted.push_back(typed(block.lines[next])->first);
      ASSERT_TRUE(!block.until || ++commands == 1) << "only one command can be given until it shows something";
      ASSERT_NO_FATAL_FAILURE(one(block, command->first, command->second, wanted, next == block.lines.size()));
      i = next;
    }
  }

  // Types one line where its prompt stands, and waits for what it should show and the prompt behind it.
  void one(const Block& block, const std::string& prompt, const std::string& text, const Lines& wanted, bool last) {
    Terminal& screen = terminal(block.terminal);
    const auto at_prompt = [&](const Lines& lines) { return same_line(prompt, lines.back()); };
    Lines lines = screen.wait_for(at_prompt, kPatience);
    ASSERT_TRUE(!lines.empty() && at_prompt(lines)) << "where \"" << prompt << " " << text << "\" is typed, there stands:\n"
                                                    << joined(lines);
    Lines shown;
    const auto good = [&] {
      if (!last) return same(wanted, 0, shown, 0);
      if (!shown.empty() && is_prompt(shown.back())) return same(wanted, 0, Lines(shown.begin(), shown.end() - 1), 0);
      return !wanted.empty() && wanted.back() == kAnything && same(wanted, 0, shown, 0);  // what goes on, such as serve
    };
    const auto end = std::chrono::steady_clock::now() + kPatience;
    do {
      const size_t from = screen.lines().size();
      screen.type(text);
      const auto over = [&](const Lines& now) {
        shown.assign(now.begin() + static_cast<std::ptrdiff_t>(std::min(from, now.size())), now.end());
        return good() || (!shown.empty() && is_prompt(shown.back()));
      };
      screen.wait_for(over, kPatience);
    } while (block.until && !good() && std::chrono::steady_clock::now() < end);
    ASSERT_TRUE(good()) << prompt << " " << text << "\n  should show\n" << joined(wanted) << "  and shows\n" << joined(shown);
  }

  // All of a page whose files belong to `workspace`.
  void follow(const std::string& page, const std::string& workspace) {
    page_ = page;
    workspace_ = workspace;
    ASSERT_EQ(std::system("tmux -V >/dev/null 2>&1"), 0) << "tmux is missing: cmake/packages.sh test installs it";
    const auto blocks = blocks_of(read_file(mlc::test::source_dir() + "/" + page));
    ASSERT_GT(blocks.size(), 20u) << "the page was not found, or lost its blocks";
    std::set<std::string> names;
    for (const auto& block : blocks) {
      ASSERT_NO_FATAL_FAILURE(play(block));
      names.insert(block.terminal);
    }
    // Ctrl-C ends what still runs.
    for (const auto& name : names) {
      const auto at_shell = [](const Lines& lines) { return is_shell_prompt(lines.back()); };
      if (at_shell(terminal(name).lines())) continue;
      terminal(name).interrupt();
      const Lines left = terminal(name).wait_for(at_shell, kPatience);
      EXPECT_TRUE(at_shell(left)) << name << " goes on:\n" << joined(left);
    }
  }

  Folder folder_;
  std::string page_, workspace_;
  std::unique_ptr<Terminals> terminals_;
};

TEST(GuideMarks, AnEllipsisStandsForAnythingAndNothingElseDoes) {
  EXPECT_TRUE(same({"a", "…", "job … done"}, 0, {"a", "x", "y", "job 4 done"}, 0));
  EXPECT_TRUE(same({"…"}, 0, {}, 0));
  EXPECT_FALSE(same({"a"}, 0, {"a", "b"}, 0));
  EXPECT_FALSE(same({"job … done"}, 0, {"job 4 parked"}, 0));
  EXPECT_FALSE(same({"a", "b"}, 0, {"b", "a"}, 0));
  EXPECT_TRUE(typed("acme/shop> :jobs") && typed("debug invoice.lua:9> :step") && typed("$ ls") && typed(">> end") &&
              typed("acme/shop job 6> :why"));
  EXPECT_FALSE(typed("->   10    if a > b then") || typed("> 0  init.lua:30  in main chunk") || typed("POST https://localhost"));
}

TEST_F(Guide, EveryLineForConsultantsRunsAsItStandsAndShowsWhatThePageSays) { follow("docs/consultants-guide.md", "books"); }

// A system that the program does not know, built from nothing: what the page saves is the example that lies beside it.
TEST_F(Guide, EveryLineForASeventhSystemRunsAsItStandsAndShowsWhatThePageSays) {
  namespace fs = std::filesystem;
  fs::create_directory_symlink(mlc::test::source_dir(), folder_.path + "/ml-connector");
  ASSERT_NO_FATAL_FAILURE(follow("docs/new-system.md", "depot"));
  const std::string example = mlc::test::source_dir() + "/examples/packhouse/scripts", made = folder_.path + "/depot/scripts";
  for (const auto& file : fs::recursive_directory_iterator(example)) {
    if (!file.is_regular_file()) continue;
    const std::string name = fs::relative(file.path(), example).string();
    EXPECT_EQ(read_file(made + "/" + name), read_file(file.path().string())) << name << " of the page and of the example differ";
  }
}

}  // namespace
}  // namespace mlc::system_test
