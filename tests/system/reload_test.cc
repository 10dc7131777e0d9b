// Files change while `serve` runs: what is sound goes live, what is broken changes nothing, and people can look, approve
// and go back.
#include <filesystem>

#include "tests/system/harness.h"

namespace mlc::system_test {
namespace {

constexpr int kDone = 0, kNo = 1;
constexpr Seconds kPatience{20};

const std::string kLayer = "local order, invoice = layer \"invoice\"\ninvoice.Remarks = \"@TEXT@\"\n";

class Reload : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = std::make_unique<World>(World::Options{.scale = 1}); }
  static void TearDownTestSuite() { world_.reset(); }

  static void prepare() {
    if (ready_) return;
    ASSERT_FALSE(std::exchange(tried_, true)) << "the installation did not come up before";
    ASSERT_NO_FATAL_FAILURE(world_->make_ready());
    ready_ = true;
  }
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(prepare());
    const std::string before = version();
    save_layer("of " + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    ASSERT_TRUE(goes_live(before)) << standing().dump(2);
  }

  static std::string layer() { return world_->workspace() + "/clients/acme/shop_nl/invoice.lua"; }
  static void save_layer(const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(layer()).parent_path());
    write_file(layer(), replaced(kLayer, "@TEXT@", text));
  }
  static Json standing() { return world_->status()["clients"][0]["instances"][0]["scripts"]; }
  static std::string version() { return standing()["version"]; }
  // Of the invoice that a new order gets.
  static std::string remarks_of_new_order() {
    const size_t before = world_->books_state()["invoices"].size();
    world_->seed({{"orders", 1}, {"kinds", {"registered"}}});
    EXPECT_TRUE(eventually(Seconds(60), [&] { return world_->books_state()["invoices"].size() == before + 1; }))
        << world_->status().dump(2);
    EXPECT_TRUE(world_->comes_to_rest(Seconds(30)));
    // The newest job that made it; the shop tells of its own changes of an order too.
    const Json jobs = world_->ask({"jobs", "list", "--state", "done", "--limit", "10"});
    for (const auto& listed : jobs["jobs"]) {
      const Json job = world_->ask({"jobs", "show", listed["id"].dump()});
      for (const auto& entry : job["journal"])
        if (entry["kind"] == "map" && entry["name"] == "invoice") return entry["value"]["output"].value("Remarks", "");
    }
    return "no mapping was recorded: " + jobs.dump(2);
  }
  static bool goes_live(const std::string& before) {
    return eventually(kPatience, [&] { return version() != before && standing()["state"] == "live"; });
  }

  static inline std::unique_ptr<World> world_;
  static inline bool tried_ = false, ready_ = false;
};

TEST_F(Reload, C7_ASavedLayerIsLiveForTheNextOrder) {
  const std::string before = version();
  const double ok = world_->metric("mlc_reloads_total{result=\"ok\"}");
  save_layer("first words");
  ASSERT_TRUE(goes_live(before)) << standing().dump(2) << world_->server_log();
  EXPECT_EQ(remarks_of_new_order(), "first words");
  EXPECT_EQ(world_->metric("mlc_reloads_total{result=\"ok\"}"), ok + 1);
  EXPECT_EQ(world_->metric("mlc_script_version_info{client=\"acme\",instance=\"shop_nl\",version=\"" + version() + "\"}"), 1);
  EXPECT_NE(world_->server_log().find("\"event\":\"reload.live\""), std::string::npos);
  EXPECT_NE(world_->server_log().find(version()), std::string::npos) << "the log names the hash";
}

// The ways editors save: rename over the old file, remove and write again, a temporary file beside it.
TEST_F(Reload, EditorsMaySaveAsTheyDo) {
  std::string before = version();
  write_file(layer() + "~", read_file(layer()));
  write_file(world_->workspace() + "/clients/acme/shop_nl/.invoice.lua.swp", "not Lua at all {{{");
  write_file(world_->workspace() + "/clients/acme/shop_nl/invoice.tmp", replaced(kLayer, "@TEXT@", "by rename"));
  std::filesystem::rename(world_->workspace() + "/clients/acme/shop_nl/invoice.tmp", layer());
  ASSERT_TRUE(goes_live(before)) << standing().dump(2);
  before = version();
  std::filesystem::rename(layer(), layer() + "~");
  write_file(layer(), replaced(kLayer, "@TEXT@", "by backup"));
  ASSERT_TRUE(goes_live(before)) << standing().dump(2);
  EXPECT_EQ(remarks_of_new_order(), "by backup");
}

TEST_F(Reload, ABrokenFileChangesNothingAndIsNamedWithItsLine) {
  const std::string before = version();
  const double failed = world_->metric("mlc_reloads_total{result=\"failed\"}");
  write_file(layer(), "local order, invoice = layer \"invoice\"\ninvoice.NoSuchField = \"x\"\n");
  ASSERT_TRUE(eventually(kPatience, [] { return standing()["state"] == "broken"; })) << standing().dump(2);
  EXPECT_EQ(version(), before);
  const Json problem = standing()["problems"][0];
  EXPECT_EQ(problem["file"], "clients/acme/shop_nl/invoice.lua");
  EXPECT_EQ(problem["line"], 2);
  EXPECT_NE(problem["sentence"].get<std::string>().find("NoSuchField"), std::string::npos) << problem.dump();
  EXPECT_GT(world_->metric("mlc_reloads_total{result=\"failed\"}"), failed);
  EXPECT_NE(world_->server_log().find("\"event\":\"reload.broken\""), std::string::npos);
  EXPECT_EQ(remarks_of_new_order(), "of ABrokenFileChangesNothingAndIsNamedWithItsLine");
  const Ended told = world_->run({"versions", "acme", "shop_nl"});
  EXPECT_NE(told.out.find("invoice.lua:2"), std::string::npos) << told.out;
  EXPECT_NE(world_->run({"status"}).out.find("BROKEN acme shop_nl"), std::string::npos);
}

TEST_F(Reload, ABrokenClientFileTakesNothingAway) {
  const std::string file = world_->workspace() + "/clients/acme/client.lua", text = read_file(file), before = version();
  for (const std::string& broken : {std::string("connections = {"), std::string("nonsense = 1\n"), std::string("")}) {
    write_file(file, broken + (broken.empty() ? "" : text));
    if (broken.empty()) continue;
    ASSERT_TRUE(eventually(kPatience, [] { return standing()["state"] == "broken"; })) << broken << standing().dump(2);
    EXPECT_EQ(version(), before);
    EXPECT_EQ(remarks_of_new_order(), "of ABrokenClientFileTakesNothingAway");
    write_file(file, text);
    ASSERT_TRUE(eventually(kPatience, [] { return standing()["state"] == "live"; })) << broken;
  }
  write_file(file, text);
}

TEST_F(Reload, ANewInstanceAndAChangedSettingComeLive) {
  const std::string file = world_->workspace() + "/clients/acme/client.lua", text = read_file(file), before = version();
  const size_t use = text.find("shop_nl = use");
  ASSERT_NE(use, std::string::npos);
  const size_t end = text.rfind('}');
  const std::string more =
      text.substr(0, end) + "  second = use \"bigcommerce_exact_online\" { bind = { shop = \"shop\", books = \"books\" } },\n}\n";
  write_file(file, more);
  ASSERT_TRUE(eventually(kPatience, [] { return world_->status()["clients"][0]["instances"].size() == 2; })) << world_->server_log();
  const Json second = world_->status()["clients"][0]["instances"][0];
  EXPECT_EQ(second["name"], "second");
  EXPECT_EQ(second["mode"], "shadow") << "what is new writes nothing until it is told to";
  EXPECT_EQ(version().empty(), false);
  write_file(file, text);
  ASSERT_TRUE(eventually(kPatience, [] { return world_->status()["clients"][0]["instances"].size() == 1; }));
  EXPECT_EQ(version(), before);
}

TEST_F(Reload, RollbackHoldsTheFilesBackUntilTheyChange) {
  const std::string before = version();
  save_layer("a mistake");
  ASSERT_TRUE(goes_live(before));
  const std::string mistake = version();
  const Json back = world_->ask({"rollback", "acme", "shop_nl"});
  EXPECT_EQ(back["version"], before);
  EXPECT_EQ(back["state"], "held back");
  EXPECT_EQ(remarks_of_new_order(), "of RollbackHoldsTheFilesBackUntilTheyChange");

  ASSERT_NO_FATAL_FAILURE(world_->stop());
  const Json offline = world_->ask({"versions", "acme", "shop_nl"});
  EXPECT_EQ(offline["version"], before);
  EXPECT_EQ(offline["versions"][0]["how"], "rolled back");
  ASSERT_NO_FATAL_FAILURE(world_->start());
  EXPECT_EQ(version(), before) << "a start does not take what was rolled back";

  EXPECT_EQ(world_->ask({"approve", "acme", "shop_nl"})["version"], mistake);
  EXPECT_EQ(world_->run({"approve", "acme", "shop_nl"}).code, kNo) << "nothing waits";
  EXPECT_EQ(world_->run({"rollback", "acme", "shop_nl", "0000000000"}).code, kNo);
  EXPECT_EQ(world_->run({"versions", "acme", "no_such"}).code, kNo);
  EXPECT_EQ(world_->ask({"rollback", "acme", "shop_nl", before.substr(0, 12)})["version"], before);
  save_layer("mended");
  ASSERT_TRUE(goes_live(before)) << "a change after a rollback is a change";
}

TEST_F(Reload, WithAskAChangeWaitsForApproval) {
  const std::string file = world_->workspace() + "/clients/acme/client.lua", text = read_file(file), before = version();
  write_file(file, "reload = \"ask\"\n" + text);
  save_layer("asked for");
  ASSERT_TRUE(eventually(kPatience, [] { return standing()["state"] == "waiting"; })) << standing().dump(2);
  EXPECT_EQ(version(), before);
  const std::string candidate = standing()["candidate"];
  EXPECT_NE(world_->run({"status"}).out.find("WAITS acme shop_nl"), std::string::npos);
  EXPECT_EQ(world_->run({"approve", "acme", "shop_nl", "ffffffffffff"}).code, kNo) << "not what waits";

  ASSERT_NO_FATAL_FAILURE(world_->stop());
  EXPECT_EQ(world_->ask({"versions", "acme", "shop_nl"})["state"], "waiting") << "also after a stop";
  EXPECT_EQ(world_->ask({"approve", "acme", "shop_nl", candidate.substr(0, 12)})["version"], candidate);
  ASSERT_NO_FATAL_FAILURE(world_->start());
  EXPECT_EQ(version(), candidate);
  EXPECT_EQ(remarks_of_new_order(), "asked for");
  const Json trail = world_->ask({"audit", "acme"});
  EXPECT_NE(trail.dump().find("script.live"), std::string::npos) << "who made what live is in the trail";
  write_file(file, text);
  ASSERT_TRUE(eventually(kPatience, [] { return standing()["state"] == "live"; }));
}

// G3: a job goes on with the version it began with, also when that one is only in the store.
TEST_F(Reload, AnOpenJobEndsOnTheVersionItBeganWith) {
  const std::string before = version();
  world_->control("exact_online", "faults",
                  Json::array({{{"kind", "500"}, {"percent", 100}, {"match", {{"path", "/salesinvoice/"}, {"method", "GET"}}}}}));
  world_->seed({{"orders", 1}, {"kinds", {"registered"}}});
  Json job;
  ASSERT_TRUE(eventually(Seconds(60), [&] {
    const Json waiting = world_->ask({"jobs", "list", "--limit", "20"});
    for (const auto& one : waiting["jobs"])
      if (one["version"] == before && one["runs"] > 0) job = one;
    return !job.is_null();
  })) << world_->status().dump(2);
  for (int i = 0; i < 5; ++i) {
    const std::string last = version();
    save_layer("later " + std::to_string(i));
    ASSERT_TRUE(goes_live(last));
  }
  ASSERT_NO_FATAL_FAILURE(world_->stop());
  world_->web().call("DELETE", world_->sandbox()["systems"]["exact_online"]["url"].get<std::string>() + "/_sandbox/exact_online/faults");
  ASSERT_NO_FATAL_FAILURE(world_->start());
  ASSERT_TRUE(world_->comes_to_rest(Seconds(120))) << world_->status().dump(2);
  const Json ended = world_->ask({"jobs", "show", job["id"].dump()});
  EXPECT_EQ(ended["state"], "done") << ended.dump(2);
  EXPECT_EQ(ended["version"], before);
}

TEST_F(Reload, WhatNeedsARestartSaysSo) {
  const std::string file = world_->workspace() + "/ml-connector.lua", text = read_file(file);
  write_file(file, replaced(text, "admin = \"127.0.0.1:", "proxies = { \"10.0.0.1\" }\nadmin = \"127.0.0.1:"));
  ASSERT_TRUE(eventually(kPatience, [] { return world_->status()["reload"]["restart"].dump() == "[\"proxies\"]"; }))
      << world_->status()["reload"].dump() << read_file(file);
  EXPECT_NE(world_->run({"status"}).out.find("RESTART ml-connector.lua: proxies"), std::string::npos);
  write_file(file, text);
  ASSERT_TRUE(eventually(kPatience, [] { return world_->status()["reload"]["restart"].empty(); }));
}

TEST_F(Reload, AGitCheckoutIsOneChange) {
  const std::string before = version();
  const double ok = world_->metric("mlc_reloads_total{result=\"ok\"}"), failed = world_->metric("mlc_reloads_total{result=\"failed\"}");
  // Each file alone would be broken without the others.
  const std::string folder = world_->workspace() + "/clients/acme/shop_nl/";
  for (int i = 0; i < 40; ++i) write_file(folder + "part_" + std::to_string(i) + ".csv", "code,text\nA,a\n");
  save_layer("checked out");
  ASSERT_TRUE(goes_live(before));
  EXPECT_EQ(world_->metric("mlc_reloads_total{result=\"ok\"}"), ok + 1);
  EXPECT_EQ(world_->metric("mlc_reloads_total{result=\"failed\"}"), failed);
  for (int i = 0; i < 40; ++i) std::filesystem::remove(folder + "part_" + std::to_string(i) + ".csv");
}

TEST_F(Reload, PreviewTellsTheFieldsThatAnEditChanges) {
  const std::string file = world_->workspace() + "/clients/acme/client.lua", text = read_file(file);
  remarks_of_new_order();
  write_file(file, "reload = \"ask\"\n" + text);
  save_layer("previewed");
  ASSERT_TRUE(eventually(kPatience, [] { return standing()["state"] == "waiting"; })) << standing().dump(2);
  for (const bool serving : {true, false}) {
    if (!serving) { ASSERT_NO_FATAL_FAILURE(world_->stop()); }
    const Json found = world_->ask({"preview", "acme", "shop_nl"}, kNo);
    ASSERT_EQ(found["instances"].size(), 1u) << found.dump(2);
    const Json& one = found["instances"][0];
    EXPECT_EQ(one["state"], "changed");
    std::map<std::string, Json> mappings;
    for (const auto& mapping : one["mappings"]) mappings[mapping["mapping"]] = mapping;
    const Json& invoice = mappings["invoice"];
    EXPECT_GT(invoice["records"].get<int>(), 0) << one.dump(2);
    EXPECT_EQ(invoice["changed"], invoice["records"]);
    ASSERT_EQ(invoice["fields"].size(), 1u) << invoice.dump(2);
    EXPECT_EQ(invoice["fields"][0]["field"], "Remarks");
    EXPECT_EQ(invoice["fields"][0]["examples"][0]["after"], "previewed");
    for (const auto& [name, mapping] : mappings) { EXPECT_TRUE(name == "invoice" || mapping["changed"] == 0) << name << mapping.dump(2); }
    const Json last = world_->ask({"preview", "acme", "shop_nl", "--last", "1"}, kNo);
    int most = 0;
    for (const auto& mapping : last["instances"][0]["mappings"]) most = std::max(most, mapping["records"].get<int>());
    EXPECT_EQ(most, 1) << last.dump(2);
    const Ended told = world_->run({"preview"});
    EXPECT_EQ(told.code, kNo);
    EXPECT_NE(told.out.find("Remarks in "), std::string::npos) << told.out;
    EXPECT_EQ(world_->run({"preview", "acme", "no_such"}).code, kNo);
    EXPECT_EQ(world_->run({"preview", "acme", "shop_nl", "--last", "0"}).code, 2);
  }
  ASSERT_EQ(world_->run({"approve", "acme", "shop_nl"}).code, kDone);
  EXPECT_EQ(world_->run({"preview", "acme", "shop_nl"}).code, kDone) << "what is live is what the files say";
  write_file(file, text);
  ASSERT_NO_FATAL_FAILURE(world_->start());
}

TEST_F(Reload, SpecsRunAndAFailingOneKeepsTheVersion) {
  const std::string spec = world_->workspace() + "/clients/acme/shop_nl/invoice_spec.lua", before = version();
  const std::string head = "local spec = require \"spec\"\n";
  write_file(spec, head + "spec.it(\"holds\", function() spec.expect(1):equals(1) end)\n");
  const Json good = world_->ask({"test"});
  EXPECT_EQ(good["cases"], 1) << good.dump(2);
  EXPECT_EQ(good["failed"], 0);
  EXPECT_FALSE(good["coverage"].empty());
  write_file(spec, head + "spec.it(\"does not hold\", function() spec.expect(1):equals(2) end)\n");
  const Ended bad = world_->run({"test", "clients/acme"});
  EXPECT_EQ(bad.code, kNo);
  EXPECT_NE(bad.out.find("clients/acme/shop_nl/invoice_spec.lua:2: does not hold\n    expected 2, found 1"), std::string::npos) << bad.out;
  EXPECT_EQ(world_->run({"test", "/no/such/place"}).code, kNo);

  save_layer("untested");
  ASSERT_TRUE(eventually(kPatience, [] { return standing()["state"] == "broken"; })) << standing().dump(2);
  EXPECT_EQ(version(), before);
  EXPECT_EQ(standing()["problems"][0]["line"], 2) << standing().dump(2);
  std::filesystem::remove(spec);
  ASSERT_TRUE(goes_live(before)) << standing().dump(2);
}

}  // namespace
}  // namespace mlc::system_test
