#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "bindings/bindings.h"
#include "runtime/script/loader.h"
#include "tests/source_dir.h"
#include "tests/temp_folder.h"

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
  EXPECT_EQ(program.instance.flows.size(), 5u);
}

TEST(SampleWorkspace, AllOfThemPassCheck) {
  Place place;
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(mlc::test::source_dir() + "/examples/clients")) {
    auto workspace = load_workspace(place.host, entry.path().string());
    EXPECT_EQ(all_of(workspace.problems), "") << entry.path();
    EXPECT_FALSE(workspace.programs.empty()) << entry.path();
    ++found;
  }
  EXPECT_GE(found, 3);
}

TEST(SampleWorkspace, C14_ARouteIsPartOfTheVersionAndComesBackWithIt) {
  Place place;
  auto workspace = load_workspace(place.host, mlc::test::source_dir() + "/examples/clients/two_regions");
  ASSERT_EQ(workspace.programs.size(), 1u) << all_of(workspace.problems);
  const auto& program = *workspace.programs[0];
  ASSERT_EQ(program.instance.routes.size(), 2u);
  std::map<std::string, std::string> rows;
  for (auto& [key, value] : program.rows()) rows[key] = value;
  auto get = [&](const std::string& key) -> Result<std::string> { return rows[key]; };
  auto again = restore_program(place.host, program.instance.version, get);
  ASSERT_TRUE(again.ok()) << again.error().text();
  ASSERT_EQ((*again)->instance.routes.size(), 2u);
  EXPECT_EQ((*again)->instance.routes[1].to, program.instance.routes[1].to);
}

TEST(SampleWorkspace, C16_ADateIsOneOfTheDivisionThatTheRouteNames) {
  Place place;
  auto workspace = load_workspace(place.host, mlc::test::source_dir() + "/examples/clients/two_regions");
  ASSERT_EQ(workspace.programs.size(), 1u) << all_of(workspace.problems);
  const auto& program = *workspace.programs[0];
  const auto zone = [&](const char* to, const char* source) {
    const auto* found = program.zone_of(to, source);
    return found == nullptr ? std::string("-") : found->name();
  };
  EXPECT_EQ(zone("exact_online.SalesInvoice", "shop_nl"), "Europe/Amsterdam");
  EXPECT_EQ(zone("exact_online.SalesInvoice", "shop_uk"), "Europe/London");
  EXPECT_EQ(zone("bigcommerce.Customer", "books_uk"), "Europe/Amsterdam");
}

// "poll shop.orders.list 300" and "schedule 18:00" of a program's flows.
std::string times_of(const Program& program, const std::string& name) {
  std::string text;
  for (const auto& flow : program.instance.flows) {
    if (flow.name != name) continue;
    for (const auto& trigger : flow.triggers) {
      if (trigger.kind == engine::Trigger::Kind::webhook) continue;
      const auto every = std::chrono::duration_cast<std::chrono::seconds>(trigger.every).count();
      text +=
          (trigger.kind == engine::Trigger::Kind::poll ? "poll " : "schedule ") + (trigger.at.empty() ? std::to_string(every) : trigger.at);
    }
  }
  return text;
}

TEST(SampleWorkspace, C2_TheClientSetsWhenEachFlowRunsAndItIsPartOfTheVersion) {
  Place place;
  mlc::test::TempFolder folder;
  const std::string workspace = folder.path() + "/workspace", file = workspace + "/clients/acme/client.lua";
  std::filesystem::copy(mlc::test::source_dir() + "/examples/clients/quickstart", workspace, std::filesystem::copy_options::recursive);
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  const auto load = [&](const std::string& schedule) {
    std::string changed = text.str();
    const std::string bind = "bind = { shop = \"shop\", books = \"books\" },";
    changed.insert(changed.find(bind) + bind.size(), schedule);
    std::ofstream(file) << changed;
    auto loaded = load_workspace(place.host, workspace);
    EXPECT_EQ(all_of(loaded.problems), "");
    return loaded.programs.empty() ? nullptr : loaded.programs[0];
  };
  const auto usual = load("");
  const auto own = load(" schedule = { orders = \"5m\", customers = \"18:00\", nightly = \"19:30\" },");
  ASSERT_TRUE(usual && own);
  EXPECT_EQ(times_of(*usual, "orders") + ", " + times_of(*usual, "customers") + ", " + times_of(*usual, "nightly"),
            "poll 900, poll 3600, schedule 02:30");
  EXPECT_EQ(times_of(*own, "orders") + ", " + times_of(*own, "customers") + ", " + times_of(*own, "nightly"),
            "poll 300, poll 18:00, schedule 19:30");
  EXPECT_EQ(times_of(*own, "accounts"), times_of(*usual, "accounts"));
  EXPECT_NE(own->instance.version, usual->instance.version);

  std::map<std::string, std::string> rows;
  for (auto& [key, value] : own->rows()) rows[key] = value;
  auto get = [&](const std::string& key) -> Result<std::string> { return rows[key]; };
  auto again = restore_program(place.host, own->instance.version, get);
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ((*again)->instance.version, own->instance.version);
  for (const char* flow : {"orders", "customers", "nightly", "accounts"}) EXPECT_EQ(times_of(**again, flow), times_of(*own, flow)) << flow;
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
