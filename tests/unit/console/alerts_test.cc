// Looks, digests and delivery on virtual time, over the real store, with a scripted watch and a sender that can fail.
#include "runtime/console/alerts/alerts.h"

#include <gtest/gtest.h>

#include "runtime/base/virtual_loop.h"
#include "runtime/console/alerts/hook_answers.h"
#include "runtime/store/sqlite/open.h"
#include "tests/temp_folder.h"

namespace mlc::console {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct ScriptedWatch : Watch {
  std::vector<Condition> now;
  Task<Observed> look(AlertWhen) override { co_return Observed{now, {}}; }
  Task<std::vector<std::string>> numbers(int64_t case_id) override {
    co_return std::vector<std::string>{std::to_string(case_id * 100), std::to_string(case_id * 100 + 1)};
  }
};

struct Recorder : AlertSender {
  struct Said {
    std::string destination;
    Message message;
    WallTime at;
  };
  explicit Recorder(Clock& clock) : clock_(clock) {}
  Task<Sent> send(Destination destination, Message message) override {
    ++attempts;
    if (broken.contains(destination.id)) co_return Sent{false, "answered 500", retry_after};
    said.push_back({destination.id, std::move(message), clock_.wall()});
    co_return Sent{true, "", {}};
  }
  std::set<std::string> broken;
  Duration retry_after{};
  std::vector<Said> said;
  int attempts = 0;
  Clock& clock_;
};

class AlertsTest : public ::testing::Test {
 protected:
  AlertsTest() {
    settings_.destinations.push_back(destination("ops"));
    begin();
  }
  ~AlertsTest() override { end(); }

  static Destination destination(const std::string& id, const std::string& client = "", std::set<std::string> concerns = {}) {
    Destination one;
    one.id = id;
    one.client = client;
    one.concerns = std::move(concerns);
    return one;
  }
  static Condition condition(const std::string& key, const std::string& client = "acme", const std::string& concern = "operator") {
    Condition one;
    one.key = key;
    one.kind = key.substr(0, key.find(':'));
    one.client = client;
    one.concern = concern;
    one.sentence = key + " is wrong";
    one.solved = key + " is right";
    return one;
  }
  static Condition open_case(int64_t id, const std::string& concern, const std::string& client = "acme") {
    auto one = condition("case:" + std::to_string(id), client, concern);
    one.case_id = id;
    one.count = 3;
    return one;
  }

  void begin() {
    auto opened = store::open_sqlite({folder_.path() + "/store.db", false, 512, [](const Error&) {}}, {&loop_, &loop_, &loop_, &random_});
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    store_ = std::move(*opened);
    Alerts::Parts parts;
    parts.env = {&loop_, &loop_, &loop_, &random_};
    parts.store = store_.get();
    parts.log = &Log::null();
    parts.sender = &sender_;
    parts.watch = &watch_;
    parts.settings = [this] { return settings_; };
    alerts_ = std::make_unique<Alerts>(std::move(parts));
    bool loaded = false;
    spawn<Status>(alerts_->load(), [&](Status status) { loaded = status.ok(); });
    loop_.run_until([&] { return loaded; }, minutes(1));
    ASSERT_TRUE(loaded);
    alerts_->start();
  }
  void end() {
    alerts_.reset();
    store_.reset();
  }
  void restart() {
    end();
    begin();
  }
  std::vector<std::string> said() const {
    std::vector<std::string> list;
    for (const auto& one : sender_.said)
      list.push_back(one.destination + " " + std::string(what_name(one.message.what)) + " " + one.message.sentence);
    return list;
  }
  using Texts = std::vector<std::string>;

  test::TempFolder folder_;
  VirtualLoop loop_{from_micros(1'760'479'200'000'000)};  // 2025-10-14T22:00:00Z
  SeededRandom random_{1};
  ScriptedWatch watch_;
  Recorder sender_{loop_};
  AlertSettings settings_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Alerts> alerts_;
};

TEST_F(AlertsTest, C6_OneMessageAndLaterItsRecovery) {
  watch_.now = {condition("grant:books")};
  loop_.run_for(hours(3));
  EXPECT_EQ(said(), (Texts{"ops opened grant:books is wrong"}));
  watch_.now.clear();
  loop_.run_for(hours(3));
  EXPECT_EQ(said(), (Texts{"ops opened grant:books is wrong", "ops ended grant:books is right"}));
}

TEST_F(AlertsTest, ARestartDoublesNothingAndLosesNothing) {
  sender_.broken = {"ops"};
  watch_.now = {condition("grant:books")};
  loop_.run_for(minutes(2));
  EXPECT_TRUE(sender_.said.empty());
  restart();
  sender_.broken.clear();
  loop_.run_for(hours(2));
  restart();
  loop_.run_for(hours(2));
  EXPECT_EQ(said(), (Texts{"ops opened grant:books is wrong"}));
}

TEST_F(AlertsTest, AChannelThatIsDownIsTriedWithBackoffInOrderAndHoldsUpNobodyElse) {
  settings_.destinations.push_back(destination("other"));
  sender_.broken = {"ops"};
  watch_.now = {condition("lag:a")};
  loop_.run_for(minutes(2));
  watch_.now.push_back(condition("lag:b"));
  loop_.run_for(hours(10));
  EXPECT_EQ(said(), (Texts{"other opened lag:a is wrong", "other opened lag:b is wrong"}));
  EXPECT_LT(sender_.attempts, 60) << "it backs off";
  EXPECT_GT(sender_.attempts, 8);
  const Json summary = alerts_->summary();
  EXPECT_EQ(summary["waiting"], 2);
  ASSERT_EQ(summary["failing"].size(), 1u);
  EXPECT_EQ(summary["failing"][0]["destination"], "ops");
  EXPECT_EQ(summary["failing"][0]["error"], "answered 500");
  sender_.broken.clear();
  sender_.said.clear();
  loop_.run_for(hours(2));
  EXPECT_EQ(said(), (Texts{"ops opened lag:a is wrong", "ops opened lag:b is wrong"}));
  EXPECT_TRUE(alerts_->summary()["failing"].empty());
}

TEST_F(AlertsTest, AWishToWaitIsHeard) {
  sender_.broken = {"ops"};
  sender_.retry_after = hours(2);
  watch_.now = {condition("lag:a")};
  loop_.run_for(minutes(100));
  EXPECT_EQ(sender_.attempts, 1);
}

TEST_F(AlertsTest, C4_CasesComeAsOneDigestAnHourForEachConcern) {
  settings_.destinations = {destination("all"), destination("desk", "", {"finance"})};
  loop_.run_for(minutes(5));
  watch_.now = {open_case(1, "finance")};
  loop_.run_for(minutes(10));
  watch_.now = {open_case(1, "finance"), open_case(2, "finance"), open_case(3, "operator"), open_case(4, "finance", "beta")};
  loop_.run_for(minutes(40));
  EXPECT_TRUE(sender_.said.empty()) << "the hour is not over";
  loop_.run_for(minutes(7));
  ASSERT_EQ(sender_.said.size(), 5u);
  std::map<std::string, std::vector<std::string>> heard;
  for (const auto& one : sender_.said) {
    EXPECT_EQ(one.message.what, Message::What::digest);
    heard[one.destination].push_back(one.message.client + " " + one.message.concern + " " + std::to_string(one.message.items.size()));
  }
  for (auto& [destination, list] : heard) std::sort(list.begin(), list.end());
  EXPECT_EQ(heard["all"], (Texts{"acme finance 2", "acme operator 1", "beta finance 1"}));
  EXPECT_EQ(heard["desk"], (Texts{"acme finance 2", "beta finance 1"})) << "finance never gets operator matters";
  for (const auto& one : sender_.said)
    if (one.message.client == "beta") {
      ASSERT_EQ(one.message.items.size(), 1u);
      EXPECT_EQ(one.message.items[0].what, "new");
      EXPECT_EQ(one.message.items[0].count, 3);
      EXPECT_EQ(one.message.items[0].numbers, (Texts{"400", "401"}));
    }
  sender_.said.clear();
  loop_.run_for(hours(5));
  EXPECT_TRUE(sender_.said.empty()) << "nothing new, no digest";
}

TEST_F(AlertsTest, C4_ACaseThatSolvedItselfSaysSo) {
  watch_.now = {open_case(1, "finance")};
  loop_.run_for(minutes(65));
  ASSERT_EQ(sender_.said.size(), 1u);
  watch_.now.clear();
  loop_.run_for(minutes(65));
  ASSERT_EQ(sender_.said.size(), 2u);
  ASSERT_EQ(sender_.said[1].message.items.size(), 1u);
  EXPECT_EQ(sender_.said[1].message.items[0].what, "solved");
  EXPECT_EQ(sender_.said[1].message.items[0].sentence, "case:1 is wrong");
}

TEST_F(AlertsTest, ACaseThatComesAndGoesWithinItsHourIsNobodysNews) {
  loop_.run_for(minutes(5));
  watch_.now = {open_case(1, "finance")};
  loop_.run_for(minutes(10));
  watch_.now.clear();
  loop_.run_for(hours(3));
  EXPECT_TRUE(sender_.said.empty());
}

TEST_F(AlertsTest, C4_ADigestSurvivesARestartWithinItsHour) {
  loop_.run_for(minutes(5));
  watch_.now = {open_case(1, "finance")};
  loop_.run_for(minutes(10));
  restart();
  loop_.run_for(minutes(50));
  ASSERT_EQ(sender_.said.size(), 1u);
  restart();
  loop_.run_for(hours(3));
  EXPECT_EQ(sender_.said.size(), 1u);
}

TEST_F(AlertsTest, AClientsPeopleHearOfTheirOwnOnly) {
  settings_.destinations = {destination("acme/people", "acme"), destination("ops")};
  watch_.now = {condition("lag:a", "acme"), condition("lag:b", "beta"), condition("disk", "")};
  loop_.run_for(minutes(5));
  auto list = said();
  std::sort(list.begin(), list.end());
  EXPECT_EQ(list, (Texts{"acme/people opened lag:a is wrong", "ops opened disk is wrong", "ops opened lag:a is wrong",
                         "ops opened lag:b is wrong"}));
}

TEST_F(AlertsTest, WhoIsAddedLaterHearsWhatNobodyHeard) {
  settings_.destinations.clear();
  watch_.now = {condition("grant:books")};
  loop_.run_for(hours(2));
  EXPECT_TRUE(sender_.said.empty());
  EXPECT_EQ(alerts_->summary()["open"], 1);
  settings_.destinations.push_back(destination("ops"));
  loop_.run_for(minutes(5));
  EXPECT_EQ(said(), (Texts{"ops opened grant:books is wrong"}));
}

TEST_F(AlertsTest, WhatWaitsForADestinationThatIsGoneIsDropped) {
  sender_.broken = {"ops"};
  watch_.now = {condition("grant:books")};
  loop_.run_for(minutes(3));
  settings_.destinations.clear();
  loop_.run_for(hours(2));
  restart();
  sender_.broken.clear();
  settings_.destinations.push_back(destination("ops"));
  loop_.run_for(hours(2));
  EXPECT_TRUE(sender_.said.empty()) << "it was told, as far as anybody can say; the daily reminder follows";
  loop_.run_for(hours(24));
  EXPECT_EQ(said(), (Texts{"ops still grant:books is wrong"}));
}

TEST_F(AlertsTest, ATestSaysWhatCameOfIt) {
  settings_.destinations.push_back(destination("acme/desk", "acme"));
  sender_.broken = {"acme/desk"};
  std::optional<Result<Json>> end;
  spawn<Result<Json>>(alerts_->test("", ""), [&](Result<Json> value) { end.emplace(std::move(value)); });
  loop_.run_until([&] { return end.has_value(); }, minutes(1));
  ASSERT_TRUE(end && end->ok());
  EXPECT_EQ((**end)["tests"].dump(), R"([{"destination":"ops","form":"generic","ok":true,"error":""},)"
                                     R"({"destination":"acme/desk","form":"generic","ok":false,"error":"answered 500"}])");
  end.reset();
  spawn<Result<Json>>(alerts_->test("", "nobody"), [&](Result<Json> value) { end.emplace(std::move(value)); });
  loop_.run_until([&] { return end.has_value(); }, minutes(1));
  ASSERT_TRUE(end && !end->ok());
  EXPECT_EQ(end->error().text(), "there is no such destination; there are ops, acme/desk");
}

TEST(HookAnswers, RateOfTheLastMinutesWithItsReason) {
  HookAnswers answers;
  WallTime now = from_micros(1'760'479'200'000'000);
  for (int i = 0; i < 19; ++i) answers.count("acme", "shop", "", now);
  EXPECT_TRUE(answers.rates(now).empty()) << "too few to say";
  for (int i = 0; i < 6; ++i) answers.count("acme", "shop", "bad_signature", now + minutes(2));
  answers.count("acme", "shop", "unavailable", now + minutes(2));
  answers.count("x", "y", "unknown_hook", now);
  const auto rates = answers.rates(now + minutes(3));
  ASSERT_EQ(rates.size(), 1u);
  EXPECT_EQ(rates.at("acme/shop").deliveries, 26);
  EXPECT_EQ(rates.at("acme/shop").refused, 7);
  EXPECT_EQ(rates.at("acme/shop").problem, "bad_signature");
  EXPECT_TRUE(answers.rates(now + minutes(20)).empty());
}

}  // namespace
}  // namespace mlc::console
