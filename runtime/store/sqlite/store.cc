#include <algorithm>

#include "runtime/base/ids.h"
#include "runtime/base/thread_pool.h"
#include "runtime/store/sqlite/backup.h"
#include "runtime/store/sqlite/erase.h"
#include "runtime/store/sqlite/listings.h"
#include "runtime/store/sqlite/open.h"
#include "runtime/store/sqlite/rows.h"
#include "runtime/store/sqlite/schema.h"
#include "runtime/store/sqlite/verify.h"
#include "runtime/store/sqlite/writer.h"

namespace mlc::store {
namespace {

constexpr std::chrono::milliseconds kReadLimit{5000};  // CPU time of one listing

class SqliteStore : public Store, public Erasing {
 public:
  SqliteStore(SqliteOptions options, Environment env, std::shared_ptr<Writer> writer, std::unique_ptr<Database> points,
              std::unique_ptr<Database> lists)
      : path_(std::move(options.path)), env_(env), points_(std::move(points)), lists_(std::move(lists)), writer_(std::move(writer)) {
    if (!options.threaded) return;
    list_thread_ = std::make_unique<ThreadPool>(ThreadPoolOptions{"store-lists", 1, 5});
    slow_thread_ = std::make_unique<ThreadPool>(ThreadPoolOptions{"store-slow", 1, 5});
  }
  // Readers end before the writer, whose closing checkpoint is the last thing done to the file.
  ~SqliteStore() override {
    list_thread_.reset();
    slow_thread_.reset();
    points_.reset();
    lists_.reset();
    writer_->stop();
  }

  Task<Result<std::vector<Accepted>>> accept(std::vector<EventBirth> batch) override {
    return writer_->write<std::vector<Accepted>>(
        true, [batch = std::move(batch)](Ledger& ledger, WallTime now) { return ledger.accept(batch, now); });
  }
  Task<Result<std::vector<Claimed>>> claim(ClaimRequest request) override {
    return writer_->write<std::vector<Claimed>>(
        false, [request = std::move(request)](Ledger& ledger, WallTime now) { return ledger.claim(request, now); });
  }
  Task<Result<std::optional<WallTime>>> next_due() override {
    return writer_->write<std::optional<WallTime>>(false, [](Ledger& ledger, WallTime now) { return ledger.next_due(now); });
  }
  Task<Result<Committed>> commit(Change change) override {
    return writer_->write<Committed>(false,
                                     [change = std::move(change)](Ledger& ledger, WallTime now) { return ledger.commit(change, now); });
  }
  Task<Result<int64_t>> revive(std::vector<Id> jobs, std::string version, std::vector<AuditBirth> audit) override {
    return writer_->write<int64_t>(false, [jobs = std::move(jobs), version = std::move(version), audit = std::move(audit)](
                                              Ledger& ledger, WallTime now) { return ledger.revive(jobs, version, audit, now); });
  }

  Task<Result<std::optional<Job>>> job(Id id) override {
    co_return read<std::optional<Job>>([&](Database& db) { return read_job(db, id); });
  }
  Task<Result<std::vector<Job>>> jobs(JobFilter filter) override {
    return listed<std::vector<Job>>([=](Database& db) { return list_jobs(db, filter); });
  }
  Task<Result<std::optional<Claimed>>> story(Id job) override {
    auto writing = writer_->write<Unit>(false, [](Ledger& ledger, WallTime) { return ledger.write_heads(); });
    auto heads = co_await std::move(writing);
    if (!heads) co_return heads.error();
    auto reading = listed<std::optional<Claimed>>([=](Database& db) { return read_story(db, job); });
    co_return co_await std::move(reading);
  }
  Task<Result<std::optional<Entry>>> entry(Id row) override {
    co_return read<std::optional<Entry>>([&](Database& db) { return read_entry(db, row); });
  }
  Task<Result<std::optional<Effect>>> effect(std::string key) override {
    co_return read<std::optional<Effect>>([&](Database& db) { return read_effect(db, key); });
  }
  Task<Result<std::vector<Effect>>> effects(EffectFilter filter) override {
    return listed<std::vector<Effect>>([=](Database& db) { return list_effects(db, filter); });
  }
  Task<Result<std::optional<Entity>>> entity(std::string client, std::string connection, std::string entity, std::string name) override {
    co_return read<std::optional<Entity>>([&](Database& db) { return read_entity(db, client, connection, entity, name); });
  }
  Task<Result<std::vector<Id>>> find(std::string client, std::string digest) override {
    auto merging = writer_->write<Unit>(false, [](Ledger& ledger, WallTime) { return ledger.merge_terms(); });
    auto merged = co_await std::move(merging);
    if (!merged) co_return merged.error();
    auto reading = listed<std::vector<Id>>([=](Database& db) { return find_jobs(db, client, digest); });
    co_return co_await std::move(reading);
  }
  Task<Result<std::vector<Case>>> cases(std::string client, bool open_only) override {
    return listed<std::vector<Case>>([=](Database& db) { return list_cases(db, client, open_only); });
  }
  Task<Result<Counts>> counts(std::string client) override {
    return listed<Counts>([=](Database& db) { return read_counts(db, client); });
  }
  Task<Result<std::vector<AuditEntry>>> audit(std::string client, int64_t after, int limit) override {
    return listed<std::vector<AuditEntry>>([=](Database& db) { return list_audit(db, client, after, limit); });
  }
  Task<Result<AuditProof>> verify_audit() override {
    return slowly<AuditProof>([path = path_]() -> Result<AuditProof> {
      auto db = Database::open(path, Database::Use::read);
      if (!db) return db.error();
      return verify_chain(**db);
    });
  }

  Task<Result<ReadablePart>> readable_events(std::string client, Id after) override {
    return listed<ReadablePart>([=](Database& db) { return list_readable_events(db, client, after); });
  }
  Task<Result<ReadablePart>> readable_journal(std::string client, Id after) override {
    auto writing = writer_->write<Unit>(false, [](Ledger& ledger, WallTime) { return ledger.write_heads(); });
    auto heads = co_await std::move(writing);
    if (!heads) co_return heads.error();
    auto reading = listed<ReadablePart>([=](Database& db) { return list_readable_journal(db, client, after); });
    co_return co_await std::move(reading);
  }
  Task<Result<int64_t>> erase(Erasure erasure) override {
    return writer_->write<int64_t>(false,
                                   [erasure = std::move(erasure)](Ledger& ledger, WallTime now) { return ledger.erase(erasure, now); });
  }

  Task<Result<std::optional<Row>>> get(Table table, std::string key) override {
    co_return read<std::optional<Row>>([&](Database& db) { return read_row(db, table, key); });
  }
  Task<Result<std::vector<Row>>> list_part(Table table, std::string prefix, std::string after, int64_t most) override {
    return listed<std::vector<Row>>([=](Database& db) { return list_rows(db, table, prefix, after, most); });
  }

  Task<Result<std::optional<Grant>>> grant(std::string id) override {
    co_return read<std::optional<Grant>>([&](Database& db) { return read_grant(db, id); });
  }
  Task<Result<std::vector<Grant>>> grants() override {
    co_return read<std::vector<Grant>>([&](Database& db) { return read_grants(db); });
  }
  Task<Result<std::optional<int64_t>>> take_lease(std::string grant, std::string owner, WallTime until) override {
    return writer_->write<std::optional<int64_t>>(
        false, [grant = std::move(grant), owner = std::move(owner), until](Ledger& ledger, WallTime now) {
          return ledger.take_lease(grant, owner, until, now);
        });
  }
  Task<Status> save_grant(Grant grant, int64_t epoch, bool commits, std::vector<AuditBirth> audit) override {
    return writer_->write<Unit>(false, [grant = std::move(grant), epoch, commits, audit = std::move(audit)](Ledger& ledger, WallTime now) {
      return ledger.save_grant(grant, epoch, commits, audit, now);
    });
  }

  Task<Result<std::string>> incarnation() override {
    co_return read<std::string>([](Database& db) {
      auto row = db.query("SELECT incarnation FROM state");
      return row.next() ? row.text(0) : std::string();
    });
  }
  Task<Status> backup(std::string path) override {
    auto flushed = co_await flush();
    if (!flushed) co_return flushed;
    // Made before it is awaited: GCC 12 destroys a capturing lambda inside an awaited expression twice.
    auto copying = slowly<Unit>([from = path_, path]() -> Status {
      auto db = Database::open(from, Database::Use::read);
      if (!db) return db.error();
      return back_up(**db, path);
    });
    co_return co_await std::move(copying);
  }
  Task<Status> flush() override {
    return writer_->write<Unit>(false, [](Ledger& ledger, WallTime) -> Status {
      auto heads = ledger.write_heads();
      if (!heads) return heads;
      return ledger.merge_terms();
    });
  }

 private:
  // One record by its key: microseconds, so here and now.
  template <class T, class Reading>
  Result<T> read(Reading reading) {
    return checked<T>(*points_, reading);
  }

  template <class T, class Reading>
  static Result<T> checked(Database& db, const Reading& reading) {
    T value = reading(db);
    if (auto failed = db.failure()) {
      db.clear_failure();
      return *failed;
    }
    return value;
  }

  // What may walk over many rows: on the lists' thread and connection.
  template <class T>
  Task<Result<T>> listed(std::function<T(Database&)> reading) {
    return on<T>(list_thread_.get(), [this, reading = std::move(reading)] { return checked<T>(*lists_, reading); });
  }

  // What takes seconds: on a thread of its own, with a connection of its own.
  template <class T>
  Task<Result<T>> slowly(std::function<Result<T>()> work) {
    return on<T>(slow_thread_.get(), std::move(work));
  }

  template <class T>
  Task<Result<T>> on(ThreadPool* thread, std::function<Result<T>()> work) {
    if (thread == nullptr) co_return work();
    Callback<Result<T>> finished([&](typename Callback<Result<T>>::Complete complete) {
      thread->post([work = std::move(work), complete, executor = env_.executor] {
        auto result = std::make_shared<Result<T>>(work());
        executor->post([complete, result] { complete(std::move(*result)); });
      });
    });
    co_return co_await finished;
  }

  std::string path_;
  Environment env_;
  std::unique_ptr<Database> points_, lists_;
  std::shared_ptr<Writer> writer_;
  std::unique_ptr<ThreadPool> list_thread_, slow_thread_;  // null when not threaded: the same work, at once
};

}  // namespace

Erasing& erasing_of(Store& store) { return dynamic_cast<Erasing&>(store); }

Result<std::unique_ptr<Store>> open_sqlite(SqliteOptions options, Environment env) {
  auto space = Space::take(options.path);
  if (!space) return space.error();
  auto db = Database::open(options.path, Database::Use::write);
  if (!db) return db.error();
  const WallTime now = env.clock->wall();
  auto migrated = migrate(**db, options.path + ".before-" + std::to_string(schema_version()) + "-" + std::to_string(to_micros(now)),
                          new_id(*env.random, now));
  if (!migrated) return migrated.error();
  if (options.new_incarnation) {
    (*db)->run("UPDATE state SET incarnation=?", new_id(*env.random, now));
    if (auto failed = (*db)->failure()) return *failed;
  }
  auto writer =
      std::make_shared<Writer>(std::move(*db), std::move(*space),
                               Writer::Settings{options.threaded, static_cast<size_t>(std::max(options.group_max, 1)), options.fatal}, env);
  if (auto started = writer->start(); !started) return started.error();
  auto points = Database::open(options.path, Database::Use::read);
  if (!points) return points.error();
  auto lists = Database::open(options.path, Database::Use::read);
  if (!lists) return lists.error();
  (*lists)->limit_statement(kReadLimit);
  return std::unique_ptr<Store>(new SqliteStore(std::move(options), env, std::move(writer), std::move(*points), std::move(*lists)));
}

}  // namespace mlc::store
