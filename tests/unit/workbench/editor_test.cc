#include "runtime/workbench/editor.h"

#include "runtime/script/code.h"
#include "tests/unit/script/workspace_fixture.h"

namespace mlc::workbench {
namespace {

class EditorTest : public script::WorkspaceFixture {
 protected:
  std::string read(const std::string& name) { return files_.read(folder_ + "/" + name).value_or("(none)"); }
  static bool has(const std::string& text, const std::string& line) { return text.find(line + "\n") != std::string::npos; }
};

TEST_F(EditorTest, RecordsRolesAndOperationsOfASystemBecomeClasses) {
  const auto files = editor_files(host_, folder_);
  const std::string& shop = files.at("system_toyshop.lua");
  EXPECT_TRUE(has(shop, "---@class toyshop.order")) << shop;
  EXPECT_TRUE(has(shop, "---@field total? decimal decimal"));
  EXPECT_TRUE(has(shop, "---@field lines? toyshop.line[] list"));
  EXPECT_TRUE(has(shop, "---@class from.toyshop.order: mapping.Path"));
  EXPECT_TRUE(has(shop, "---@field lines from.toyshop.line list"));
  EXPECT_TRUE(has(shop, "---@field orders role.toyshop.orders"));
  EXPECT_TRUE(has(shop, "---@field get fun(...: any): toyshop.order"));
  EXPECT_TRUE(has(shop, "---@field list fun(...: any): toyshop.order[]"));
  EXPECT_TRUE(has(shop, "---@field each fun(...: any): fun(): toyshop.order rows one by one, page after page"));
  const std::string& books = files.at("system_ledger.lua");
  EXPECT_TRUE(has(books, "---@field Amount decimal|mapping.Path decimal")) << books;
  EXPECT_TRUE(has(books, "---@field Lines to.ledger.InvoiceLine list"));
  EXPECT_TRUE(has(books, "---@field create fun(...: any): table a write, for job:send"));
}

TEST_F(EditorTest, WhatIsOnlyReadIsNoTarget) {
  write("scripts/systems/ledger/init.lua",
        "local record = require 'record'\n"
        "return system { name = 'ledger', base_url = 'https://books.example.com', operations = {},\n"
        "  types = { Item = record({}, { ID = 'guid read', Code = 'text must' }) } }\n");
  const std::string books = editor_files(host_, folder_).at("system_ledger.lua");
  EXPECT_TRUE(has(books, "---@field ID? string guid, never written")) << books;
  EXPECT_FALSE(has(books, "---@field ID string|mapping.Path guid, never written"));
  EXPECT_TRUE(has(books, "---@field Code string|mapping.Path text, mandatory"));
}

TEST_F(EditorTest, EveryFileIsLuaAndTheShippedSystemsAreThere) {
  const auto files = editor_files(host_, folder_);
  for (const auto& [name, text] : files) {
    auto compiled = script::compile(name, text);
    EXPECT_NE(compiled.chunk, nullptr) << compiled.problem.text();
  }
  for (const auto& entry : std::filesystem::directory_iterator(mlc::test::source_dir() + "/scripts/systems"))
    EXPECT_TRUE(files.contains("system_" + entry.path().filename().string() + ".lua")) << entry.path();
  for (const char* needed : {"json.lua", "address.lua", "job.lua", "mapping.lua", "ambient.lua", "transforms.lua"}) {
    EXPECT_TRUE(files.contains(needed) && files.at(needed).starts_with("---")) << needed;
  }
  EXPECT_TRUE(has(files.at("transforms.lua"), "---@field upper fun(self: mapping.Path, ...: any): mapping.Path In capitals."));
}

TEST_F(EditorTest, FilesFollowTheWorkspaceAndGoWithTheirSystem) {
  ASSERT_TRUE(refresh_editor_files(host_, folder_));
  EXPECT_FALSE(files_.exists(folder_ + "/.luals")) << "nobody asked for them";
  write(".luarc.json", editor_settings());
  ASSERT_TRUE(refresh_editor_files(host_, folder_));
  EXPECT_TRUE(has(read(".luals/system_toyshop.lua"), "---@class toyshop.order"));
  std::filesystem::remove_all(folder_ + "/scripts/systems/toyshop");
  write(".luals/system_ledger.lua", "edited");
  ASSERT_TRUE(refresh_editor_files(host_, folder_));
  EXPECT_EQ(read(".luals/system_toyshop.lua"), "(none)");
  EXPECT_TRUE(has(read(".luals/system_ledger.lua"), "---@class ledger.Item"));
}

// The workspace is a git repository shared by several people: no path of one machine stands in it.
TEST_F(EditorTest, SettingsHoldRelativePathsOnly) {
  auto parsed = document::Document::parse(editor_settings());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->root().get("workspace.library").at(0).text(), ".luals");
  EXPECT_EQ(editor_settings().find("\"/"), std::string::npos);
}

}  // namespace
}  // namespace mlc::workbench
