// F2 (killed processes), F3, F4, F5, F14, F21 of reliability.md section 5.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "runtime/base/event_loop.h"
#include "runtime/base/system_clock.h"
#include "runtime/store/sqlite/schema.h"
#include "tests/first_schema.h"
#include "tests/unit/store/fault_vfs.h"
#include "tests/unit/store/fixture.h"

namespace mlc::store {
namespace {

class StoreFaults : public StoreTest {
 protected:
  FaultVfs vfs_;
};

TEST_F(StoreFaults, AFullDiskRefusesTheGroupAndWorksAgainLater) {
  open();
  accept_one("before");
  vfs_.faults = {0, true, SQLITE_FULL};
  EXPECT_EQ(Code::exhausted, bad(store_->accept({event("1", "r1")})));
  EXPECT_EQ(Code::exhausted, bad(store_->accept({event("1", "r1")})));
  EXPECT_TRUE(fatal_.empty());
  vfs_.faults = {};
  const auto accepted = accept({event("1", "r1")});
  EXPECT_FALSE(accepted[0].duplicate) << "what was refused left no replay key in memory";
  EXPECT_EQ(2, good(store_->counts("")).events);
  EXPECT_EQ(2, good(store_->verify_audit()).entries);
  EXPECT_EQ(2u, claim(5).size());
}

// Every write and every sync of a claim, a record and an end fails once, in turn.
TEST_F(StoreFaults, AnIoErrorAtAnyStepEndsTheProcessAndLosesNothingThatWasAcknowledged) {
  int rounds = 0;
  for (bool syncs : {false, true}) {
    for (int step = 0;; ++step, ++rounds) {
      SCOPED_TRACE((syncs ? "sync " : "write ") + std::to_string(step));
      vfs_.faults = {};
      store_.reset();
      std::filesystem::remove_all(folder_);
      std::filesystem::create_directory(folder_);
      fatal_.clear();
      open();
      vfs_.faults = {step, false, SQLITE_IOERR_WRITE, !syncs, syncs};
      int acknowledged = 0;
      bool refused = false;
      for (int i = 0; i < 3; ++i) {
        auto result = wait(store_->accept({event(std::to_string(i), "r" + std::to_string(i))}));
        EXPECT_FALSE(refused && result.ok()) << "nothing is acknowledged after the failure";
        acknowledged += result.ok() ? 1 : 0;
        if (!result.ok()) {
          refused = true;
          EXPECT_EQ(Code::io, result.error().code());
        }
      }
      const bool fired = vfs_.faults.fired > 0;
      EXPECT_EQ(fired ? 1u : 0u, fatal_.size());
      vfs_.faults = {};
      open();
      const auto counts = good(store_->counts(""));
      EXPECT_GE(counts.events, acknowledged);
      EXPECT_LE(counts.events, acknowledged + 1) << "only the commit that failed may have happened all the same";
      EXPECT_EQ(counts.events, good(store_->verify_audit()).entries);
      EXPECT_EQ(static_cast<size_t>(counts.events), claim(10).size());
      EXPECT_EQ(3 - counts.events, [&] {
        int64_t fresh = 0;
        for (int i = 0; i < 3; ++i) fresh += accept({event("again", "r" + std::to_string(i))})[0].duplicate ? 0 : 1;
        return fresh;
      }()) << "replay keys know exactly what is there";
      if (!fired) break;
    }
  }
  EXPECT_GT(rounds, 8);
}

TEST_F(StoreFaults, ASecondOpenIsAConflictAndLeavesTheFirstAlone) {
  open();
  auto second = open_sqlite(options(), env());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(Code::conflict, second.error().code());
  accept_one("1");
}

TEST_F(StoreFaults, NobodyElseMayReadItsFiles) {
  open();
  accept_one("1");
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    EXPECT_EQ(std::filesystem::perms::none, file.status().permissions() & std::filesystem::perms(077)) << file.path();
  }
}

TEST_F(StoreFaults, AFileOfANewerProgramIsRefused) {
  open();
  store_.reset();
  tamper("PRAGMA user_version=999");
  auto newer = open_sqlite(options(), env());
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(Code::unsupported, newer.error().code());
}

TEST_F(StoreFaults, AnOlderFileIsCopiedThenMigratedWithAllItHolds) {
  open();
  const Id job = accept_one("1");
  store_.reset();
  tamper(test::kToFirstSchema);
  open();
  auto run = claim();
  ASSERT_EQ(1u, run.size());
  EXPECT_EQ(job, run[0].job.id);
  crash_and_open();
  EXPECT_EQ(1, claim().at(0).job.crashes);
  int copies = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder_))
    copies += file.path().string().find(".before-" + std::to_string(schema_version()) + "-") != std::string::npos;
  EXPECT_EQ(1, copies) << "the file as it was before the change is kept";
  Change change;
  change.put.emplace_back(Table::alerts, Row{"open/disk", "{}", loop_.wall()});
  good(store_->commit(std::move(change)));
  EXPECT_EQ(1u, good(store_->list(Table::alerts, "open/")).size()) << "a table that came later is there";
}

TEST_F(StoreFaults, AFileThatIsNoDatabaseIsCorrupt) {
  std::ofstream(path_) << std::string(20'000, 'x');
  auto opened = open_sqlite(options(), env());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(Code::corrupt, opened.error().code());
}

TEST_F(StoreFaults, AFlippedBitIsNeverSilentlyUsed) {
  open();
  for (int i = 0; i < 400; ++i) {
    auto born = event(std::to_string(i));
    born.payload.bytes = std::string(900, static_cast<char>('a' + i % 26));
    accept({born});
  }
  Change audit;
  for (int i = 0; i < 10; ++i) audit.audit.push_back({"acme", "ann", "act", std::to_string(i), "detail"});
  commit(audit);
  store_.reset();
  auto read_file = [&] {
    std::ifstream in(path_, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(in)), {});
  };
  const std::string good_file = read_file();
  int detected = 0;
  for (int round = 0; round < 200; ++round) {
    std::string bad_file = good_file;
    const size_t at = random_.below(bad_file.size());
    bad_file[at] = static_cast<char>(bad_file[at] ^ (1 << random_.below(8)));
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bad_file;
    for (const char* beside : {"-wal", "-shm"}) std::filesystem::remove(path_ + beside);
    auto opened = open_sqlite(options(), env());
    if (!opened) {
      ++detected;
      continue;
    }
    store_ = std::move(*opened);
    auto verified = wait(store_->verify_audit());
    if (!verified) {
      ++detected;
    } else {
      // Not noticed: then it must not matter. Everything a person or a job reads is as it was.
      EXPECT_EQ(410, verified->entries);
      for (int i = 0; i < 400; i += 37) {
        auto job = wait(store_->story(i + 1));
        if (!job || !*job) continue;
        EXPECT_EQ(std::string(900, static_cast<char>('a' + i % 26)), (*job)->payload.bytes) << "byte " << at;
      }
    }
    store_.reset();
  }
  EXPECT_GT(detected, 50);
}

struct Forgery {
  const char* name;
  const char* sql;
};
class Tampering : public StoreTest, public ::testing::WithParamInterface<Forgery> {};

TEST_P(Tampering, IsFound) {
  open();
  for (int i = 0; i < 10; ++i) {
    auto born = event(std::to_string(i));
    if (i == 4) born.jobs.push_back(birth("second"));
    accept({born});
    Change change;
    change.audit = {{"acme", "ann", "resend", "job " + std::to_string(i), ""}, {"acme", "bob", "reveal", "job " + std::to_string(i), ""}};
    commit(change);
  }
  EXPECT_EQ(30, good(store_->verify_audit()).entries);
  tamper(GetParam().sql);
  EXPECT_EQ(Code::corrupt, bad(store_->verify_audit()));
}

INSTANTIATE_TEST_SUITE_P(
    OfTheAuditTrail, Tampering,
    ::testing::Values(
        Forgery{"edited", "UPDATE audit SET actor='eve' WHERE seq=5"}, Forgery{"edited_time", "UPDATE audit SET at=at+1 WHERE seq=5"},
        Forgery{"moved_between_fields", "UPDATE audit SET actor=actor||act, act='' WHERE seq=5"},
        Forgery{"removed", "DELETE FROM audit WHERE seq=8"}, Forgery{"removed_event", "DELETE FROM events WHERE id=3"},
        Forgery{"swapped", "UPDATE audit SET seq=-1 WHERE seq=5; UPDATE audit SET seq=5 WHERE seq=6; UPDATE audit SET seq=6 WHERE seq=-1"},
        Forgery{"tail_cut", "DELETE FROM audit WHERE seq>28"},
        Forgery{"tail_cut_deep", "DELETE FROM audit WHERE seq>20; DELETE FROM events WHERE seq>20"},
        Forgery{"event_edited", "UPDATE events SET topic='other' WHERE id=3"},
        Forgery{"event_key_edited", "UPDATE events SET key='other' WHERE id=3"},
        Forgery{"further_birth_edited", "UPDATE jobs SET key='other' WHERE id=6"},
        Forgery{"further_birth_removed", "DELETE FROM jobs WHERE id=6"},
        Forgery{"payload_edited", "UPDATE events SET payload=zeroblob(9) WHERE id=3"},
        Forgery{"payload_key_edited", "UPDATE events SET payload_key=zeroblob(9) WHERE id=3"},
        Forgery{"hash_edited", "UPDATE events SET hash=zeroblob(32) WHERE id=3"},
        Forgery{"head_edited", "UPDATE state SET audit_hash=zeroblob(32)"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST_F(StoreFaults, ErasingAPayloadLeavesTheChainWhole) {
  open();
  accept({event("1"), event("2")});
  tamper("UPDATE events SET payload=NULL, payload_key=NULL WHERE id=1");
  EXPECT_EQ(2, good(store_->verify_audit()).entries);
  EXPECT_TRUE(claim()[0].payload.empty());
}

TEST_F(StoreFaults, ABackupIsWholeAndVerifiedWhileWritesGoOn) {
  open();
  for (int i = 0; i < 50; ++i) accept_one(std::to_string(i));
  const std::string copy = folder_ + "/copy.db";
  good(store_->backup(copy));
  accept_one("after");
  EXPECT_EQ(Code::conflict, bad(store_->backup(copy))) << "never over an older one";
  store_.reset();
  path_ = copy;
  open();
  EXPECT_EQ(50, good(store_->counts("")).events);
  EXPECT_EQ(50, good(store_->verify_audit()).entries);
}

// --- with the real threads -------------------------------------------------------------------------------------------

struct Live {
  SystemClock clock;
  EventLoop loop{clock};
  SystemRandom random;
  Environment env() { return {&clock, &loop, &loop, &random}; }
};

EventBirth plain_event(int number) {
  EventBirth born;
  born.client = "acme";
  born.connection = "shop";
  born.received = from_micros(number);
  born.replay_key = "replay " + std::to_string(number);
  born.replay_until = from_micros(int64_t{1} << 60);
  born.payload = {"sealed " + std::to_string(number), "key"};
  born.jobs.push_back({"acme", "orders", "invoice", "shop", std::to_string(number), Lane::live, std::nullopt});
  return born;
}

TEST_F(StoreFaults, ManyWritesShareACommitAndCompleteInTheirOrder) {
  Live live;
  SqliteOptions threaded{path_, true, 512, nullptr};
  auto opened = open_sqlite(threaded, live.env());
  ASSERT_TRUE(opened.ok()) << opened.error().text();
  constexpr int kWrites = 2000;
  vfs_.faults.seen_syncs = 0;
  std::vector<int> order;
  for (int i = 0; i < kWrites; ++i) {
    spawn<Result<std::vector<Accepted>>>((*opened)->accept({plain_event(i)}), [&, i](Result<std::vector<Accepted>> end) {
      EXPECT_TRUE(end.ok());
      EXPECT_EQ(i + 1, (*end)[0].event);
      order.push_back(i);
      if (order.size() == kWrites) live.loop.stop();
    });
  }
  live.loop.run();
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_LT(vfs_.faults.seen_syncs, kWrites / 10);
}

// A child accepts and says through a pipe what was acknowledged to it, until it is killed.
[[noreturn]] void accept_until_killed(const std::string& path, int first, int acknowledged) {
  Live live;
  auto opened = open_sqlite({path, true, 64, nullptr}, live.env());
  if (!opened) ::_exit(3);
  int next = first;
  std::function<void()> more = [&] {
    const int number = next++;
    spawn<Result<std::vector<Accepted>>>((*opened)->accept({plain_event(number)}), [&, number](Result<std::vector<Accepted>> end) {
      if (!end.ok() || ::write(acknowledged, &number, sizeof number) != sizeof number) ::_exit(4);
      more();
    });
  };
  for (int i = 0; i < 32; ++i) more();
  spawn<Result<std::vector<Claimed>>>((*opened)->claim({5, {}}));
  live.loop.run();
  ::_exit(5);
}

TEST_F(StoreTest, AKilledProcessLosesNothingItAcknowledged) {
  SeededRandom random(11);
  std::set<int> acknowledged;
  for (int round = 0; round < 15; ++round) {
    int ends[2];
    ASSERT_EQ(0, ::pipe(ends));
    const pid_t child = ::fork();
    if (child == 0) accept_until_killed(path_, round * 1'000'000, ends[1]);
    ::close(ends[1]);
    int number = 0;
    const uint64_t kill_after = 1 + random.below(400);
    for (uint64_t seen = 0; ::read(ends[0], &number, sizeof number) == sizeof number; ++seen) {
      acknowledged.insert(number);
      if (seen == kill_after) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
  }
  open();
  const auto counts = good(store_->counts(""));
  EXPECT_GE(counts.events, static_cast<int64_t>(acknowledged.size()));
  EXPECT_EQ(counts.events, good(store_->verify_audit()).entries);
  EXPECT_EQ(counts.jobs_born, counts.open);
  std::vector<EventBirth> again;
  for (int number : acknowledged) again.push_back(plain_event(number));
  for (const auto& one : accept(std::move(again))) EXPECT_TRUE(one.duplicate);
  std::set<Id> claimed;
  for (auto batch = claim(500); !batch.empty(); batch = claim(500)) {
    for (const auto& one : batch) EXPECT_TRUE(claimed.insert(one.job.id).second);
  }
  EXPECT_EQ(counts.jobs_born, static_cast<int64_t>(claimed.size()));
}

}  // namespace
}  // namespace mlc::store
