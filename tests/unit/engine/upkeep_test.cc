#include <tuple>

#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

SubscriptionSpec hooks() {
  SubscriptionSpec spec;
  spec.client = "acme";
  spec.connection = "shop";
  spec.list = "hooks.list";
  spec.create = "hooks.create";
  spec.revive = "hooks.update";
  spec.body = "{\"scope\":\"{topic}\",\"destination\":\"{url}\",\"is_active\":true,\"headers\":{\"X-Hook-Token\":\"{hook_token}\"}}";
  spec.same = {{"topic", "scope"}, {"url", "destination"}};
  spec.active = "is_active";
  spec.url = "https://hooks.test/hooks/acme/shop";
  spec.topics = {"order/created", "order/updated"};
  spec.hook_token = true;
  spec.secret_owner = "acme/shop";
  return spec;
}

TEST(Subscriptions, BC1_MissingOnesAreMadeInShadowTooAndOnlyOnce) {
  World world;
  world.catalog.subscriptions = {hooks()};
  world.start();
  world.loop->run_for(std::chrono::hours(5));
  EXPECT_EQ(world.remote.hooks.size(), 2u);
  EXPECT_EQ(world.remote.hook_writes, 2);
  EXPECT_FALSE(world.secrets["acme/shop#hook_token"].empty());
  for (const auto& [id, hook] : world.remote.hooks) {
    EXPECT_EQ(hook.find(world.secrets["acme/shop#hook_token"]), std::string::npos);  // the plan bears a reference
  }
  auto rows = world.run(world.store->list(store::Table::subscriptions, "acme/shop/"));
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), 2u);
  auto audit = world.run(world.store->audit("acme", 0, 100));
  ASSERT_TRUE(audit);
  int made = 0;
  for (const auto& entry : *audit) made += entry.act == "subscription.made";
  EXPECT_EQ(made, 2);
}

TEST(Subscriptions, BC1_AnInactiveOneIsRevivedUnderItsId) {
  World world;
  world.catalog.subscriptions = {hooks()};
  world.remote.hooks["h7"] =
      "{\"id\":\"h7\",\"scope\":\"order/created\",\"destination\":\"https://hooks.test/hooks/acme/shop\",\"is_active\":false}";
  world.start();
  world.loop->run_for(std::chrono::minutes(1));
  EXPECT_EQ(world.remote.hooks.size(), 2u);
  EXPECT_NE(world.remote.hooks["h7"].find("\"is_active\":true"), std::string::npos);
}

TEST(Subscriptions, BC1_WhatFailsIsTriedAgainWithinMinutesAndLessOftenEachTime) {
  World world;
  world.catalog.subscriptions = {hooks()};
  world.remote.read_faults = {"auth", "auth", "auth"};
  world.start();
  world.loop->run_for(std::chrono::minutes(3) + std::chrono::seconds(30));
  EXPECT_EQ(world.engine->subscriptions().standings().at("acme/shop").failures, 3);  // at once, after one minute and two more
  world.loop->run_for(std::chrono::minutes(4));
  EXPECT_EQ(world.remote.hooks.size(), 2u);
  EXPECT_EQ(world.engine->subscriptions().standings().at("acme/shop").failures, 0);
}

TEST(Subscriptions, XS3_OneWithASecretInItsAddressIsKnownAgainByItAndMadeOnce) {
  World world;
  auto spec = hooks();
  spec.url = "https://hooks.test/hooks/acme/shop/{hook_token}";
  spec.body = "{\"scope\":\"{topic}\",\"destination\":\"{url}\",\"is_active\":true}";
  world.catalog.subscriptions = {spec};
  world.secrets["acme/shop#hook_token"] = "s3cret-in-the-path";
  // Two that stand there already: one of ours, one with a token of before.
  for (const auto& [id, topic, token] :
       {std::tuple("h8", "order/created", "s3cret-in-the-path"), std::tuple("h9", "order/updated", "of-before")})
    world.remote.hooks[id] = std::string("{\"id\":\"") + id + "\",\"scope\":\"" + topic +
                             "\",\"destination\":\"https://hooks.test/hooks/acme/shop/" + token + "\",\"is_active\":true}";
  world.start();
  world.loop->run_for(std::chrono::minutes(1));
  EXPECT_EQ(world.remote.hook_writes, 1);  // order/updated, under the token of now
  for (const auto& [id, hook] : world.remote.hooks) {
    if (id == "h8") continue;
    EXPECT_EQ(hook.find("s3cret-in-the-path"), std::string::npos) << "the plan bears a reference";
  }
}

}  // namespace
}  // namespace mlc::engine::testing
