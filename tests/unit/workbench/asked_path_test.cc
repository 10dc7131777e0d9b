#include "runtime/workbench/asked_path.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/temp_folder.h"

namespace mlc::workbench {
namespace {

namespace fs = std::filesystem;

class AskedPathTest : public ::testing::Test {
 protected:
  AskedPathTest() : before_(fs::current_path()) {
    fs::create_directories(folder_.path() + "/books/clients/acme");
    EXPECT_TRUE(files_.write_atomic(folder_.path() + "/books/ml-connector.lua", "id = \"x\"\n", 0644));
  }
  ~AskedPathTest() override { fs::current_path(before_); }

  std::string told(const std::string& path) {
    auto asked = asked_path(files_, path);
    return asked ? asked->workspace + " | " + asked->inside : asked.error().text();
  }

  test::TempFolder folder_;
  RealFiles files_;
  fs::path before_;
};

TEST_F(AskedPathTest, InsideTheWorkspaceThatOneStandsInAPathLimitsWhatIsTold) {
  fs::current_path(folder_.path() + "/books");
  EXPECT_EQ(told("."), ". | ");
  EXPECT_EQ(told("clients/acme"), ". | clients/acme");
  EXPECT_EQ(told("./clients/acme/"), ". | clients/acme");
  auto asked = asked_path(files_, "clients/acme");
  ASSERT_TRUE(asked);
  EXPECT_TRUE(asked->covers("clients/acme/client.lua") && asked->covers("clients/acme"));
  EXPECT_FALSE(asked->covers("clients/acme2/client.lua") || asked->covers("ml-connector.lua"));
}

TEST_F(AskedPathTest, FromOutsideItIsFoundUpwards) {
  fs::current_path(folder_.path());
  EXPECT_EQ(told("books"), "books | ");
  EXPECT_EQ(told("books/clients/acme"), "books | clients/acme");
  EXPECT_EQ(told(folder_.path() + "/books/clients"), folder_.path() + "/books | clients");
}

TEST_F(AskedPathTest, WhatIsNotThereIsNotCalledGood) {
  fs::current_path(folder_.path() + "/books");
  EXPECT_NE(told("clients/nobody").find("there is no clients/nobody"), std::string::npos);
  fs::current_path(folder_.path());
  EXPECT_NE(told(".").find("is in no workspace"), std::string::npos);
}

}  // namespace
}  // namespace mlc::workbench
