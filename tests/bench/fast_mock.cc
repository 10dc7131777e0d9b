#include "tests/bench/fast_mock.h"

#include <stdexcept>

namespace mlc::bench {
namespace {

constexpr int kLines = 4;

std::string order(const std::string& id) {
  std::string lines;
  for (int i = 1; i <= kLines; ++i) {
    const std::string n = std::to_string(i);
    lines +=
        (lines.empty() ? "" : ",") + ("{\"id\":" + n + ",\"sku\":\"SKU-" + n + "\",\"name\":\"Article number " + n +
                                      " in blue\",\"quantity\":" + n + ",\"price\":\"19.9" + n + "\",\"tax\":\"4.1" + n +
                                      "\",\"options\":[{\"name\":\"Colour\",\"value\":\"blue\"},{\"name\":\"Size\",\"value\":\"L\"}]}");
  }
  return "{\"id\":" + id + ",\"customer_id\":77,\"currency\":\"EUR\",\"created\":\"2026-03-08T10:15:00Z\",\"total\":\"199.95\"," +
         "\"shipping\":\"4.95\",\"note\":null,\"billing\":{\"name\":\"A. Buyer\",\"street\":\"Damrak 1\",\"city\":\"Amsterdam\"," +
         "\"country\":\"NL\"},\"lines\":[" + lines + "]}";
}

}  // namespace

FastMock::FastMock() {
  http::ServerOptions options;
  options.limits.max_connections_per_peer = 1024;
  auto server = http::Server::start(loop_, options, [this](http::Request&& request, http::Respond respond) { respond(answer(request)); });
  if (!server) throw std::runtime_error(server.error().text());
  server_ = std::move(*server);
  port_ = server_->port();
  thread_ = std::thread([this] { loop_.run(); });
}

FastMock::~FastMock() {
  loop_.stop();
  thread_.join();
}

http::Response FastMock::answer(const http::Request& request) {
  ++calls_;
  const http::Headers json{{"Content-Type", "application/json"}};
  const auto id = request.target.substr(request.target.rfind('/') + 1);
  if (request.method == "GET" && request.target.starts_with("/orders/")) return {200, json, order(id)};
  if (request.method == "GET" && request.target.starts_with("/accounts"))
    return {200, json, R"({"rows":[{"ID":"acc-77","Code":"77","Name":"A. Buyer"}]})"};
  if (request.method == "POST" && request.target == "/invoices") {
    const std::string key(request.headers.get("Idempotency-Key").value_or(""));
    if (key.empty() || request.body.empty() || request.body[0] != '{') return {400, json, R"({"error":"no transaction id or no body"})"};
    auto& kept = invoices_[key];
    if (kept.empty()) ++kept_;
    if (kept.empty()) kept = "{\"ID\":\"" + key + "\"," + request.body.substr(1);
    return {201, json, kept};
  }
  if (request.method == "GET" && request.target.starts_with("/invoices/")) {
    const auto found = invoices_.find(id);
    if (found != invoices_.end()) return {200, json, found->second};
  }
  return {404, json, R"({"error":"there is nothing of this name"})"};
}

}  // namespace mlc::bench
