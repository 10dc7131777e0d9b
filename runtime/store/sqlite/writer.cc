#include "runtime/store/sqlite/writer.h"

#include <algorithm>
#include <utility>

namespace mlc::store {
namespace {

// Pages of the log. A checkpoint waits for a pause of the writes, up to the second figure.
constexpr int kCheckpointWhenIdle = 512;
constexpr int kCheckpointAlways = 8192;

bool is_full(int code) { return (code & 0xff) == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE; }

}  // namespace

Writer::Writer(std::unique_ptr<Database> db, std::unique_ptr<Space> space, Settings settings, Environment env)
    : db_(std::move(db)), space_(std::move(space)), ledger_(*db_), settings_(std::move(settings)), env_(env) {
  sqlite3_wal_hook(
      db_->handle(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Writer*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
}

Writer::~Writer() { stop(); }

Status Writer::start() {
  db_->run("BEGIN IMMEDIATE");
  if (auto loaded = ledger_.load(true); !loaded) return loaded;
  ledger_.finish_group();
  db_->run("COMMIT");
  if (auto failed = db_->failure()) return *failed;
  if (settings_.threaded) thread_ = std::thread([this] { run_threaded(); });
  return ok_status();
}

void Writer::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (thread_.joinable()) thread_.join();
  if (!settings_.threaded) {
    while (!queue_.empty()) {
      auto group = take_group();
      run_group(group);
      complete(std::move(group));
    }
  }
}

void Writer::submit(std::unique_ptr<Write> write) {
  bool wake = false, post = false;
  {
    std::lock_guard lock(mutex_);
    wake = queue_.empty();
    queue_.push_back(std::move(write));
    if (!settings_.threaded && !posted_) posted_ = post = true;
  }
  if (settings_.threaded && wake) arrived_.notify_one();
  if (post) {
    env_.executor->post([weak = weak_from_this()] {
      if (auto self = weak.lock()) self->run_posted();
    });
  }
}

Writer::Group Writer::take_group() {
  Group group;
  const size_t count = std::min(queue_.size(), settings_.group_max);
  group.reserve(count);
  std::move(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count), std::back_inserter(group));
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  return group;
}

void Writer::run_threaded() {
  for (;;) {
    Group group;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      group = take_group();
    }
    run_group(group);
    complete(std::move(group));
    bool idle;
    {
      std::lock_guard lock(mutex_);
      idle = queue_.empty();
    }
    checkpoint(idle);
  }
}

void Writer::run_posted() {
  Group group;
  bool more;
  {
    std::lock_guard lock(mutex_);
    group = take_group();
    more = posted_ = !queue_.empty();
  }
  run_group(group);
  checkpoint(!more);
  if (more) {
    env_.executor->post([weak = weak_from_this()] {
      if (auto self = weak.lock()) self->run_posted();
    });
  }
  for (auto& write : group) write->complete();
}

void Writer::run_group(Group& group) {
  if (lost_) return refuse(group.data(), group.size(), *lost_);
  if (group.empty() || run_transaction(group.data(), group.size())) return;
  const int code = db_->failure_code();
  Error error = *db_->failure();
  db_->clear_failure();
  if (is_full(code) && !(committing_ && (code & 0xff) == SQLITE_IOERR)) {
    space_->found_full();
    refuse(group.data(), group.size(), error);
  } else if (committing_ || (code & 0xff) == SQLITE_IOERR) {
    return lost(group, error);
  } else if (group.size() == 1) {
    refuse(group.data(), 1, error);
  } else {
    // One write is at fault; the others must not pay for it.
    for (auto& write : group) {
      Group single;
      single.push_back(std::move(write));
      if (auto reloaded = ledger_.load(false); !reloaded) {
        write = std::move(single[0]);
        return lost(group, reloaded.error());
      }
      run_group(single);
      write = std::move(single[0]);
    }
    return;
  }
  if (auto reloaded = ledger_.load(false); !reloaded) lost(group, reloaded.error());
}

bool Writer::run_transaction(std::unique_ptr<Write>* begin, size_t count) {
  committing_ = false;
  const bool full = space_->is_full() && !space_->recovered();
  db_->run("BEGIN IMMEDIATE");
  for (size_t i = 0; i < count && db_->failure_code() == SQLITE_OK; ++i) {
    if (full && begin[i]->grows) {
      begin[i]->refuse(Error(Code::exhausted, "the disk is full"));
    } else {
      begin[i]->run(ledger_);
    }
  }
  ledger_.finish_group();
  if (db_->failure_code() == SQLITE_OK) {
    committing_ = true;
    db_->run("COMMIT");
  }
  if (db_->failure_code() == SQLITE_OK) return true;
  // SQLite may have rolled back by itself; ending a transaction that is no more is no error of ours.
  if (sqlite3_get_autocommit(db_->handle()) == 0) sqlite3_exec(db_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  return false;
}

void Writer::refuse(std::unique_ptr<Write>* begin, size_t count, const Error& error) {
  for (size_t i = 0; i < count; ++i) begin[i]->refuse(error);
}

void Writer::lost(Group& group, const Error& error) {
  if (!lost_) {
    lost_ = Error(Code::io, "what was being written may or may not be on the disk: " + error.text());
    // Closing must not checkpoint either: the log is the only copy that can still be whole.
    sqlite3_db_config(db_->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    if (settings_.fatal) settings_.fatal(*lost_);
  }
  for (auto& write : group) {
    if (write) write->refuse(*lost_);
  }
}

void Writer::complete(Group group) {
  env_.executor->post([group = std::make_shared<Group>(std::move(group))] {
    for (auto& write : *group) write->complete();
  });
}

void Writer::checkpoint(bool idle) {
  const bool cut = ledger_.erased();
  if (lost_ || (!cut && wal_pages_ < (idle ? kCheckpointWhenIdle : kCheckpointAlways))) return;
  wal_pages_ = 0;
  const int rc =
      sqlite3_wal_checkpoint_v2(db_->handle(), nullptr, cut ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (cut && rc == SQLITE_OK) ledger_.log_was_cut();  // a reader that holds it: the next write tries again
  if (is_full(rc)) {
    space_->found_full();
  } else if ((rc & 0xff) == SQLITE_IOERR) {
    // The log is whole, but the kernel may have dropped pages it could not write: a later checkpoint that succeeds
    // would then throw away the only good copy.
    Group none;
    lost(none, sqlite_error(rc, sqlite3_errmsg(db_->handle())));
  }
}

}  // namespace mlc::store
