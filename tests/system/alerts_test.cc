// Alerts as people get them: a case and a dead grant in the whole program, a webhook that a small server of the test takes,
// a mail command that writes what it is given to files. One message each, later the recovery.
#include <algorithm>
#include <filesystem>

#include "tests/system/harness.h"
#include "tests/system/receiver.h"

namespace mlc::system_test {
namespace {

std::vector<std::string> mails(const std::string& folder) {
  std::vector<std::string> list;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    if (file.path().extension() == ".eml") list.push_back(read_file(file.path().string()));
  std::sort(list.begin(), list.end());
  return list;
}

size_t with(const std::vector<std::string>& list, const std::string& words) {
  return static_cast<size_t>(
      std::count_if(list.begin(), list.end(), [&](const std::string& one) { return one.find(words) != std::string::npos; }));
}

TEST(Alerts, C4_C6_BC7_ACaseAndADeadGrantAreToldOnceAndSoIsTheirEnd) {
  Receiver receiver;
  World world({.scale = 120});
  const std::string outbox = world.folder() + "/mail";
  std::filesystem::create_directories(outbox);
  const std::string script = world.folder() + "/sendmail.sh";
  write_file(script, "f=$(mktemp \"$1/XXXXXXXX\") && cat > \"$f\" && mv \"$f\" \"$f.eml\"\n");
  const std::string settings = world.workspace() + "/ml-connector.lua", client = world.workspace() + "/clients/acme/client.lua";
  write_file(settings, read_file(settings) + "alerts = { ops = webhook \"generic\" { url = secret \"ops\", allow_loopback = true } }\n");
  write_file(client, replaced(read_file(client), "[\"21\"] = \"4\"", "[\"21\"] = \"5\"") +
                         "alerts = { books = mail { command = { \"/bin/sh\", \"" + script + "\", \"" + outbox +
                         "\" }, from = \"connector@example.com\", to = { \"finance@example.com\" }, concerns = { \"finance\" } } }\n");
  const Ended checked = world.run({"check"});
  ASSERT_EQ(checked.code, 0) << checked.out << checked.err;
  const Ended stored = world.run({"alerts", "secret", "ops"}, receiver.url() + "\n");
  ASSERT_EQ(stored.code, 0) << stored.err;
  ASSERT_NO_FATAL_FAILURE(world.make_ready());

  // A test reaches both, also one by one.
  const Json tested = world.ask({"alerts", "test"});
  ASSERT_EQ(tested["tests"].size(), 2u);
  for (const auto& one : tested["tests"]) EXPECT_TRUE(one["ok"]) << one;
  EXPECT_EQ(receiver.of("test").size(), 1u);
  EXPECT_EQ(mails(outbox).size(), 1u);
  EXPECT_EQ(world.run({"alerts", "test", "nobody"}).code, 1);

  // A blocked VAT code: two orders, one case, one digest for each who hears of finance.
  const Json orders = world.seed({{"orders", 2}, {"kinds", {"registered"}}})["orders"];
  ASSERT_TRUE(eventually(Seconds(120), [&] { return receiver.of("case").size() == 1 && mails(outbox).size() == 2; }))
      << world.admin("GET", "/api/v1/alerts").body << world.server_log();
  const Json digest = receiver.of("case").front();
  EXPECT_EQ(digest["what"], "digest");
  EXPECT_EQ(digest["concern"], "finance");
  ASSERT_EQ(digest["cases"].size(), 1u);
  EXPECT_NE(digest["cases"][0]["sentence"].get<std::string>().find("VAT code 5 is blocked"), std::string::npos) << digest;
  EXPECT_FALSE(digest["cases"][0]["fix"].get<std::string>().empty());
  const std::string first = std::to_string(orders[0]["id"].get<int64_t>());
  EXPECT_NE(digest["cases"][0]["numbers"].dump().find("\"" + first + "\""), std::string::npos) << digest;
  EXPECT_EQ(with(mails(outbox), "VAT code 5 is blocked"), 1u);
  EXPECT_EQ(with(mails(outbox), first), 1u) << "the order's number stands in the mail";

  // Somebody else authorises the same app as the same user: the provider revokes our chain.
  const Json oauth = world.control("exact_online", "state")["oauth"];
  const Json app = world.credentials("exact_online");
  const std::string base = world.sandbox()["systems"]["exact_online"]["url"], redirect = oauth["redirect_uri"];
  const Answer consent = world.web().get(base + "/api/oauth2/auth?client_id=" + app["client_id"].get<std::string>() +
                                         "&redirect_uri=" + redirect + "&response_type=code&user=jan");
  ASSERT_EQ(consent.status, 302) << consent.body;
  const std::string back = consent.field("Location"), code = back.substr(back.find("code=") + 5);
  const Answer taken = world.web().call("POST", base + "/api/oauth2/token", {{"Content-Type", "application/x-www-form-urlencoded"}},
                                        "grant_type=authorization_code&code=" + code + "&redirect_uri=" + redirect +
                                            "&client_id=" + app["client_id"].get<std::string>() +
                                            "&client_secret=" + app["client_secret"].get<std::string>());
  ASSERT_EQ(taken.status, 200) << taken.body;
  ASSERT_TRUE(eventually(Seconds(120), [&] { return !receiver.of("grant").empty(); }))
      << world.status()["grants"].dump() << world.server_log();
  const Json dead = receiver.of("grant").front();
  EXPECT_EQ(dead["what"], "opened");
  EXPECT_EQ(dead["severity"], "critical");
  EXPECT_EQ(dead["client"], "acme");
  EXPECT_NE(dead["sentence"].get<std::string>().find("grant exact_nl is dead"), std::string::npos) << dead;

  // What people see meanwhile, with the server and without.
  EXPECT_GE(world.status()["alerts"]["critical"].get<int>(), 1);
  EXPECT_EQ(world.metric("mlc_alerts_open{severity=\"critical\"}"), 1);
  EXPECT_NE(world.run({"status"}).out.find("ALERTS "), std::string::npos);
  EXPECT_NE(world.run({"alerts"}).out.find("grant exact_nl is dead"), std::string::npos);
  ASSERT_NO_FATAL_FAILURE(world.stop());
  const Json stopped = world.ask({"alerts", "list"});
  EXPECT_NE(stopped.dump().find("grant exact_nl is dead"), std::string::npos) << stopped;
  ASSERT_NO_FATAL_FAILURE(world.start());

  // The client's administrator follows the link in the message.
  const std::string link = dead["link"];
  ASSERT_EQ(world.web().get(link).status, 200);  // he reads what he is asked for, and goes on
  const Answer invited = world.web().call("POST", link, {}, "");
  ASSERT_EQ(invited.status, 303) << link << ": " << invited.body;
  const Answer agreed = world.web().get(invited.field("Location") + "&user=jan");
  ASSERT_EQ(agreed.status, 302) << agreed.body;
  std::string cookie = invited.field("Set-Cookie");
  cookie = cookie.substr(0, cookie.find(';'));
  ASSERT_EQ(world.web().get(agreed.field("Location"), {{"Cookie", cookie}}).status, 200);
  ASSERT_TRUE(eventually(Seconds(60), [&] { return receiver.of("grant").size() == 2; })) << world.admin("GET", "/api/v1/alerts").body;
  EXPECT_EQ(receiver.of("grant")[1]["what"], "ended");

  // The code is mended, one command releases the case: the next digest says so.
  world.control("exact_online", "seed",
                {{"change", {{{"path", "vat/VATCodes"}, {"code", "5"}, {"set", {{"IsBlocked", false}, {"Percentage", "0.21"}}}}}}});
  ASSERT_EQ(world.run({"jobs", "release", std::to_string(digest["cases"][0]["case"].get<int64_t>())}).code, 0);
  ASSERT_TRUE(eventually(Seconds(120), [&] { return receiver.of("case").size() == 2 && mails(outbox).size() == 3; }))
      << world.admin("GET", "/api/v1/alerts").body;
  EXPECT_EQ(receiver.of("case")[1]["cases"][0]["what"], "solved") << receiver.of("case")[1];
  EXPECT_EQ(with(mails(outbox), "Solved: "), 1u);
  EXPECT_EQ(with(mails(outbox), "exact_nl"), 0u) << "finance never gets operator matters";
  EXPECT_EQ(receiver.of("grant").size(), 2u) << "nothing came twice";

  // Neither the address nor an invitation stands in a log or in the store's plain columns.
  const std::string log = world.server_log();
  EXPECT_EQ(log.find("s3cr3tpath"), std::string::npos);
  EXPECT_EQ(log.find(link.substr(link.rfind('/') + 1)), std::string::npos);
  for (const auto& file : std::filesystem::directory_iterator(world.workspace() + "/state")) {
    if (!file.is_regular_file()) continue;
    const std::string kept = read_file(file.path().string());
    EXPECT_EQ(kept.find("s3cr3tpath"), std::string::npos) << file.path();
    EXPECT_EQ(kept.find(link.substr(link.rfind('/') + 1)), std::string::npos) << file.path();
  }
}

TEST(Alerts, AChannelThatIsDownIsSeenAndCatchesUpAcrossAKill) {
  Receiver receiver;
  receiver.status = 503;
  World world({.scale = 120});
  const std::string settings = world.workspace() + "/ml-connector.lua";
  write_file(settings,
             read_file(settings) + "alerts = { ops = webhook \"generic\" { url = \"" + receiver.url() + "\", allow_loopback = true } }\n");
  ASSERT_NO_FATAL_FAILURE(world.make_ready());
  // Deliveries that nobody signed: the remote's own, were its secret another.
  for (int i = 0; i < 25; ++i) EXPECT_EQ(world.deliver({}, "{\"nobody\":\"signed this\"}").status, 401);
  ASSERT_TRUE(eventually(Seconds(60), [&] { return receiver.refused > 1; })) << world.admin("GET", "/api/v1/alerts").body;
  EXPECT_NE(world.run({"status"}).out.find("ALARM CHANNEL ops fails since "), std::string::npos) << world.run({"status"}).out;
  EXPECT_EQ(world.metric("mlc_alerts_waiting{destination=\"ops\"}"), 1);
  const Ended tested = world.run({"alerts", "test"});
  EXPECT_EQ(tested.code, 1) << tested.out;
  EXPECT_NE(tested.out.find("ops (generic): 127.0.0.1 answered 503"), std::string::npos) << tested.out;
  world.kill9();
  receiver.status = 200;
  ASSERT_NO_FATAL_FAILURE(world.start());
  ASSERT_TRUE(eventually(Seconds(60), [&] { return !receiver.of("webhooks").empty(); })) << world.server_log();
  EXPECT_EQ(receiver.of("webhooks").front()["what"], "opened");
  ASSERT_TRUE(eventually(Seconds(60), [&] { return receiver.of("webhooks").size() == 2; }));
  EXPECT_EQ(receiver.of("webhooks")[1]["what"], "ended") << "it is told once: " << receiver.of("webhooks")[1];
}

}  // namespace
}  // namespace mlc::system_test
