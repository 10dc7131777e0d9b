// Each thing that alerts are told of, made to happen in the whole program: it is told once to a webhook, and its end with a notice.
#include <sched.h>
#include <sys/mount.h>

#include <ctime>
#include <filesystem>
#include <regex>

#include "tests/system/harness.h"
#include "tests/system/receiver.h"

namespace mlc::system_test {
namespace {

constexpr Seconds kPatience(120);

class AlertSources : public ::testing::Test {
 protected:
  // An installation whose workspace tells `receiver_`. `when`: fields of alert_when.
  void make(double scale, const std::string& when = "") {
    world_ = std::make_unique<World>(World::Options{.scale = scale});
    const std::string settings = world_->workspace() + "/ml-connector.lua";
    write_file(settings, read_file(settings) + "alerts = { ops = webhook \"generic\" { url = \"" + receiver_.url() +
                             "\", allow_loopback = true } }\n" + (when.empty() ? "" : "alert_when = { " + when + " }\n"));
  }
  void ready(double scale, const std::string& when = "") {
    ASSERT_NO_FATAL_FAILURE(make(scale, when));
    ASSERT_NO_FATAL_FAILURE(world_->make_ready());
  }
  std::string now() const { return world_->admin("GET", "/api/v1/alerts").body + world_->server_log(); }
  // Told that it began, once; gives what was said.
  Json begins(const std::string& kind) {
    EXPECT_TRUE(eventually(kPatience, [&] { return !receiver_.of(kind).empty(); })) << kind << " was not told: " << now();
    const auto told = receiver_.of(kind);
    if (told.empty()) return Json::object();
    EXPECT_EQ(told.front()["what"], "opened") << told.front();
    EXPECT_EQ(told.size(), 1u) << told.back();
    EXPECT_NE(world_->run({"alerts"}).out.find(told.front()["sentence"].get<std::string>()), std::string::npos);
    return told.front();
  }
  Json ends(const std::string& kind) {
    EXPECT_TRUE(eventually(kPatience, [&] { return receiver_.of(kind).size() > 1; })) << kind << " did not end: " << now();
    const auto told = receiver_.of(kind);
    EXPECT_EQ(told.size(), 2u) << "it is told once, and its end once";
    if (told.empty()) return Json::object();
    EXPECT_EQ(told.back()["what"], "ended") << told.back();
    EXPECT_EQ(world_->run({"alerts"}).out.find(told.front()["sentence"].get<std::string>()), std::string::npos);
    return told.back();
  }
  static std::string sentence(const Json& told) { return told.value("sentence", ""); }

  Receiver receiver_;
  std::unique_ptr<World> world_;
};

// A state folder with less room than webhooks need, in a namespace of the test's own.
class SmallDisk {
 public:
  explicit SmallDisk(std::string folder) : folder_(std::move(folder)) {
    made_ = unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
            mount("state", folder_.c_str(), "tmpfs", 0, "size=150m,mode=700") == 0;
  }
  ~SmallDisk() {
    if (made_) umount2(folder_.c_str(), MNT_DETACH);
  }
  bool made() const { return made_; }
  bool grow() { return mount("state", folder_.c_str(), "tmpfs", MS_REMOUNT, "size=900m,mode=700") == 0; }

 private:
  std::string folder_;
  bool made_ = false;
};

TEST_F(AlertSources, F3_ADiskWithoutRoomIsToldBeforeItIsFull) {
  ASSERT_NO_FATAL_FAILURE(make(120));
  const std::string state = world_->workspace() + "/state";
  std::filesystem::create_directories(state);
  SmallDisk disk(state);
  if (!disk.made()) GTEST_SKIP() << "no right to mount a small disk here";
  ASSERT_NO_FATAL_FAILURE(world_->make_ready());
  const Json told = begins("disk");
  EXPECT_EQ(told["severity"], "critical");
  EXPECT_NE(sentence(told).find("without room no webhook is accepted"), std::string::npos) << told;
  ASSERT_TRUE(disk.grow());
  EXPECT_NE(sentence(ends("disk")).find("has room again"), std::string::npos);
}

TEST_F(AlertSources, AFlowThatFallsBehindIsToldAndThatItCaughtUp) {
  ASSERT_NO_FATAL_FAILURE(ready(600, "lag = \"5m\""));
  ASSERT_TRUE(world_->comes_to_rest(kPatience));
  world_->control("bigcommerce", "faults", {{"match", {{"method", "GET"}, {"path", "/v2/orders"}}}, {"kind", "503"}, {"count", 100000}});
  const Json told = begins("lag");
  EXPECT_EQ(told["client"], "acme");
  EXPECT_NE(sentence(told).find("shop_nl/orders"), std::string::npos) << told;
  EXPECT_FALSE(told["fix"].get<std::string>().empty());
  const std::string base = world_->sandbox()["systems"]["bigcommerce"]["url"];
  ASSERT_EQ(world_->web().call("DELETE", base + "/_sandbox/bigcommerce/faults").status, 200);
  EXPECT_NE(sentence(ends("lag")).find("caught up"), std::string::npos);
}

TEST_F(AlertSources, BC1_AWebhookThatTheRemoteLostIsToldAndRegisteredAgain) {
  ASSERT_NO_FATAL_FAILURE(ready(600));
  const Json credentials = world_->credentials("bigcommerce");
  const std::string base = world_->sandbox()["systems"]["bigcommerce"]["url"];
  const std::string hooks = base + "/stores/" + credentials["store_hash"].get<std::string>() + "/v3/hooks";
  const Fields ours = {{"X-Auth-Token", credentials["access_token"]}, {"Accept", "application/json"}};
  const Json listed = world_->web().get(hooks, ours).json()["data"];
  ASSERT_FALSE(listed.empty());
  const size_t before = listed.size();
  const std::string scope = listed[0]["scope"];
  ASSERT_EQ(world_->web().call("DELETE", hooks + "/" + std::to_string(listed[0]["id"].get<int64_t>()), ours).status, 200);
  const Json told = begins("subscription");
  EXPECT_EQ(told["severity"], "warning");
  EXPECT_NE(sentence(told).find("were registered again"), std::string::npos) << told;
  EXPECT_NE(sentence(told).find(scope), std::string::npos) << told;
  EXPECT_EQ(world_->web().get(hooks, ours).json()["data"].size(), before);
  EXPECT_NE(sentence(ends("subscription")).find("are registered"), std::string::npos);
}

TEST_F(AlertSources, F13_AMachineWhoseClockIsWrongIsToldAndThatItIsRightAgain) {
  ASSERT_NO_FATAL_FAILURE(ready(120));
  ASSERT_NO_FATAL_FAILURE(world_->stop());
  world_->use_clock(world_->clock_ahead(-90));
  ASSERT_NO_FATAL_FAILURE(world_->start());
  EXPECT_EQ(world_->run({"ping", "acme", "shop"}).code, 0);
  const Json told = begins("clock");
  EXPECT_EQ(told["severity"], "warning");
  EXPECT_EQ(told["concern"], "operator");
  EXPECT_EQ(told["client"], "") << "it is nobody's but the installation's";
  EXPECT_NE(sentence(told).find("this machine's clock is 1 min slow"), std::string::npos) << told;
  EXPECT_NE(sentence(told).find(" of acme"), std::string::npos) << told;
  EXPECT_NE(told["fix"].get<std::string>().find("timedatectl set-ntp true"), std::string::npos) << told;
  const std::string pinged = world_->run({"ping", "acme", "shop"}).out;
  EXPECT_TRUE(std::regex_search(pinged, std::regex("CLOCK: this machine is (89|90) s off"))) << pinged;
  EXPECT_NE(world_->run({"status"}).out.find("ALERTS "), std::string::npos);

  // Nobody has said what time it is since the start: that is no recovery.
  ASSERT_NO_FATAL_FAILURE(world_->stop());
  const Ended stopped = world_->run({"alerts"});
  EXPECT_NE(stopped.out.find(sentence(told)), std::string::npos) << stopped.out;
  world_->use_clock("");
  ASSERT_NO_FATAL_FAILURE(world_->start());
  EXPECT_EQ(world_->run({"ping", "acme", "shop"}).code, 0);
  EXPECT_NE(sentence(ends("clock")).find("clock is right again"), std::string::npos);
}

TEST_F(AlertSources, C9_DifferencesThatReconcileFindsAreToldAndThatBothSidesAgreeAgain) {
  ASSERT_NO_FATAL_FAILURE(ready(120));
  world_->seed({{"orders", 3}, {"kinds", {"registered"}}});
  ASSERT_TRUE(eventually(kPatience, [&] { return world_->books_state()["invoices"].size() == 3; })) << now();
  ASSERT_TRUE(world_->comes_to_rest(kPatience)) << now();
  const Json invoice = world_->books_state()["invoices"][0];
  const std::string id = invoice["id"];
  world_->control("exact_online", "seed", {{"edit", {{{"id", id}, {"price", "1.00"}}}}});
  const auto day = [&](int64_t off) {
    const std::time_t at = world_->now() + off * 24 * 3600;
    char text[16];
    std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&at));
    return std::string(text);
  };
  const std::string from = day(-40), to = day(1);
  const std::vector<std::string> compare = {"reconcile", "acme", "shop_nl", "--from", from, "--to", to};
  const Ended found = world_->run(compare);
  ASSERT_EQ(found.code, 1) << found.out << found.err;
  const Json told = begins("reconcile");
  EXPECT_EQ(told["client"], "acme");
  EXPECT_EQ(told["concern"], "finance");
  EXPECT_EQ(told["severity"], "warning");
  EXPECT_NE(told["title"].get<std::string>().find("acme"), std::string::npos) << told;
  EXPECT_EQ(sentence(told), "shop_nl: 1 difference between both systems from " + from + " to " + to);
  const std::string fix = told["fix"];
  EXPECT_NE(fix.find("ml-connector reconcile acme shop_nl --from " + from + " --to " + to), std::string::npos) << told;
  EXPECT_NE(fix.find("reconcile accept acme shop_nl"), std::string::npos) << told;

  // A run over other days says nothing about those.
  const std::string other = day(-80);
  ASSERT_EQ(world_->run({"reconcile", "acme", "shop_nl", "--from", other, "--to", other}).code, 0);
  EXPECT_NE(world_->run({"alerts"}).out.find(sentence(told)), std::string::npos);

  // A person explains it, and looks again while no server runs.
  const Ended accepted = world_->run({"reconcile", "accept", "acme", "shop_nl", invoice["your_ref"], "--because", "agreed with the buyer"});
  ASSERT_EQ(accepted.code, 0) << accepted.out << accepted.err;
  ASSERT_NO_FATAL_FAILURE(world_->stop());
  const Ended agreed = world_->run(compare);
  ASSERT_EQ(agreed.code, 0) << agreed.out << agreed.err;
  ASSERT_NO_FATAL_FAILURE(world_->start());
  EXPECT_NE(sentence(ends("reconcile")).find("shop_nl: both systems agree again"), std::string::npos);
}

TEST_F(AlertSources, WhatStandsOfAClientThatIsRemovedEnds) {
  ASSERT_NO_FATAL_FAILURE(make(120));
  const std::string folder = world_->workspace() + "/clients/acme", file = folder + "/client.lua",
                    settings = world_->workspace() + "/ml-connector.lua";
  write_file(file, replaced(read_file(file), "[\"21\"] = \"4\"", "[\"21\"] = \"5\""));  // a VAT code that is blocked there
  ASSERT_NO_FATAL_FAILURE(world_->make_ready());
  world_->seed({{"orders", 1}, {"kinds", {"registered"}}});
  ASSERT_TRUE(eventually(kPatience, [&] { return receiver_.of("case").size() == 1; })) << now();
  const Json told = receiver_.of("case").front();
  EXPECT_EQ(told["client"], "acme");
  ASSERT_NO_FATAL_FAILURE(world_->stop());
  std::filesystem::rename(folder, world_->folder() + "/acme-was");
  // The grant was its alone.
  const std::string all = read_file(settings);
  const size_t begin = all.find("grants = {"), end = all.find("\n}\n", begin);
  ASSERT_NE(end, std::string::npos) << all;
  write_file(settings, all.substr(0, begin) + all.substr(end + 3));
  ASSERT_NO_FATAL_FAILURE(world_->start());
  ASSERT_TRUE(eventually(kPatience, [&] { return receiver_.of("case").size() == 2; })) << now();
  EXPECT_EQ(receiver_.of("case")[1]["cases"][0]["what"], "solved") << receiver_.of("case")[1];
  EXPECT_TRUE(world_->ask({"alerts", "list"})["alerts"].empty()) << now();
}

}  // namespace
}  // namespace mlc::system_test
