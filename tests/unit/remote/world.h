// One client with two connections (a key and a grant-free one) over a transport that answers from a list.
#pragma once
#include <gtest/gtest.h>

#include <deque>

#include "runtime/base/virtual_loop.h"
#include "runtime/remote/real_remote.h"
#include "tests/unit/auth/fake_provider.h"
#include "tests/unit/limits/fake_store.h"

namespace mlc::remote {

inline const char* const kSystem = R"({
  "name": "shop", "base_url": "https://api.example.com/v1", "headers": {"Accept": "application/json"},
  "auth": {"kind": "header", "send": [{"header": "X-Auth-Token", "value": "{access_token}"}]},
  "limits": [{"calls": 100, "per": "1m", "scope": ["store"]}],
  "errors": {"message": ["error.message.value", "0.message", "title"],
             "refusal_like": {"status": [500], "path": "error.message.value", "unless_prefix": ["A problem has occurred"]}},
  "operations": {
    "orders.get": {"GET": "/stores/{store}/orders/{id}", "unwrap": ["d", "data", ""], "id": "id"},
    "orders.list": {"GET": "/stores/{store}/orders", "pages": {"rows": [""], "param": "page", "size_param": "limit", "size": 2, "first": 1},
                    "since": {"param": "min_date", "field": "changed", "query": {"sort": "changed:asc"}}},
    "links.list": {"GET": "/links", "pages": {"rows": ["d.results", "d"], "next": "d.__next"}, "find": {"param": "$filter", "format": "odata"}},
    "cursor.list": {"GET": "/cursor", "pages": {"rows": ["data"], "cursor": "meta.end", "cursor_param": "after"}},
    "orders.create": {"POST": "/stores/{store}/orders", "unwrap": ["d", ""], "id": "ID", "number": "No", "rejects": [409], "deadline": "25s",
                      "effect": {"kind": "C", "look_up": "links.list", "by": "Ref", "quiet": "3m"}},
    "orders.update": {"PUT": "/stores/{store}/orders/{id}", "effect": {"kind": "A", "key": "id", "read": "orders.get"}},
    "orders.pay": {"POST": "/pay"},
    "counted.at": {"GET": "/counted/{entity}/{moment}"},
    "counted.changed": {"GET": "/counted", "since": {"param": "after", "field": "count", "format": "odata_number",
                        "begins": {"operation": "counted.at", "moment": "moment", "given": {"entity": "Orders"}, "field": "count", "before": "1d"}}},
    "alerts.list": {"GET": "/alerts", "optional": "Alerts"},
    "alerts.create": {"POST": "/alerts", "optional": "Alerts", "effect": {"kind": "D", "may_repeat": true},
                      "secrets": ["hook_token"]}
  }
})";

class RemoteTest : public ::testing::Test {
 protected:
  struct Transport : http::Transport {
    std::deque<http::SendResult> answers;
    std::vector<http::OutgoingRequest> requests;  // as they were written, secrets included
    std::vector<std::string> targets;
    Task<http::SendResult> send(http::OutgoingRequest request) override {
      std::string target = request.url.target();
      if (request.credentials) request.credentials(request.headers, target, request.body);
      requests.push_back(request);
      targets.push_back(target);
      if (answers.empty())
        co_return http::SendFailure{http::SendFailure::Stage::not_sent, Error(Code::unavailable, "no answer was planned")};
      auto answer = std::move(answers.front());
      answers.pop_front();
      co_return answer;
    }
  };

  RemoteTest() {
    auto directory = build_directory("{}", {{"acme", client_}}, {{"shop", kSystem}});
    EXPECT_TRUE(directory.ok()) << (directory ? "" : directory.error().text());
    vault_.secrets = {{"acme/shop access_token", "s3cret-token"}, {"acme/shop hook_token", "hook-\"value\""}};
    remote_.configure(*directory);
  }
  Environment env() { return {&loop_, &loop_, &loop_, &random_}; }

  void answer(int status, std::string body, http::Headers headers = {}) {
    transport_.answers.push_back(http::Response{status, std::move(headers), std::move(body)});
  }
  void fail(http::SendFailure::Stage stage, Code code) { transport_.answers.push_back(http::SendFailure{stage, Error(code, "broken")}); }

  Call call(std::string operation, std::string arguments) {
    return {"acme", "shop", std::move(operation), std::move(arguments), store::Lane::live};
  }
  Result<Remote::Read> read(std::string operation, std::string arguments) {
    std::optional<Result<Remote::Read>> got;
    spawn<Result<Remote::Read>>(remote_.read(call(std::move(operation), std::move(arguments))),
                                [&](Result<Remote::Read> end) { got.emplace(std::move(end)); });
    loop_.run_until([&] { return got.has_value(); }, std::chrono::minutes(2));
    EXPECT_TRUE(got.has_value());
    return *got;
  }
  Task<Outcome> admit_and_send(Plan plan) {
    WallTime not_before{};
    auto ticket = co_await remote_.admit(plan, store::Lane::live, std::chrono::seconds(2), &not_before);
    if (!ticket) {
      Outcome none;
      none.verdict = Verdict::not_sent;
      none.sentence = ticket.error().text();
      co_return none;
    }
    co_return co_await remote_.send(plan, std::move(*ticket));
  }
  Outcome send(const Plan& plan) {
    std::optional<Outcome> got;
    spawn<Outcome>(admit_and_send(plan), [&](Outcome end) { got.emplace(std::move(end)); });
    loop_.run_until([&] { return got.has_value(); }, std::chrono::minutes(2));
    EXPECT_TRUE(got.has_value());
    return *got;
  }

  // The connection signs in by client credentials, and each token has to be answered (give_token).
  void by_tokens() {
    std::string system = kSystem;
    const std::string header = R"({"kind": "header", "send": [{"header": "X-Auth-Token", "value": "{access_token}"}]})";
    system.replace(system.find(header), header.size(),
                   R"({"kind": "client_credentials", "token_path": "/token", "client": "basic",
                       "send": {"header": "Authorization", "value": "Bearer {access_token}"}})");
    auto directory = build_directory("{}", {{"acme", client_}}, {{"shop", system}});
    ASSERT_TRUE(directory) << directory.error().text();
    vault_.secrets = {{"acme/shop client_id", "app"}, {"acme/shop client_secret", "s3cret"}};
    remote_.configure(*directory);
  }
  void give_token(const std::string& text) { answer(200, R"({"token_type":"Bearer","expires_in":3600,"access_token":")" + text + R"("})"); }

  // "host target" of each request, in their order.
  std::vector<std::string> targets_of_requests() const {
    std::vector<std::string> all;
    for (size_t i = 0; i < transport_.requests.size(); ++i) all.push_back(transport_.requests[i].url.host() + " " + transport_.targets[i]);
    return all;
  }

  std::string client_ = R"({"zone":"Europe/Amsterdam","connections":{"shop":{"system":"shop","settings":{"store":"a/b"}}}})";
  VirtualLoop loop_;
  SeededRandom random_{3};
  store::FakeStore store_{env()};
  auth::FakeVault vault_;
  Transport transport_;
  limits::Limits limits_{env(), nullptr};
  auth::Authorizer authorizer_{{&store_, &vault_, &limits_, &transport_, &Log::null(), env()}, {"one", "https://hooks.example.com"}};
  RealRemote remote_{{&transport_, &limits_, &authorizer_, nullptr, env()}};
};

}  // namespace mlc::remote
