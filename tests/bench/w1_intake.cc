// W1: signed, de-duplicated, durable intake. The real `serve` with its client paused, so that nothing but intake works: head
// check, signature, JSON, job's birth, audit link, sealed payload, synced commit. The generator shares the machine's cores.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <stdexcept>

#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"
#include "tests/bench/installation.h"
#include "tests/bench/load.h"
#include "tests/bench/raw_sqlite.h"
#include "tests/bench/workloads.h"

namespace mlc::bench {
namespace {

constexpr int kBodyBytes = 1024;

std::string body_of(int64_t order) {
  std::string body =
      "{\"scope\":\"store/order/updated\",\"store_id\":\"1001\",\"data\":{\"type\":\"order\",\"id\":" + std::to_string(order) +
      "},\"hash\":\"5d41402abc4b2a76b9719d911017c592\",\"created_at\":1561482670,\"producer\":\"stores/" + kStoreHash + "\",\"padding\":\"";
  body.append(kBodyBytes - body.size() - 2, 'p');
  return body + "\"}";
}

// Numbered from `first`, so that no two runs send the same content.
std::vector<std::string> signed_requests(int64_t first, int count) {
  const std::string now = std::to_string(std::time(nullptr));
  std::vector<std::string> requests;
  requests.reserve(static_cast<size_t>(count));
  for (int64_t i = first; i < first + count; ++i) {
    const std::string id = "msg_" + std::to_string(i), body = body_of(i);
    const std::string signature = to_base64(crypto::hmac(crypto::Hash::sha256, kClientSecret, id + "." + now + "." + body));
    requests.push_back("POST /hooks/c0/shop HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nwebhook-id: " + id +
                       "\r\nwebhook-timestamp: " + now + "\r\nwebhook-signature: v1," + signature + "\r\nX-Hook-Token: " + kHookToken +
                       "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  return requests;
}

double macs_per_second() {
  const std::string text = "msg_1.1561482670." + body_of(1);
  constexpr int kTimes = 200'000;
  size_t kept = 0;
  const Stopwatch watch;
  for (int i = 0; i < kTimes; ++i) kept += static_cast<unsigned char>(crypto::hmac(crypto::Hash::sha256, kClientSecret, text)[0]);
  const double rate = kTimes / watch.seconds();
  if (kept == 0) throw std::runtime_error("no MAC was made");
  return rate;
}

void report(const char* what, const LoadResult& result) {
  const auto times = percentiles(result.micros);
  std::printf("%-58s %10.0f /s  p50 %.2f ms  p99 %.2f ms  most %.1f ms", what, static_cast<double>(result.succeeded) / result.seconds,
              times.p50, times.p99, times.most);
  if (result.refused > 0) std::printf("  NOT 2xx: %llu", static_cast<unsigned long long>(result.refused));
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

void signed_intake(const std::string& program, int messages) {
  const WorkFolder folder("bench-w1");
  print_rate("bound: HMAC-SHA256 over the message, one core", macs_per_second());
  const double bound = raw_rows_per_second(folder.path() + "/raw.db", 200'000, 30, kBodyBytes);
  print_rate("bound: SQLite rows of 1 KiB in sequence, 30 a sync", bound);

  Installation installation(program, folder.path(), 1);
  installation.store_secrets("c0");
  installation.command({"pause", "c0"});
  const double ready = installation.start();
  std::printf("serve ready after %.0f ms, %lld KiB resident\n", ready * 1000, static_cast<long long>(installation.memory().resident_kib));

  run_load({installation.port(), 64, 0}, signed_requests(0, 2'000));  // warms caches and the pool
  const auto fast = run_load({installation.port(), 64, 0}, signed_requests(10'000'000, messages));
  report("intake, 64 connections, as fast as answered", fast);
  const double rate = static_cast<double>(fast.succeeded) / fast.seconds;
  const auto steady = run_load({installation.port(), 64, rate / 2}, signed_requests(20'000'000, static_cast<int>(rate / 2 * 8)));
  report("intake at a constant half of that, 8 s", steady);
  const auto repeated = signed_requests(30'000'000, 5'000);
  run_load({installation.port(), 64, 0}, repeated);
  report("the same 5,000 messages again (duplicates)", run_load({installation.port(), 64, 0}, repeated));
  const auto memory = installation.memory();
  std::printf("ratio to the SQLite bound %.2f; memory at the end %lld KiB resident, %lld KiB of it anonymous\n", rate / bound,
              static_cast<long long>(memory.resident_kib), static_cast<long long>(memory.anonymous_kib));
}

}  // namespace mlc::bench
