// Jobs that wait for a remote's quota have armed nothing: a kill leaves none of them unknown (design.md section 1, "permit
// before arm"). MLC_WAITING=<n> makes n orders (1,000).
#include <cstdlib>

#include "tests/system/harness.h"

namespace mlc::system_test {
namespace {

TEST(Quota, C5_JobsThatWaitForItSurviveAKillWithNothingUnknown) {
  const char* wanted = std::getenv("MLC_WAITING");
  const int count = wanted == nullptr ? 1000 : std::atoi(wanted);
  World world({.scale = 1});
  const std::string client = world.workspace() + "/clients/acme/client.lua";
  write_file(client,
             replaced(read_file(client), "shop = connection \"bigcommerce\" {",
                      "shop = connection \"bigcommerce\" { limits = { { calls = 1000000, per = \"30s\", scope = { \"store_hash\" } } },"));
  ASSERT_NO_FATAL_FAILURE(world.make_ready());
  // The shop lets everything be read; the books allow what they really do, 60 calls a minute.
  world.control("bigcommerce", "switches", {{"quota", 1'000'000}});
  const auto patience = Seconds(60 + count / 10);
  for (int left = count; left > 0; left -= 500) world.seed({{"orders", std::min(left, 500)}, {"kinds", {"guest"}}, {"events", false}});
  ASSERT_EQ(world.run({"sync", "acme", "shop_nl", "--no-wait"}).code, 0);
  const auto born = [&] { return world.status()["clients"][0]["equation"]["jobs_born"].get<int>(); };
  ASSERT_TRUE(eventually(patience, [&] { return born() >= count; })) << world.status().dump(2);
  // A client has 32 runs at a time: most of them stand before the books' permit, all other orders behind them.
  const auto at_the_permit = [&] {
    int64_t most = 0;
    const Json told = world.status();
    for (const auto& budget : told["quota"])
      if (budget["connections"].dump().find("acme/books") != std::string::npos) most = std::max(most, budget["waiting"].get<int64_t>());
    return most;
  };
  for (int kill = 0; kill < 5; ++kill) {
    ASSERT_TRUE(eventually(patience, [&] { return at_the_permit() >= 24; })) << world.status().dump(2);
    world.kill9();
    ASSERT_NO_FATAL_FAILURE(world.start());
    const Json told = world.status();
    EXPECT_EQ(told["equation"]["balances"], true);
    EXPECT_EQ(told["equation"]["dead"], 0);
    EXPECT_EQ(told["clients"][0]["parked"], 0) << told.dump(2);
    EXPECT_GE(told["equation"]["jobs_born"], count);
    // One call to the books may have been under way at the kill; of those that only waited none may be in doubt.
    EXPECT_LE(world.metric("mlc_effects_total{state=\"unknown\"}"), kill + 1);
  }
  const Json waiting = world.ask({"jobs", "--state", "waiting", "--limit", "100000"});
  EXPECT_GT(waiting["jobs"].size(), static_cast<size_t>(count) * 8 / 10);
  // Whatever is in doubt was on its way when a kill came: no more records than kills.
  int in_doubt = 0;
  for (const auto& job : waiting["jobs"]) in_doubt += job.value("reason", Json()).dump().find("unknown") != std::string::npos;
  EXPECT_LE(in_doubt, 5);
  EXPECT_EQ(world.control("exact_online", "events")["violation_counts"].value("minute_limit", 0), 0);
  EXPECT_EQ(world.ask({"audit", "verify"})["intact"], true);
}

}  // namespace
}  // namespace mlc::system_test
