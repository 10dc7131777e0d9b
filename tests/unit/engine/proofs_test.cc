// Webhooks with several acceptable proofs, and the tokens that a remote fetches from us for one of them (XU4, T1).
#include "runtime/base/encoding.h"
#include "runtime/crypto/digest.h"
#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

// A carrier whose old pushes bear what we registered, and whose new ones a key or a token of ours.
struct Carrier : World {
  Carrier() {
    auto& route = catalog.routes.front();
    route.connection = "shop";
    route.proofs.clear();
    IntakeProof old{"v1", {}, false, {}}, key{"portal key", {}, false, {}}, token{"portal token", {}, true, {}};
    old.scheme.token = crypto::TokenHeader{"credential", "alert_credential"};
    key.scheme.token = crypto::TokenHeader{"x-api-key", "client_id"};
    route.proofs = {old, key, token};
    route.tokens = TokenClient{};
    secrets["acme/shop#alert_credential"] = "registered";
    secrets["acme/shop#client_id"] = "app-1";
    secrets["acme/shop#push_client_id"] = "carrier";
    secrets["acme/shop#push_client_secret"] = "s3cret of the portal";
    start();
  }
  IntakeAnswer push(HeaderList headers, const std::string& nonce) {
    auto answering = engine->intake().webhook("acme", "shop", std::move(headers), order_event("118", "order/updated", nonce));
    return run(std::move(answering));
  }
  std::string peer = "192.0.2.1";
  TokenAnswer fetch(HeaderList headers, std::string body, const std::string& connection = "shop") {
    headers.emplace_back("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    auto issuing = engine->intake().tokens().issue("acme", connection, peer, std::move(headers), std::move(body));
    return run(std::move(issuing));
  }
  TokenAnswer fetch_by(const std::string& id, const std::string& secret, const std::string& connection = "shop") {
    return fetch({{"Authorization", "Basic " + to_base64(id + ":" + secret)}}, "grant_type=client_credentials", connection);
  }
  static std::string token_of(const TokenAnswer& answer) {
    auto parsed = document::Document::parse(answer.body);
    return parsed ? std::string(parsed->root().get("access_token").text()) : "";
  }
};

TEST(Proofs, XU4_EachOfTheDeclaredProofsIsEnoughAndIsToldByName) {
  Carrier world;
  EXPECT_EQ(world.push({{"credential", "registered"}}, "1").status, 200);
  EXPECT_EQ(world.push({{"X-Api-Key", "app-1"}}, "2").status, 200);
  const auto token = Carrier::token_of(world.fetch_by("carrier", "s3cret+of+the+portal"));
  EXPECT_EQ(token.size(), 64u);
  EXPECT_EQ(world.push({{"Authorization", "Bearer " + token}}, "3").status, 200);
  EXPECT_EQ(world.counts().events, 3);
  std::string proofs;
  for (const auto& job : world.jobs()) {
    auto story = world.run(world.store->story(job.id));
    auto plain = world.vault->open("acme", "event", (*story)->payload);
    proofs += std::string(document::Document::parse(*plain)->root().get("proof").text()) + ",";
  }
  EXPECT_EQ(proofs, "v1,portal key,portal token,");
  // The same bytes are the same event, whatever proves them.
  EXPECT_EQ(world.push({{"credential", "registered"}}, "3").status, 200);
  EXPECT_EQ(world.counts().events, 3);
}

TEST(Proofs, XU4_T1_WhatHoldsForNoneIsRefused) {
  Carrier world;
  EXPECT_EQ(world.push({}, "1").status, 401);
  EXPECT_EQ(world.push({{"credential", "app-1"}}, "1").status, 401);
  EXPECT_EQ(world.push({{"x-api-key", "registered"}}, "1").status, 401);
  EXPECT_EQ(world.push({{"Authorization", "Bearer guessed"}}, "1").status, 401);
  EXPECT_EQ(world.push({{"Authorization", "Basic app-1"}}, "1").status, 401);
  EXPECT_EQ(world.counts().events, 0);
  // A proof whose secret is not set is none; the others go on.
  world.secrets.erase("acme/shop#alert_credential");
  world.engine->intake().forget_secrets();
  EXPECT_EQ(world.push({{"credential", ""}}, "1").status, 401);
  EXPECT_EQ(world.push({{"x-api-key", "app-1"}}, "1").status, 200);
}

TEST(Proofs, XU4_ATokenLivesForItsTimeAlsoOverARestartAndOnlyForItsConnection) {
  Carrier world;
  const auto answer = world.fetch({}, "grant_type=client_credentials&client_id=carrier&client_secret=s3cret+of+the+portal");
  EXPECT_EQ(answer.status, 200);
  const auto token = Carrier::token_of(answer);
  EXPECT_NE(answer.body.find("\"token_type\":\"Bearer\",\"expires_in\":3600"), std::string::npos) << answer.body;
  auto rows = world.run(world.store->list(store::Table::kv, "@token/acme/shop/"));
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->front().key.find(token), std::string::npos) << "only its digest is kept";
  EXPECT_EQ(rows->front().value.find(token), std::string::npos);
  world.restart();
  world.loop->run_for(std::chrono::minutes(59));
  EXPECT_EQ(world.push({{"Authorization", "Bearer " + token}}, "1").status, 200);
  EXPECT_FALSE(*world.run(world.engine->intake().tokens().holds("acme", "books", token)));
  world.loop->run_for(std::chrono::minutes(2));
  EXPECT_EQ(world.push({{"Authorization", "Bearer " + token}}, "2").status, 401);
  auto trail = world.run(world.store->audit("acme", 0, 100));
  int issued = 0;
  for (const auto& entry : *trail) issued += entry.act == "token.issued" && entry.subject == "shop" ? 1 : 0;
  EXPECT_EQ(issued, 1);
}

TEST(Proofs, XU4_WrongSecretsAndUnknownConnectionsAreAnsweredAlike) {
  Carrier world;
  const auto wrong = world.fetch_by("carrier", "guess"), unknown = world.fetch_by("carrier", "s3cret+of+the+portal", "nowhere");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body, "{\"error\":\"invalid_client\"}");
  EXPECT_TRUE(wrong.challenges);
  EXPECT_EQ(unknown.status, wrong.status);
  EXPECT_EQ(unknown.body, wrong.body);
  EXPECT_EQ(unknown.challenges, wrong.challenges);
  world.secrets.erase("acme/shop#push_client_secret");
  EXPECT_EQ(world.fetch_by("carrier", "").status, 401) << "a secret that is not set is none";
  EXPECT_EQ(world.fetch_by("carrier", "-").status, 401);
}

// RFC 6749 section 2.3.1 wants both written as in a form, and many a remote (and `curl -u`) sends them as they are.
TEST(Proofs, XU4_ASecretWithAPlusIsTakenAsItIsAndAsInAForm) {
  Carrier world;
  world.secrets["acme/shop#push_client_secret"] = "a+b/c%d==";
  EXPECT_EQ(world.fetch_by("carrier", "a+b/c%d==").status, 200);
  EXPECT_EQ(world.fetch_by("carrier", "a%2Bb%2Fc%25d%3D%3D").status, 200);
  EXPECT_EQ(world.fetch_by("carrier", "a b/c%d==").status, 401);
  world.secrets["acme/shop#push_client_secret"] = "a b";
  EXPECT_EQ(world.fetch_by("carrier", "a+b").status, 200);
  EXPECT_EQ(world.fetch_by("carrier", "a b").status, 200);
}

TEST(Proofs, XU4_RequestsThatAreNoneAreRefusedAndManyAreHeldBack) {
  Carrier world;
  EXPECT_EQ(world.fetch({}, "grant_type=password&client_id=carrier&client_secret=x").body, "{\"error\":\"unsupported_grant_type\"}");
  EXPECT_EQ(world.fetch({}, "client_id=carrier").status, 400);
  EXPECT_EQ(world.fetch({}, "grant_type=client_credentials&grant_type=client_credentials").status, 400);
  EXPECT_EQ(world.fetch({{"Authorization", "Basic ???"}}, "grant_type=client_credentials").status, 400);
  EXPECT_EQ(world.fetch({{"Authorization", "Basic YTpi"}}, "grant_type=client_credentials&client_secret=b").status, 400)
      << "two ways at once";
  EXPECT_EQ(
      world.run(world.engine->intake().tokens().issue("acme", "shop", "192.0.2.1", {{"Content-Type", "application/json"}}, "{}")).status,
      400);
  int busy = 0;
  for (int i = 0; i < 610; ++i) busy += world.fetch_by("carrier", "guess", i % 2 == 0 ? "shop" : "nowhere").status == 429 ? 1 : 0;
  EXPECT_EQ(busy, 10);
  // Nobody's guesses keep the remote from its token, nor those of one address another.
  EXPECT_EQ(world.fetch_by("carrier", "s3cret+of+the+portal").status, 200);
  world.peer = "192.0.2.2";
  EXPECT_EQ(world.fetch_by("carrier", "guess").status, 401);
  for (int i = 1; i < 600; ++i) EXPECT_EQ(world.fetch_by("carrier", "s3cret+of+the+portal").status, 200);
  EXPECT_EQ(world.fetch_by("carrier", "s3cret+of+the+portal").status, 429);
  world.loop->run_for(std::chrono::minutes(2));
  EXPECT_EQ(world.fetch_by("carrier", "s3cret+of+the+portal").status, 200);
}

// An id of an app is no secret: once a better proof was set up, it proves nothing any more.
TEST(Proofs, XU4_T1_AWeakProofHoldsOnlyWhileThereIsNoBetterOne) {
  Carrier world;
  world.catalog.routes.front().proofs[1].unless = {"alert_credential", "push_client_secret"};
  world.restart();
  EXPECT_EQ(world.push({{"x-api-key", "app-1"}}, "1").status, 401);
  EXPECT_EQ(world.push({{"credential", "registered"}}, "1").status, 200);
  world.secrets.erase("acme/shop#alert_credential");
  world.engine->intake().forget_secrets();
  EXPECT_EQ(world.push({{"x-api-key", "app-1"}}, "2").status, 401);
  world.secrets.erase("acme/shop#push_client_secret");
  world.engine->intake().forget_secrets();
  EXPECT_EQ(world.push({{"x-api-key", "app-1"}}, "2").status, 200);
}

}  // namespace
}  // namespace mlc::engine::testing
