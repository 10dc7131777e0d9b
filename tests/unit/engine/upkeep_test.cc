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

ReconcileSpec both() {
  ReconcileSpec spec;
  spec.client = "acme";
  spec.instance = "shop_nl";
  spec.left = {"shop",
               "orders.list",
               "{\"query\":{\"since\":\"2020-01-01T00:00:00Z\",\"page\":\"1\"}}",
               "id",
               "{source}-",
               "date_modified",
               "total",
               "",
               {},
               "",
               "",
               "",
               "",
               "Europe/Amsterdam"};
  spec.right = {"books", "invoices.find", "{}", "Ref", "", "Date", "Amount", "", {}, "", "", "", "", ""};
  return spec;
}

TEST(Reconcile, NamesWhatIsMissingDoubledOrDifferent) {
  World world;
  world.catalog.reconciles = {both()};
  world.start();
  world.order("1", "2025-10-14T10:00:00Z", "10.00");
  world.order("2", "2025-10-14T22:30:00Z", "20.00");  // already the 15th in Amsterdam
  world.order("3", "2025-10-14T11:00:00Z", "30.00");
  world.order("4", "2025-10-20T11:00:00Z", "40.00");  // outside
  const auto invoice = [&](std::string ref, std::string date, std::string amount) {
    world.remote.invoices.push_back({ref, ref, "{\"Ref\":\"" + ref + "\",\"Date\":\"" + date + "\",\"Amount\":" + amount + "}"});
  };
  invoice("shop-1", "2025-10-14", "10");
  invoice("shop-1", "2025-10-14", "10");
  invoice("shop-2", "2025-10-15", "20.01");
  auto result = world.run(world.engine->reconcile().run("acme", "shop_nl", {2025, 10, 14}, {2025, 10, 15}));
  ASSERT_TRUE(result) << result.error().text();
  std::map<std::string, std::string> found;
  for (const auto& difference : result->differences) found[difference.key] = std::string(difference_name(difference.kind));
  EXPECT_EQ(found, (std::map<std::string, std::string>{{"shop-1", "doubled"}, {"shop-2", "amount"}, {"shop-3", "missing"}}));
  ASSERT_EQ(result->days.size(), 2u);
  EXPECT_EQ(result->days[0].left_total.text(), "40.00");
  EXPECT_EQ(result->left_count, 3);
  EXPECT_FALSE(world.run(world.engine->reconcile().run("acme", "nobody", {2025, 10, 14}, {2025, 10, 15})));
}

}  // namespace
}  // namespace mlc::engine::testing
