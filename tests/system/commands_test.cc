// Every command as its users run it: with `serve` running, over its socket, and stopped; what it exits with, that its
// --json can be read, and that its help shows an example.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "tests/system/harness.h"

namespace mlc::system_test {
namespace {

constexpr int kDone = 0, kNo = 1, kUsage = 2, kEnvironment = 3;
// On a real clock the calls of the minute may be spent: the next ones wait for the minute to end.
constexpr Seconds kPatience(100);

// One world for all of them: what costs is the start of its processes. Its clock is the real one, as that of a command
// without a server is.
class Commands : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = std::make_unique<World>(World::Options{.scale = 1}); }
  static void TearDownTestSuite() { world_.reset(); }

  // A running, authorised, live installation with three orders posted.
  static void prepare() {
    if (ready_) return;
    ASSERT_FALSE(std::exchange(tried_, true)) << "the installation did not come up before";
    ASSERT_NO_FATAL_FAILURE(world_->make_ready());
    orders_ = world_->seed({{"orders", 3}, {"kinds", {"registered", "guest", "several_lines"}}})["orders"];
    ASSERT_TRUE(eventually(kPatience, [] { return world_->books_state()["invoices"].size() == 3; })) << world_->status().dump(2);
    ASSERT_TRUE(world_->comes_to_rest(kPatience)) << world_->status().dump(2);
    ready_ = true;
    running_ = true;
  }
  static void with_server() {
    ASSERT_NO_FATAL_FAILURE(prepare());
    if (running_) return;
    ASSERT_NO_FATAL_FAILURE(world_->start());
    running_ = true;
  }
  static void without_server() {
    ASSERT_NO_FATAL_FAILURE(prepare());
    if (!running_) return;
    ASSERT_NO_FATAL_FAILURE(world_->stop());
    running_ = false;
  }
  static int64_t order(size_t index) { return orders_[index]["id"].get<int64_t>(); }
  static std::string today() { return world_->status()["time"].get<std::string>().substr(0, 10); }

  static inline std::unique_ptr<World> world_;
  static inline Json orders_;
  static inline bool tried_ = false, ready_ = false, running_ = false;
};

TEST_F(Commands, EachHasHelpWithAnExample) {
  const std::vector<std::string> all = {"init",          "new",          "new client",    "serve",       "sandbox",
                                        "secret",        "secret set",   "secret import", "secret list", "authorize",
                                        "ping",          "check",        "sync",          "jobs",        "jobs list",
                                        "jobs show",     "jobs release", "jobs replay",   "jobs cancel", "jobs settle",
                                        "show",          "audit",        "audit verify",  "status",      "pause",
                                        "resume",        "live",         "backup",        "reconcile",   "versions",
                                        "approve",       "rollback",     "preview",       "test",        "map",
                                        "why",           "settings",     "alerts",        "alerts list", "alerts test",
                                        "alerts secret", "vault",        "restore",       "arm",         "vault export-recovery",
                                        "vault rotate",  "forget",       "migrate",       "new system",  "new integration",
                                        "reprint"};
  for (const auto& name : all) {
    std::vector<std::string> words;
    for (size_t at = 0; at < name.size();) {
      const size_t end = std::min(name.find(' ', at), name.size());
      words.push_back(name.substr(at, end - at));
      at = end + 1;
    }
    words.push_back("--help");
    const Ended ended = world_->run_bare(words);
    EXPECT_EQ(ended.code, kDone) << name;
    EXPECT_NE(ended.out.find("Example:\n  ml-connector "), std::string::npos) << name << ": " << ended.out;
  }
}

TEST_F(Commands, WrongUsageExitsWithTwo) {
  const std::vector<std::vector<std::string>> wrong = {{},
                                                       {"nonsense"},
                                                       {"jobs", "settle", "1"},
                                                       {"jobs", "list", "--state", "happy"},
                                                       {"jobs", "list", "--limit", "0"},
                                                       {"ping"},
                                                       {"reconcile", "acme", "shop_nl"},
                                                       {"show", "acme"},
                                                       {"secret", "set", "acme", "shop"},
                                                       {"sandbox", "--scale", "0"},
                                                       {"status", "--no-such-flag"}};
  for (const auto& words : wrong) EXPECT_EQ(world_->run_bare(words).code, kUsage) << (words.empty() ? "" : words.front());
}

TEST_F(Commands, NoWorkspaceNoKeyAndBadSettingsExitWithThree) {
  const std::string empty = world_->folder() + "/empty";
  std::filesystem::create_directories(empty);
  for (const std::string command : {"status", "jobs", "audit", "serve"}) {
    const Ended ended = world_->run_bare({command, "--workspace", empty});
    EXPECT_EQ(ended.code, kEnvironment) << command << ended.err;
    EXPECT_NE(ended.err.find("ml-connector init"), std::string::npos) << command << ": " << ended.err;
  }
  write_file(empty + "/ml-connector.lua", "id = \"keyless\"\n");
  const Ended keyless = world_->run_bare({"status", "--workspace", empty});
  EXPECT_EQ(keyless.code, kEnvironment);
  EXPECT_NE(keyless.err.find("keyless.key"), std::string::npos) << keyless.err;
}

TEST_F(Commands, InitAndNewClientMakeAWorkspaceThatCheckReads) {
  const std::string folder = world_->folder() + "/fresh";
  const Ended made = world_->run_bare({"init", folder});
  ASSERT_EQ(made.code, kDone) << made.err;
  EXPECT_TRUE(std::filesystem::exists(folder + "/ml-connector.lua"));
  EXPECT_EQ(world_->run_bare({"init", folder}).code, kNo) << "a second init must not touch what is there";

  const std::vector<std::string> add = {"new", "client", "beta", "--integration", "bigcommerce_exact_online", "--workspace", folder};
  ASSERT_EQ(world_->run_bare(add).code, kDone);
  EXPECT_EQ(world_->run_bare(add).code, kNo) << "a client that is there must not be overwritten";
  EXPECT_EQ(world_->run_bare({"new", "client", "Bad Name", "--integration", "bigcommerce_exact_online", "--workspace", folder}).code,
            kUsage);
  EXPECT_EQ(world_->run_bare({"new", "client", "gamma", "--integration", "no_such", "--workspace", folder}).code, kNo);
  const Ended checked = world_->run_bare({"check", "--workspace", folder});
  EXPECT_EQ(checked.code, kDone) << "a scaffold has no fault: " << checked.out << checked.err;

  // What an account has and the file does not say is a fault where the connection stands.
  const std::string file = folder + "/clients/beta/client.lua", before = read_file(file);
  EXPECT_NE(before.find("store_hash = \"CHANGE-ME\""), std::string::npos) << before;
  write_file(file, replaced(replaced(before, "store_hash = \"CHANGE-ME\",", ""), "region = \"be\",", ""));
  const Ended bare = world_->run_bare({"check", "--workspace", folder});
  EXPECT_EQ(bare.code, kNo);
  EXPECT_NE(bare.out.find("clients/beta/client.lua:4:3: connection books: `region` is missing: one of "), std::string::npos) << bare.out;
  EXPECT_NE(bare.out.find("connection shop: `store_hash` is missing"), std::string::npos) << bare.out;
}

TEST_F(Commands, ForASandboxTheScaffoldsAreFilledIn) {
  const std::string folder = world_->folder() + "/beside", line = world_->folder() + "/line.json";
  write_file(line, world_->sandbox().dump() + "\n");
  const Ended made = world_->run_bare({"init", folder, "--sandbox", line});
  ASSERT_EQ(made.code, kDone) << made.err;
  EXPECT_NE(made.out.find("--sandbox ../line.json"), std::string::npos) << "as a shell in the workspace names it: " << made.out;
  const Ended added =
      world_->run_bare({"new", "client", "acme", "--integration", "bigcommerce_exact_online", "--sandbox", line, "--workspace", folder});
  ASSERT_EQ(added.code, kDone) << added.err;
  for (const char* next : {"secret set acme shop access_token", "secret set acme shop client_secret", "secret set acme books client_id",
                           "secret set acme books webhook_secret", "authorize acme books"})
    EXPECT_NE(added.out.find(next), std::string::npos) << next << " is not among: " << added.out;
  const std::string client = read_file(folder + "/clients/acme/client.lua");
  EXPECT_NE(client.find(world_->sandbox()["systems"]["bigcommerce"]["url"].get<std::string>()), std::string::npos) << client;
  EXPECT_NE(client.find("division = 123456,"), std::string::npos) << client;
  EXPECT_EQ(client.find("CHANGE-ME"), std::string::npos) << client;
  EXPECT_EQ(world_->run_bare({"check", "--workspace", folder}).code, kDone);

  write_file(line, "not yet");
  EXPECT_EQ(world_->run_bare({"init", folder + "2", "--sandbox", line}).code, kUsage);
  EXPECT_FALSE(std::filesystem::exists(folder + "2/ml-connector.lua"));
  write_file(line, R"({"systems": {"bigcommerce": {"url": "https://localhost:1", "credentials": {}}}, "certificate": {}})");
  const Ended missing =
      world_->run_bare({"new", "client", "delta", "--integration", "bigcommerce_exact_online", "--sandbox", line, "--workspace", folder});
  EXPECT_EQ(missing.code, kNo);
  EXPECT_NE(missing.err.find("tells of no simulated exact_online"), std::string::npos) << missing.err;
}

TEST_F(Commands, CheckNamesFileLineAndColumn) {
  const Ended good = world_->run({"check"});
  EXPECT_EQ(good.code, kDone) << good.out << good.err;
  const std::string file = world_->workspace() + "/clients/acme/client.lua";
  const std::string before = read_file(file);
  write_file(file, replaced(before, "journal = \"70\"", "jurnal = \"70\""));
  const Ended bad = world_->run({"check"});
  write_file(file, before);
  EXPECT_EQ(bad.code, kNo);
  EXPECT_NE(bad.out.find("clients/acme/client.lua:"), std::string::npos) << bad.out;
  EXPECT_NE(bad.out.find("jurnal"), std::string::npos) << bad.out;
}

TEST_F(Commands, C1_SecretsGoInAndNeverComeOut) {
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    const std::string value = world_->credentials("bigcommerce")["access_token"];
    const Ended set = world_->run({"secret", "set", "acme", "shop", "access_token"}, value + "\n");
    EXPECT_EQ(set.code, kDone) << set.err;
    const Json listed = world_->ask({"secret", "list"});
    EXPECT_GE(listed["secrets"].size(), 5u);
    EXPECT_EQ(listed.dump().find(value), std::string::npos);
    EXPECT_EQ(set.out.find(value), std::string::npos);
    EXPECT_EQ(world_->run({"secret", "set", "acme", "shop", "access_token"}, "\n").code, kUsage) << "an empty secret";
    EXPECT_EQ(world_->run({"secret", "set", "acme", "nowhere", "access_token"}, "x\n").code, kNo);

    const std::string file = world_->folder() + "/secrets.json";
    write_file(file, Json{{"acme", {{"shop", {{"access_token", value}}}}}}.dump());
    EXPECT_EQ(world_->run({"secret", "import", file}).code, kDone);
  }
  EXPECT_EQ(world_->server_log().find(world_->credentials("exact_online")["client_secret"].get<std::string>()), std::string::npos);
}

TEST_F(Commands, AuthorizeGivesALinkAndWaits) {
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    const Json invited = world_->ask({"authorize", "acme", "books", "--invite"});
    EXPECT_EQ(invited["url"].get<std::string>().rfind(world_->public_url() + "/invite/", 0), 0u) << invited;
    EXPECT_EQ(world_->run({"authorize", "acme", "shop"}).code, kUsage) << "the shop uses no grant";
    EXPECT_EQ(world_->run({"authorize", "acme", "nowhere"}).code, kNo);
  }
  ASSERT_NO_FATAL_FAILURE(with_server());
  const Ended unanswered = world_->run({"authorize", "acme", "books", "--wait", "1"});
  EXPECT_EQ(unanswered.code, kNo) << unanswered.out;
  EXPECT_NE(unanswered.out.find(world_->public_url() + "/oauth/start/"), std::string::npos) << unanswered.out;
}

TEST_F(Commands, C1_PingProvesConnections) {
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    const Json answer = world_->ask({"ping", "acme"});
    EXPECT_EQ(answer["connections"].size(), 2u) << answer.dump(2);
    Ended all;  // says so when the minute's calls are used up
    EXPECT_TRUE(eventually(kPatience, [&] { return (all = world_->run({"ping", "--all"})).code == kDone; })) << all.out << all.err;
    EXPECT_EQ(world_->run({"ping", "nobody"}).code, kNo);
  }
}

TEST_F(Commands, C2_SyncTakesOneRecordOrWhatIsDue) {
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    const size_t before = world_->books_state()["invoices"].size();
    const Json silent = world_->seed({{"orders", 1}, {"kinds", {"registered"}}, {"events", false}})["orders"];
    const Json one = world_->ask({"sync", "acme", "shop_nl", "--record", silent[0]["id"].dump()});
    EXPECT_EQ(one["done"], 1) << one.dump(2);
    EXPECT_EQ(world_->books_state()["invoices"].size(), before + 1);
    world_->seed({{"orders", 2}, {"kinds", {"guest"}}, {"events", false}});
    const Ended due = world_->run({"sync", "acme", "shop_nl"});
    EXPECT_EQ(due.code, kDone) << due.out << due.err;
    EXPECT_EQ(world_->books_state()["invoices"].size(), before + 3) << due.out;
    EXPECT_EQ(world_->run({"sync", "acme", "no_such"}).code, kNo);
  }
}

TEST_F(Commands, C3_C4_JobsAreListedShownParkedReleasedReplayedAndCancelled) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  // Refused by the flow, with a sentence for the controller.
  const Json refused = world_->seed({{"orders", 1}, {"kinds", {"refunded_without_record"}}, {"events", false}})["orders"];
  EXPECT_EQ(world_->run({"sync", "acme", "shop_nl", "--record", refused[0]["id"].dump()}).code, kNo);
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    const Json parked = world_->ask({"jobs", "list", "--state", "parked", "--client", "acme"});
    ASSERT_EQ(parked["jobs"].size(), 1u) << parked.dump(2);
    ASSERT_EQ(parked["cases"].size(), 1u);
    const std::string id = parked["jobs"][0]["id"].dump();
    const Json shown = world_->ask({"jobs", "show", id});
    EXPECT_FALSE(shown.dump().empty());
    EXPECT_EQ(world_->run({"jobs", "show", "999999"}).code, kNo);
    EXPECT_EQ(world_->run({"jobs", "show", "abc"}).code, kUsage);
    EXPECT_EQ(world_->ask({"jobs", "release", parked["cases"][0]["id"].dump()})["count"], 1);
    if (running) {
      ASSERT_TRUE(eventually(kPatience, [&] { return world_->ask({"jobs", "--state", "parked"})["jobs"].size() == 1; }));
      EXPECT_EQ(world_->run({"jobs", "replay", id, "--version", "live"}).code, kDone);
    } else {
      EXPECT_EQ(world_->run({"jobs", "cancel", id}).code, kDone);
      EXPECT_EQ(world_->run({"jobs", "settle", id, "--did-not-happen"}).code, kNo) << "nothing about it is unknown";
    }
    ASSERT_NO_FATAL_FAILURE(with_server());
    // Who released and replayed it stands in the trail (C3).
    const std::string trail = world_->run({"audit", "acme", "--limit", "1000"}).out;
    for (const char* act : {"release", running ? "replay" : "cancel"}) EXPECT_NE(trail.find(act), std::string::npos) << trail;
    const size_t left = running ? 1 : 0;
    ASSERT_TRUE(eventually(kPatience, [&] { return world_->ask({"jobs", "--state", "parked"})["jobs"].size() == left; }));
  }
}

TEST_F(Commands, C17_WhoseVersionOfAnEditedInvoiceCountsIsSettledByCommand) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  const std::string number = std::to_string(order(1));
  const auto invoice = [&] {
    const Json books = world_->books_state();
    for (const auto& one : books["invoices"])
      if (one["your_ref"] == "shop-" + number) return one;
    return Json();
  };
  const auto parked = [&]() -> std::string {
    const Json listed = world_->ask({"jobs", "list", "--state", "parked"});
    for (const auto& job : listed["jobs"])
      if (job["key"] == number) return std::to_string(job["id"].get<int64_t>());
    return "";
  };
  for (const bool keep : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(with_server());
    const std::string words = keep ? "By hand" : "By hand again";
    ASSERT_TRUE(eventually(kPatience, [&] { return !invoice().is_null(); })) << world_->run({"show", "acme", number}).out;
    ASSERT_TRUE(world_->comes_to_rest(kPatience));  // what was written is read back and kept
    const Json edited = world_->control("exact_online", "seed", {{"edit", {{{"id", invoice()["id"]}, {"description", words}}}}});
    ASSERT_EQ(edited["done"], 1);
    world_->seed({{"change", {order(1)}}, {"what", "shipping"}});
    ASSERT_TRUE(eventually(kPatience, [&] { return !parked().empty(); })) << world_->run({"show", "acme", number}).out;
    const std::string id = parked();
    const Ended shown = world_->run({"jobs", "show", id});
    EXPECT_NE(shown.out.find("at      scripts/integrations/bigcommerce_exact_online/"), std::string::npos) << shown.out;
    EXPECT_NE(shown.out.find("jobs settle " + id + " --keep-theirs"), std::string::npos) << shown.out;
    EXPECT_EQ(shown.out.find(".lua:"), shown.out.rfind(".lua:")) << "the sentence names no line: " << shown.out;
    EXPECT_EQ(world_->run({"jobs", "settle", id, "--keep-theirs", "--take-ours"}).code, kUsage);
    const std::string amount = invoice()["amount"];
    if (!keep) {  // decided while nothing runs
      ASSERT_NO_FATAL_FAILURE(without_server());
    }
    const Ended settled = world_->run({"jobs", "settle", id, keep ? "--keep-theirs" : "--take-ours"});
    EXPECT_EQ(settled.code, kDone) << settled.err;
    if (!keep) { ASSERT_NO_FATAL_FAILURE(with_server()); }
    ASSERT_TRUE(eventually(kPatience, [&] {
      return world_->ask({"jobs", "show", id})["state"] == "done";
    })) << world_->run({"jobs", "show", id}).out;
    EXPECT_EQ(invoice()["description"] == words, keep) << invoice().dump(2);
    EXPECT_EQ(invoice()["amount"] == amount, keep);
    EXPECT_EQ(world_->run({"jobs", "settle", id, "--keep-theirs"}).code, kNo) << "it was settled";
    EXPECT_NE(world_->run({"audit"}).out.find(keep ? "settle.keep_theirs" : "settle.take_ours"), std::string::npos);
  }
}

TEST_F(Commands, C3_ShowTellsTheStoryByAnySidesNumber) {
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    const std::string order_number = std::to_string(order(0));
    const Ended story = world_->run({"show", "acme", order_number});
    EXPECT_EQ(story.code, kDone) << story.err;
    EXPECT_NE(story.out.find("shop:" + order_number), std::string::npos) << story.out;
    const Json books = world_->books_state();
    for (const auto& invoice : books["invoices"]) {
      if (invoice["your_ref"] != "shop-" + order_number) continue;
      const Ended other = world_->run({"show", "acme", invoice["id"].get<std::string>()});
      EXPECT_EQ(other.code, kDone) << other.err;
      EXPECT_NE(other.out.find("shop:" + order_number), std::string::npos) << other.out;
    }
    world_->ask({"show", "acme", order_number});
    EXPECT_EQ(world_->run({"show", "acme", "no-such-number"}).code, kNo);
  }
}

// C3: from the recorded input, with nothing asked of any remote, the same record comes again and says why.
TEST_F(Commands, C3_MapAndWhyExplainWhatAJobMapped) {
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    const std::string number = std::to_string(order(0));
    const Ended mapped = world_->run({"map", "acme", "shop_nl", "invoice", "--record", number});
    EXPECT_EQ(mapped.code, kDone) << mapped.err;
    EXPECT_EQ(Json::parse(mapped.out, nullptr, false)["YourRef"], "shop-" + number) << mapped.out;
    const Ended told = world_->run({"map", "acme", "shop_nl", "invoice", "--record", number, "--explain"});
    EXPECT_EQ(told.code, kDone) << told.err;
    EXPECT_NE(told.out.find("YourRef = \"shop-" + number + "\"\n  scripts/integrations/"), std::string::npos) << told.out;
    EXPECT_NE(told.out.find("(the answer for "), std::string::npos) << told.out;

    const Ended why = world_->run({"why", "acme", number, "SalesInvoiceLines[1].NetPrice"});
    EXPECT_EQ(why.code, kDone) << why.err;
    EXPECT_NE(why.out.find("SalesInvoiceLines[1].NetPrice = "), std::string::npos) << why.out;
    EXPECT_NE(why.out.find("order.products[1].price_ex_tax"), std::string::npos) << why.out;
    EXPECT_NE(why.out.find("came in the answer of "), std::string::npos) << why.out;
    const Json all = world_->ask({"why", "acme", number});
    EXPECT_GE(all["mappings"].size(), 1u);
    EXPECT_FALSE(all["mappings"].back()["fields"][0]["trace"]["what"].get<std::string>().empty()) << all.dump(2);
    const Ended misspelt = world_->run({"why", "acme", number, "NetPrise"});
    EXPECT_EQ(misspelt.code, kNo);
    EXPECT_EQ(world_->run({"why", "acme", "no-such-number"}).code, kNo);
    EXPECT_EQ(world_->run({"map", "acme", "shop_nl", "invoise", "--record", number}).code, kNo);
  }
}

// design.md section 4: NDJSON in, NDJSON out; what nobody knows is named, never asked for.
TEST_F(Commands, MapTakesLinesAndNamesTheLookUpsItLacks) {
  const std::string line =
      R"({"record":{"id":7,"date_created":"Tue, 14 Oct 2025 22:30:00 +0000","products":[{"id":1,"sku":"NOPE","name":"n","quantity":2,)"
      R"("price_ex_tax":"9.950"}]},"given":{"account":"11111111-2222-3333-4444-555555555555","address":null},"source":"shop","key":"7"})";
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    const Ended lacking = world_->run({"map", "acme", "shop_nl", "invoice"}, line + "\n");
    EXPECT_EQ(lacking.code, kNo);
    EXPECT_NE(lacking.err.find("items \"NOPE\""), std::string::npos) << lacking.err;
    const std::string file = world_->folder() + "/answers.json";
    write_file(file, R"({"items":{"NOPE":"99999999-2222-3333-4444-555555555555","UNKNOWN":null}})");
    const Ended mapped = world_->run({"map", "acme", "shop_nl", "invoice", "--lookups", file}, line + "\n\n" + line + "\n");
    EXPECT_EQ(mapped.code, kDone) << mapped.err;
    EXPECT_EQ(std::count(mapped.out.begin(), mapped.out.end(), '\n'), 2) << mapped.out;
    EXPECT_NE(mapped.out.find("\"NetPrice\":9.950"), std::string::npos) << mapped.out;
    EXPECT_NE(mapped.out.find("\"Item\":\"99999999-"), std::string::npos) << mapped.out;
    EXPECT_EQ(world_->run({"map", "acme", "shop_nl", "invoice", "--lookups", file}, "{\"id\":\n").code, kNo);
    EXPECT_EQ(world_->run({"map", "nobody", "shop_nl", "invoice"}, line + "\n").code, kNo);
  }
}

TEST_F(Commands, SettingsTellValueDefaultMeaningAndLine) {
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    const Json told = world_->ask({"settings", "acme", "shop_nl"});
    bool journal = false, tolerance = false;
    for (const auto& each : told["settings"]) {
      EXPECT_GT(each["line"], 0) << each;
      if (each["name"] == "journal") journal = each["set"] == true && each["value"] == "70" && each["file"] == "clients/acme/client.lua";
      if (each["name"] == "tolerance") tolerance = each["set"] == false && each["value"] == each["default"];
    }
    EXPECT_TRUE(journal && tolerance) << told.dump(2);
    const Ended lines = world_->run({"settings", "acme", "shop_nl"});
    EXPECT_NE(lines.out.find("journal = \"70\"  (text)\n"), std::string::npos) << lines.out;
    EXPECT_EQ(world_->run({"settings", "acme", "shop_de"}).code, kNo);
  }
}

TEST_F(Commands, C3_AuditIsListedAndProven) {
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    const Json trail = world_->ask({"audit", "acme", "--limit", "1000"});
    EXPECT_GE(trail["audit"].size(), 3u) << trail.dump(2);
    const Json proof = world_->ask({"audit", "verify"});
    EXPECT_EQ(proof["intact"], true) << proof;
    EXPECT_GT(proof["entries"], 3);
    EXPECT_EQ(world_->run({"audit"}).code, kDone);
  }
}

TEST_F(Commands, C2_StatusTellsOfGrantInstanceAndLag) {
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    const Ended line = world_->run({"status"});
    EXPECT_EQ(line.code, kDone) << line.err;
    for (const std::string word : {"acme", "exact_nl ok", "shop_nl live"})
      EXPECT_NE(line.out.find(word), std::string::npos) << word << "\n" << line.out;
    const Json told = world_->ask({"status"});
    EXPECT_EQ(told["clients"].size(), 1u);
    EXPECT_EQ(told["equation"]["balances"], true) << told.dump(2);
    std::map<std::string, int> lags;
    for (const auto& flow : told["clients"][0]["instances"][0]["flows"]) lags[flow["flow"]] = flow["lag_seconds"];
    EXPECT_EQ(lags.size(), 5u) << told.dump(2);
    EXPECT_TRUE(lags.contains("orders") && lags["orders"] < 600) << told.dump(2);
  }
}

TEST_F(Commands, C19_PauseHoldsEffectsUntilResume) {
  ASSERT_NO_FATAL_FAILURE(without_server());
  EXPECT_EQ(world_->run({"pause", "acme", "shop_nl"}).code, kDone);
  ASSERT_NO_FATAL_FAILURE(with_server());
  const size_t before = world_->books_state()["invoices"].size();
  const Json made = world_->seed({{"orders", 1}, {"kinds", {"registered"}}, {"events", false}})["orders"];
  const Delivery delivery = world_->order_event("while-paused", made[0]["id"]);
  EXPECT_EQ(world_->deliver(delivery).status, 200) << "intake goes on";
  ASSERT_TRUE(eventually(kPatience, [&] { return world_->ask({"jobs", "--state", "waiting"})["jobs"].size() == 1; }));
  EXPECT_EQ(world_->books_state()["invoices"].size(), before);
  EXPECT_NE(world_->run({"status"}).out.find("paused"), std::string::npos);
  EXPECT_EQ(world_->run({"resume", "acme", "shop_nl"}).code, kDone);
  EXPECT_TRUE(eventually(kPatience, [&] { return world_->books_state()["invoices"].size() == before + 1; })) << world_->status().dump(2);
  EXPECT_EQ(world_->run({"pause", "nobody"}).code, kNo);
  ASSERT_NO_FATAL_FAILURE(without_server());
  EXPECT_EQ(world_->run({"resume", "acme", "shop_nl"}).code, kDone);
}

TEST_F(Commands, C19_AClientAnInstanceOrAFlowIsPaused) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  const std::vector<std::vector<std::string>> places = {{"acme"}, {"acme", "shop_nl"}, {"acme", "shop_nl", "orders"}};
  size_t invoices = world_->books_state()["invoices"].size();
  for (const auto& place : places) {
    std::vector<std::string> pause = {"pause"}, resume = {"resume"};
    pause.insert(pause.end(), place.begin(), place.end());
    resume.insert(resume.end(), place.begin(), place.end());
    ASSERT_TRUE(world_->comes_to_rest(kPatience));  // a sweep may find the order of before once more
    ASSERT_EQ(world_->run(pause).code, kDone);
    const Json made = world_->seed({{"orders", 1}, {"kinds", {"registered"}}, {"events", false}})["orders"];
    EXPECT_EQ(world_->deliver(world_->order_event("paused-" + std::to_string(place.size()), made[0]["id"])).status, 200);
    ASSERT_TRUE(eventually(kPatience, [&] { return world_->ask({"jobs", "--state", "waiting"})["jobs"].size() >= 1; })) << place.back();
    EXPECT_EQ(world_->books_state()["invoices"].size(), invoices) << place.back();
    ASSERT_EQ(world_->run(resume).code, kDone);
    ++invoices;
    EXPECT_TRUE(eventually(kPatience, [&] { return world_->books_state()["invoices"].size() == invoices; })) << world_->status().dump(2);
  }
  EXPECT_EQ(world_->run({"pause", "acme", "shop_nl", "no_such_flow"}).code, kNo);
  const std::string trail = world_->run({"audit", "acme", "--limit", "1000"}).out;
  EXPECT_NE(trail.find("pause"), std::string::npos);
  EXPECT_NE(trail.find("resume"), std::string::npos);
}

TEST_F(Commands, C13_LiveEndsTheShadowAndBeginsItAgain) {
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    EXPECT_EQ(world_->ask({"live", "acme", "shop_nl", "--shadow"})["mode"], "shadow");
    const auto live = world_->ask({"live", "acme", "shop_nl", "--start", "2020-01-01"});
    EXPECT_EQ(live["mode"], "live");
    EXPECT_EQ(live["start"].get<std::string>().substr(0, 19), "2020-01-01T00:00:00");  // midnight where the instance is
    EXPECT_EQ(live["reads_again"], true);
    EXPECT_NE(world_->run({"live", "acme", "shop_nl"}).out.find("live; nothing older than 2020-01-01T00:00:00"), std::string::npos);
    EXPECT_EQ(world_->run({"live", "acme", "shop_nl", "--start", "tomorrow"}).code, kUsage);
    EXPECT_NE(world_->run({"audit", "acme", "--limit", "1000"}).out.find("start 2020-01-01"), std::string::npos)
        << world_->run({"audit", "acme"}).out;
    EXPECT_EQ(world_->run({"live", "acme", "no_such"}).code, kNo);
  }
}

TEST_F(Commands, BackupIsWrittenOnceAndNotOverAFile) {
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    const std::string file = world_->folder() + (running ? "/running.db" : "/stopped.db");
    const Json made = world_->ask({"backup", file});
    EXPECT_GT(made["bytes"], 4096);
    EXPECT_EQ(std::filesystem::file_size(file), made["bytes"].get<size_t>());
    EXPECT_EQ(world_->run({"backup", file}).code, kNo);
  }
}

TEST_F(Commands, C9_ReconcileComparesBothSystemsByDay) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  const std::string day = today();
  for (const bool running : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(running ? with_server() : without_server());
    // Orders may have been made on either side of midnight.
    const Ended report = world_->run({"reconcile", "acme", "shop_nl", "--month", day.substr(0, 7), "--json"});
    const Json data = Json::parse(report.out, nullptr, false);
    ASSERT_TRUE(data.is_object()) << report.out << report.err;
    EXPECT_GE(data["left_count"], 3) << data.dump(2);
    EXPECT_EQ(report.code, data["differences"].empty() ? kDone : kNo) << data.dump(2);
    EXPECT_EQ(world_->run({"reconcile", "acme", "shop_nl", "--month", "soon"}).code, kUsage);
    const Ended csv = world_->run({"reconcile", "acme", "shop_nl", "--from", "2020-01-01", "--to", "2020-01-02", "--csv"});
    EXPECT_EQ(csv.code, kDone) << csv.err;
    EXPECT_EQ(csv.out,
              "day,comparison,class,order,document,reference,left,right,difference,currency,document_day,reason,job,case,accepted_by,"
              "because\r\n");
  }
}

TEST_F(Commands, ASecondServeOnTheSameStateRefuses) {
  ASSERT_NO_FATAL_FAILURE(with_server());
  const Ended second = world_->run({"serve"});
  EXPECT_EQ(second.code, kEnvironment) << second.err;
  EXPECT_EQ(world_->web().get(world_->public_url() + "/readyz").status, 200);
}

TEST_F(Commands, ServeWithASandboxClockRefusesRealHosts) {
  ASSERT_NO_FATAL_FAILURE(without_server());
  const std::string file = world_->workspace() + "/clients/acme/client.lua";
  const std::string before = read_file(file);
  const std::string url = world_->sandbox()["systems"]["bigcommerce"]["url"];
  write_file(file, replaced(before, url, "https://shop.example.com"));
  const Ended ended = world_->run({"serve", "--clock", world_->sandbox()["clock"]});
  write_file(file, before);
  EXPECT_EQ(ended.code, kEnvironment);
  EXPECT_NE(ended.err.find("shop.example.com"), std::string::npos) << ended.err;
}

}  // namespace
}  // namespace mlc::system_test
