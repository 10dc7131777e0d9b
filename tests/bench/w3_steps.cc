// W3: durable steps. Each step is two commits that are waited for, "started" and "done", one journal entry each, through
// store::Store as the engine uses it. The bound is SQLite by itself with the same number of rows and syncs.
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "runtime/base/event_loop.h"
#include "runtime/base/system_clock.h"
#include "runtime/store/sqlite/open.h"
#include "tests/bench/machine.h"
#include "tests/bench/raw_sqlite.h"
#include "tests/bench/workloads.h"

namespace mlc::bench {
namespace {

constexpr int kPayloadBytes = 200;  // of a sealed step result

struct Stage {
  store::Store& store;
  EventLoop& loop;
  int running = 0;
  int64_t steps = 0;
  std::vector<uint32_t> micros;
};

store::EntryBirth entry(int index, const char* name) {
  store::EntryBirth birth;
  birth.kind = store::EntryKind::step;
  birth.index = index;
  birth.name = name;
  birth.input_hash = std::string(32, 'h');
  birth.payload = {std::string(kPayloadBytes, 'p'), std::string(40, 'k')};
  return birth;
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return std::move(*result);
}

Task<Unit> run_job(Stage& stage, store::Job job, int steps) {
  for (int i = 0; i < steps; ++i) {
    const Stopwatch watch;
    for (const char* name : {"started", "done"}) {
      store::Change change;
      change.job = job.id;
      change.epoch = job.epoch;
      change.entries.push_back(entry(i, name));
      auto committed = co_await stage.store.commit(std::move(change));
      must(std::move(committed));
    }
    stage.micros.push_back(static_cast<uint32_t>(watch.seconds() * 1e6));
    ++stage.steps;
  }
  if (--stage.running == 0) stage.loop.stop();
  co_return Unit{};
}

Task<Unit> give_birth(store::Store& store, int jobs, std::vector<store::Claimed>& claimed, EventLoop& loop) {
  std::vector<store::EventBirth> events(static_cast<size_t>(jobs));
  for (int i = 0; i < jobs; ++i) {
    events[static_cast<size_t>(i)].client = "acme";
    events[static_cast<size_t>(i)].connection = "shop";
    events[static_cast<size_t>(i)].topic = "order";
    events[static_cast<size_t>(i)].payload = {std::string(kPayloadBytes, 'p'), std::string(40, 'k')};
    events[static_cast<size_t>(i)].jobs.push_back(
        {"acme", "shop_nl", "orders", "shop", std::to_string(i), store::Lane::live, std::nullopt});
  }
  auto accepted = co_await store.accept(std::move(events));
  must(std::move(accepted));
  auto given = co_await store.claim({jobs, {}});
  claimed = must(std::move(given));
  loop.stop();
  co_return Unit{};
}

double measure(const std::string& file, int jobs, int steps) {
  SystemClock clock;
  SystemRandom random;
  EventLoop loop(clock);
  store::SqliteOptions options;
  options.path = file;
  auto store = must(store::open_sqlite(std::move(options), {&clock, &loop, &loop, &random}));
  std::vector<store::Claimed> claimed;
  loop.post([&] { spawn(give_birth(*store, jobs, claimed, loop)); });
  loop.run();
  if (claimed.size() != static_cast<size_t>(jobs)) throw std::runtime_error("not every job was claimed");

  Stage stage{*store, loop, jobs, 0, {}};
  const Stopwatch watch;
  loop.post([&] {
    for (const auto& one : claimed) spawn(run_job(stage, one.job, steps / jobs));
  });
  loop.run();
  const double rate = static_cast<double>(stage.steps) / watch.seconds();
  const auto times = percentiles(stage.micros);
  char note[96];
  std::snprintf(note, sizeof note, "p50 %.2f ms  p99 %.2f ms", times.p50, times.p99);
  print_rate("store: steps (started + done), " + std::to_string(jobs) + (jobs == 1 ? " job" : " jobs at once"), rate, note);
  return rate;
}

}  // namespace

void durable_steps(int steps) {
  const WorkFolder folder("bench-w3");
  const double one = raw_rows_per_second(folder.path() + "/raw1.db", steps / 2, 1, kPayloadBytes) / 2;
  print_rate("bound: SQLite, one row a sync, two rows a step", one);
  const double own_one = measure(folder.path() + "/one.db", 1, steps / 4);
  const double many = raw_rows_per_second(folder.path() + "/raw64.db", steps * 16, 64, kPayloadBytes) / 2;
  print_rate("bound: SQLite, 64 rows a sync, two rows a step", many);
  const double own_many = measure(folder.path() + "/many.db", 64, steps * 4);
  const auto memory = memory_of(getpid());
  std::printf("ratio one after another %.2f, 64 at once %.2f; memory %lld KiB resident\n", own_one / one, own_many / many,
              static_cast<long long>(memory.resident_kib));
}

}  // namespace mlc::bench
