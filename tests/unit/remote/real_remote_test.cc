#include <gmock/gmock.h>

#include "runtime/document/document.h"
#include "tests/unit/remote/world.h"

namespace mlc::remote {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using Stage = http::SendFailure::Stage;

const char* const kCreate = R"({"body":{"Ref":"shop-118","Total":924.4700,"Lines":[{"Qty":"2"}]}})";

TEST_F(RemoteTest, AnswersOfWritesMeanWhatTheTableSays) {
  struct Case {
    int status;
    const char* body;
    Verdict verdict;
    const char* code;
  };
  const Case cases[] = {
      {201, R"({"d":{"ID":"x1","No":7}})", Verdict::applied, "applied"},
      {201, R"({"ID":"x1"})", Verdict::applied, "applied"},
      {201, R"({"d":{"Other":1}})", Verdict::applied_blind, "applied_blind"},
      {201, "", Verdict::applied_blind, "applied_blind"},
      {200, "<html>ok</html>", Verdict::applied_blind, "applied_blind"},
      {200, R"({"ID":"x1","ID":"x2"})", Verdict::applied_blind, "applied_blind"},
      {400, R"({"title":"bad"})", Verdict::rejected, "validation"},
      {403, "", Verdict::rejected, "denied"},
      {404, "", Verdict::rejected, "not_found"},
      {413, "", Verdict::rejected, "validation"},
      {422, "", Verdict::rejected, "validation"},
      {409, "", Verdict::rejected, "conflict"},  // declared
      {412, "", Verdict::unknown, "http_412"},
      {408, "", Verdict::unknown, "http_408"},
      {429, "", Verdict::again, "quota"},
      {401, "", Verdict::again, "auth"},
      {302, "", Verdict::unknown, "http_302"},
      {500, "", Verdict::unknown, "http_500"},
      {500, R"({"error":{"message":{"value":"A problem has occurred, sorry"}}})", Verdict::unknown, "http_500"},
      {500, R"({"error":{"message":{"value":"Mandatory: Journal"}}})", Verdict::refusal_like, "validation"},
      {502, R"({"error":{"message":{"value":"Mandatory: Journal"}}})", Verdict::unknown, "http_502"},
      {503, "busy", Verdict::unknown, "http_503"},
  };
  auto plan = remote_.plan(call("orders.create", kCreate));
  ASSERT_TRUE(plan.ok());
  for (const Case& one : cases) {
    SCOPED_TRACE(std::to_string(one.status) + " " + one.body);
    answer(one.status, one.body);
    Outcome outcome = send(*plan);
    EXPECT_EQ(outcome.verdict, one.verdict);
    EXPECT_EQ(outcome.code, one.code);
    authorizer_.secret_changed("acme/shop");
    loop_.run_for(61s);
  }
}

TEST_F(RemoteTest, NoAnswerIsNotSentOnlyBeforeTheFirstByte) {
  auto plan = remote_.plan(call("orders.create", kCreate));
  fail(Stage::not_sent, Code::unavailable);
  EXPECT_EQ(send(*plan).verdict, Verdict::not_sent);
  fail(Stage::unknown, Code::timeout);
  Outcome lost = send(*plan);
  EXPECT_EQ(lost.verdict, Verdict::unknown);
  EXPECT_EQ(lost.code, "timeout");
  EXPECT_EQ(lost.exchange.status, 0);
  EXPECT_EQ(lost.exchange.failure, "broken");
}

TEST_F(RemoteTest, FreezesTheBytesOfAWrite) {
  auto plan = remote_.plan(call("orders.create", kCreate));
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->url, "https://api.example.com/v1/stores/a%2Fb/orders");
  EXPECT_EQ(plan->body, R"({"Ref":"shop-118","Total":924.4700,"Lines":[{"Qty":"2"}]})");
  EXPECT_EQ(plan->kind, 'C');
  EXPECT_EQ(plan->quiet, 3min);
  EXPECT_EQ(plan->deadline, 25s);
  ASSERT_TRUE(plan->probe);
  EXPECT_EQ(plan->probe->operation, "links.list");
  EXPECT_EQ(plan->probe->arguments, R"({"query":{"$filter":"Ref eq 'shop-118'"}})");
  auto again = Plan::parse(plan->serialise());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->serialise(), plan->serialise());
  answer(201, R"({"ID":"x1","No":7})");
  Outcome outcome = send(*again);
  EXPECT_EQ(outcome.remote_id, "x1");
  EXPECT_EQ(outcome.number, "7");
  EXPECT_EQ(transport_.requests.back().body, plan->body);
  EXPECT_TRUE(transport_.requests.back().fresh);
  EXPECT_EQ(transport_.requests.size(), 1u);
}

TEST_F(RemoteTest, AnUpsertIsReadBackByItsKey) {
  auto plan = remote_.plan(call("orders.update", R"({"path":{"id":118},"body":{"a":1}})"));
  ASSERT_TRUE(plan.ok()) << plan.error().text();
  EXPECT_EQ(plan->kind, 'A');
  EXPECT_EQ(plan->probe->operation, "orders.get");
  EXPECT_EQ(plan->probe->arguments, R"({"path":{"id":"118"}})");
  EXPECT_EQ(plan->probe->value, "118");
}

TEST_F(RemoteTest, RefusesWhatCanNotBecomeARequest) {
  auto fault = [&](const char* operation, const char* arguments) {
    auto plan = remote_.plan(call(operation, arguments));
    return plan ? std::string("none") : plan.error().text();
  };
  EXPECT_THAT(fault("orders.update", "{}"), HasSubstr("{id}"));
  EXPECT_THAT(fault("orders.update", R"({"path":{"id":".."}})"), HasSubstr(".."));
  EXPECT_THAT(fault("orders.update", R"({"path":{"id":"1\r\nX: y"}})"), HasSubstr("control"));
  EXPECT_THAT(fault("orders.create", R"({"headers":{"X-A":"b\r\nc"}})"), HasSubstr("X-A"));
  EXPECT_THAT(fault("orders.create", R"({"bodi":{}})"), HasSubstr("bodi"));
  EXPECT_THAT(fault("orders.get", R"({"path":{"id":1}})"), HasSubstr("only reads"));
  EXPECT_THAT(fault("nothing", "{}"), HasSubstr("nothing"));
  EXPECT_FALSE(read("orders.create", "{}").ok());
}

TEST_F(RemoteTest, NoSecretStandsInAnExchange) {
  auto wanted = call("orders.create", R"({"body":{"Ref":"r","headers":{"X-Hook-Token":"@@secret:hook_token@@"}}})");
  wanted.body_secrets = {"hook_token"};
  auto planned = remote_.plan(wanted);
  ASSERT_TRUE(planned.ok());
  auto plan = Plan::parse(planned->serialise());  // as it comes back from the journal
  ASSERT_TRUE(plan.ok());
  EXPECT_THAT(plan->serialise(), Not(HasSubstr("hook-")));
  answer(201, R"({"ID":"x1","echo":"hook-\"value\"","token":"s3cret-token"})", {{"Set-Cookie", "sid=abc"}});
  Outcome outcome = send(*plan);
  EXPECT_EQ(transport_.requests.back().body, R"({"Ref":"r","headers":{"X-Hook-Token":"hook-\"value\""}})");
  EXPECT_EQ(transport_.requests.back().headers.get("X-Auth-Token"), "s3cret-token");
  const Exchange& record = outcome.exchange;
  for (const auto* text : {&record.url, &record.request_headers, &record.request_body, &record.response_headers, &record.response_body,
                           static_cast<const std::string*>(&outcome.body)}) {
    EXPECT_THAT(*text, Not(HasSubstr("s3cret"))) << *text;
    EXPECT_THAT(*text, Not(HasSubstr("hook-"))) << *text;
    EXPECT_THAT(*text, Not(HasSubstr("sid=abc"))) << *text;
  }
}

// A shopper who gives such a name would have our secret on the invoice otherwise.
TEST_F(RemoteTest, T8_AReferenceThatARecordHoldsIsSentAsTheTextItIs) {
  const std::string body = R"({"Ref":"@@secret:access_token@@","Note":"@@secret:hook_token@@","Else":"@@secret:not_set@@"})";
  auto plan = remote_.plan(call("orders.create", "{\"body\":" + body + "}"));
  ASSERT_TRUE(plan.ok());
  answer(201, R"({"ID":"x1"})");
  EXPECT_EQ(send(*plan).verdict, Verdict::applied);
  EXPECT_EQ(transport_.requests.back().body, body);

  // What an operation declares is put in, and nothing else with it.
  auto declared = remote_.plan(call("alerts.create", "{\"body\":" + body + "}"));
  ASSERT_TRUE(declared.ok());
  answer(201, "{}");
  send(*declared);
  EXPECT_EQ(transport_.requests.back().body, R"({"Ref":"@@secret:access_token@@","Note":"hook-\"value\"","Else":"@@secret:not_set@@"})");
}

TEST_F(RemoteTest, FollowsNumberedPagesToTheShortOne) {
  answer(200, R"([{"id":1},{"id":2}])");
  auto first = read("orders.list", R"({"query":{"status":"a b"}})");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(transport_.targets.back(), "/v1/stores/a%2Fb/orders?limit=2&page=1&status=a%20b");
  EXPECT_EQ(first->rows, R"([{"id":1},{"id":2}])");
  answer(200, R"([{"id":3}])");
  auto second = read("orders.list", first->next_arguments);
  EXPECT_THAT(transport_.targets.back(), HasSubstr("page=2"));
  EXPECT_EQ(second->next_arguments, "");
  answer(204, "");
  auto none = read("orders.list", "{}");
  EXPECT_EQ(none->rows, "[]");
  EXPECT_EQ(none->outcome.verdict, Verdict::applied);
}

TEST_F(RemoteTest, FollowsLinksOnItsOwnHostOnly) {
  answer(200, R"({"d":{"results":[{"a":1}],"__next":"https://api.example.com/v1/links?$skiptoken=guid'x'"}})");
  auto first = read("links.list", "{}");
  answer(200, R"({"d":[]})");
  auto second = read("links.list", first->next_arguments);
  ASSERT_TRUE(second.ok()) << second.error().text();
  EXPECT_EQ(transport_.targets.back(), "/v1/links?$skiptoken=guid'x'");
  EXPECT_EQ(second->next_arguments, "");
  for (const char* link :
       {"https://evil.example.com/x", "http://api.example.com/x", "https://api.example.com:444/x", "https://api.example.com@evil.com/"}) {
    auto other = read("links.list", std::string(R"({"url":")") + link + "\"}");
    EXPECT_FALSE(other.ok()) << link;
  }
}

TEST_F(RemoteTest, FollowsCursors) {
  answer(200, R"({"data":[{"a":1}],"meta":{"end":"c1"}})");
  auto first = read("cursor.list", "{}");
  EXPECT_EQ(first->next_arguments, R"({"query":{"after":"c1"}})");
  answer(200, R"({"data":[{"a":2}],"meta":{"end":null}})");
  EXPECT_EQ(read("cursor.list", first->next_arguments)->next_arguments, "");
}

TEST_F(RemoteTest, ReadsAreRetriedWhileItCanHelp) {
  answer(503, "");
  fail(Stage::unknown, Code::timeout);
  answer(200, R"({"data":{"id":5,"x":"y"}})");
  auto got = read("orders.get", R"({"path":{"id":5}})");
  EXPECT_EQ(got->outcome.verdict, Verdict::applied);
  EXPECT_EQ(got->outcome.body, R"({"id":5,"x":"y"})");
  EXPECT_EQ(got->attempts.size(), 3u);
  for (auto [status, code] : {std::pair{404, "not_found"}, {403, "denied"}, {400, "invalid_argument"}, {200, "corrupt"}}) {
    answer(status, "not json");
    auto once = read("orders.get", R"({"path":{"id":5}})");
    EXPECT_EQ(once->outcome.code, code);
    EXPECT_EQ(once->attempts.size(), 1u);
  }
}

TEST_F(RemoteTest, A429IsWaitedForAndBeyondAMinuteSaidSo) {
  const WallTime began = loop_.wall();
  answer(429, "", {{"Retry-After", "20"}});
  answer(200, R"({"id":5})");
  auto got = read("orders.get", R"({"path":{"id":5}})");
  EXPECT_EQ(got->outcome.verdict, Verdict::applied);
  EXPECT_GE(loop_.wall() - began, 20s);
  answer(429, "", {{"Retry-After", "600"}});
  auto later = read("orders.get", R"({"path":{"id":5}})");
  EXPECT_EQ(later->outcome.code, "exhausted");
  EXPECT_GE(later->outcome.not_before, loop_.wall() + 590s);
  ASSERT_TRUE(remote_.held("acme", "shop"));
  EXPECT_EQ(remote_.held("acme", "shop")->reason_code, "quota");
}

TEST_F(RemoteTest, TheRemotesOwnWordsReachThePerson) {
  answer(400, R"([{"status":400,"message":"Mandatory: Journal\r\nMandatory: Ordered by"}])");
  auto plan = remote_.plan(call("orders.create", kCreate));
  EXPECT_EQ(send(*plan).sentence, "orders.create: the remote answered 400: Mandatory: Journal; Mandatory: Ordered by");
}

TEST_F(RemoteTest, AsksForWhatChangedSince) {
  auto since = remote_.since("acme", "shop", "orders.list", from_micros(1'760'479'083'999'999));
  ASSERT_TRUE(since.ok());
  EXPECT_EQ(since->arguments, R"({"query":{"min_date":"2025-10-14T21:58:03Z","sort":"changed:asc"}})");
  EXPECT_TRUE(since->sorted);
  EXPECT_FALSE(since->counts);
  EXPECT_FALSE(remote_.since("acme", "shop", "orders.get", std::nullopt).ok());
}

TEST_F(RemoteTest, C13_AsksWhichCountAMomentHas) {
  auto begins = remote_.begins("acme", "shop", "counted.changed", from_micros(1'760'479'083'999'999));
  ASSERT_TRUE(begins && *begins);
  EXPECT_EQ((*begins)->call.operation, "counted.at");
  EXPECT_EQ((*begins)->call.arguments, R"({"path":{"entity":"Orders","moment":"2025-10-13T21:58:03"}})");  // a day earlier
  EXPECT_EQ((*begins)->field, "count");
  auto none = remote_.begins("acme", "shop", "orders.list", from_micros(0));
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST_F(RemoteTest, ARefusedKeyHoldsTheConnectionUntilItIsSetAnew) {
  answer(401, "");
  EXPECT_EQ(read("orders.get", R"({"path":{"id":5}})")->outcome.code, "denied");
  EXPECT_TRUE(remote_.held("acme", "shop"));
  const size_t before = transport_.requests.size();
  EXPECT_EQ(read("orders.get", R"({"path":{"id":5}})")->outcome.code, "denied");
  EXPECT_EQ(transport_.requests.size(), before);
  authorizer_.secret_changed("acme/shop");
  EXPECT_FALSE(remote_.held("acme", "shop"));
}

TEST_F(RemoteTest, XU4_WhatAnAccountMayLackIsRefusedWithoutAHoldOnceItsCredentialsHaveWorked) {
  answer(200, R"({"id":5})");
  ASSERT_EQ(read("orders.get", R"({"path":{"id":5}})")->outcome.verdict, Verdict::applied);
  answer(401, "");
  const auto asked = read("alerts.list", "{}");
  EXPECT_EQ(asked->outcome.verdict, Verdict::rejected);
  EXPECT_EQ(asked->outcome.code, "denied");
  EXPECT_THAT(asked->outcome.sentence, HasSubstr("this account lacks Alerts"));
  answer(401, "");
  auto plan = remote_.plan(call("alerts.create", R"({"body":{}})"));
  EXPECT_EQ(send(*plan).verdict, Verdict::rejected);
  EXPECT_FALSE(remote_.held("acme", "shop"));
  // The same words elsewhere speak of the key.
  answer(401, "");
  EXPECT_EQ(read("orders.get", R"({"path":{"id":5}})")->outcome.code, "denied");
  EXPECT_TRUE(remote_.held("acme", "shop"));
}

// A token that worked may be forgotten before it ends: the account has what it had.
TEST_F(RemoteTest, XU4_AForgottenTokenIsRenewedBeforeAnAccountIsSaidToLackAnything) {
  by_tokens();
  give_token("one"), answer(200, R"({"id":5})");
  ASSERT_EQ(read("orders.get", R"({"path":{"id":5}})")->outcome.verdict, Verdict::applied);
  answer(401, ""), give_token("two"), answer(200, "[]");
  EXPECT_EQ(read("alerts.list", "{}")->outcome.verdict, Verdict::applied);
  EXPECT_EQ(transport_.requests.back().headers.get("Authorization"), "Bearer two");
}

TEST_F(RemoteTest, XU4_WhatAnAccountMayLackIsToldByASecondTokenWhereNothingHasWorkedYet) {
  by_tokens();
  give_token("one"), answer(401, ""), give_token("two"), answer(401, "");
  const auto first = read("alerts.list", "{}");
  EXPECT_EQ(first->outcome.verdict, Verdict::rejected) << first->outcome.sentence;
  EXPECT_FALSE(remote_.held("acme", "shop"));
  // No token is asked for again, and the second one is good elsewhere.
  answer(401, "");
  EXPECT_EQ(read("alerts.list", "{}")->outcome.verdict, Verdict::rejected);
  answer(200, R"({"id":5})");
  EXPECT_EQ(read("orders.get", R"({"path":{"id":5}})")->outcome.verdict, Verdict::applied);
  EXPECT_FALSE(remote_.held("acme", "shop"));
  EXPECT_EQ(transport_.requests.size(), 6u);
}

TEST_F(RemoteTest, ARefusedKeyIsOneAlsoWhereNothingHasWorkedYet) {
  answer(401, "");
  (void)read("alerts.list", "{}");
  EXPECT_TRUE(remote_.held("acme", "shop"));
}

TEST(SystemSpecTest, C13_WhereACountBeginsIsARead) {
  const auto fault = [](const std::string& begins) {
    auto spec = parse_system(
        R"({"name":"s","base_url":"https://x","operations":{"t.at":{"GET":"/t/{m}"},"t.make":{"POST":"/t"},"a.changed":{"GET":"/x",)"
        R"("since":{"param":"f","field":"T","format":"odata_number","begins":)" +
        begins + "}}}}");
    return spec ? std::string("none") : spec.error().text();
  };
  EXPECT_EQ(fault(R"({"operation":"t.at","moment":"m","field":"v","before":"1d"})"), "none");
  EXPECT_THAT(fault(R"({"operation":"t.gone","moment":"m","field":"v"})"), HasSubstr("there is no operation t.gone"));
  EXPECT_THAT(fault(R"({"operation":"t.make","moment":"m","field":"v"})"), HasSubstr("does not only read"));
  EXPECT_THAT(fault(R"({"operation":"t.at"})"), HasSubstr("since.begins"));
}

TEST(SystemSpecTest, FaultsNameTheirPath) {
  auto fault = [](const std::string& operations) {
    auto spec = parse_system(R"({"name":"s","base_url":"https://x","operations":)" + operations + "}");
    return spec ? std::string("none") : spec.error().text();
  };
  EXPECT_EQ(fault(R"({"a.b":{"GET":"/x"}})"), "none");
  EXPECT_THAT(fault(R"({"a.b":{"GET":"x"}})"), HasSubstr(R"(operations["a.b"].GET)"));
  EXPECT_THAT(fault(R"({"a.b":{}})"), HasSubstr(R"(operations["a.b"])"));
  EXPECT_THAT(fault(R"({"a.b":{"GET":"/x","pages":{"row":["d"]}}})"), HasSubstr(R"(operations["a.b"].pages)"));
  EXPECT_THAT(fault(R"({"a.b":{"POST":"/x","effect":{"kind":"A"}}})"), HasSubstr("effect.key"));
  EXPECT_THAT(fault(R"({"a.b":{"POST":"/x","effect":{"kind":"C","look_up":"gone","by":"r"}}})"), HasSubstr("gone"));
  EXPECT_THAT(fault(R"({"a.b":{"GET":"/x","deadline":"25"}})"), HasSubstr("deadline"));
}

TEST(DirectoryTest, FaultsNameFileAndConnection) {
  auto fault = [](const char* settings, const char* client) {
    auto made = build_directory(settings, {{"acme", client}}, {{"shop", kSystem}});
    return made ? std::string("none") : made.error().text();
  };
  EXPECT_THAT(fault("{}", R"({"connections":{"shop":{"system":"shap"}}})"),
              ::testing::AllOf(HasSubstr("clients/acme/client.lua"), HasSubstr("connection shop"), HasSubstr("shap")));
  EXPECT_THAT(fault("{}", R"({"connections":{"shop":{"system":"shop","base_url":"http://127.0.0.1:1"}}})"), HasSubstr("https"));
  EXPECT_EQ(fault("{}", R"({"connections":{"shop":{"system":"shop","base_url":"http://127.0.0.1:1","allow_loopback":true}}})"), "none");
  EXPECT_THAT(fault("{}", R"({"connections":{"shop":{"system":"shop","grant":"g"}}})"), HasSubstr("unknown grant"));
  EXPECT_THAT(fault(R"({"grants":{"g":{"system":"shop"}}})", "{}"), HasSubstr("needs no grant"));
}

}  // namespace
}  // namespace mlc::remote
