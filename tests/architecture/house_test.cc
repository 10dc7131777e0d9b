// The house of the design as a test: includes point downward, and time, random and names come in through their doors.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "tests/source_dir.h"

namespace {
namespace fs = std::filesystem;

// Top to bottom. A room may include itself and what stands after it.
const std::vector<std::string> kRooms = {"runtime/cli",      "runtime/app",    "runtime/console",  "runtime/workbench", "bindings",
                                         "runtime/script",   "runtime/engine", "runtime/remote",   "runtime/auth",      "runtime/limits",
                                         "runtime/vault",    "runtime/store",  "runtime/printing", "runtime/http",      "runtime/mapping",
                                         "runtime/document", "runtime/crypto", "runtime/base"};

struct Source {
  fs::path path;
  std::string text;
};

std::vector<Source> sources(const std::vector<std::string>& folders, const std::vector<std::string>& endings) {
  std::vector<Source> found;
  for (const auto& folder : folders) {
    const fs::path root = fs::path(mlc::test::source_dir()) / folder;
    if (!fs::exists(root)) continue;
    for (const auto& file : fs::recursive_directory_iterator(root)) {
      if (!file.is_regular_file()) continue;
      if (std::find(endings.begin(), endings.end(), file.path().extension().string()) == endings.end()) continue;
      std::ifstream in(file.path());
      std::stringstream text;
      text << in.rdbuf();
      found.push_back({fs::relative(file.path(), mlc::test::source_dir()), text.str()});
    }
  }
  return found;
}

size_t room_of(const std::string& path) {
  for (size_t i = 0; i < kRooms.size(); ++i)
    if (path.rfind(kRooms[i] + "/", 0) == 0) return i;
  return kRooms.size();
}

std::string without_comments(const std::string& text) {
  static const std::regex line("//[^\n]*");
  return std::regex_replace(text, line, "");
}

TEST(House, HasAllItsRooms) {
  for (const auto& room : kRooms) EXPECT_FALSE(sources({room}, {".h", ".cc"}).empty()) << room << " is empty";
}

TEST(House, IncludesPointDownward) {
  static const std::regex include("#include \"((?:runtime|bindings)/[^\"]+)\"");
  for (const auto& source : sources({"runtime", "bindings"}, {".h", ".cc"})) {
    const size_t own = room_of(source.path.string());
    for (std::sregex_iterator it(source.text.begin(), source.text.end(), include), end; it != end; ++it) {
      const std::string target = (*it)[1];
      EXPECT_TRUE(fs::exists(fs::path(mlc::test::source_dir()) / target))
          << source.path << " includes " << target << ", which is not there";
      if (own == kRooms.size()) continue;  // main.cc
      EXPECT_LE(own, room_of(target)) << source.path << " includes " << target << ", which stands above it";
    }
  }
}

// What a call gives ends before the loop's first turn where only a part of it is looped over (C++20).
TEST(House, NoLoopGoesOverAPartOfATemporary) {
  static const std::regex loop(R"(for \([^;:\n]*: [A-Za-z_][\w:.>-]*\([^;\n]*\)\[[^\n]*)");
  for (const auto& source : sources({"runtime", "bindings", "tests"}, {".h", ".cc"})) {
    const std::string text = without_comments(source.text);
    for (std::sregex_iterator it(text.begin(), text.end(), loop), end; it != end; ++it)
      ADD_FAILURE() << source.path << ": " << it->str() << "\nKeep what the call gives in a name of its own first.";
  }
}

TEST(House, BindingsAreIncludedByAppOnly) {
  for (const auto& source : sources({"runtime"}, {".h", ".cc"})) {
    if (source.path.string().rfind("runtime/app/", 0) == 0) continue;
    EXPECT_EQ(source.text.find("#include \"bindings/"), std::string::npos) << source.path;
  }
}

TEST(House, TimeRandomAndNamesComeThroughTheirDoors) {
  const std::map<std::string, std::vector<std::string>> doors = {
      {R"((system_clock|steady_clock|high_resolution_clock)::now\()", {"runtime/base/system_clock.cc", "runtime/base/event_loop.cc"}},
      {R"(\bsteady_timer\b)", {"runtime/base/event_loop.cc", "runtime/http/"}},
      {R"(\bgetaddrinfo\b)", {"runtime/http/"}},
      {R"(std::random_device|\bRAND_bytes\b|\brand\(\))",
       {"runtime/base/system_clock.cc", "runtime/base/random.cc", "runtime/base/system_random.cc",
        "runtime/http/certificate_authority.cc"}},
  };
  for (const auto& source : sources({"runtime", "bindings"}, {".h", ".cc"})) {
    const std::string code = without_comments(source.text);
    for (const auto& [pattern, allowed] : doors) {
      if (!std::regex_search(code, std::regex(pattern))) continue;
      const bool is_door =
          std::any_of(allowed.begin(), allowed.end(), [&](const auto& door) { return source.path.string().rfind(door, 0) == 0; });
      EXPECT_TRUE(is_door) << source.path << " uses " << pattern << " beside the interface for it";
    }
  }
}

TEST(House, NoCppNamesARemoteSystem) {
  static const std::regex name("exact_?online|bigcommerce|shipstation|acumatica|fedex|(^|[^-])\\bups\\b", std::regex::icase);
  for (const auto& source : sources({"runtime", "bindings"}, {".h", ".cc"})) {
    std::smatch hit;
    const std::string code = without_comments(source.text);
    EXPECT_FALSE(std::regex_search(code, hit, name)) << source.path << " names " << hit.str();
  }
}

TEST(House, FilesStaySmall) {
  for (const auto& source : sources({"runtime", "bindings", "stdlib", "scripts", "examples"}, {".h", ".cc", ".lua"})) {
    const auto lines = std::count(source.text.begin(), source.text.end(), '\n');
    EXPECT_LE(lines, 600) << source.path << " holds more than one concept";
  }
}

TEST(House, NoPathOfAMachine) {
  static const std::regex path("/(home|root|work)/[a-z]");
  for (const auto& source :
       sources({"runtime", "bindings", "stdlib", "scripts", "examples", "docs", "tests"}, {".h", ".cc", ".lua", ".md", ".sh"})) {
    if (source.path.filename() == "house_test.cc") continue;
    EXPECT_FALSE(std::regex_search(source.text, path)) << source.path;
  }
}

// tests/run.sh counts what a run leaves under $TMPDIR, so everything has to be there.
TEST(House, TestsMakeFoldersByTempFolder) {
  for (const auto& source : sources({"tests/unit", "tests/system", "tests/faults"}, {".h", ".cc"}))
    EXPECT_EQ(source.text.find("mkdtemp"), std::string::npos) << source.path << ": use tests/temp_folder.h";
}

}  // namespace
