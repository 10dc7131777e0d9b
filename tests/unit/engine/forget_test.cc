#include "runtime/engine/forget.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/base/virtual_loop.h"
#include "runtime/engine/sealed_row.h"
#include "runtime/store/sqlite/open.h"
#include "tests/temp_folder.h"

namespace mlc::engine {
namespace {

using store::Id;
using store::JobState;

TEST(Addresses, AreFoundHoweverTheyAreWritten) {
  const std::string jo = "jo.li+shop@example.com";
  for (const std::string& text :
       {std::string("jo.li+shop@example.com"), std::string(R"({"email":"Jo.Li+shop@Example.COM"})"),
        std::string("Call jo.li+shop@example.com."), std::string("/v1/Accounts?$filter=Email eq 'jo.li+shop@example.com'"),
        std::string("/v1/a?email=jo.li%2Bshop%40example.com&x=1"), std::string(R"({"body":"{\"mail\":\"jo.li+shop\u0040example.com\"}"})"),
        std::string(R"({"note":"by\njo.li+shop@example.com"})"), std::string("<jo.li+shop@example.com>,b@c.nl")})
    EXPECT_TRUE(addresses_in(text).contains(jo)) << text;
  EXPECT_TRUE(addresses_in("o'brien@example.ie").contains("o'brien@example.ie"));
  for (const std::string text :
       {"xjo.li+shop@example.com", "jo.li+shop@example.com.br", "jo.li+shop@example", "a @ b", "@example.com", "jo@"})
    EXPECT_FALSE(addresses_in(text).contains(jo)) << text;
}

class ForgetTest : public ::testing::Test {
 protected:
  ForgetTest() {
    EXPECT_TRUE(files_.make_dirs("/state", 0700).ok());
    open(folder_ + "/store.db");
  }
  ~ForgetTest() override {
    vault_.reset();
    store_.reset();
  }
  Environment env() { return {&loop_, &loop_, &loop_, &random_}; }
  template <class T>
  T wait(Task<T> task) {
    std::optional<T> value;
    spawn<T>(std::move(task), [&](T end) { value.emplace(std::move(end)); });
    loop_.run_until([&] { return value.has_value(); }, std::chrono::minutes(1));
    return std::move(*value);
  }
  template <class T>
  T good(Result<T> result) {
    EXPECT_TRUE(result.ok()) << result.error().text();
    return result.ok() ? std::move(*result) : T{};
  }
  void open(const std::string& path) {
    forgetting_.reset();
    vault_.reset();
    store_.reset();
    auto opened = store::open_sqlite({path, false, 512, nullptr}, env());
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    store_ = std::move(*opened);
    auto vault = wait(vault::open_vault({Secret(std::string(32, 'm')), folder_}, *store_, files_, env()));
    ASSERT_TRUE(vault.ok()) << vault.error().text();
    vault_ = std::move(*vault);
    good(wait(vault_->prepare("acme")));
    forgetting_ = std::make_unique<Forgetting>(env(), *store_, *vault_, files_, list_);
  }
  store::Sealed sealed(const std::string& context, const std::string& text) { return good(vault_->seal("acme", context, text)); }

  // A job of an order, from its webhook; its run notes `note` and ends as `state`.
  Id order(const std::string& key, const std::string& payload, const std::string& note, JobState state,
           const std::string& flow = "orders") {
    store::EventBirth event;
    event.client = "acme", event.connection = "shop", event.topic = "order/created";
    event.received = loop_.wall();
    event.payload = sealed("event", payload);
    event.jobs.push_back({"acme", "shop_nl", flow, "shop", key, store::Lane::live, std::nullopt});
    const Id id = good(wait(store_->accept({event}))).at(0).jobs.at(0);
    if (state == JobState::waiting) return id;
    auto claimed = good(wait(store_->claim({1, {}, 0})));
    EXPECT_EQ(1u, claimed.size());
    store::Change change;
    change.job = id;
    change.epoch = claimed.at(0).job.epoch;
    change.entries.push_back({store::EntryKind::read, 0, "customers.get", std::string(32, 'h'), sealed("journal", note)});
    change.entries.push_back({store::EntryKind::kv, 1, "seen:" + note, std::string(32, 'i'), sealed("journal", "1")});
    change.terms.push_back({"acme", vault_->digest("acme", key)});
    change.job_update.emplace();
    change.job_update->state = state;
    change.job_update->reason = "order of " + note;
    good(wait(store_->commit(std::move(change))));
    return id;
  }
  Subject who(const std::string& text, const std::string& flow = "") { return good(wait(forgetting_->subject("acme", text, flow))); }
  Remembered find(const Subject& subject) { return good(wait(forgetting_->find(subject))); }
  bool is_erased(Id id) {
    auto story = good(wait(store_->story(id)));
    const auto received = vault_->open("acme", "event", story->payload);
    const bool event = !received && received.error().code() == Code::not_found;
    for (const auto& entry : story->journal)
      if (vault_->open("acme", "journal", entry.payload).ok()) return false;
    return event && story->job.reason == store::kErasedReason;
  }
  static std::set<std::string> lines(const std::string& text) {
    std::set<std::string> all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) all.insert(line);
    return all;
  }
  std::string bytes_of_the_store() {
    std::string all;
    for (const auto& file : std::filesystem::directory_iterator(folder_)) {
      if (file.path().filename().string().rfind("store.db", 0) != 0) continue;
      std::ifstream in(file.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
  }

  VirtualLoop loop_;
  SeededRandom random_{3};
  MemoryFiles files_;
  test::TempFolder temporary_;
  const std::string folder_ = temporary_.path(), list_ = "/state/erasures.log";
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<vault::Vault> vault_;
  std::unique_ptr<Forgetting> forgetting_;
};

TEST_F(ForgetTest, G13_AnAddressIsErasedWhereverItStandsAndNobodyElseIs) {
  const Id by_event = order("118", R"({"email":"jo@example.com"})", "nothing of note", JobState::done);
  const Id by_journal = order("119", R"({"id":119})", "JO@example.com", JobState::done);
  const Id other = order("120", R"({"email":"ann@example.com"})", "ann@example.com", JobState::done);
  store::Change kept;
  kept.put.emplace_back(store::Table::kv, store::Row{"acme/shop_nl/guest:jo@example.com", pack(sealed("kv", "{}")), loop_.wall()});
  kept.put.emplace_back(store::Table::kv, store::Row{"acme/shop_nl/last", pack(sealed("kv", R"({"of":"jo@example.com"})")), loop_.wall()});
  kept.put.emplace_back(store::Table::kv, store::Row{"acme/shop_nl/else", pack(sealed("kv", R"({"of":"ann@example.com"})")), loop_.wall()});
  good(wait(store_->commit(std::move(kept))));
  const auto key = good(wait(store_->story(by_event)))->payload.key,
             journal_key = good(wait(store_->story(by_journal)))->journal.at(0).payload.key;
  const auto others_key = good(wait(store_->story(other)))->payload.key;
  EXPECT_NE(bytes_of_the_store().find(key), std::string::npos);

  const auto jo = who(" Jo@Example.com");
  const auto found = find(jo);
  EXPECT_EQ((std::set<Id>{by_event, by_journal}), found.jobs);
  EXPECT_EQ(2u, found.rows.size());
  EXPECT_GT(good(wait(forgetting_->forget(jo, found, "cli:ann"))), 0);

  EXPECT_TRUE(is_erased(by_event));
  EXPECT_TRUE(is_erased(by_journal));
  EXPECT_FALSE(is_erased(other));
  EXPECT_FALSE(good(wait(store_->get(store::Table::kv, "acme/shop_nl/last"))).has_value());
  EXPECT_TRUE(good(wait(store_->get(store::Table::kv, "acme/shop_nl/else"))).has_value());
  EXPECT_TRUE(find(jo).empty()) << "a second look finds nothing";
  EXPECT_TRUE(wait(store_->verify_audit()).ok()) << "the trail is provable";
  // Not even a stolen disk with the master key gives it back.
  const auto left = bytes_of_the_store();
  EXPECT_EQ(left.find(key), std::string::npos);
  EXPECT_EQ(left.find(journal_key), std::string::npos);
  EXPECT_EQ(left.find("jo@example.com"), std::string::npos);
  EXPECT_NE(left.find(others_key), std::string::npos);
  const auto list = files_.read(list_).value_or("");
  EXPECT_EQ(list.find("jo@"), std::string::npos) << "the list holds no name: " << list;
  EXPECT_EQ(1, std::count(list.begin(), list.end(), '\n'));
}

TEST_F(ForgetTest, G13_AnEventThatNoFlowWantedIsErasedToo) {
  store::EventBirth ignored;
  ignored.client = "acme", ignored.connection = "shop", ignored.topic = "x";
  ignored.received = loop_.wall();
  ignored.payload = sealed("event", "jo@example.com");
  good(wait(store_->accept({ignored})));
  const auto jo = who("jo@example.com");
  auto found = find(jo);
  EXPECT_EQ(1u, found.events.size());
  EXPECT_EQ(1, good(wait(forgetting_->forget(jo, std::move(found), "a"))));
  EXPECT_TRUE(find(jo).empty());
  EXPECT_TRUE(wait(store_->verify_audit()).ok());
}

TEST_F(ForgetTest, WhatAnOpenJobNeedsIsNotErased) {
  const Id parked = order("118", "jo@example.com", "x", JobState::parked);
  const auto jo = who("jo@example.com");
  auto found = find(jo);
  ASSERT_EQ(1u, found.open.size());
  EXPECT_EQ(parked, found.open[0].id);
  EXPECT_EQ(Code::conflict, wait(forgetting_->forget(jo, found, "a")).error().code());
  EXPECT_FALSE(files_.exists(list_));
  // Nor by the store itself, whatever it is told.
  store::Erasure erasure;
  erasure.client = "acme";
  erasure.events = {parked};
  EXPECT_EQ(Code::conflict, wait(store::erasing_of(*store_).erase(erasure)).error().code());
  const Id waiting = order("119", "jo@example.com", "x", JobState::waiting);
  erasure.events = {waiting};
  EXPECT_EQ(Code::conflict, wait(store::erasing_of(*store_).erase(erasure)).error().code()) << "not claimed yet";
}

TEST_F(ForgetTest, ANumberIsOneRecordOfTheFlowThatIsMeant) {
  const Id order_118 = order("118", "{}", "x", JobState::done), customer_118 = order("118", "{}", "y", JobState::done, "customers");
  order("119", "{}", "118", JobState::done);
  auto both = find(who("118"));
  EXPECT_EQ((std::set<Id>{order_118, customer_118}), both.jobs);
  EXPECT_EQ(2u, both.flows.size());
  const auto meant = who("118", "customers");
  good(wait(forgetting_->forget(meant, find(meant), "a")));
  EXPECT_TRUE(is_erased(customer_118));
  EXPECT_FALSE(is_erased(order_118));
  EXPECT_TRUE(find(meant).empty());
}

TEST_F(ForgetTest, WhatIsNoSubjectIsRefused) {
  order("118", "{}", "x", JobState::done);
  for (const char* wrong : {"", "  ", "jo@", "two words@example.com"})
    EXPECT_EQ(Code::invalid_argument, wait(forgetting_->subject("acme", wrong, "")).error().code()) << wrong;
  EXPECT_EQ(Code::invalid_argument, wait(forgetting_->subject("acme", "jo@example.com", "orders")).error().code());
  EXPECT_EQ(Code::not_found, wait(forgetting_->subject("nobody", "118", "")).error().code());
}

TEST_F(ForgetTest, G13_ARestoreOfAnOlderBackupForgetsAgainButNotWhoCameBackSince) {
  const Id first = order("118", "jo@example.com", "x", JobState::done);
  const Id open_then = order("121", "jo@example.com", "x", JobState::parked);
  const Id numbered = order("130", "{}", "x", JobState::done);
  const std::string older = folder_ + "/older.db", newer = folder_ + "/newer.db";
  good(wait(store_->backup(older)));
  store::Change ended;
  ended.job = open_then;
  ended.job_update.emplace();
  ended.job_update->state = JobState::cancelled;
  good(wait(store_->commit(std::move(ended))));
  for (const char* text : {"jo@example.com", "130"}) {
    const auto subject = who(text);
    good(wait(forgetting_->forget(subject, find(subject), "a")));
  }
  loop_.run_for(std::chrono::hours(24));
  const Id later = order("140", "jo@example.com", "x", JobState::done);
  good(wait(store_->backup(newer)));
  const std::string list = files_.read(list_).value_or("");
  ASSERT_TRUE(files_.write_atomic("/copy.log", list + R"({"at":"2026-)", 0600).ok());  // cut in its last line

  for (const std::string& backup : {older, newer}) {
    SCOPED_TRACE(backup);
    ASSERT_TRUE(files_.remove(list_).ok());
    open(backup);
    const auto forgotten = good(wait(forgetting_->again({"/copy.log"}, "cli:ann")));
    EXPECT_EQ(backup == older ? 2 : 0, forgotten);
    EXPECT_TRUE(is_erased(first));
    EXPECT_TRUE(is_erased(numbered));
    EXPECT_TRUE(is_erased(open_then));
    EXPECT_EQ(JobState::cancelled, good(wait(store_->job(open_then)))->state);
    if (backup == newer) { EXPECT_FALSE(is_erased(later)) << "came back after the erasure"; }
    EXPECT_EQ(lines(list), lines(files_.read(list_).value_or(""))) << "the list goes on";
    EXPECT_TRUE(wait(store_->verify_audit()).ok());
  }
}

TEST_F(ForgetTest, AListThatWasChangedIsNotTakenForWhole) {
  order("118", "jo@example.com", "x", JobState::done);
  ASSERT_TRUE(files_.write_atomic("/copy.log", "{\"client\":\"acme\"}\n", 0600).ok());
  EXPECT_EQ(Code::corrupt, wait(forgetting_->again({"/copy.log"}, "a")).error().code());
}

}  // namespace
}  // namespace mlc::engine
