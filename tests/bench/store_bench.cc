// The store and the vault alone, each beside its bound of the same run: accepted events in batches (W1), durable
// steps of 64 jobs in groups and one after another (W3), claims, replay keys in memory, seals.
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <stdexcept>

#include "runtime/base/event_loop.h"
#include "runtime/base/system_clock.h"
#include "runtime/store/sqlite/open.h"
#include "runtime/vault/vault.h"
#include "tests/bench/machine.h"
#include "tests/bench/raw_sqlite.h"

namespace mlc::bench {
namespace {

constexpr int kEvents = 300'000;
constexpr int kBatch = 30;
constexpr int kSteps = 300'000;
constexpr int kJobs = 64;
constexpr int kWaiting = 200'000;

struct World {
  SystemClock clock;
  EventLoop loop{clock};
  SystemRandom random;
  Environment env{&clock, &loop, &loop, &random};
  std::string path;
  std::unique_ptr<store::Store> store;

  explicit World(const std::string& folder, const std::string& name) : path(folder + "/" + name + ".db") { open(); }
  void open() {
    store.reset();
    auto opened = store::open_sqlite({path, true, 512, nullptr}, env);
    if (!opened) throw std::runtime_error(opened.error().text());
    store = std::move(*opened);
  }
  template <class T>
  T wait(Task<Result<T>> task) {
    std::optional<T> value;
    spawn<Result<T>>(std::move(task), [&](Result<T> end) {
      if (!end) throw std::runtime_error(end.error().text());
      value.emplace(std::move(*end));
      loop.stop();
    });
    if (!value) loop.run();
    return std::move(*value);
  }
};

store::EventBirth event(int64_t number, const std::string& payload, int keys) {
  store::EventBirth born;
  born.client = "acme";
  born.connection = "shop";
  born.topic = "order/created";
  born.received = from_micros(1'760'000'000'000'000 + number);
  born.replay_key = std::string(24, 'k') + std::string(reinterpret_cast<const char*>(&number), sizeof number);
  born.replay_until = from_micros(int64_t{1} << 60);
  born.payload = {payload, std::string(64, 'w')};
  born.jobs.push_back({"acme", "orders", "invoice", "shop", std::to_string(number % keys), store::Lane::live, std::nullopt});
  return born;
}

// `lanes` loops of the same asynchronous call, `count` calls in all, until the last one has completed.
double rate_of(World& world, int lanes, int count, const std::function<void(int number, std::function<void()> next)>& call) {
  int begun = 0, ended = 0;
  std::function<void()> next = [&] {
    if (begun < count)
      call(begun++, [&] {
        if (++ended == count) world.loop.stop();
        next();
      });
  };
  const Stopwatch watch;
  for (int i = 0; i < lanes; ++i) next();
  world.loop.run();
  return count / watch.seconds();
}

void intake(const std::string& folder, int batch, int lanes) {
  const double bound = raw_rows_per_second(folder + "/raw" + std::to_string(batch), kEvents, kBatch, 1024);
  World world(folder, "intake" + std::to_string(batch));
  const std::string payload(1024, 'p');
  const double calls = rate_of(world, lanes, kEvents / batch, [&](int number, std::function<void()> next) {
    std::vector<store::EventBirth> births;
    for (int i = 0; i < batch; ++i) births.push_back(event(int64_t{number} * batch + i, payload, 1 << 30));
    spawn<Result<std::vector<store::Accepted>>>(world.store->accept(std::move(births)),
                                                [next = std::move(next)](Result<std::vector<store::Accepted>> end) {
                                                  if (!end) throw std::runtime_error(end.error().text());
                                                  next();
                                                });
  });
  const std::string name = std::to_string(lanes) + " callers, batches of " + std::to_string(batch);
  print_rate("bound: one raw row of 1 KiB, groups of 30", bound);
  print_rate("accept with audit link, replay key and counters, " + name, calls * batch,
             std::to_string(calls * batch / bound) + " of the bound");
}

void steps(const std::string& folder, int jobs) {
  const int count = jobs == 1 ? kSteps / 15 : kSteps;
  const double bound = raw_rows_per_second(folder + "/raw-steps" + std::to_string(jobs), count, jobs, 200);
  World world(folder, "steps" + std::to_string(jobs));
  std::vector<store::EventBirth> births;
  for (int i = 0; i < jobs; ++i) births.push_back(event(i, "p", 1 << 30));
  world.wait(world.store->accept(std::move(births)));
  const auto claimed = world.wait(world.store->claim({jobs, {}}));
  const double rate = rate_of(world, jobs, count, [&](int number, std::function<void()> next) {
    store::Change change;
    change.job = claimed[static_cast<size_t>(number % jobs)].job.id;
    change.epoch = 1;
    change.entries.push_back(
        {store::EntryKind::read, number, "read order", std::string(32, 'h'), {std::string(140, 's'), std::string(60, 'k')}});
    spawn<Result<store::Committed>>(world.store->commit(std::move(change)), [next = std::move(next)](Result<store::Committed> end) {
      if (!end) throw std::runtime_error(end.error().text());
      next();
    });
  });
  print_rate("bound: one raw row of 200 bytes, groups of " + std::to_string(jobs), bound);
  print_rate("commit of one journal entry, " + std::to_string(jobs) + " jobs at once", rate,
             std::to_string(rate / bound) + " of the bound");
}

void claims(const std::string& folder) {
  World world(folder, "claims");
  for (int at = 0; at < kWaiting; at += 1000) {
    std::vector<store::EventBirth> births;
    for (int i = 0; i < 1000; ++i) births.push_back(event(at + i, "p", kWaiting / 4));
    world.wait(world.store->accept(std::move(births)));
  }
  Stopwatch opening;
  world.open();
  print_rate("opens with 200,000 waiting jobs, per second", 1 / opening.seconds());
  Stopwatch watch;
  int ended = 0;
  while (ended < 40'000) {
    auto run = world.wait(world.store->claim({64, {}}));
    for (const auto& one : run) {
      store::Change change;
      change.job = one.job.id;
      change.epoch = one.job.epoch;
      change.job_update = store::Change::JobUpdate{store::JobState::done, store::DoneAs::sent, {}, 0, "", "", std::nullopt};
      spawn<Result<store::Committed>>(world.store->commit(std::move(change)));
      ++ended;
    }
    if (run.empty()) break;
  }
  world.wait(world.store->flush());
  print_rate("claimed 64 at a time and ended, 200,000 waiting, 4 of a key", ended / watch.seconds());
}

void replay_keys(const std::string& folder) {
  World world(folder, "keys");
  const Memory before = memory_of(::getpid());
  for (int at = 0; at < 1'000'000; at += 2000) {
    std::vector<store::EventBirth> births;
    for (int i = 0; i < 2000; ++i) {
      births.push_back(event(at + i, "p", 1));
      births.back().jobs.clear();
    }
    world.wait(world.store->accept(std::move(births)));
  }
  const Stopwatch watch;
  world.open();
  print_rate("opens with 1,000,000 replay keys, per second", 1 / watch.seconds(),
             std::to_string((memory_of(::getpid()).anonymous_kib - before.anonymous_kib) / 1024) + " MiB more than before them");
}

void seals(const std::string& folder) {
  World world(folder, "seals");
  RealFiles files;
  auto vault = world.wait(vault::open_vault({Secret(std::string(32, 'm')), folder}, *world.store, files, world.env));
  world.wait(vault->prepare("acme"));
  std::string plain;
  for (int i = 0; plain.size() < 1024; ++i)
    plain += "{\"id\":" + std::to_string(i * 7919) + ",\"sku\":\"A-" + std::to_string(i * 31) + "\"},";
  constexpr int kSeals = 100'000;
  std::vector<store::Sealed> sealed;
  sealed.reserve(kSeals);
  const Stopwatch sealing;
  for (int i = 0; i < kSeals; ++i) sealed.push_back(*vault->seal("acme", "event", plain));
  print_rate("seals of 1 KiB of JSON, one core", kSeals / sealing.seconds(), std::to_string(sealed[0].bytes.size()) + " bytes each");
  const Stopwatch opening;
  for (const auto& one : sealed) {
    if (!vault->open("acme", "event", one)) throw std::runtime_error("does not open");
  }
  print_rate("opened again", kSeals / opening.seconds());
}

}  // namespace
}  // namespace mlc::bench

int main() {
  using namespace mlc::bench;
  const WorkFolder folder("store-bench");
  std::printf("%s\n", machine_facts(folder.path()).c_str());
  seals(folder.path());
  intake(folder.path(), kBatch, 4);
  intake(folder.path(), 1, 64);
  steps(folder.path(), 1);
  steps(folder.path(), kJobs);
  claims(folder.path());
  replay_keys(folder.path());
  return 0;
}
