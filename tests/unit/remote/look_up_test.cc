// Creates that are looked for by a path, a body or a header (XU7, XF5): how the look-up is asked, and which declarations are refused.
#include <gmock/gmock.h>

#include "tests/unit/remote/world.h"

namespace mlc::remote {
namespace {

using testing::HasSubstr;

// A system with one create whose effect is given.
std::string system_with(const std::string& effect) {
  return R"({
  "name": "post", "base_url": "https://api.example.com",
  "auth": {"kind": "header", "send": [{"header": "X-Auth-Token", "value": "{access_token}"}]},
  "operations": {
    "seen.by_reference": {"GET": "/seen/{reference}", "pages": {"rows": ["found.shipment"]}},
    "seen.search": {"POST": "/search", "reads": true, "pages": {"rows": ["rows"]}},
    "labels.recover": {"POST": "/recovery", "reads": true, "unwrap": ["Recovered"]},
    "labels.void": {"DELETE": "/labels/{id}"},
    "labels.create": {"POST": "/labels", "create": true, "id": "Id", "number": "Parcels.0.Number", "effect": )" +
         effect + "}}}";
}

const char* const kByPath = R"({
  "kind": "C", "look_up": "seen.by_reference", "by": ["Refs.0.Value", "Parcels.0.Refs.0.Value"], "quiet": "2m", "absent": "person", "within": "1h",
  "first": false,
  "asks": {"path": {"reference": "{reference}"}, "query": {"shipper": "{body.Shipper.Number}"}, "headers": {"lang": "en"}},
  "found": "parcel.0.number", "id": "parcel.0.number", "number": "parcel.0.number", "gone": {"field": "parcel.*.state", "values": ["void"]},
  "fetch": {"read": "labels.recover", "asks": {"body": {"Request": {"Format": {"Code": "{body.Label.Format?}"}, "Ref": "{reference}", "No": "{account}-1"}}}}
})";

class LookUpTest : public RemoteTest {
 protected:
  void use(const std::string& effect) {
    auto directory = build_directory("{}", {{"acme", R"({"connections":{"shop":{"system":"post","settings":{"account":"A1"}}}})"}},
                                     {{"post", system_with(effect)}});
    ASSERT_TRUE(directory.ok()) << directory.error().text();
    remote_.configure(*directory);
  }
  static std::string refused(const std::string& effect) {
    auto spec = parse_system(system_with(effect));
    return spec ? "" : spec.error().text();
  }
};

TEST_F(LookUpTest, XU7_ALookUpByAPathIsFrozenWithTheWrite) {
  use(kByPath);
  auto plan = remote_.plan(call("labels.create", R"({"body":{"Refs":[{"Value":"10-A/7"}],"Shipper":{"Number":"A1B2C3"},"Parcels":[{}]}})"));
  ASSERT_TRUE(plan.ok()) << plan.error().text();
  EXPECT_EQ(plan->kind, 'C');
  ASSERT_TRUE(plan->probe);
  const auto again = Plan::parse(plan->serialise());
  ASSERT_TRUE(again.ok());
  const Probe& probe = *again->probe;
  EXPECT_EQ(probe.operation, "seen.by_reference");
  EXPECT_EQ(probe.arguments, R"({"path":{"reference":"10-A/7"},"query":{"shipper":"A1B2C3"},"headers":{"lang":"en"}})");
  EXPECT_EQ(probe.field, "");
  EXPECT_EQ(probe.value, "10-A/7");
  EXPECT_EQ(probe.found + probe.id + probe.number, "parcel.0.numberparcel.0.numberparcel.0.number");
  EXPECT_EQ(probe.gone_field, "parcel.*.state");
  EXPECT_EQ(probe.gone, std::vector<std::string>{"void"});
  EXPECT_EQ(probe.parts, 0u);
  EXPECT_FALSE(probe.first);
  EXPECT_EQ(probe.within, std::chrono::hours(1));
  EXPECT_EQ(probe.fetch, "labels.recover");
  EXPECT_EQ(probe.fetch_arguments, R"({"body":{"Request":{"Ref":"10-A/7","No":"A1-1"}}})") << "what may be missing is left out";
  EXPECT_EQ(again->serialise(), plan->serialise());

  answer(200, R"({"found":{"shipment":{"parcel":{"number":"1Z"}}}})");
  auto read = this->read(probe.operation, probe.arguments);
  EXPECT_EQ(transport_.targets.back(), "/seen/10-A%2F7?shipper=A1B2C3");
  EXPECT_EQ(read->rows, R"([{"parcel":{"number":"1Z"}}])") << "a list of one came as the one";
}

TEST_F(LookUpTest, XU7_TheReferenceMayStandElsewhereAndWithoutOneNothingIsLookedFor) {
  use(kByPath);
  auto at_parcel = remote_.plan(call("labels.create", R"({"body":{"Parcels":[{"Refs":[{"Value":"7"}]}],"Shipper":{"Number":"A"}}})"));
  ASSERT_TRUE(at_parcel.ok() && at_parcel->probe);
  EXPECT_EQ(at_parcel->probe->value, "7");
  auto without = remote_.plan(call("labels.create", R"({"body":{"Shipper":{"Number":"A"}}})"));
  ASSERT_TRUE(without.ok());
  EXPECT_FALSE(without->probe) << "a person decides, as of kind D";
  auto unasked = remote_.plan(call("labels.create", R"({"body":{"Refs":[{"Value":"7"}]}})"));
  ASSERT_FALSE(unasked.ok());
  EXPECT_EQ(unasked.error().text(), "labels.create: Shipper.Number, which it is looked up by, is not given");
}

TEST_F(LookUpTest, XF5_ALookUpByABodyKnowsHowManyRowsTheRecordHas) {
  use(R"({"kind": "C", "look_up": "seen.search", "by": "Parcels.0.Ref", "asks": {"body": {"info": {"value": "{reference}", "detailed": false}}},
          "parts": "Parcels", "field": "ids.*.value"})");
  auto plan = remote_.plan(call("labels.create", R"({"body":{"Parcels":[{"Ref":"7"},{"Ref":"7"}]}})"));
  ASSERT_TRUE(plan.ok() && plan->probe);
  EXPECT_EQ(plan->probe->arguments, R"({"body":{"info":{"value":"7","detailed":false}}})");
  EXPECT_EQ(plan->probe->parts, 2u);
  EXPECT_EQ(plan->probe->field, "ids.*.value");
  EXPECT_TRUE(plan->probe->first);
  EXPECT_EQ(plan->probe->within, Duration::zero()) << "absence is proof unless it says otherwise";
}

TEST_F(LookUpTest, WrongDeclarationsAreRefusedNamingWhatAndWhere) {
  const auto with = [](const std::string& rest) { return R"({"kind":"C","look_up":"seen.by_reference","by":"Ref",)" + rest + "}"; };
  const std::string asks = R"("found":"number","asks":{"path":{"reference":"{reference}"}})",
                    at = "system post: operations[\"labels.create\"].effect";
  EXPECT_EQ(refused(with(asks)), "");
  EXPECT_EQ(refused(with(R"("found":"n","asks":{"path":{"reference":"7"}})")),
            at + ".asks: expected {reference} somewhere: without it any record would be taken for ours");
  EXPECT_EQ(refused(with(R"("found":"n","asks":{"path":{"ref":"{reference}"}})")),
            at + ".asks.path.ref: the path of seen.by_reference has no {ref}");
  EXPECT_EQ(refused(with(R"("found":"n","asks":{"path":{"reference":"{reference}"},"body":{}})")),
            at + ".asks.body: seen.by_reference is a GET and takes none");
  EXPECT_EQ(refused(with(R"("found":"n","asks":{"url":"{reference}"})")),
            at + ".asks.url: expected one of `path`, `query`, `headers` and `body`");
  EXPECT_THAT(refused(with(R"("found":"n","asks":{"path":{"reference":"{reference}"},"query":{"a":"{bdy.x}"}})")),
              HasSubstr(".asks.query.a: expected {reference}, {body.<path>} or {<setting>} in its braces"));
  EXPECT_THAT(refused(with(R"("asks":{"path":{"reference":"{reference}"}})")),
              HasSubstr("`found` (a text that only a record has) or `field`"));
  EXPECT_EQ(refused(with(asks + R"(,"absent":"maybe")")), at + ".absent: expected proof (it was not made) or person (who decides)");
  EXPECT_EQ(refused(with(asks + R"(,"absent":"person","quiet":"5m","within":"5m")")),
            at + ".within: expected a time longer than `quiet`, in which it is looked for again");
  EXPECT_EQ(refused(with(asks + R"(,"within":"1h")")), at + ": unknown name \"within\"");
  EXPECT_EQ(refused(with(asks + R"(,"gone":{"field":"state"})")), at + ".gone: expected `field` and `values`");
  EXPECT_EQ(refused(with(asks + R"(,"fetch":{"read":"labels.void","asks":{"body":{"id":"{reference}"}}})")),
            at + ".fetch.read: labels.void does not only read");
  EXPECT_EQ(refused(with(asks + R"(,"fetch":{"read":"labels.find","asks":{"body":{}}})")),
            at + ".fetch.read: there is no operation labels.find");
  EXPECT_EQ(refused(R"({"kind":"D",)" + asks + "}"), at + ".asks: expected none, but for kind C");
}

}  // namespace
}  // namespace mlc::remote
