#include "runtime/remote/access.h"

#include <algorithm>

#include "runtime/base/encoding.h"
#include "tests/unit/remote/world.h"

namespace mlc::remote {
namespace {

constexpr const char* kDepot = R"({
  "name": "depot", "base_url": "https://one.example.com", "auth": {"kind": "basic"},
  "limits": [{"calls": 2, "per": "1m", "scope": ["grant"]}],
  "access": {
    "v2": {"base_url": "https://two.example.com", "auth": {"kind": "api_key", "send": [{"header": "API-Key", "value": "{api_key}"}]},
           "limits": [{"calls": 3, "per": "1m", "scope": ["grant"]}]},
    "keys": {"base_url": "https://three.example.com", "auth": {"kind": "none"}}
  },
  "operations": {
    "orders.get": {"GET": "/orders/{id}"},
    "labels.get": {"access": "v2", "GET": "/v2/labels/{id}"},
    "labels.buy": {"access": "v2", "POST": "/v2/labels", "effect": {"kind": "D"}},
    "keys.get": {"access": "keys", "GET": "/jwks"}
  }
})";

class AccessTest : public RemoteTest {
 protected:
  void connect(const std::string& more) {
    auto directory =
        build_directory("{}", {{"acme", R"({"zone":"UTC","connections":{"shop":{"system":"depot")" + more + "}}}"}}, {{"depot", kDepot}});
    ASSERT_TRUE(directory) << directory.error().text();
    directory_ = *directory;
    vault_.secrets = {{"acme/shop username", "the-key"}, {"acme/shop password", "its-secret"}, {"acme/shop api_key", "key-of-v2"}};
    remote_.configure(directory_);
  }
  std::string sent(const std::string& field) const { return std::string(transport_.requests.back().headers.get(field).value_or("")); }
  std::shared_ptr<const Directory> directory_;
};

TEST_F(AccessTest, AS10_XS2_EachWayInHasItsOwnHostAndItsOwnCredentials) {
  connect(R"(,"access":{"v2":{}})");
  answer(200, "{}");
  EXPECT_EQ(read("orders.get", R"({"path":{"id":1}})")->outcome.verdict, Verdict::applied);
  EXPECT_EQ(transport_.requests.back().url.host(), "one.example.com");
  EXPECT_EQ(sent("Authorization"), "Basic " + to_base64("the-key:its-secret"));
  EXPECT_EQ(sent("API-Key"), "");
  answer(200, "{}");
  EXPECT_EQ(read("labels.get", R"({"path":{"id":1}})")->outcome.verdict, Verdict::applied);
  EXPECT_EQ(transport_.requests.back().url.host(), "two.example.com");
  EXPECT_EQ(sent("API-Key"), "key-of-v2");
  EXPECT_EQ(sent("Authorization"), "");
  answer(200, "{}");
  EXPECT_EQ(read("keys.get", "{}")->outcome.verdict, Verdict::applied);
  EXPECT_EQ(transport_.requests.back().url.host(), "three.example.com");
  EXPECT_EQ(sent("API-Key") + sent("Authorization"), "");
  answer(200, R"({"label_id":"se-1"})");
  auto plan = remote_.plan(call("labels.buy", R"({"body":{"a":1}})"));
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(send(*plan).exchange.url, "https://two.example.com/v2/labels");
  EXPECT_EQ(sent("API-Key"), "key-of-v2");
}

TEST_F(AccessTest, T15_ASecretIsBoundToTheHostsOfTheWayInThatSignsInWithIt) {
  connect(R"(,"access":{"v2":{}})");
  const auto ways = ways_in(*directory_, "acme", "shop");
  ASSERT_EQ(ways.size(), 3u);
  EXPECT_EQ(way_of_secret(ways, "api_key")->hosts, std::vector<std::string>{"two.example.com"});
  EXPECT_EQ(way_of_secret(ways, "username")->hosts, std::vector<std::string>{"one.example.com"});
  EXPECT_EQ(way_of_secret(ways, "hook_token")->hosts, std::vector<std::string>{"one.example.com"});
}

TEST_F(AccessTest, AS10_WithoutTheClientsWordNothingGoesTheOtherWay) {
  connect("");
  auto called = remote_.plan(call("labels.buy", R"({"body":{}})"));
  ASSERT_FALSE(called);
  EXPECT_NE(called.error().text().find("an access that connection shop does not name"), std::string::npos) << called.error().text();
  EXPECT_TRUE(transport_.requests.empty());
}

TEST_F(AccessTest, AS10_EachWayInHasItsOwnLimits) {
  connect(R"(,"access":{"v2":{}})");
  for (int i = 0; i < 5; ++i) answer(200, "{}");
  const auto begin = loop_.wall();
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(read("orders.get", R"({"path":{"id":1}})"));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(read("labels.get", R"({"path":{"id":1}})"));
  EXPECT_LT(loop_.wall() - begin, std::chrono::seconds(30)) << "two of one and three of the other fit into the minute";
  EXPECT_EQ(transport_.requests.size(), 5u);
}

TEST_F(AccessTest, AS10_AnAccessMayStandElsewhereForAConnection) {
  connect(R"(,"access":{"v2":{"base_url":"https://other.example.com/base"}})");
  answer(200, "{}");
  ASSERT_TRUE(read("labels.get", R"({"path":{"id":1}})"));
  EXPECT_EQ(transport_.requests.back().url.text(), "https://other.example.com/base/v2/labels/1");
}

TEST(Access, AS10_OneWithoutSecretsIsThereWithTheOneThatItIsFor) {
  std::string depot(kDepot);
  const std::string alone = R"("auth": {"kind": "none"}})";
  depot.replace(depot.find(alone), alone.size(), R"("auth": {"kind": "none"}, "with": "v2"})");
  const auto names = [&](const std::string& access) {
    auto built = build_directory("{}", {{"acme", R"({"connections":{"shop":{"system":"depot")" + access + "}}}"}}, {{"depot", depot}});
    std::string all;
    if (built)
      for (const auto& [name, connection] : (*built)->connections) all += name + " ";
    return built ? all : built.error().text();
  };
  EXPECT_EQ(names(""), "acme/shop ");
  EXPECT_EQ(names(R"(,"access":{"v2":{}})"), "acme/shop acme/shop.keys acme/shop.v2 ");
  EXPECT_EQ(names(R"(,"access":{"keys":{"base_url":"https://other.example.com"}})"), "acme/shop acme/shop.keys ");
}

TEST(Access, AS10_WhatIsDeclaredWronglyIsRefusedByName) {
  const auto refused = [](const std::string& access, const std::string& operations) {
    auto parsed = parse_accesses(R"({"name":"depot","base_url":"https://one.example.com","auth":{"kind":"basic"},"access":)" + access +
                                 R"(,"operations":)" + operations + "}");
    return parsed ? "" : parsed.error().text();
  };
  EXPECT_NE(refused("{}", R"({"a.b":{"access":"v3","GET":"/a"}})").find("there is no access v3"), std::string::npos);
  EXPECT_NE(refused(R"({"v2":{"base_url":"https://two.example.com","auth":{"kind":"basic"}}})", "{}").find("has a secret username already"),
            std::string::npos);
  EXPECT_NE(refused(R"({"V2":{}})", "{}").find("small letters"), std::string::npos);
  EXPECT_NE(refused(R"({"v2":{"with":"v3"}})", "{}").find("there is no other access \"v3\""), std::string::npos);
  EXPECT_NE(refused(R"({"v2":{"colour":"red"}})", "{}").find("unknown field \"colour\""), std::string::npos);
  auto unknown =
      build_directory("{}", {{"acme", R"({"connections":{"shop":{"system":"depot","access":{"v3":{}}}}})"}}, {{"depot", kDepot}});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().text().find("has no access \"v3\": one of keys, v2"), std::string::npos) << unknown.error().text();
}

}  // namespace
}  // namespace mlc::remote
