// Group commit. Every write made while a commit is under way waits in a queue; the next transaction takes all of them
// (up to group_max) and they complete together, in the order they were made, with one message to the executor.
//
// When a write fails in the database, its group is rolled back: on a full disk all of it answers exhausted; an I/O
// error or a failed COMMIT is G7 (fatal once, nothing is acknowledged any more, also not by a retry); anything else
// is found by running the writes of the group one by one.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/base/executor.h"
#include "runtime/base/task.h"
#include "runtime/store/sqlite/ledger.h"
#include "runtime/store/sqlite/space.h"

namespace mlc::store {

class Writer : public std::enable_shared_from_this<Writer> {
 public:
  struct Settings {
    bool threaded = true;
    size_t group_max = 512;
    std::function<void(const Error&)> fatal;
  };
  // `db` is loaded into `ledger` by start().
  Writer(std::unique_ptr<Database> db, std::unique_ptr<Space> space, Settings settings, Environment env);
  ~Writer();
  Status start();
  // What was made is still written; then the thread ends and the file is closed.
  void stop();

  // Runs `work` in a coming transaction. `grows`: refused while the disk is known to be full.
  template <class T>
  Task<Result<T>> write(bool grows, std::function<Result<T>(Ledger&, WallTime)> work) {
    Callback<Result<T>> waiting([&](typename Callback<Result<T>>::Complete done) {
      auto write = std::make_unique<WriteOf<T>>();
      write->grows = grows;
      write->at = env_.clock->wall();
      write->work = std::move(work);
      write->done = std::move(done);
      submit(std::move(write));
    });
    co_return co_await waiting;
  }

 private:
  struct Write {
    bool grows = false;
    WallTime at{};
    virtual ~Write() = default;
    virtual void run(Ledger& ledger) = 0;
    virtual void refuse(const Error& error) = 0;
    virtual void complete() = 0;
  };
  template <class T>
  struct WriteOf : Write {
    std::function<Result<T>(Ledger&, WallTime)> work;
    typename Callback<Result<T>>::Complete done;
    Result<T> result{Code::internal, "not run"};
    void run(Ledger& ledger) override { result = work(ledger, at); }
    void refuse(const Error& error) override { result = error; }
    void complete() override { done(std::move(result)); }
  };
  using Group = std::vector<std::unique_ptr<Write>>;

  void submit(std::unique_ptr<Write> write);
  Group take_group();
  void run_threaded();
  void run_posted();
  void run_group(Group& group);
  bool run_transaction(std::unique_ptr<Write>* begin, size_t count);  // false: rolled back, cause sticks in db_
  void refuse(std::unique_ptr<Write>* begin, size_t count, const Error& error);
  void lost(Group& group, const Error& error);
  void complete(Group group);
  void checkpoint(bool idle);

  std::unique_ptr<Database> db_;
  std::unique_ptr<Space> space_;
  Ledger ledger_;
  Settings settings_;
  Environment env_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::unique_ptr<Write>> queue_;  // by mutex_
  bool stopping_ = false, posted_ = false;    // by mutex_
  bool committing_ = false;                   // the step that failed was COMMIT
  std::optional<Error> lost_;                 // after fatal: nothing is written any more
  int wal_pages_ = 0;
};

}  // namespace mlc::store
