#include <gtest/gtest.h>

#include "bindings/bindings.h"
#include "runtime/script/loader.h"
#include "tests/source_dir.h"

namespace mlc::script {
namespace {

struct Place {
  RealFiles files;
  Host host;
  Place() {
    host.files = &files;
    host.share = mlc::test::source_dir();
    host.modules = bindings::job_modules();
  }
};

std::string all_of(const std::vector<Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) text += problem.text() + "\n";
  return text;
}

TEST(SampleWorkspace, Loads) {
  Place place;
  auto workspace = load_workspace(place.host, mlc::test::source_dir() + "/examples/clients/quickstart");
  EXPECT_EQ(all_of(workspace.problems), "");
  ASSERT_EQ(workspace.programs.size(), 1u);
  const Program& program = *workspace.programs[0];
  EXPECT_EQ(program.instance.client, "acme");
  EXPECT_EQ(program.instance.version.size(), 64u);
  EXPECT_EQ(program.instance.flows.size(), 3u);
}

TEST(SampleWorkspace, ItsProgramComesBackFromRows) {
  Place place;
  auto workspace = load_workspace(place.host, mlc::test::source_dir() + "/examples/clients/quickstart");
  ASSERT_EQ(workspace.programs.size(), 1u);
  std::map<std::string, std::string> rows;
  for (auto& [key, value] : workspace.programs[0]->rows()) rows[key] = value;
  auto get = [&](const std::string& key) -> Result<std::string> {
    if (!rows.contains(key)) return Error(Code::not_found, key);
    return rows[key];
  };
  auto again = restore_program(place.host, workspace.programs[0]->instance.version, get);
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ((*again)->instance.version, workspace.programs[0]->instance.version);
  EXPECT_EQ((*again)->settings->bytes(), workspace.programs[0]->settings->bytes());
}

}  // namespace
}  // namespace mlc::script
