// What a system declares about its answers beyond their status (AS2, AS5, AS9): wrapped values, operations whose end is asked for, words
// that mean something, several ways to sign in.
#include <gmock/gmock.h>

#include "runtime/remote/wrapping.h"
#include "tests/unit/remote/world.h"

namespace mlc::remote {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const char* const kDeclared = R"({
  "name": "shop", "base_url": "https://api.example.com/site",
  "auth": {"usual": "key", "ways": {
    "key": {"kind": "header", "send": [{"header": "X-Auth-Token", "value": "{access_token}"}]},
    "user": {"kind": "basic"}}},
  "limits": [{"in_flight": 1, "scope": ["connection"]}],
  "values": {"field": "value", "bare": ["id", "delete", "custom"]},
  "errors": {"message": ["exceptionMessage"], "fields": "error", "hints": {"404": "is {version} there? ping {client}"},
             "refusal_like": {"status": [500], "path": "exceptionMessage"},
             "means": [{"is": "not_found", "status": [500], "path": "exceptionType", "has": "NoEntity"},
                       {"is": "busy", "has": "Login Limit", "wait": "20s"},
                       {"is": "busy", "status": [429], "has": "daily", "wait": "day"},
                       {"is": "rejected", "status": [500], "path": "exceptionType", "has": "Validation"}]},
  "headers": {"Accept": "application/json", "X-Branch": "{branch}"},
  "operations": {
    "orders.get": {"GET": "/orders/{id}", "id": "id"},
    "orders.list": {"GET": "/orders", "pages": {"rows": [""], "offset": "$skip", "size_param": "$top", "size": 2},
                    "since": {"param": "$filter", "field": "Changed", "format": "odata_offset"}, "find": {"param": "$filter", "format": "odata"}},
    "orders.put": {"PUT": "/orders", "id": "id", "number": "OrderNbr", "effect": {"kind": "A", "key": "OrderNbr", "read": "orders.list"}},
    "parts.list": {"GET": "/orders/{id}/parts", "pages": {"rows": ["Parts"]}, "find": {"format": "rows"}},
    "parts.add": {"PUT": "/orders?$filter=No%20eq%20'{id}'", "create": true, "effect": {"kind": "C", "look_up": "parts.list", "by": "Parts.0.Ref", "field": "Ref"}},
    "orders.confirm": {"POST": "/orders/Confirm", "deadline": "25s", "ends": {"every": "1s", "within": "30s"},
                       "effect": {"kind": "A", "key": "entity.OrderNbr", "field": "OrderNbr", "read": "orders.list", "done": {"Status": "Confirmed"}}}
  }
})";

class DeclaredTest : public RemoteTest {
 protected:
  DeclaredTest() {
    use(R"({"connections":{"shop":{"system":"shop"}}})");
    vault_.secrets["acme/shop username"] = "ann";
    vault_.secrets["acme/shop password"] = "secret of ann";
  }
  void use(const std::string& client) {
    auto directory = build_directory("{}", {{"acme", client}}, {{"shop", kDeclared}});
    ASSERT_TRUE(directory.ok()) << directory.error().text();
    remote_.configure(*directory);
  }
  Plan planned(const std::string& operation, const std::string& arguments) {
    auto plan = remote_.plan(call(operation, arguments));
    EXPECT_TRUE(plan.ok()) << plan.error().text();
    return plan ? *plan : Plan();
  }
  void answer_at(int status, const std::string& location) {
    http::Headers headers;
    headers.add("Location", location);
    answer(status, "", headers);
  }
  const std::string confirm_ = R"({"body":{"entity":{"OrderNbr":"7"},"parameters":{}}})";
};

TEST_F(DeclaredTest, AS3_ValuesAreWrappedOnTheWayOutAndUnwrappedOnTheWayIn) {
  answer(200, R"([{"id":"g1","OrderNbr":{"value":"7"},"Total":{"value":12.50},"Note":{},"custom":{},)"
              R"("Lines":[{"id":"l1","Qty":{"value":2}}],"Ship":{"City":{"value":"Oslo","error":"x"}}}])");
  auto read = this->read("orders.list", "{}");
  EXPECT_EQ(read->rows,
            R"([{"id":"g1","OrderNbr":"7","Total":12.50,"Note":null,"custom":{},"Lines":[{"id":"l1","Qty":2}],"Ship":{"City":"Oslo"}}])");
  EXPECT_THAT(read->attempts.at(0).response_body, HasSubstr(R"("Total":{"value":12.50})")) << "the record is what went over the wire";

  const Plan plan = planned(
      "orders.put", R"({"body":{"OrderNbr":"7","id":"g1","Hold":false,"Memo":null,"Lines":[{"id":"l1","delete":true},{"Qty":1.50}]}})");
  EXPECT_EQ(plan.body, R"({"OrderNbr":{"value":"7"},"id":"g1","Hold":{"value":false},"Memo":{"value":null},)"
                       R"("Lines":[{"id":"l1","delete":true},{"Qty":{"value":1.50}}]})");
  EXPECT_EQ(plan.probe->value, "7");
  EXPECT_THAT(plan.probe->arguments, HasSubstr("OrderNbr eq '7'"));
  EXPECT_EQ(*remote_.take("acme", "shop", "orders.put", plan.body),
            R"({"OrderNbr":"7","id":"g1","Hold":false,"Memo":null,"Lines":[{"id":"l1","delete":true},{"Qty":1.50}]})");

  answer(200, R"({"id":"g1","OrderNbr":{"value":"7"}})");
  const Outcome outcome = send(plan);
  EXPECT_EQ(outcome.body, R"({"id":"g1","OrderNbr":"7"})");
  EXPECT_EQ(outcome.remote_id + "/" + outcome.number, "g1/7");
}

TEST_F(DeclaredTest, ChangesAreAskedForWithAnOffset) {
  auto since = remote_.since("acme", "shop", "orders.list", from_micros(1'772'445'600'000'000));
  EXPECT_EQ(since->arguments, R"({"query":{"$filter":"Changed ge datetimeoffset'2026-03-02T10:00:00Z'"}})");
}

TEST_F(DeclaredTest, FaultsOfFieldsAreTold) {
  answer(422, R"({"CustomerID":{"value":"X","error":"'Customer' cannot be found."},"Lines":[{"UOM":{"error":"Unknown."}}]})");
  const Outcome outcome = send(planned("orders.put", R"({"body":{"OrderNbr":"7"}})"));
  EXPECT_EQ(outcome.verdict, Verdict::rejected);
  EXPECT_THAT(outcome.sentence, HasSubstr("CustomerID: 'Customer' cannot be found.; Lines.0.UOM: Unknown."));
}

TEST_F(DeclaredTest, AS1_AStatusMayMeanMoreThanItSays) {
  use(R"({"connections":{"shop":{"system":"shop","settings":{"version":"24.1"}}}})");
  answer(404, "");
  EXPECT_THAT(read("orders.list", "{}")->outcome.sentence, HasSubstr("answered 404; is 24.1 there? ping acme"));
  answer(404, "");
  EXPECT_THAT(send(planned("orders.put", R"({"body":{"OrderNbr":"7"}})")).sentence, HasSubstr("; is 24.1 there? ping acme"));
}

TEST_F(DeclaredTest, AS1_AHeaderMayBeASettingOfTheConnection) {
  answer(200, "[]");
  EXPECT_TRUE(read("orders.list", "{}").ok());
  EXPECT_EQ(transport_.requests.back().headers.get("X-Branch"), std::nullopt);
  use(R"({"connections":{"shop":{"system":"shop","settings":{"branch":"EAST"}}}})");
  answer(200, "[]");
  EXPECT_TRUE(read("orders.list", "{}").ok());
  EXPECT_EQ(transport_.requests.back().headers.get("X-Branch"), "EAST");
}

TEST_F(DeclaredTest, AS13_APartOfARecordIsLookedForAmongItsRows) {
  const Plan plan = planned("parts.add", R"({"path":{"id":"7"},"body":{"Parts":[{"Ref":"r-1"}]}})");
  EXPECT_EQ(plan.url, "https://api.example.com/site/orders?$filter=No%20eq%20'7'");
  EXPECT_EQ(plan.probe->field + "=" + plan.probe->value, "Ref=r-1");
  EXPECT_EQ(plan.probe->arguments, R"({"path":{"id":"7"},"query":{}})");
}

TEST_F(DeclaredTest, AS9_WordsMeanWhatTheStatusDoesNotTell) {
  answer(500, R"({"exceptionMessage":"No entity satisfies the condition.","exceptionType":"X.NoEntitySatisfies"})");
  EXPECT_EQ(read("orders.get", R"({"path":{"id":"1"}})")->outcome.code, "not_found");

  const Plan plan = planned("orders.put", R"({"body":{"OrderNbr":"7"}})");
  answer(500, "API Login Limit");
  Outcome busy = send(plan);
  EXPECT_EQ(busy.verdict, Verdict::again);
  EXPECT_EQ(busy.not_before, loop_.wall() + 20s);

  answer(500, R"({"exceptionMessage":"No.","exceptionType":"Validation"})");
  EXPECT_EQ(send(plan).verdict, Verdict::rejected);
  answer(500, R"({"exceptionMessage":"Odd.","exceptionType":"Other"})");
  EXPECT_EQ(send(plan).verdict, Verdict::refusal_like);
}

TEST_F(DeclaredTest, AS9_ABusyRemoteIsReadAgainAfterItsWait) {
  answer(500, "API Login Limit");
  answer(200, "[]");
  const auto began = loop_.wall();
  EXPECT_EQ(read("orders.list", "{}")->outcome.verdict, Verdict::applied);
  EXPECT_GE(loop_.wall() - began, 20s);
}

TEST_F(DeclaredTest, XF6_AQuotaOfTheDayStopsItsPartOfTheApiUntilTheDayOfUtcIsOver) {
  answer(429, R"({"exceptionMessage":"The daily quota is used up."})");
  const auto over = read("orders.list", "{}")->outcome;
  EXPECT_EQ(over.verdict, Verdict::again);
  const auto day = std::chrono::duration_cast<std::chrono::microseconds>(24h);
  EXPECT_EQ(to_micros(over.not_before) % day.count(), 1'000'000) << "a second after midnight";
  EXPECT_LE(over.not_before - loop_.wall(), 24h + 1s);

  // Nobody asks again before, neither to read nor to write; it costs no call.
  const auto asked = transport_.requests.size();
  const auto again = read("orders.get", R"({"path":{"id":"1"}})");
  EXPECT_EQ(again->outcome.verdict, Verdict::again);
  EXPECT_EQ(again->outcome.not_before, over.not_before);
  EXPECT_THAT(again->outcome.sentence, HasSubstr("quota of the day"));
  EXPECT_EQ(send(planned("orders.put", R"({"body":{"OrderNbr":"7"}})")).verdict, Verdict::not_sent);
  EXPECT_EQ(transport_.requests.size(), asked);

  loop_.run_for(over.not_before - loop_.wall());
  answer(200, "[]");
  EXPECT_EQ(read("orders.list", "{}")->outcome.verdict, Verdict::applied);
}

TEST_F(DeclaredTest, AS5_AnOperationEndsWhereItsLocationSaysSo) {
  answer_at(202, "/site/orders/Confirm/status/1");
  answer(202, "");
  answer(503, "");  // says nothing of the operation
  answer(204, "");
  const Outcome outcome = send(planned("orders.confirm", confirm_));
  EXPECT_EQ(outcome.verdict, Verdict::applied);
  EXPECT_EQ(transport_.targets, (std::vector<std::string>{"/site/orders/Confirm", "/site/orders/Confirm/status/1",
                                                          "/site/orders/Confirm/status/1", "/site/orders/Confirm/status/1"}));
  EXPECT_EQ(transport_.requests.back().method, "GET");
  EXPECT_EQ(transport_.requests.back().headers.get("X-Auth-Token"), "s3cret-token");
  EXPECT_EQ(outcome.exchange.status, 204);
  EXPECT_THAT(outcome.exchange.url, HasSubstr("/orders/Confirm"));
}

TEST_F(DeclaredTest, AS5_OneThatIsDoneAtOnceIsNotAskedFor) {
  answer(204, "");
  EXPECT_EQ(send(planned("orders.confirm", confirm_)).verdict, Verdict::applied);
  EXPECT_EQ(transport_.requests.size(), 1u);
}

TEST_F(DeclaredTest, AS5_ItsFailureIsARefusalWithItsWords) {
  answer_at(202, "https://api.example.com/site/orders/Confirm/status/1");
  answer(500, R"({"exceptionMessage":"Unable to confirm zero shipment."})");
  const Outcome outcome = send(planned("orders.confirm", confirm_));
  EXPECT_EQ(outcome.verdict, Verdict::rejected);
  EXPECT_THAT(outcome.sentence, HasSubstr("Unable to confirm zero shipment."));
}

TEST_F(DeclaredTest, AS5_WhatStaysUnansweredIsUnknownAndItsRecordDecides) {
  const Plan plan = planned("orders.confirm", confirm_);
  EXPECT_EQ(plan.probe->field + "=" + plan.probe->value, "OrderNbr=7");
  EXPECT_THAT(plan.probe->arguments, HasSubstr("OrderNbr eq '7'"));

  answer_at(202, "/site/orders/Confirm/status/1");
  for (int asked = 0; asked < 20; ++asked) answer(202, "");
  Outcome outcome = send(plan);
  EXPECT_EQ(outcome.verdict, Verdict::unknown);
  EXPECT_THAT(outcome.sentence, HasSubstr("it was still running after 30 s"));
  transport_.answers.clear();

  answer_at(202, "/site/orders/Confirm/status/1");
  fail(http::SendFailure::Stage::unknown, Code::unavailable), fail(http::SendFailure::Stage::unknown, Code::unavailable);
  fail(http::SendFailure::Stage::unknown, Code::unavailable);
  EXPECT_EQ(send(plan).verdict, Verdict::unknown);

  answer_at(202, "/site/orders/Confirm/status/1");
  answer(404, "");
  EXPECT_EQ(send(plan).verdict, Verdict::unknown);

  answer_at(202, "https://elsewhere.example.com/status/1");
  EXPECT_THAT(send(plan).sentence, HasSubstr("not this connection's"));
  answer(202, "");
  EXPECT_THAT(send(plan).sentence, HasSubstr("without saying where"));
}

// Another call of the same connection would disturb it.
TEST_F(DeclaredTest, AS5_ItKeepsItsPlaceUntilItsEnd) {
  answer_at(202, "/site/orders/Confirm/status/1");
  answer(202, ""), answer(202, ""), answer(204, ""), answer(200, "[]");
  std::optional<Outcome> confirmed;
  std::optional<Result<Remote::Read>> listed;
  const Plan plan = planned("orders.confirm", confirm_);
  spawn<Outcome>(admit_and_send(plan), [&](Outcome end) { confirmed.emplace(std::move(end)); });
  loop_.run_for(100ms);
  spawn<Result<Remote::Read>>(remote_.read(call("orders.list", "{}")), [&](Result<Remote::Read> end) { listed.emplace(std::move(end)); });
  loop_.run_until([&] { return listed.has_value(); }, 1min);
  ASSERT_TRUE(confirmed && listed);
  EXPECT_EQ(confirmed->verdict, Verdict::applied);
  EXPECT_EQ(transport_.targets.back().substr(0, 13), "/site/orders?");
}

TEST_F(DeclaredTest, AS2_AConnectionChoosesItsWayToSignIn) {
  answer(200, "[]");
  EXPECT_TRUE(read("orders.list", "{}").ok());
  EXPECT_EQ(transport_.requests.back().headers.get("Authorization"), std::nullopt);
  use(R"({"connections":{"shop":{"system":"shop","auth":"user"}}})");
  answer(200, "[]");
  EXPECT_TRUE(read("orders.list", "{}").ok());
  EXPECT_EQ(transport_.requests.back().headers.get("Authorization"), "Basic YW5uOnNlY3JldCBvZiBhbm4=");

  auto wrong = build_directory("{}", {{"acme", R"({"connections":{"shop":{"system":"shop","auth":"magic"}}})"}}, {{"shop", kDeclared}});
  EXPECT_THAT(wrong.error().text(), HasSubstr("unknown way \"magic\" to sign in: one of key, user"));
  auto none = build_directory("{}", {{"acme", R"({"connections":{"shop":{"system":"shop","auth":"key","settings":{"store":"1"}}}})"}},
                              {{"shop", kSystem}});
  EXPECT_THAT(none.error().text(), HasSubstr("knows one way to sign in"));
}

TEST(Declared, FaultsSayWhereTheyAre) {
  auto fault = [](std::string part) {
    auto spec = parse_system(R"({"name":"x","base_url":"https://x.example.com",)" + part + "}");
    return spec ? std::string() : spec.error().text();
  };
  EXPECT_THAT(fault(R"("values":{"bare":["id"]})"), HasSubstr("values.field: expected"));
  EXPECT_THAT(fault(R"("errors":{"means":[{"is":"odd","has":"x"}]})"), HasSubstr("errors.means.is: expected not_found, rejected or busy"));
  EXPECT_THAT(fault(R"("errors":{"means":[{"is":"busy"}]})"), HasSubstr("errors.means.has: expected words"));
  EXPECT_THAT(fault(R"("auth":{"ways":{"a":{"kind":"none"}},"usual":"b"})"), HasSubstr("auth.usual: expected one of the names"));
  EXPECT_THAT(fault(R"("operations":{"a":{"POST":"/a","ends":{"every":"2m","within":"1m"}}})"), HasSubstr("ends.within: expected a time"));
  EXPECT_THAT(fault(R"("operations":{"a":{"GET":"/a","ends":{}}})"), HasSubstr(".ends: expected none"));
  EXPECT_THAT(fault(R"("operations":{"a":{"POST":"/a","effect":{"kind":"D","done":{"a":"b"}}}})"), HasSubstr("effect.done: expected none"));
}

}  // namespace
}  // namespace mlc::remote
