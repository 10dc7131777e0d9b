// W5: webhook to posted invoice against a mock that answers at once: four remote calls an order (order, account, invoice,
// the invoice read back), each durable. The shipped `serve` in its own process; mock and load share the machine's cores.
#include <sqlite3.h>

#include <cstdio>
#include <ctime>
#include <map>
#include <stdexcept>
#include <thread>

#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"
#include "tests/bench/fast_mock.h"
#include "tests/bench/installation.h"
#include "tests/bench/load.h"
#include "tests/bench/workloads.h"

namespace mlc::bench {
namespace {

constexpr const char* kSigningKey = "bench-signing-key-0123456789abcdef";
constexpr int kOneByOne = 100;

std::vector<std::string> deliveries(int64_t first, int count) {
  const std::string now = std::to_string(std::time(nullptr));
  std::vector<std::string> requests;
  for (int64_t i = first; i < first + count; ++i) {
    const std::string id = "msg_" + std::to_string(i), body = "{\"topic\":\"order/created\",\"id\":\"" + std::to_string(i) + "\"}";
    const std::string signature = to_base64(crypto::hmac(crypto::Hash::sha256, kSigningKey, id + "." + now + "." + body));
    requests.push_back("POST /hooks/acme/shop HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nwebhook-id: " + id +
                       "\r\nwebhook-timestamp: " + now + "\r\nwebhook-signature: v1," + signature +
                       "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  return requests;
}

struct Posted {
  std::vector<uint32_t> micros;
  int64_t first = INT64_MAX, last = 0;
};

// Received and ended are the program's own times of the event and its job.
Posted read_posted(const std::string& file, int64_t after) {
  Posted posted;
  sqlite3* db = nullptr;
  sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
  sqlite3_busy_timeout(db, 1000);
  sqlite3_stmt* query = nullptr;
  sqlite3_prepare_v2(db, "SELECT e.received, j.ended FROM jobs j JOIN events e ON e.id=j.event WHERE j.state=3 AND j.done_as=1 AND e.id>?",
                     -1, &query, nullptr);
  sqlite3_bind_int64(query, 1, after);
  while (sqlite3_step(query) == SQLITE_ROW) {
    const int64_t received = sqlite3_column_int64(query, 0), ended = sqlite3_column_int64(query, 1);
    posted.micros.push_back(static_cast<uint32_t>(ended - received));
    posted.first = std::min(posted.first, received);
    posted.last = std::max(posted.last, ended);
  }
  sqlite3_finalize(query);
  sqlite3_close(db);
  return posted;
}

int64_t number(sqlite3* db, const char* sql) {
  sqlite3_stmt* query = nullptr;
  sqlite3_prepare_v2(db, sql, -1, &query, nullptr);
  const int64_t value = sqlite3_step(query) == SQLITE_ROW ? sqlite3_column_int64(query, 0) : -1;
  sqlite3_finalize(query);
  return value;
}

int64_t newest_event(const std::string& file) {
  sqlite3* db = nullptr;
  sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
  sqlite3_busy_timeout(db, 1000);
  const int64_t newest = number(db, "SELECT coalesce(max(id), 0) FROM events");
  sqlite3_close(db);
  return newest;
}

}  // namespace

void fast_orders(const std::string& program, const std::string& files, int orders) {
  const WorkFolder folder("bench-w5-fast");
  FastMock mock;
  Installation installation(program, folder.path(), files, "http://127.0.0.1:" + std::to_string(mock.port()));
  installation.import_secrets(std::string(R"({"acme":{"shop":{"key":"k","signing_key":")") + kSigningKey + R"("},"books":{"key":"k"}}})");
  installation.command({"live", "acme", "orders"});
  installation.start();

  const std::string file = installation.store_file();
  const auto wait_for = [&](int64_t after, int64_t count) {
    sqlite3* db = nullptr;
    sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
    sqlite3_busy_timeout(db, 1000);
    const std::string sql = "SELECT count(*) FROM jobs WHERE state IN (3, 4, 5) AND event>" + std::to_string(after);
    const Stopwatch patience;
    while (number(db, sql.c_str()) < count) {
      if (patience.seconds() > 300) throw std::runtime_error("jobs are open that should have ended");
      std::this_thread::sleep_for(std::chrono::milliseconds(count == 1 ? 2 : 50));
    }
    sqlite3_close(db);
  };
  const auto measure = [&](const char* what, int64_t first, int count, bool one_by_one) {
    const int64_t before = newest_event(file);
    const double cpu = installation.cpu_seconds();
    const uint64_t calls = mock.calls();
    const auto requests = deliveries(first, count);
    if (one_by_one) {
      for (const auto& request : requests) {
        const int64_t last = newest_event(file);
        run_load({installation.port(), 1, 0}, {request});
        wait_for(last, 1);
      }
    } else {
      run_load({installation.port(), 16, 0}, requests);
      wait_for(before, count);
    }
    const double used = installation.cpu_seconds() - cpu;
    const auto posted = read_posted(file, before);
    const auto times = percentiles(posted.micros);
    const double seconds = static_cast<double>(posted.last - posted.first) / 1e6;
    const auto n = static_cast<double>(std::max<size_t>(1, posted.micros.size()));
    std::printf("%-32s %6zu of %d posted, %8.1f /s  p50 %.1f ms  p99 %.1f ms; serve's CPU %.2f ms, %.1f calls an order\n", what,
                posted.micros.size(), count, n / seconds, times.p50, times.p99, used * 1000 / n,
                static_cast<double>(mock.calls() - calls) / n);
    std::fflush(stdout);
  };
  measure("warming up", 1'000'000, 200, false);
  measure("idle, one after another", 2'000'000, kOneByOne, true);
  measure("all at once", 3'000'000, orders, false);
  std::printf("invoices in the mock's books: %llu; serve has %lld KiB resident\n", static_cast<unsigned long long>(mock.invoices()),
              static_cast<long long>(installation.memory().resident_kib));
  if (mock.invoices() != static_cast<uint64_t>(200 + kOneByOne + orders)) throw std::runtime_error("not every order has its one invoice");
}

}  // namespace mlc::bench
