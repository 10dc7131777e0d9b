// From a system's `webhooks` to how deliveries prove themselves: declared RSA signatures, and ways in with webhooks of their own.
#include <gtest/gtest.h>

#include "runtime/workbench/catalog.h"

namespace mlc::workbench {
namespace {

constexpr const char* kRsa =
    R"({"rsa":"pkcs1-sha256","over":[{"header":"x-time"},".","body"],"given":{"header":"x-signature","as":"base64"},)"
    R"("key":{"header":"x-key"},"time":{"header":"x-time","tolerance":"2m"},"keys":"keys.get","path_token":true})";

std::string with(std::string text, const std::string& what, const std::string& instead) {
  const size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), instead);
}

std::string refused(const std::string& verify) {
  std::optional<engine::TokenClient> tokens;
  auto proofs = parse_proofs(verify, "depot.webhooks.verify", tokens);
  return proofs ? "" : proofs.error().text();
}

TEST(WebhookCatalog, T1_AnRsaSignatureIsDeclaredWholeOrNotAtAll) {
  std::optional<engine::TokenClient> tokens;
  auto proofs = parse_proofs(kRsa, "depot.webhooks.verify", tokens);
  ASSERT_TRUE(proofs) << proofs.error().text();
  const auto& scheme = proofs->front().scheme;
  const auto& rsa = std::get<crypto::RsaSignature>(scheme.mac);
  EXPECT_EQ(rsa.signature + rsa.key + rsa.time + rsa.keys, "x-signaturex-keyx-timekeys.get");
  EXPECT_EQ(rsa.tolerance, std::chrono::minutes(2));
  EXPECT_TRUE(scheme.token);
  EXPECT_NE(refused(with(kRsa, "pkcs1-sha256", "none")).find("verify.rsa: expected pkcs1-sha256, found \"none\""), std::string::npos);
  EXPECT_NE(refused(with(kRsa, "pkcs1-sha256", "hs256")).find("verify.rsa"), std::string::npos);
  EXPECT_NE(refused(with(kRsa, R"("as":"base64")", R"("as":"hex")")).find("verify.given.as"), std::string::npos);
  EXPECT_NE(refused(with(kRsa, R"("keys":"keys.get",)", "")).find("the operation that gives the keys"), std::string::npos);
  EXPECT_NE(refused(with(kRsa, R"({"header":"x-time"},".",)", "")).find("over must hold the time"), std::string::npos);
  EXPECT_NE(refused(with(kRsa, R"(,"body"])", "]")).find("over must hold the body"), std::string::npos);
  EXPECT_NE(refused(with(kRsa, R"([{"header":"x-time"},".","body"])", R"("body")")).find("verify.over: expected a list"),
            std::string::npos);
  EXPECT_NE(refused(with(kRsa, "\"2m\"", "\"0s\"")), "");
}

// Of two ways into one account, each with webhooks of its own.
std::string depot(const std::string& keys_operation) {
  return R"({"name":"depot","base_url":"https://one.example.com","auth":{"kind":"basic"},
    "webhooks":{"verify":{"path_token":true},"topic":"type","topics":["SHIPPED"],
      "subscribe":{"list":"hooks.list","create":"hooks.create","body":{"url":"{url}"}}},
    "access":{
      "v2":{"base_url":"https://two.example.com","auth":{"kind":"api_key","send":[{"header":"API-Key","value":"{api_key}"}]},
        "webhooks":{"verify":)" +
         std::string(kRsa) + R"(,"topic":"type","topics":{"LABEL_MADE":"label_made"},
          "subscribe":{"list":"v2.list","create":"v2.create","body":{"url":"{url}","event":"{topic}"}}}},
      "keys":{"base_url":"https://three.example.com","auth":{"kind":"none"},"with":"v2"}},
    "operations":{
      "hooks.list":{"GET":"/hooks"},"hooks.create":{"POST":"/hooks","effect":{"kind":"D"}},
      "v2.list":{"access":"v2","GET":"/hooks"},"v2.create":{"access":"v2","POST":"/hooks","effect":{"kind":"D"}},
      ")" +
         keys_operation + "}}";
}

Result<engine::Catalog> catalog_of(const std::string& keys_operation, const std::string& access) {
  auto directory = remote::build_directory("{}", {{"acme", R"({"zone":"UTC","connections":{"station":{"system":"depot")" + access + "}}}"}},
                                           {{"depot", depot(keys_operation)}});
  if (!directory) return directory.error();
  return build_catalog(script::Workspace{}, *directory, "https://here.example");
}

TEST(WebhookCatalog, AS10_T1_EachWayInHasAnAddressAndSecretsOfItsOwnAndItsEventsAreOfTheOneConnection) {
  auto catalog = catalog_of(R"(keys.get":{"access":"keys","GET":"/jwks"})", R"(,"access":{"v2":{}})");
  ASSERT_TRUE(catalog) << catalog.error().text();
  ASSERT_EQ(catalog->routes.size(), 2u);
  const auto &usual = catalog->routes.front(), &v2 = catalog->routes.back();
  EXPECT_EQ(usual.place(), "station");
  EXPECT_EQ(usual.proofs.front().scheme.token->secret, "hook_token");
  EXPECT_EQ(v2.place(), "station.v2");
  EXPECT_EQ(v2.connection, "station");
  EXPECT_EQ(usual.topics, std::vector<std::string>{"SHIPPED"});
  EXPECT_EQ(v2.topics, std::vector<std::string>{"LABEL_MADE"});
  EXPECT_EQ(v2.proofs.front().scheme.token->secret, "hook_token_v2");
  EXPECT_EQ(v2.proofs.front().scheme.secret, "webhook_keys_v2");
  EXPECT_EQ(v2.proofs.front().signed_headers, (std::vector<std::string>{"x-signature", "x-key", "x-time"}));
  // Who holds no key of the other way in has nothing of it.
  auto without = catalog_of(R"(keys.get":{"access":"keys","GET":"/jwks"})", "");
  ASSERT_TRUE(without) << without.error().text();
  EXPECT_EQ(without->routes.size(), 1u);
}

TEST(WebhookCatalog, T1_KeysComeFromAReadOfTheSystemThatNeedsNothing) {
  const auto wrong = [](const std::string& operation) {
    auto catalog = catalog_of(operation, R"(,"access":{"v2":{}})");
    return catalog ? "" : catalog.error().text();
  };
  EXPECT_NE(wrong(R"(others.get":{"access":"keys","GET":"/jwks"})").find("there is no operation keys.get"), std::string::npos);
  EXPECT_NE(wrong(R"(keys.get":{"access":"keys","GET":"/jwks/{id}"})").find("no read without arguments"), std::string::npos);
  EXPECT_NE(wrong(R"(keys.get":{"access":"keys","POST":"/jwks","effect":{"kind":"D"}})").find("no read without arguments"),
            std::string::npos);
}

}  // namespace
}  // namespace mlc::workbench
