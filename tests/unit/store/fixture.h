// A store in a folder of its own, on a virtual clock and one thread unless a test says otherwise.
#pragma once
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "runtime/base/virtual_loop.h"
#include "runtime/store/sqlite/open.h"
#include "tests/temp_folder.h"

namespace mlc::store {

class StoreTest : public ::testing::Test {
 protected:
  ~StoreTest() override { store_.reset(); }

  Environment env() { return {&loop_, &loop_, &loop_, &random_}; }
  SqliteOptions options() {
    return {path_, false, 512, [this](const Error& error) { fatal_.push_back(error.text()); }};
  }
  void open() {
    store_.reset();
    auto opened = open_sqlite(options(), env());
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    store_ = std::move(*opened);
  }
  void crash_and_open() { open(); }  // closing commits nothing and tells the rows nothing: to them it is a crash

  template <class T>
  T wait(Task<T> task) {
    std::optional<T> value;
    spawn<T>(std::move(task), [&](T end) { value.emplace(std::move(end)); });
    loop_.run_until([&] { return value.has_value(); }, std::chrono::minutes(1));
    return std::move(*value);
  }
  template <class T>
  T good(Task<Result<T>> task) {
    auto result = wait(std::move(task));
    EXPECT_TRUE(result.ok()) << result.error().text();
    return result.ok() ? std::move(*result) : T{};
  }
  template <class T>
  Code bad(Task<Result<T>> task) {
    auto result = wait(std::move(task));
    EXPECT_FALSE(result.ok());
    return result.ok() ? Code::internal : result.error().code();
  }

  static JobBirth birth(const std::string& key, const std::string& client = "acme") {
    return {client, "orders", "invoice", "shop", key, Lane::live, std::nullopt};
  }
  EventBirth event(const std::string& key, const std::string& replay = "") {
    EventBirth born;
    born.client = "acme";
    born.connection = "shop";
    born.topic = "order/created";
    born.received = loop_.wall();
    born.replay_key = replay;
    born.replay_until = born.received + std::chrono::hours(24 * 7);
    born.payload = {"sealed " + key, "wrapped key"};
    born.jobs.push_back(birth(key));
    return born;
  }
  std::vector<Accepted> accept(std::vector<EventBirth> batch) { return good(store_->accept(std::move(batch))); }
  Id accept_one(const std::string& key) { return accept({event(key)}).at(0).jobs.at(0); }
  std::vector<Claimed> claim(int limit = 1, std::vector<std::string> held = {}) { return good(store_->claim({limit, std::move(held)})); }
  Committed commit(Change change) { return good(store_->commit(std::move(change))); }
  static Change ends(const Claimed& claimed, JobState state, WallTime next = {}) {
    Change change;
    change.job = claimed.job.id;
    change.epoch = claimed.job.epoch;
    change.job_update = Change::JobUpdate{state, state == JobState::done ? DoneAs::sent : DoneAs::none, next, 0, "", "", std::nullopt};
    return change;
  }
  static EntryBirth entry(const std::string& name, EntryKind kind = EntryKind::read) {
    return {kind, 0, name, std::string(32, 'h'), {"sealed", "key"}};
  }

  // Straight into the file, past the store, as a forger or a bad disk would.
  void tamper(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(SQLITE_OK, sqlite3_open(path_.c_str(), &db));
    char* text = nullptr;
    EXPECT_EQ(SQLITE_OK, sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &text)) << (text == nullptr ? "" : text);
    sqlite3_free(text);
    sqlite3_close(db);
  }
  int64_t number(const std::string& sql) {
    sqlite3* db = nullptr;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(SQLITE_OK, sqlite3_open(path_.c_str(), &db));
    EXPECT_EQ(SQLITE_OK, sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr)) << sqlite3_errmsg(db);
    const int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
  }

  VirtualLoop loop_;
  SeededRandom random_{1};
  test::TempFolder temporary_;
  const std::string folder_ = temporary_.path();
  std::string path_ = folder_ + "/state.db";
  std::vector<std::string> fatal_;
  std::unique_ptr<Store> store_;
};

}  // namespace mlc::store
