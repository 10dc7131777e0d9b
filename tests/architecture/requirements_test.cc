// Every requirement of tests/requirements.txt stands in the name of a test, as an id of its own: C4_…, or "C4, BC7: …" in a spec.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/source_dir.h"

namespace {
namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

const fs::path& tests() {
  static const fs::path folder = fs::path(mlc::test::source_dir()) / "tests";
  return folder;
}

std::vector<std::string> all_of(const std::string& text, const std::regex& pattern, size_t group) {
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) found.push_back((*it)[group]);
  return found;
}

std::vector<std::string> required() {
  static const std::regex row("(?:^|\n)([A-Z]+[0-9]+) [^\n]+");
  return all_of(read(tests() / "requirements.txt"), row, 1);
}

// Names of gtest cases and of specs, with the file each stands in.
std::vector<std::pair<std::string, std::string>> names() {
  static const std::regex gtest(R"(\bTEST(?:_F|_P)?\(\s*\w+,\s*(\w+)\))"), spec(R"re(\["([^"]+)"\]\s*=\s*function)re");
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& file : fs::recursive_directory_iterator(tests())) {
    const std::string name = file.path().filename().string();
    const bool is_spec = name.ends_with("_spec.lua");
    if (!file.is_regular_file() || !(is_spec || name.ends_with("_test.cc"))) continue;
    for (auto& each : all_of(read(file.path()), is_spec ? spec : gtest, 1))
      found.emplace_back(std::move(each), fs::relative(file.path(), tests()).string());
  }
  return found;
}

TEST(Requirements, EachStandsInTheNameOfATest) {
  const auto ids = required();
  ASSERT_GE(ids.size(), 37u);
  std::set<std::string> proven;
  static const std::regex id("(?:^|[_ ,])([A-Z]+[0-9]+)(?=$|[_ ,:])");
  for (const auto& [name, file] : names()) {
    for (auto& each : all_of(name, id, 1)) proven.insert(std::move(each));
  }
  for (const auto& each : ids) EXPECT_TRUE(proven.contains(each)) << each << " stands in no test's name";
}

TEST(Requirements, NoIdsHangTogether) {
  static const std::regex hanging("[a-z0-9]((?:BC|C)[0-9]+)(?![0-9A-Za-z])|(?:^|[_ ,])(?:BC|C)[0-9]+(?=[A-Z])");
  for (const auto& [name, file] : names()) {
    std::smatch hit;
    EXPECT_FALSE(std::regex_search(name, hit, hanging)) << file << ": " << name << " (" << hit.str() << "): write C4_BC7_…";
  }
}

}  // namespace
