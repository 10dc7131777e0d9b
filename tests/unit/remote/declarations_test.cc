// What a system may declare of a remote beyond plain calls: clocks on the wall, links of messages, keys that a list is not asked by,
// several writes as one request, and refusals inside a 200.
#include <gmock/gmock.h>

#include "runtime/base/date.h"
#include "tests/unit/remote/world.h"

namespace mlc::remote {
namespace {

using ::testing::HasSubstr;

const char* const kDepot = R"({
  "name": "depot", "base_url": "https://api.example.com", "auth": {"kind": "none"},
  "operations": {
    "parcels.list": {"GET": "/parcels", "pages": {"rows": ["parcels"], "param": "page", "size_param": "size", "size": 2}, "query": {"items": "true"},
                     "since": {"param": "madeStart", "field": "made", "format": "wall_clock", "zone": "America/Los_Angeles", "query": {"sort": "made"}},
                     "period": {"from": "madeStart", "to": "madeEnd", "field": "made", "zone": "America/Los_Angeles"}},
    "parcels.follow": {"GET": "/parcels", "pages": {"rows": ["parcels"], "param": "page", "size_param": "size", "size": 2}, "query": {"items": "true"},
                       "link_hosts": ["api#.example.com"]},
    "orders.list": {"GET": "/orders", "pages": {"rows": ["orders"]}},
    "orders.put": {"POST": "/orders/put", "id": "orderId", "number": "orderNumber",
                   "effect": {"kind": "A", "key": "orderKey", "read": "orders.list", "ask": "orderNumber",
                              "updatable": {"field": "status", "values": ["open", "held"]}},
                   "batch": {"as": "orders.put_many", "max": 3, "results": "results", "each": "orderKey", "ok": "success", "message": "error"}},
    "orders.put_many": {"POST": "/orders/many", "effect": {"kind": "D", "may_repeat": true}},
    "lines.list": {"GET": "/lines", "pages": {"rows": ["d"]}, "find": {"param": "$filter", "format": "odata"}},
    "entries.create": {"POST": "/entries", "id": "EntryID", "effect": {"kind": "C", "look_up": "lines.list", "by": "Lines.0.Notes", "field": "Notes"}},
    "labels.void": {"POST": "/void", "refused_unless": "approved", "effect": {"kind": "D"}}
  }
})";

class DeclarationsTest : public RemoteTest {
 protected:
  DeclarationsTest() {
    auto directory =
        build_directory("{}", {{"acme", R"({"zone":"UTC","connections":{"shop":{"system":"depot","settings":{}}}})"}}, {{"depot", kDepot}});
    EXPECT_TRUE(directory.ok()) << (directory ? "" : directory.error().text());
    remote_.configure(*directory);
  }
};

TEST_F(DeclarationsTest, XS3_APollIsAskedByTheClockOfTheRemote) {
  auto since = remote_.since("acme", "shop", "parcels.list", *parse_instant("2026-03-08T10:30:00Z"));
  ASSERT_TRUE(since);
  EXPECT_EQ(since->arguments, R"({"query":{"madeStart":"2026-03-08 03:30:00","sort":"made"}})");
  EXPECT_EQ(since->zone, "America/Los_Angeles");
  // An hour before clocks go back, later ones will show one o'clock again.
  since = remote_.since("acme", "shop", "parcels.list", *parse_instant("2026-11-01T08:45:00Z"));
  EXPECT_THAT(since->arguments, HasSubstr("2026-11-01 01:00:00"));
  auto period =
      remote_.period("acme", "shop", "parcels.list", *parse_instant("2026-01-01T08:00:00Z"), *parse_instant("2026-02-01T08:00:00Z"));
  ASSERT_TRUE(period);
  EXPECT_EQ(period->arguments, R"({"query":{"madeStart":"2026-01-01 00:00:00","madeEnd":"2026-02-01 00:00:00"}})");
}

TEST_F(DeclarationsTest, XS3_ALinkIsAskedOfTheConnectionsOwnHostPageByPage) {
  answer(200, R"({"parcels":[{"id":1},{"id":2}]})");
  answer(200, R"({"parcels":[{"id":3}]})");
  auto read = this->read("parcels.follow", R"({"url":"https://api6.example.com/parcels?batchId=19&items=False"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->rows, R"([{"id":1},{"id":2}])");
  ASSERT_FALSE(read->next_arguments.empty());
  auto next = this->read("parcels.follow", read->next_arguments);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->rows, R"([{"id":3}])");
  ASSERT_EQ(targets_of_requests().size(), 2u);
  EXPECT_EQ(targets_of_requests()[0], "api.example.com /parcels?batchId=19&items=true&size=2&page=1");
  EXPECT_EQ(targets_of_requests()[1], "api.example.com /parcels?batchId=19&items=true&size=2&page=2");
}

TEST_F(DeclarationsTest, XS3_T5_ALinkToAnywhereElseIsRefusedBeforeAnythingLeaves) {
  for (const char* link :
       {"https://evil.example.org/parcels?batchId=1", "http://api6.example.com/parcels", "https://api6.example.com:8443/parcels",
        "https://api6.example.com.evil.org/parcels", "https://apix.example.com/parcels", "https://api6.example.com/orders",
        "https://api6.example.com/parcels/../orders", "https://user@evil.org/parcels", "https://169.254.169.254/parcels",
        "parcels?batchId=1"}) {
    SCOPED_TRACE(link);
    EXPECT_FALSE(this->read("parcels.follow", std::string(R"({"url":")") + link + "\"}"));
  }
  EXPECT_TRUE(transport_.requests.empty());
  // An operation that declares no hosts follows none but its own pages'.
  EXPECT_FALSE(this->read("parcels.list", R"({"url":"https://api6.example.com/parcels"})"));
}

TEST_F(DeclarationsTest, XS1_AnUpsertIsLookedForByAnotherFieldAndKnownByItsKey) {
  auto plan = remote_.plan(call("orders.put", R"({"body":{"orderKey":"k1","orderNumber":"SO-1"}})"));
  ASSERT_TRUE(plan);
  ASSERT_TRUE(plan->probe);
  EXPECT_EQ(plan->probe->operation, "orders.list");
  EXPECT_EQ(plan->probe->arguments, R"({"query":{"orderNumber":"SO-1"}})");
  EXPECT_EQ(plan->probe->field, "orderKey");
  EXPECT_EQ(plan->probe->value, "k1");
  const auto again = Plan::parse(plan->serialise());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->probe->state_field, "status");
  EXPECT_EQ(again->probe->states, (std::vector<std::string>{"open", "held"}));
  EXPECT_FALSE(remote_.plan(call("orders.put", R"({"body":{"orderKey":"k1"}})")));
}

TEST_F(DeclarationsTest, XS4_AnEntryIsLookedForByAReferenceInItsFirstLine) {
  auto plan = remote_.plan(call("entries.create", R"({"body":{"Lines":[{"Notes":"SS 1'2"},{}]}})"));
  ASSERT_TRUE(plan);
  ASSERT_TRUE(plan->probe);
  EXPECT_EQ(plan->probe->arguments, R"({"query":{"$filter":"Notes eq 'SS 1''2'"}})");
  EXPECT_EQ(plan->probe->field, "Notes");
  EXPECT_EQ(plan->probe->value, "SS 1'2");
}

TEST_F(DeclarationsTest, AnAnswerThatSaysNoIsARefusalWhateverItsStatus) {
  auto plan = remote_.plan(call("labels.void", R"({"body":{"shipmentId":1}})"));
  ASSERT_TRUE(plan);
  answer(200, R"({"approved":false,"message":"already scanned"})");
  EXPECT_EQ(send(*plan).verdict, Verdict::rejected);
  answer(200, R"({"message":"?"})");
  EXPECT_EQ(send(*plan).verdict, Verdict::rejected);
  answer(200, R"({"approved":true})");
  EXPECT_EQ(send(*plan).verdict, Verdict::applied);
}

TEST_F(DeclarationsTest, XS1_SeveralWritesAreOneRequestAndEachHasItsOwnOutcome) {
  std::vector<Plan> plans;
  for (const char* key : {"k1", "k2", "k3"})
    plans.push_back(
        *remote_.plan(call("orders.put", std::string(R"({"body":{"orderKey":")") + key + R"(","orderNumber":"SO","total":10.50}})")));
  const std::vector<const Plan*> all = {&plans[0], &plans[1], &plans[2]};
  auto together = remote_.together(all);
  ASSERT_TRUE(together);
  EXPECT_EQ(together->body, "[" + plans[0].body + "," + plans[1].body + "," + plans[2].body + "]");
  EXPECT_EQ(together->operation, "orders.put_many");
  answer(200, R"({"hasErrors":true,"results":[{"orderKey":"k3","success":true,"orderId":7,"orderNumber":"SO"},
                                              {"orderKey":"k1","success":false,"orderId":0,"error":"Order k1 is shipped"}]})");
  const auto outcome = send(*together);
  EXPECT_EQ(outcome.verdict, Verdict::applied);
  EXPECT_THAT(transport_.requests.back().url.target(), HasSubstr("/orders/many"));
  const auto apart = remote_.apart(all, outcome);
  ASSERT_EQ(apart.size(), 3u);
  EXPECT_EQ(apart[0].verdict, Verdict::rejected);
  EXPECT_THAT(apart[0].sentence, HasSubstr("Order k1 is shipped"));
  EXPECT_EQ(apart[0].exchange.request_body, plans[0].body);
  EXPECT_EQ(apart[1].verdict, Verdict::unknown);  // nothing was said of it
  EXPECT_EQ(apart[2].verdict, Verdict::applied);
  EXPECT_EQ(apart[2].remote_id, "7");
  EXPECT_EQ(apart[2].number, "SO");
}

TEST_F(DeclarationsTest, XS1_ARefusalOfAllIsNoneOfEach) {
  std::vector<Plan> plans;
  for (const char* key : {"k1", "k2"})
    plans.push_back(*remote_.plan(call("orders.put", std::string(R"({"body":{"orderKey":")") + key + R"(","orderNumber":"SO"}})")));
  const std::vector<const Plan*> all = {&plans[0], &plans[1]};
  auto together = remote_.together(all);
  ASSERT_TRUE(together);
  const std::pair<int, Verdict> cases[] = {{400, Verdict::again}, {429, Verdict::again}, {500, Verdict::unknown}, {503, Verdict::unknown}};
  for (const auto& [status, verdict] : cases) {
    answer(status, "{}");
    for (const auto& outcome : remote_.apart(all, send(*together))) EXPECT_EQ(outcome.verdict, verdict) << status;
    loop_.run_for(std::chrono::minutes(2));
  }
}

TEST(DeclarationsSpec, WhatCanNotBeIsRefusedByName) {
  const auto wrong = [](std::string operation) {
    auto spec =
        parse_system(R"({"name":"s","base_url":"https://a.example","operations":{"x.list":{"GET":"/x"},"x.many":{"POST":"/m"},"x.op":)" +
                     operation + "}}");
    return spec ? std::string() : spec.error().text();
  };
  EXPECT_THAT(wrong(R"({"GET":"/x","since":{"param":"p","field":"f","format":"wall_clock"}})"), HasSubstr("zone"));
  EXPECT_THAT(wrong(R"({"GET":"/x","since":{"param":"p","field":"f","format":"wall_clock","zone":"Mars/Base"}})"), HasSubstr("zone"));
  EXPECT_THAT(wrong(R"({"GET":"/x","since":{"param":"p","field":"f","zone":"UTC"}})"), HasSubstr("zone"));
  EXPECT_THAT(wrong(R"({"POST":"/x","link_hosts":["a.example"]})"), HasSubstr("link_hosts"));
  EXPECT_THAT(wrong(R"({"POST":"/x","batch":{"as":"x.many","max":5,"each":"k","ok":"ok"}})"), HasSubstr("kind A"));
  EXPECT_THAT(wrong(R"({"POST":"/x","effect":{"kind":"A","key":"k"},"batch":{"as":"x.none","max":5,"each":"k","ok":"ok"}})"),
              HasSubstr("batch.as"));
  EXPECT_THAT(wrong(R"({"POST":"/x","effect":{"kind":"A","key":"k"},"batch":{"as":"x.many","max":5}})"), HasSubstr("batch"));
  EXPECT_THAT(wrong(R"({"POST":"/x","effect":{"kind":"A","key":"k","updatable":{"field":"s"}}})"), HasSubstr("updatable"));
}

}  // namespace
}  // namespace mlc::remote
