// A system whose connections are met in several ways: what an operation is depends on the scheme of base_url (L1).
#include <gmock/gmock.h>

#include "runtime/remote/content.h"
#include "runtime/remote/mark.h"
#include "tests/unit/remote/world.h"

namespace mlc::remote {
namespace {

using ::testing::HasSubstr;

const char* const kPress = R"({
  "name": "press", "base_url": {}, "auth": {"kind": "none"},
  "operations": {"documents.print": {"POST": "/documents", "effect": {"kind": "D"}}},
  "transports": [
    {"scheme": "folder", "operations": {"documents.print": {"POST": "/documents", "create": true,
      "effect": {"kind": "B", "header": "Idempotency-Key", "retention": "30d"}, "content": {"field": "content", "type": "type", "most": 12}}}},
    {"scheme": "raw", "operations": {"documents.print": {"POST": "/documents", "effect": {"kind": "D"}}}},
    {"scheme": "ipps", "headers": {"Printer-Format": "{format}"}, "operations": {
      "jobs.list": {"GET": "/jobs", "pages": {"rows": ["jobs"]}, "find": {"format": "rows"}},
      "documents.print": {"POST": "/documents", "effect": {"kind": "C", "look_up": "jobs.list", "by": "mark", "header": "Idempotency-Key"}}}},
    {"scheme": "https", "operations": {"documents.print": {"POST": "/", "effect": {"kind": "D"}}}},
    {"scheme": "https", "when": {"body": "document"}, "operations": {"documents.print": {"POST": "/", "effect": {"kind": "D"},
      "content": {"field": "content", "type": "type", "alone": true}}}}
  ]
})";

class Transports : public RemoteTest {
 protected:
  Status with(const std::string& connection) {
    auto directory = build_directory("{}", {{"acme", R"({"zone":"UTC","connections":{"shop":)" + connection + "}}"}}, {{"press", kPress}});
    if (!directory) return directory.error();
    remote_.configure(*directory);
    return ok_status();
  }
  std::string fault_of(const std::string& connection) {
    auto status = with(connection);
    return status ? "" : status.error().text();
  }
  Result<Plan> plan(const std::string& body) { return remote_.plan(call("documents.print", R"({"body":)" + body + "}")); }
  char kind() { return remote_.facts("acme", "shop", "documents.print")->kind; }
};

const std::string kLabel = R"({"name":"a","type":"application/zpl","content":"XlhBXlha"})";

TEST_F(Transports, L1_WhatAnUnknownOutcomeMeansDependsOnTheWay) {
  ASSERT_TRUE(with(R"({"system":"press","base_url":"folder:///srv/labels","settings":{}})"));
  EXPECT_EQ(kind(), 'B');
  EXPECT_EQ(plan(kLabel)->url, "folder:///srv/labels/documents");
  ASSERT_TRUE(with(R"({"system":"press","base_url":"raw://10.0.0.7:9100","allow_private":true,"settings":{}})"));
  EXPECT_EQ(kind(), 'D');
  ASSERT_TRUE(with(R"({"system":"press","base_url":"ipps://printer.example/ipp/print","settings":{"format":"application/pdf"}})"));
  EXPECT_EQ(kind(), 'C');
  auto ipp = plan(kLabel);
  ASSERT_TRUE(ipp) << ipp.error().text();
  EXPECT_EQ(ipp->probe->operation, "jobs.list");
  EXPECT_EQ(ipp->probe->value, kMark) << "the engine puts the effect's own in";
  EXPECT_EQ(ipp->headers.at(0).second, "application/pdf");
  ASSERT_TRUE(with(R"({"system":"press","base_url":"https://print.example/hook","settings":{}})"));
  EXPECT_EQ(plan(kLabel)->url, "https://print.example/hook");
}

TEST_F(Transports, L1_ADocumentGoesAloneWhereTheConnectionSaysSo) {
  ASSERT_TRUE(with(R"({"system":"press","base_url":"https://print.example/hook","settings":{"body":"document"}})"));
  auto planned = plan(kLabel);
  ASSERT_TRUE(planned) << planned.error().text();
  answer(200, "{}");
  send(*planned);
  ASSERT_EQ(transport_.requests.size(), 1U);
  EXPECT_EQ(transport_.requests[0].body, "^XA^XZ");
  EXPECT_EQ(*transport_.requests[0].headers.get("Content-Type"), "application/zpl");
}

TEST_F(Transports, L1_ADocumentThatDoesNotFitIsRefusedBeforeItIsPlanned) {
  ASSERT_TRUE(with(R"({"system":"press","base_url":"folder:///srv/labels","settings":{}})"));
  const auto fault = [&](const std::string& body) { return plan(body).error().text(); };
  EXPECT_THAT(fault(R"({"name":"a","type":"x/y"})"), HasSubstr("content is missing"));
  EXPECT_THAT(fault(R"({"name":"a","type":"x/y","content":"no base64"})"), HasSubstr("no base64 text"));
  EXPECT_THAT(fault(R"({"name":"a","type":"x/y","content":"QUFBQUFBQUFBQUFBQUFBQUFBQUE="})"), HasSubstr("a document may have 1 KiB"));
  EXPECT_THAT(fault(R"({"name":"a","type":"zpl","content":"XlhB"})"), HasSubstr("no media type"));
  EXPECT_THAT(fault(R"({"name":"a","type":"x/y\r\nX: 1","content":"XlhB"})"), HasSubstr("no media type"));
}

TEST_F(Transports, L1_T5_ABaseUrlThatIsNoPrinterIsRefusedWithWhatWouldBe) {
  EXPECT_THAT(fault_of(R"({"system":"press","base_url":"ftp://host/x","settings":{}})"), HasSubstr("folder:///path, raw://host"));
  EXPECT_THAT(fault_of(R"({"system":"press","base_url":"http://host/x","settings":{}})"), HasSubstr("expected one of"));
  EXPECT_THAT(fault_of(R"({"system":"press","base_url":"folder://host/x","settings":{}})"), HasSubstr("folder:///path"));
  EXPECT_THAT(fault_of(R"({"system":"press","base_url":"folder:///srv/../etc","settings":{}})"), HasSubstr("can't be read"));
  EXPECT_THAT(fault_of(R"({"system":"press","base_url":"raw://10.0.0.7","settings":{}})"), HasSubstr("allow_private = true"));
  EXPECT_THAT(fault_of(R"({"system":"press","base_url":"https://host/x?key=1","settings":{}})"), HasSubstr("question mark"));
  EXPECT_EQ(fault_of(R"({"system":"press","base_url":"raw://10.0.0.7","allow_private":true,"settings":{}})"), "");
}

TEST_F(Transports, G9_APrintersCredentialsGoEncryptedOnly) {
  constexpr const char* kDesk = R"({
    "name": "desk", "base_url": {}, "auth": {"usual": "none", "ways": {"none": {"kind": "none"}, "basic": {"kind": "basic"}}},
    "operations": {"documents.print": {"POST": "/documents", "effect": {"kind": "D"}}},
    "transports": [{"scheme": "ipp", "operations": {"documents.print": {"POST": "/documents", "effect": {"kind": "D"}}}},
                   {"scheme": "ipps", "operations": {"documents.print": {"POST": "/documents", "effect": {"kind": "D"}}}}]
  })";
  auto with = [&](const std::string& base_url, const std::string& auth) {
    const std::string client = R"({"connections":{"desk":{"system":"desk","settings":{},"allow_private":true,"auth":")" + auth +
                               R"(","base_url":")" + base_url + R"("}}})";
    auto directory = build_directory("{}", {{"acme", client}}, {{"desk", kDesk}});
    return directory ? std::string("taken") : directory.error().text();
  };
  EXPECT_THAT(with("ipp://10.0.0.7", "basic"), HasSubstr("use ipps"));
  EXPECT_EQ(with("ipp://10.0.0.7", "none"), "taken");
  EXPECT_EQ(with("ipps://10.0.0.7", "basic"), "taken");
}

TEST_F(Transports, T5_OnlyPrintersMayBeOnThePrivateNetwork) {
  auto directory = build_directory(
      "{}",
      {{"acme",
        R"({"connections":{"shop":{"system":"shop","base_url":"https://10.0.0.7","allow_private":true,"settings":{"store":"1"}}}})"}},
      {{"shop", kSystem}});
  ASSERT_FALSE(directory);
  EXPECT_THAT(directory.error().text(), HasSubstr("allow_private is for printers"));
}

}  // namespace
}  // namespace mlc::remote
