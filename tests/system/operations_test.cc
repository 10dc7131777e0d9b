// What keeps an installation in order over the years, as its users run it, with `serve` running and stopped: a new master key,
// the erasure of a person, a store brought forward.
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "tests/first_schema.h"
#include "tests/system/harness.h"

namespace mlc::system_test {
namespace {

namespace fs = std::filesystem;

constexpr int kDone = 0, kNo = 1, kUsage = 2, kEnvironment = 3;
constexpr Seconds kPatience(100);  // on a real clock the calls of the minute may be spent

// Straight into the file, as another program's version left it.
void tamper(const std::string& file, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(SQLITE_OK, sqlite3_open(file.c_str(), &db));
  char* text = nullptr;
  EXPECT_EQ(SQLITE_OK, sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &text)) << (text == nullptr ? "" : text);
  sqlite3_free(text);
  sqlite3_close(db);
}

std::set<std::string> lines(const std::string& text) {
  std::set<std::string> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.insert(line);
  return all;
}

class Operations : public ::testing::Test {
 protected:
  // A running, authorised, live installation with `orders` posted. Its clock is the real one, as that of a stopped one's commands.
  void prepare(int orders) {
    world_ = std::make_unique<World>(World::Options{.scale = 1});
    ASSERT_NO_FATAL_FAILURE(world_->make_ready());
    sell(orders);
  }
  void sell(int orders) {
    const size_t before = world_->books_state()["invoices"].size();
    const Json made = world_->seed({{"orders", orders}, {"kinds", {"registered"}}})["orders"];
    for (const auto& order : made) orders_.push_back(order);
    ASSERT_TRUE(eventually(kPatience, [&] { return world_->books_state()["invoices"].size() == before + static_cast<size_t>(orders); }))
        << world_->status().dump(2);
    ASSERT_TRUE(world_->comes_to_rest(kPatience)) << world_->status().dump(2);
  }
  std::string number(size_t index) const { return std::to_string(orders_[index]["id"].get<int64_t>()); }
  std::string address(size_t index) const {
    const Json all = world_->shop_state()["orders"];
    for (const auto& order : all)
      if (order["id"] == orders_[index]["id"]) return order["email"];
    return "";
  }
  std::string keys() const { return world_->folder() + "/config/ml-connector"; }
  std::string key_file() const { return keys() + "/quickstart.key"; }
  int acts(const std::string& act) {
    const Json trail = world_->ask({"audit", "--limit", "100000"});
    return static_cast<int>(
        std::count_if(trail["audit"].begin(), trail["audit"].end(), [&](const Json& one) { return one["act"] == act; }));
  }
  void is_intact() { EXPECT_EQ(world_->ask({"audit", "verify"})["intact"], true); }
  // The workspace's files beside it, without its state.
  std::string copy_without_state() {
    const std::string copy = world_->folder() + "/elsewhere";
    fs::remove_all(copy);
    fs::copy(world_->workspace(), copy, fs::copy_options::recursive);
    fs::remove_all(copy + "/state");
    return copy;
  }

  std::unique_ptr<World> world_;
  std::vector<Json> orders_;
};

TEST_F(Operations, T9_F22_VaultRotatePutsEverythingUnderANewKeyRunningAndStopped) {
  ASSERT_NO_FATAL_FAILURE(prepare(1));
  const std::string before = read_file(key_file()), backup = world_->folder() + "/before.db";
  ASSERT_EQ(world_->run({"vault", "export-recovery"}).code, kDone);
  ASSERT_EQ(world_->run({"backup", backup}).code, kDone);
  std::string last = before;
  for (const bool running : {true, false}) {
    SCOPED_TRACE(running);
    if (!running) { ASSERT_NO_FATAL_FAILURE(world_->stop()); }
    const Ended rotated = world_->run({"vault", "rotate"});
    ASSERT_EQ(rotated.code, kDone) << rotated.err;
    EXPECT_NE(rotated.out.find(key_file()), std::string::npos) << rotated.out;
    EXPECT_EQ(rotated.out.find("export-recovery") != std::string::npos, running) << "the first ends the recovery key: " << rotated.out;
    const std::string now = read_file(key_file());
    EXPECT_NE(now, last);
    EXPECT_EQ(fs::status(key_file()).permissions() & fs::perms::all, fs::perms::owner_read);
    const size_t at = rotated.out.find(key_file() + ".until-");
    ASSERT_NE(at, std::string::npos) << rotated.out;
    EXPECT_EQ(read_file(rotated.out.substr(at, rotated.out.find(':', at) - at)), last);
    EXPECT_FALSE(fs::exists(key_file() + ".next"));
    last = now;
  }
  EXPECT_EQ(world_->run({"vault", "rotate", "--into", world_->folder() + "/new.key"}).code, kUsage)
      << "that is for a service manager's key";

  // Everything goes on: credentials, the grant, what was recorded; the next start too.
  ASSERT_NO_FATAL_FAILURE(world_->start());
  ASSERT_NO_FATAL_FAILURE(sell(1));
  EXPECT_EQ(world_->run({"show", "acme", number(0)}).out.find("unreadable"), std::string::npos);
  EXPECT_EQ(acts("vault.rotate"), 2);
  is_intact();
  ASSERT_NO_FATAL_FAILURE(world_->stop());

  // A kill after the commit, before the file: the next command brings it to its end.
  fs::rename(key_file(), key_file() + ".next");
  write_file(key_file(), before);
  ASSERT_EQ(world_->run({"status"}).code, kDone);
  EXPECT_EQ(read_file(key_file()), last);
  EXPECT_FALSE(fs::exists(key_file() + ".next"));

  // With a key of before nothing starts, and no key is made.
  fs::rename(key_file(), keys() + "/aside");
  write_file(key_file(), before);
  const Ended wrong = world_->run({"status"});
  EXPECT_NE(wrong.code, kDone);
  EXPECT_NE(wrong.err.find("does not open this store"), std::string::npos) << wrong.err;
  fs::rename(keys() + "/aside", key_file());

  // G14: a backup of before a rotation is opened with its kept key, and is under the key of now.
  const std::string copy = copy_without_state();
  const Ended restored = world_->run_bare({"restore", backup, "--workspace", copy});
  ASSERT_EQ(restored.code, kDone) << restored.err;
  EXPECT_NE(restored.out.find("The key of its time opened it"), std::string::npos) << restored.out;
  const Ended told = world_->run_bare({"show", "acme", number(0), "--workspace", copy});
  EXPECT_EQ(told.code, kDone) << told.err;
  EXPECT_EQ(told.out.find("unreadable"), std::string::npos) << told.out;
}

TEST_F(Operations, G13_ForgetErasesAPersonRunningAndStoppedAndARestoreDoesItAgain) {
  ASSERT_NO_FATAL_FAILURE(prepare(3));
  const std::string backup = world_->folder() + "/before.db", jo = address(0);
  ASSERT_NE(jo.find('@'), std::string::npos);
  ASSERT_EQ(world_->run({"backup", backup}).code, kDone);
  EXPECT_EQ(world_->run({"forget", "acme"}).code, kUsage);
  EXPECT_EQ(world_->run({"forget", "nobody", jo}).code, kNo);
  const Ended unknown = world_->run({"forget", "acme", "nobody@example.com"});
  EXPECT_EQ(unknown.code, kNo);
  EXPECT_NE(unknown.out.find("nothing that is kept of acme holds nobody@example.com"), std::string::npos) << unknown.out;

  for (const bool running : {true, false}) {
    SCOPED_TRACE(running);
    if (!running) { ASSERT_NO_FATAL_FAILURE(world_->stop()); }
    const std::string subject = running ? jo : number(1);
    const std::vector<std::string> command = {"forget", "acme", subject, "--flow", running ? "" : "orders"};
    std::vector<std::string> dry = command;
    dry.push_back("--dry-run");
    const Json forecast = world_->ask(dry);
    EXPECT_EQ(forecast["done"], false);
    EXPECT_GE(forecast["jobs"], 1) << forecast.dump(2);
    EXPECT_EQ(acts("forget"), running ? 0 : 1) << "a dry run changes nothing";
    const Ended done = world_->run(command);
    ASSERT_EQ(done.code, kDone) << done.out << done.err;
    EXPECT_NE(done.out.find("Erased of acme:"), std::string::npos) << done.out;
    EXPECT_NE(done.out.find("state/erasures.log"), std::string::npos) << done.out;
    EXPECT_EQ(world_->run(command).code, kNo) << "nothing is left to erase";
    EXPECT_EQ(acts("forget"), running ? 1 : 2);
    is_intact();
    // The record stays, what it told of the person does not.
    const std::string erased = world_->run({"show", "acme", number(running ? 0 : 1), "--json"}).out;
    EXPECT_NE(erased.find("this payload was erased"), std::string::npos) << erased;
    EXPECT_EQ(erased.find(address(running ? 0 : 1)), std::string::npos);
    const std::string other = world_->run({"show", "acme", number(2), "--json"}).out;
    EXPECT_NE(other.find(address(2)), std::string::npos) << other;
    EXPECT_NE(world_->run({"show", "acme", number(0)}).code, kEnvironment);
    EXPECT_EQ(world_->run({"status"}).code, kDone);
  }
  const std::string list = read_file(world_->workspace() + "/state/erasures.log");
  EXPECT_EQ(std::count(list.begin(), list.end(), '\n'), 2) << list;
  EXPECT_EQ(list.find(jo), std::string::npos) << "no name stands on the list";

  // An older backup brings them back; the list takes them out again. Without it, the command says so.
  const std::string copy = copy_without_state();
  const Ended bare = world_->run_bare({"restore", backup, "--workspace", copy});
  ASSERT_EQ(bare.code, kDone) << bare.err;
  EXPECT_NE(bare.out.find("--erasures"), std::string::npos) << bare.out;
  EXPECT_NE(world_->run_bare({"show", "acme", number(0), "--json", "--workspace", copy}).out.find(jo), std::string::npos);
  fs::remove_all(copy + "/state");
  const std::string missing = world_->folder() + "/nowhere.log";
  EXPECT_EQ(world_->run_bare({"restore", backup, "--erasures", missing, "--workspace", copy}).code, kEnvironment);
  fs::remove_all(copy + "/state");
  const Ended restored =
      world_->run_bare({"restore", backup, "--erasures", world_->workspace() + "/state/erasures.log", "--workspace", copy});
  ASSERT_EQ(restored.code, kDone) << restored.err;
  EXPECT_NE(restored.out.find("2 of the people"), std::string::npos) << restored.out;
  EXPECT_EQ(world_->run_bare({"forget", "acme", jo, "--workspace", copy}).code, kNo) << "nothing of it is there";
  EXPECT_NE(world_->run_bare({"show", "acme", number(1), "--json", "--workspace", copy}).out.find("this payload was erased"),
            std::string::npos);
  EXPECT_NE(world_->run_bare({"show", "acme", number(2), "--json", "--workspace", copy}).out.find(address(2)), std::string::npos);
  EXPECT_EQ(lines(read_file(copy + "/state/erasures.log")), lines(list)) << "the list goes on";
  EXPECT_EQ(world_->run_bare({"audit", "verify", "--workspace", copy}).code, kDone);

  // What an open job needs is not taken from it.
  ASSERT_NO_FATAL_FAILURE(world_->start());
  ASSERT_EQ(world_->run({"pause", "acme", "shop_nl"}).code, kDone);
  const Json waiting = world_->seed({{"orders", 1}, {"kinds", {"registered"}}, {"events", false}})["orders"][0];
  EXPECT_EQ(world_->deliver(world_->order_event("while-paused", waiting["id"])).status, 200);
  const std::string held = std::to_string(waiting["id"].get<int64_t>());
  ASSERT_TRUE(eventually(kPatience, [&] { return world_->ask({"jobs", "--state", "waiting"})["jobs"].size() == 1; }));
  const Ended refused = world_->run({"forget", "acme", held});
  EXPECT_EQ(refused.code, kNo);
  EXPECT_NE(refused.err.find("jobs cancel"), std::string::npos) << refused.err;
  EXPECT_EQ(acts("forget"), 2);
}

TEST_F(Operations, MigrateSaysTheSchemaAndBringsAnOlderStoreForward) {
  ASSERT_NO_FATAL_FAILURE(prepare(1));
  const std::string store = world_->workspace() + "/state/store.db";
  const Ended running = world_->run({"migrate"});
  EXPECT_EQ(running.code, kNo);
  EXPECT_NE(running.err.find("serve runs here: stop it first"), std::string::npos) << running.err;
  ASSERT_NO_FATAL_FAILURE(world_->stop());
  const Json same = world_->ask({"migrate"});
  EXPECT_EQ(same["before"], same["program"]);
  EXPECT_TRUE(same["backup"].is_null());
  EXPECT_NE(world_->run({"migrate"}).out.find("Nothing to do"), std::string::npos);

  tamper(store, test::kToFirstSchema);
  const Json dry = world_->ask({"migrate", "--dry-run"});
  EXPECT_EQ(dry["schema"], 1);
  EXPECT_TRUE(dry["backup"].is_null());
  const Ended done = world_->run({"migrate"});
  ASSERT_EQ(done.code, kDone) << done.err;
  EXPECT_NE(done.out.find("it was of 1"), std::string::npos) << done.out;
  const size_t at = done.out.find(store + ".before-");
  ASSERT_NE(at, std::string::npos) << done.out;
  EXPECT_TRUE(fs::exists(done.out.substr(at, done.out.find('\n', at) - at)));
  is_intact();
  ASSERT_NO_FATAL_FAILURE(world_->start());
  ASSERT_NO_FATAL_FAILURE(sell(1));
  ASSERT_NO_FATAL_FAILURE(world_->stop());

  tamper(store, "PRAGMA user_version=99");
  const Ended newer = world_->run({"migrate"});
  EXPECT_EQ(newer.code, kEnvironment);
  EXPECT_NE(newer.err.find("schema 99"), std::string::npos) << newer.err;

  const std::string empty = world_->folder() + "/empty";
  fs::create_directories(empty);
  EXPECT_EQ(world_->run_bare({"migrate", "--workspace", empty}).code, kEnvironment);
  write_file(empty + "/ml-connector.lua", "id = \"fresh\"\n");
  const Ended none = world_->run_bare({"migrate", "--workspace", empty});
  EXPECT_EQ(none.code, kNo);
  EXPECT_NE(none.err.find("there is no store yet"), std::string::npos) << none.err;
}

}  // namespace
}  // namespace mlc::system_test
