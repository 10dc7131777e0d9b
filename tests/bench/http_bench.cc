// What a request costs here: the strict check of its head, its URL, and a round trip through server and client on one
// event loop, plain and over TLS.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "runtime/base/event_loop.h"
#include "runtime/base/system_clock.h"
#include "runtime/http/certificate_authority.h"
#include "runtime/http/client.h"
#include "runtime/http/head_check.h"
#include "runtime/http/server.h"

namespace {

using namespace mlc;
using namespace mlc::http;

const std::string kHook =
    "POST /hooks/shop/orders HTTP/1.1\r\nHost: connector.example.com\r\nUser-Agent: hooks/1.0\r\nAccept: */*\r\n"
    "Content-Type: application/json\r\nWebhook-Id: msg_2KWPBgLlAfxdpx2AI54pPJ85f4W\r\nWebhook-Timestamp: 1674087231\r\n"
    "Webhook-Signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=\r\nContent-Length: 140\r\n\r\n";

void check_head(benchmark::State& state) {
  for (auto _ : state) {
    size_t end = 0;
    RequestHead head;
    HeadRefusal refusal;
    bool good = find_head_end(kHook, end) == HeadState::complete && parse_request_head(kHook, head, refusal);
    if (!good) std::abort();
    benchmark::DoNotOptimize(head);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kHook.size()));
}
BENCHMARK(check_head);

void parse_url(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(Url::parse("https://api.example.com/api/v1/123/salesinvoice/SalesInvoices?$filter=YourRef%20eq%20'1042'"));
}
BENCHMARK(parse_url);

void round_trip(benchmark::State& state, bool secure) {
  SystemClock clock;
  EventLoop loop(clock);
  char pattern[] = "/tmp/http-bench-XXXXXX";
  const std::string folder = mkdtemp(pattern);
  auto authority = *CertificateAuthority::make("Benchmark");
  std::ofstream(folder + "/ca.pem") << authority.certificate_pem();
  ServerOptions options;
  if (secure) {
    auto pair = *authority.issue();
    options.tls = ServerTls{pair.certificate_pem, pair.key_pem};
  }
  auto server = *Server::start(loop, options, [](Request&&, Respond respond) { respond({200, {}, "{}"}); });
  Client client(loop);
  OutgoingRequest request;
  request.method = "POST";
  request.url = *Url::parse((secure ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(server->port()) + "/");
  request.body = std::string(140, 'a');
  request.tls = {folder + "/ca.pem", true};
  request.allowed_hosts = {"127.0.0.1"};
  for (auto _ : state) {
    bool answered = false;
    loop.post([&] {
      spawn<SendResult>(client.send(request), [&](const SendResult& result) {
        answered = std::holds_alternative<Response>(result);
        loop.stop();
      });
    });
    loop.run();
    if (!answered) std::abort();
  }
  std::filesystem::remove_all(folder);
}
BENCHMARK_CAPTURE(round_trip, plain, false);
BENCHMARK_CAPTURE(round_trip, tls, true);

}  // namespace

BENCHMARK_MAIN();
