// What the internet may send to the real server (T1 to T3, F17, F20): forged, replayed and re-written deliveries, and
// requests whose framing two readers could understand differently. Each refusal is counted where an operator looks.
#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "runtime/crypto/signature.h"
#include "tests/system/harness.h"

namespace mlc::system_test {
namespace {

class Intake : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>();
    ASSERT_NO_FATAL_FAILURE(world_->make_ready());
    hook_fields_ = world_->signed_fields({"any", "any"});
  }
  static void TearDownTestSuite() { world_.reset(); }
  void SetUp() override { ASSERT_EQ(world_->web().get(world_->public_url() + "/readyz").status, 200) << world_->server_log(); }

  static double refused(const std::string& reason) { return world_->metric("mlc_webhooks_refused_total{reason=\"" + reason + "\"}"); }
  static double counted(const std::string& result) { return world_->metric("mlc_webhooks_total{result=\"" + result + "\"}"); }
  static int64_t new_order() {
    return world_->seed({{"orders", 1}, {"kinds", {"registered"}}, {"events", false}})["orders"][0]["id"].get<int64_t>();
  }
  static Fields with(Fields fields, const std::string& name, const std::string& value) {
    for (auto& [key, old] : fields)
      if (key == name) old = value;
    return fields;
  }
  static Fields without(Fields fields, const std::string& name) {
    std::erase_if(fields, [&](const auto& field) { return field.first == name; });
    return fields;
  }
  static double births() {
    const Json told = world_->status();
    return told["clients"][0]["equation"]["jobs_born"].get<double>();
  }

  static inline std::unique_ptr<World> world_;
  static inline Fields hook_fields_;
};

struct Refusal {
  std::string what;
  Fields fields;
  std::string body;
  int status;
  std::string reason;
};

TEST_F(Intake, BC1_ForgedUnsignedStaleAndRewrittenDeliveriesAreRefusedAndCounted) {
  const Delivery genuine = world_->order_event("forged-1", 100);
  const Fields good = world_->signed_fields(genuine);
  const std::string signature = good[3].second;
  ASSERT_EQ(good[3].first, "webhook-signature");

  std::string flipped = signature;
  flipped[10] = flipped[10] == 'A' ? 'B' : 'A';
  Fields doubled = good;
  doubled.push_back(good[3]);
  Fields two_ids = good;
  two_ids.push_back({"Webhook-Id", "another"});
  // The same JSON value written differently, as a proxy that parses and prints would.
  const std::string rewritten = Json::parse(genuine.body).dump(1);
  const std::string other_order = replaced(genuine.body, "\"id\":100", "\"id\":101");
  ASSERT_NE(other_order, genuine.body);
  const Delivery by_stranger = genuine;
  Fields strange = with(good, "webhook-signature",
                        crypto::sign_standard_webhook("a key that the shop does not have", genuine.id, good[2].second, genuine.body));

  const std::vector<Refusal> refusals = {
      {"forged: one letter of the signature", with(good, "webhook-signature", flipped), genuine.body, 401, "mismatch"},
      {"forged: another key", strange, genuine.body, 401, "mismatch"},
      {"forged: another body under a genuine signature", good, other_order, 401, "mismatch"},
      {"re-serialised", good, rewritten, 401, "mismatch"},
      {"another id under a genuine signature", with(good, "webhook-id", "forged-2"), genuine.body, 401, "mismatch"},
      {"another time under a genuine signature", with(good, "webhook-timestamp", std::to_string(world_->now() + 5)), genuine.body, 401,
       "mismatch"},
      {"unsigned", without(good, "webhook-signature"), genuine.body, 401, "missing"},
      {"no id", without(good, "webhook-id"), genuine.body, 401, "missing"},
      {"no time", without(good, "webhook-timestamp"), genuine.body, 401, "missing"},
      {"empty signature", with(good, "webhook-signature", ""), genuine.body, 401, "missing"},
      {"two signature fields", doubled, genuine.body, 400, "duplicate_field"},
      {"two ids", two_ids, genuine.body, 400, "duplicate_field"},
      {"an hour old", world_->signed_fields(genuine, -3600), genuine.body, 401, "stale"},
      {"an hour ahead", world_->signed_fields(genuine, 3600), genuine.body, 401, "stale"},
  };
  const double born = births(), accepted = counted("accepted");
  std::map<std::string, double> before, expected;
  for (const auto& refusal : refusals) before[refusal.reason] = refused(refusal.reason);
  for (const auto& refusal : refusals) {
    EXPECT_EQ(world_->deliver(refusal.fields, refusal.body).status, refusal.status) << refusal.what;
    ++expected[refusal.reason];
  }
  for (const auto& [reason, count] : expected) EXPECT_EQ(refused(reason) - before[reason], count) << reason;
  EXPECT_EQ(births(), born);
  EXPECT_EQ(counted("accepted"), accepted);
}

TEST_F(Intake, BC1_AWrongTokenBesideAGenuineSignatureIsRefused) {
  const Delivery delivery = world_->order_event("token-1", 100);
  const Fields good = world_->signed_fields(delivery);
  const std::string token = good.back().second;
  ASSERT_EQ(good.size(), 5u) << "the runtime registers its hooks with one header of its own";
  const double before = refused("mismatch");
  EXPECT_EQ(world_->deliver(with(good, good.back().first, token + "x"), delivery.body).status, 401);
  EXPECT_EQ(refused("mismatch"), before + 1);
  EXPECT_EQ(world_->deliver(without(good, good.back().first), delivery.body).status, 401);
}

TEST_F(Intake, ForAnotherStoreForAnUnknownHookAndNoJsonAreRefused) {
  Delivery foreign = world_->order_event("foreign-1", 100);
  foreign.body = replaced(foreign.body, "stores/abc123", "stores/zzz999");
  const double not_for_us = refused("not_for_us"), malformed = refused("malformed_body"), unknown = refused("unknown_hook");
  EXPECT_EQ(world_->deliver(foreign).status, 403);
  EXPECT_EQ(refused("not_for_us"), not_for_us + 1);
  for (const std::string body : {"{\"scope\":", "[]", "{\"scope\":\"a\",\"scope\":\"b\"}", "\xff\xfe", "{\"scope\":1}"}) {
    Delivery broken{"broken-" + std::to_string(body.size()), body};
    const int status = world_->deliver(broken).status;
    EXPECT_TRUE(status == 400 || status == 403) << body << " got " << status;
  }
  EXPECT_GT(refused("malformed_body"), malformed);
  const Delivery lost = world_->order_event("lost-1", 100);
  EXPECT_EQ(world_->web().call("POST", world_->public_url() + "/hooks/acme/nowhere", world_->signed_fields(lost), lost.body).status, 404);
  EXPECT_EQ(refused("unknown_hook"), unknown + 1);
  EXPECT_EQ(world_->web().call("GET", world_->public_url() + "/hooks/acme/shop").status, 405);
}

// T2: the id is signed; fresh time and signature do not make an old delivery a new one, not even after a restart.
TEST_F(Intake, BC5_AReplayedDeliveryIsAnsweredAndMakesNothing) {
  const Delivery delivery = world_->order_event("replayed-1", new_order());
  ASSERT_EQ(world_->deliver(delivery).status, 200);
  ASSERT_TRUE(world_->comes_to_rest(Seconds(30)));
  const double born = births(), duplicates = counted("duplicate");
  const size_t invoices = world_->books_state()["invoices"].size();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(world_->deliver(delivery).status, 200);
  EXPECT_EQ(counted("duplicate"), duplicates + 3);
  ASSERT_NO_FATAL_FAILURE(world_->stop());
  ASSERT_NO_FATAL_FAILURE(world_->start());
  EXPECT_EQ(world_->deliver(delivery).status, 200);
  EXPECT_EQ(counted("duplicate"), 1);
  ASSERT_TRUE(world_->comes_to_rest(Seconds(30)));
  EXPECT_EQ(births(), born);
  EXPECT_EQ(world_->books_state()["invoices"].size(), invoices);
}

// F17.
TEST_F(Intake, BC5_AHundredParallelDuplicatesMakeOneJob) {
  const int64_t order = new_order();
  const Delivery delivery = world_->order_event("parallel-1", order);
  const Fields fields = world_->signed_fields(delivery);
  const double born = births();
  std::atomic<int> answered{0};
  std::vector<std::thread> senders;
  for (int i = 0; i < 100; ++i) senders.emplace_back([&] { answered += world_->deliver(fields, delivery.body).status == 200; });
  for (auto& sender : senders) sender.join();
  EXPECT_EQ(answered, 100);
  ASSERT_TRUE(world_->comes_to_rest(Seconds(30)));
  EXPECT_EQ(births(), born + 1);
  const std::string reference = "shop-" + std::to_string(order);
  const Json books = world_->books_state();
  EXPECT_EQ(
      std::count_if(books["invoices"].begin(), books["invoices"].end(), [&](const Json& one) { return one["your_ref"] == reference; }), 1);
}

// T3: what a proxy in front and this server could frame differently is refused before anything reads it.
TEST_F(Intake, FramingTricksAreRefusedAndTheConnectionClosed) {
  const std::string host = "Host: " + world_->public_url().substr(8) + "\r\n";
  const std::string post = "POST /hooks/acme/shop HTTP/1.1\r\n" + host;
  const std::string smuggled = "GET /healthz HTTP/1.1\r\n" + host + "\r\n";
  const std::vector<std::pair<std::string, std::string>> tricks = {
      {"length and chunked (CL.TE)", post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled},
      {"two lengths that differ", post + "Content-Length: 2\r\nContent-Length: 4\r\n\r\nabcd" + smuggled},
      {"two lengths that agree", post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab" + smuggled},
      {"a list of lengths", post + "Content-Length: 2, 2\r\n\r\nab" + smuggled},
      {"a signed length", post + "Content-Length: +2\r\n\r\nab" + smuggled},
      {"a negative length", post + "Content-Length: -2\r\n\r\nab" + smuggled},
      {"a hexadecimal length", post + "Content-Length: 0x2\r\n\r\nab" + smuggled},
      {"a length with a blank", post + "Content-Length: 1 0\r\n\r\nab" + smuggled},
      {"a length that overflows", post + "Content-Length: 18446744073709551617\r\n\r\na" + smuggled},
      {"chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + smuggled},
      {"chunked, then something", post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + smuggled},
      {"two encodings", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + smuggled},
      {"an encoding with a vertical tab", post +
                                              "Transfer-Encoding: \x0b"
                                              "chunked\r\n\r\n0\r\n\r\n" +
                                              smuggled},
      {"an unknown encoding", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled},
      {"chunked under HTTP/1.0", "POST /hooks/acme/shop HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled},
      {"a blank before the colon", post + "Content-Length : 2\r\n\r\nab" + smuggled},
      {"a folded field", post + "X-One: a\r\n b\r\nContent-Length: 0\r\n\r\n" + smuggled},
      {"a bare line feed", "POST /hooks/acme/shop HTTP/1.1\n" + host + "Content-Length: 0\r\n\r\n" + smuggled},
      {"a bare carriage return in a value", post + "X-One: a\rContent-Length: 40\r\nContent-Length: 0\r\n\r\n" + smuggled},
      {"a zero byte in a value", post + "X-One: a" + std::string(1, '\0') + "b\r\nContent-Length: 0\r\n\r\n" + smuggled},
      {"two hosts", post + host + "Content-Length: 0\r\n\r\n" + smuggled},
      {"no host", "POST /hooks/acme/shop HTTP/1.1\r\nContent-Length: 0\r\n\r\n" + smuggled},
      {"a field without a name", post + ": x\r\nContent-Length: 0\r\n\r\n" + smuggled},
      {"a blank in the target", "POST /hooks/acme/shop x HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n" + smuggled},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"a chunk size that is none", post + "Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n" + smuggled},
      {"a chunk size with 0x", post + "Transfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n" + smuggled},
      {"a chunk longer than it says", post + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n" + smuggled},
      {"a trailer", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nX-One: a\r\n\r\n" + smuggled},
  };
  const double before = world_->metric("mlc_http_refused_total{reason=\"head\"}");
  const double born = births();
  for (const auto& [what, bytes] : tricks) {
    const std::string answer = world_->web().raw(world_->public_url(), bytes);
    if (answer.rfind("HTTP/1.1 4", 0) != 0 && answer.rfind("HTTP/1.1 5", 0) != 0) ADD_FAILURE() << what << " was answered: " << answer;
    EXPECT_EQ(answer.find("HTTP/1.1 2"), std::string::npos) << what << ": the smuggled request was served: " << answer;
    EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos) << what << ": the connection went on: " << answer;
  }
  EXPECT_EQ(world_->metric("mlc_http_refused_total{reason=\"head\"}") - before, static_cast<double>(tricks.size()));
  EXPECT_EQ(births(), born);
  EXPECT_EQ(world_->web().get(world_->public_url() + "/healthz").status, 200);
}

TEST_F(Intake, OverlargeHeadsAndBodiesAreRefused) {
  const Delivery delivery = world_->order_event("large-1", 100);
  Fields fields = world_->signed_fields(delivery);
  fields.emplace_back("X-Padding", std::string(20'000, 'a'));
  const int head = world_->deliver(fields, delivery.body).status;
  EXPECT_TRUE(head == 431 || head == 400 || head == 0) << head;
  const Delivery large{"large-2", "{\"scope\":\"" + std::string(2 * 1024 * 1024, 'a') + "\"}"};
  const int body = world_->deliver(large).status;
  EXPECT_TRUE(body == 413 || body == 0) << body;
  const double many = world_->metric("mlc_http_refused_total{reason=\"head\"}");
  std::string fields_text;
  for (int i = 0; i < 101; ++i) fields_text += "X-" + std::to_string(i) + ": a\r\n";
  const std::string answer = world_->web().raw(world_->public_url(), "GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + fields_text + "\r\n");
  EXPECT_EQ(answer.find("HTTP/1.1 200"), std::string::npos);
  EXPECT_EQ(world_->metric("mlc_http_refused_total{reason=\"head\"}"), many + 1);
}

// The admin side is not reached through the public door, nor without its token.
TEST_F(Intake, ThePublicDoorServesNothingOfTheAdminSide) {
  for (const std::string path : {"/api/v1/status", "/metrics", "/", "/api/v1/secrets"})
    EXPECT_EQ(world_->web().get(world_->public_url() + path).status, 404) << path;
}

}  // namespace
}  // namespace mlc::system_test
