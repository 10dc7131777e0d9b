// Deliveries signed by RSA with keys that the remote publishes: which keys are believed, for how long, and how often they are asked for.
#include "runtime/engine/signing_keys.h"

#include "runtime/base/date.h"
#include "tests/unit/crypto/rsa_samples.h"
#include "tests/unit/engine/world.h"

namespace mlc::engine::testing {
namespace {

using crypto::RsaSigner;
using crypto::Verdict;

std::string set_of(const std::vector<std::string>& keys) {
  std::string list;
  for (const auto& key : keys) list += (list.empty() ? "" : ",") + key;
  return "{\"keys\":[" + list + "]}";
}

// The shop of the world, signing by RSA. Its key set is what `orders.get` gives for no id; where no flow wants its events, nothing else
// is read.
struct Signed {
  World world;
  explicit Signed(bool wanted = false) {
    if (!wanted) world.instances.clear();
    using Kind = crypto::PlainMac::Part::Kind;
    crypto::RsaSignature rsa;
    rsa.over = {{Kind::header, "x-time"}, {Kind::literal, "."}, {Kind::body, ""}};
    rsa.signature = "x-signature", rsa.key = "x-key-id", rsa.time = "x-time", rsa.keys = "orders.get";
    auto& proof = world.catalog.routes.front().proofs.front();
    proof.scheme = {};
    proof.scheme.mac = rsa;
    proof.scheme.secret = "webhook_keys";
    publish({RsaSigner::of("one").jwk()});
    world.start();
  }
  void publish(const std::vector<std::string>& keys) { world.remote.orders[""] = set_of(keys); }
  HeaderList signed_by(const RsaSigner& signer, const std::string& key_id, const std::string& body) {
    const auto time = format_rfc3339(world.loop->wall());
    return {{"X-Time", time}, {"X-Key-Id", key_id}, {"X-Signature", signer.sign(time + "." + body)}};
  }
  IntakeAnswer answer(const std::string& id, const RsaSigner& signer, const std::string& key_id, bool signs_other = false) {
    const auto body = World::order_event(id);
    auto asking = world.engine->intake().webhook("acme", "shop", signed_by(signer, key_id, signs_other ? "{}" : body), body);
    return world.run(std::move(asking));
  }
  int deliver(const std::string& id, const std::string& key) { return answer(id, RsaSigner::of(key), key).status; }
  int forge(const std::string& id, const std::string& key_id) { return answer(id, RsaSigner::of("forger"), key_id).status; }
  uint64_t refused(Verdict::Kind kind) { return world.engine->intake().counts().refused[kind]; }
  int& reads() { return world.remote.reads; }
  void pass(Duration time) { world.loop->run_for(time); }
};

TEST(SigningKeys, T1_TheFirstDeliveryPinsTheKeysThatTheRemotePublishesAndForgedOnesStayOut) {
  Signed s;
  EXPECT_EQ(s.deliver("1", "one"), 200);
  EXPECT_EQ(s.deliver("2", "one"), 200);
  EXPECT_EQ(s.forge("3", "one"), 401);
  EXPECT_EQ(s.answer("3", RsaSigner::of("one"), "one", true).status, 401) << "another body was signed";
  EXPECT_EQ(s.refused(Verdict::mismatch), 2u);
  EXPECT_EQ(s.reads(), 1) << "what is pinned is not asked for again";
  EXPECT_EQ(s.world.counts().events, 2);
}

TEST(SigningKeys, T1_AnUnknownKeyIsAskedForOnceAndMadeUpOnesMakeUsAskNoMore) {
  Signed s;
  EXPECT_EQ(s.deliver("1", "one"), 200);
  s.pass(kKeysAgain);
  s.reads() = 0;
  EXPECT_EQ(s.forge("2", "made-up"), 401) << "asked for, and not there";
  for (int i = 0; i < 50; ++i) {
    const auto answer = s.answer("2", RsaSigner::of("forger"), "made-up-" + std::to_string(i));
    EXPECT_EQ(answer.status, 503) << "nobody knows yet what it is worth";
    EXPECT_LE(answer.retry_after, 60);
    EXPECT_GE(answer.retry_after, 1);
  }
  EXPECT_EQ(s.reads(), 1);
  EXPECT_EQ(s.refused(Verdict::unknown_key), 51u);
  EXPECT_EQ(s.deliver("3", "one"), 200) << "what is known goes on";
  EXPECT_EQ(s.world.counts().events, 2);
}

TEST(SigningKeys, T1_AReloadOfTheRoutesOpensNoDoorForAskingMoreOften) {
  Signed s;
  EXPECT_EQ(s.deliver("1", "one"), 200);
  s.pass(kKeysAgain);
  EXPECT_EQ(s.forge("2", "made-up"), 401);
  s.reads() = 0;
  s.world.engine->intake().set_routes(s.world.catalog.routes);
  EXPECT_EQ(s.forge("2", "made-up"), 503);
  EXPECT_EQ(s.deliver("3", "one"), 200);
  EXPECT_EQ(s.reads(), 0);
}

TEST(SigningKeys, T1_ANewKeyIsTakenFromTheSamePlaceAndOneThatIsPublishedNoMoreIsTrustedNoMore) {
  Signed s;
  EXPECT_EQ(s.deliver("1", "one"), 200);
  s.publish({RsaSigner::of("two").jwk()});
  EXPECT_EQ(s.deliver("2", "two"), 503) << "just asked: it comes again";
  s.pass(kKeysAgain);
  EXPECT_EQ(s.deliver("2", "two"), 200);
  s.pass(kKeysAgain);
  EXPECT_EQ(s.deliver("3", "one"), 401);
  s.world.restart();
  s.reads() = 0;
  EXPECT_EQ(s.deliver("4", "two"), 200);
  EXPECT_EQ(s.reads(), 0) << "pinned over a restart";
}

TEST(SigningKeys, T1_DeliveriesThatComeWhileTheKeysAreAskedForWaitForThem) {
  Signed s;
  std::vector<int> statuses;
  for (int i = 0; i < 8; ++i) {
    const auto body = World::order_event(std::to_string(i));
    auto asking = s.world.engine->intake().webhook("acme", "shop", s.signed_by(RsaSigner::of("one"), "one", body), body);
    spawn<IntakeAnswer>(std::move(asking), [&](IntakeAnswer answer) { statuses.push_back(answer.status); });
  }
  s.pass(std::chrono::seconds(30));
  EXPECT_EQ(statuses, std::vector<int>(8, 200));
  EXPECT_EQ(s.reads(), 1);
}

TEST(SigningKeys, T1_AKeyThatChangesUnderItsIdIsNotTakenWhileTheOneBeforeIsTrusted) {
  Signed s;
  EXPECT_EQ(s.deliver("1", "one"), 200);
  s.pass(kKeysAgain);
  auto changed = RsaSigner::of("forger").jwk();
  changed.replace(changed.find("forger"), 6, "one");
  s.publish({changed, RsaSigner::of("two").jwk()});
  EXPECT_EQ(s.deliver("2", "two"), 503) << "nothing of such a set";
  EXPECT_EQ(s.forge("3", "one"), 401);
  EXPECT_EQ(s.deliver("4", "one"), 200) << "the pinned one goes on";
  s.pass(kKeysTrusted);
  EXPECT_EQ(s.deliver("5", "two"), 200) << "for a day, not for ever";
}

TEST(SigningKeys, T1_WhileTheKeysCannotBeAskedForNothingIsTakenAndTheSenderIsToldToComeAgain) {
  Signed s;
  s.world.remote.read_faults = {"unavailable"};
  EXPECT_EQ(s.deliver("1", "one"), 503);
  EXPECT_EQ(s.deliver("1", "one"), 503) << "not asked again at once";
  EXPECT_EQ(s.reads(), 1);
  EXPECT_EQ(s.world.counts().events, 0);
  s.pass(kKeysAgain);
  EXPECT_EQ(s.deliver("1", "one"), 200);
  s.publish({});
  s.pass(kKeysAgain);
  EXPECT_EQ(s.deliver("2", "two"), 503) << "no key set is no answer";
  s.world.remote.orders[""] = "<html>Welcome</html>";
  s.pass(kKeysAgain);
  EXPECT_EQ(s.deliver("2", "two"), 503);
  EXPECT_EQ(s.world.counts().events, 1);
}

TEST(SigningKeys, T1_PinnedKeysAreRenewedInTheirDayAndTrustedNoLongerThanIt) {
  Signed s;
  EXPECT_EQ(s.deliver("1", "one"), 200);
  s.pass(kKeysRenewed);
  EXPECT_EQ(s.deliver("2", "one"), 200);
  s.pass(std::chrono::seconds(10));
  EXPECT_EQ(s.reads(), 2) << "beside the delivery";
  s.pass(kKeysRenewed + std::chrono::minutes(1));
  s.world.remote.read_faults = {"unavailable", "unavailable"};
  EXPECT_EQ(s.deliver("3", "one"), 200) << "not yet a day old, though they can't be had just now";
  s.pass(kKeysRenewed);
  EXPECT_EQ(s.deliver("4", "one"), 503) << "a day old: not trusted";
  s.pass(kKeysAgain);
  EXPECT_EQ(s.deliver("4", "one"), 200);
}

TEST(SigningKeys, T2_TheSameBytesAgainAreTheSameEventAndOldOnesAreStale) {
  Signed s(true);
  const auto body = World::order_event("1");
  const auto headers = s.signed_by(RsaSigner::of("one"), "one", body);
  for (int i = 0; i < 3; ++i) {
    auto asking = s.world.engine->intake().webhook("acme", "shop", headers, body);
    EXPECT_EQ(s.world.run(std::move(asking)).status, 200);
  }
  EXPECT_EQ(s.world.counts().jobs_born, 1);
  EXPECT_EQ(s.world.engine->intake().counts().duplicates, 2u);
  s.pass(std::chrono::minutes(6));
  auto late = s.world.engine->intake().webhook("acme", "shop", headers, body);
  EXPECT_EQ(s.world.run(std::move(late)).status, 401);
  EXPECT_EQ(s.refused(Verdict::stale), 1u);
}

TEST(SigningKeys, T1_OneWhoDoesNotKnowTheSecretInTheAddressMakesNobodyAsk) {
  Signed s;
  auto routes = s.world.catalog.routes;
  routes.front().proofs.front().scheme.token = crypto::TokenHeader{std::string(crypto::kPathToken), "hook_token"};
  s.world.secrets["acme/shop#hook_token"] = "in-the-address";
  s.world.engine->intake().set_routes(routes);
  EXPECT_EQ(s.forge("1", "made-up"), 401);
  EXPECT_EQ(s.deliver("1", "one"), 401) << "signed by the remote, but for somebody else's account";
  EXPECT_EQ(s.reads(), 0);
}

TEST(SigningKeys, T1_WhatHasAnAddressWithABetterProofIsNotBelievedAtAnother) {
  Signed s(true);
  auto routes = s.world.catalog.routes;
  auto& signed_route = routes.front();
  signed_route.address = "shop.v2";
  signed_route.topics = {"order/updated"};
  auto weaker = signed_route;
  weaker.address = "shop";
  weaker.topics = {"order/archived"};
  weaker.proofs.front().scheme = {};
  weaker.proofs.front().scheme.token = crypto::TokenHeader{"x-token", "push_secret"};
  s.world.secrets["acme/shop#push_secret"] = "known";
  routes.push_back(weaker);
  s.world.engine->intake().set_routes(routes);
  const auto body = World::order_event("1");
  auto unsigned_one = s.world.engine->intake().webhook("acme", "shop", {{"x-token", "known"}}, body);
  EXPECT_EQ(s.world.run(std::move(unsigned_one)).status, 403);
  EXPECT_EQ(s.world.counts().events, 0);
  auto genuine = s.world.engine->intake().webhook("acme", "shop.v2", s.signed_by(RsaSigner::of("one"), "one", body), body);
  EXPECT_EQ(s.world.run(std::move(genuine)).status, 200);
  EXPECT_EQ(s.world.counts().jobs_born, 1) << "it is of the one connection";
}

TEST(SigningKeys, T1_OnlyStrongRsaKeysForSignaturesAreTakenFromASet) {
  const auto one = RsaSigner::of("one").jwk(), two = RsaSigner::of("two").jwk("");
  auto taken = signing_keys_of(
      set_of({one, two, RsaSigner::of("enc").jwk(R"("use":"enc")"), RsaSigner::of("pss").jwk(R"("alg":"PS256")"),
              RsaSigner::of("wraps").jwk(R"("key_ops":["wrapKey"])"), RsaSigner::of("small", 1024).jwk(),
              R"({"kty":"oct","kid":"mac","k":"AQAB"})", R"({"kty":"EC","kid":"ec"})", R"({"kty":"RSA","alg":"none","kid":"x"})"}),
      "");
  ASSERT_TRUE(taken) << taken.error().text();
  EXPECT_EQ(*taken, RsaSigner::of("one").pinned() + "\n" + RsaSigner::of("two").pinned());
  EXPECT_FALSE(signing_keys_of(set_of({one, one}), ""));
  EXPECT_FALSE(signing_keys_of(set_of({}), ""));
  EXPECT_FALSE(signing_keys_of(set_of({R"({"kty":"oct","kid":"mac","k":"AQAB"})"}), ""));
  EXPECT_FALSE(signing_keys_of("<html>", ""));
  std::vector<std::string> many;
  for (int i = 0; i <= 16; ++i) {
    auto key = one;
    many.push_back(key.replace(key.find("\"one\""), 5, "\"k" + std::to_string(i) + "\""));
  }
  EXPECT_FALSE(signing_keys_of(set_of(many), ""));
}

TEST(SigningKeys, T1_WhatIsKeptIsReadBackAndAClockThatWasSetBackMakesNothingLast) {
  const PinnedKeys keys{WallTime(std::chrono::seconds(1'700'000'000)), RsaSigner::of("one").pinned()};
  const auto back = kept_keys(kept_text(keys));
  EXPECT_EQ(back.asked, keys.asked);
  EXPECT_EQ(back.lines, keys.lines);
  EXPECT_TRUE(back.trusted(keys.asked));
  EXPECT_TRUE(back.trusted(keys.asked + kKeysTrusted - std::chrono::seconds(1)));
  EXPECT_FALSE(back.trusted(keys.asked + kKeysTrusted));
  EXPECT_FALSE(back.trusted(keys.asked - std::chrono::hours(1)));
  for (const char* text : {"", "yesterday\nkey", "2026-01-01T00:00:00Z"}) EXPECT_FALSE(kept_keys(text).trusted(keys.asked)) << text;
}

}  // namespace
}  // namespace mlc::engine::testing
