// Tokens that come of our own credentials (RFC 6749 4.4; XU3, XF3): made when they are asked for, once for everybody, kept until
// shortly before their end, and made anew when a remote refuses one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/auth/authorize.h"
#include "runtime/auth/authorizer.h"
#include "runtime/auth/token_endpoint.h"
#include "runtime/base/virtual_loop.h"
#include "tests/unit/auth/fake_provider.h"
#include "tests/unit/limits/fake_store.h"

namespace mlc::auth {
namespace {

using namespace std::chrono_literals;

class ClientCredentialsTest : public ::testing::Test {
 protected:
  ClientCredentialsTest() {
    auto parsed = document::Document::parse(
        R"({"kind":"client_credentials","token_path":"/token","scope":"ship","token_headers":{"x-merchant-id":"{merchant_id?}"},)"
        R"("limits":[{"calls":250,"per":"1d","scope":["grant"]},{"errors":1,"per":"10m","count":[403]}]})");
    auto spec = parse_auth(parsed->root(), "auth");
    if (!spec) throw std::runtime_error(spec.error().text());
    spec_ = std::make_shared<const AuthSpec>(std::move(*spec));
    vault_.secrets = {{"grant:g client_id", "app"}, {"grant:g client_secret", "app secret"}};
    start();
  }
  void start() {
    callers_.clear();
    authorizer_.reset();
    limits_ = std::make_unique<limits::Limits>(env(), nullptr);
    authorizer_ = std::make_unique<Authorizer>(Authorizer::Parts{&store_, &vault_, limits_.get(), &provider_, &Log::null(), env()},
                                               Options{"one", "https://hooks.example.com"});
    GrantSetup setup;
    setup.name = "g";
    setup.owner = "grant:g";
    setup.system = "carrier";
    setup.spec = spec_;
    setup.token_url = "https://login.example.com/token";
    authorizer_->configure({setup}, {{"acme", "labels", "g", "grant:g", spec_, {"api.example.com"}}});
  }
  Environment env() { return {&loop_, &loop_, &loop_, &random_}; }

  Task<Unit> ask(Result<Credentials>* end) {
    Need need;
    need.client = "acme";
    need.connection = "labels";
    need.host = "api.example.com";
    need.must_live = 25s;
    need.patience = 5s;
    *end = co_await authorizer_->credentials(need, nullptr);
    co_return Unit{};
  }
  // The header that goes out, or the error's text.
  std::string call() {
    auto end = std::make_shared<Result<Credentials>>(Error(Code::timeout, "no answer"));
    callers_.spawn(ask(end.get()));
    loop_.run_for(10s);
    if (!*end) return (*end).error().text();
    http::Headers headers;
    std::string target, body;
    (*end)->apply(headers, target, body);
    generation_ = (*end)->generation;
    kept_.push_back(end);
    return std::string(headers.get("Authorization").value_or(""));
  }

  VirtualLoop loop_;
  SeededRandom random_{7};
  store::FakeStore store_{env()};
  FakeProvider provider_{env()};
  FakeVault vault_;
  std::shared_ptr<const AuthSpec> spec_;
  std::unique_ptr<limits::Limits> limits_;
  std::unique_ptr<Authorizer> authorizer_;
  Scope callers_;
  std::vector<std::shared_ptr<Result<Credentials>>> kept_;
  int64_t generation_ = 0;
};

TEST_F(ClientCredentialsTest, XU3_XF3_OneTokenServesAllUntilShortlyBeforeItsEnd) {
  EXPECT_EQ(authorizer_->held("acme", "labels"), std::nullopt);
  EXPECT_EQ(call(), "Bearer access!1");
  EXPECT_EQ(provider_.bodies.at(0), "grant_type=client_credentials&scope=ship&client_id=app&client_secret=app%20secret");
  EXPECT_EQ(provider_.headers.get("x-merchant-id"), std::nullopt);
  loop_.run_for(500s);
  EXPECT_EQ(call(), "Bearer access!1");
  EXPECT_EQ(provider_.requests, 1);
  loop_.run_for(40s);  // in the last tenth of its ten minutes
  EXPECT_EQ(call(), "Bearer access!2");
  loop_.run_for(24h);
  EXPECT_EQ(provider_.requests, 2) << "nobody asked, so nothing is renewed";
}

TEST_F(ClientCredentialsTest, AStartGoesOnWithTheTokenThatIsStored) {
  EXPECT_EQ(call(), "Bearer access!1");
  start();
  EXPECT_EQ(call(), "Bearer access!1");
  EXPECT_EQ(provider_.requests, 1);
}

TEST_F(ClientCredentialsTest, XU3_ARefusedTokenIsMadeAnewOnce) {
  EXPECT_EQ(call(), "Bearer access!1");
  Status end = Error(Code::timeout, "");
  spawn<Status>(authorizer_->after_401("acme", "labels", generation_, 5s, nullptr), [&](Status given) { end = given; });
  loop_.run_for(10s);
  EXPECT_TRUE(end) << end.error().text();
  EXPECT_EQ(call(), "Bearer access!2");
  EXPECT_EQ(provider_.requests, 2);
}

TEST_F(ClientCredentialsTest, WrongCredentialsHoldTheConnectionUntilSomebodySetsThemRight) {
  vault_.secrets["grant:g client_secret"] = "wrong";
  EXPECT_THAT(call(), testing::HasSubstr("the provider refuses the client id or secret of grant g: invalid_client"));
  call(), call();
  EXPECT_EQ(provider_.requests, 1) << "each question would be an error there";
  ASSERT_TRUE(authorizer_->held("acme", "labels"));
  EXPECT_EQ(authorizer_->held("acme", "labels")->reason_code, "credentials");
  vault_.secrets["grant:g client_secret"] = "app secret";
  vault_.secrets["grant:g merchant_id"] = "M-1";
  authorizer_->secret_changed("grant:g");
  EXPECT_EQ(call(), "Bearer access!1");
  EXPECT_EQ(provider_.headers.get("x-merchant-id"), "M-1");
}

TEST(TokenAnswer, XU3_XF3_A401InAnyWordsIsAboutCredentialsThatMakeTokensByThemselves) {
  AuthSpec spec;
  spec.kind = Kind::client_credentials;
  const auto wrong =
      judge_token_answer(spec, 401, R"({"response":{"errors":[{"code":"250002","message":"Invalid Authentication Information."}]}})");
  EXPECT_EQ(wrong.kind, TokenAnswer::Kind::dead);
  EXPECT_EQ(wrong.words, "HTTP 401: Invalid Authentication Information.");
  const auto held = judge_token_answer(spec, 403, R"({"transactionId":"1","errors":[{"code":"FORBIDDEN.ERROR","message":"Not now."}]})");
  EXPECT_EQ(held.kind, TokenAnswer::Kind::refused);
  EXPECT_EQ(held.words, "HTTP 403: Not now.");
  // Where somebody agreed, a 401 may pass: the grant stands until its provider says that it is over.
  spec.kind = Kind::authorization_code;
  EXPECT_EQ(judge_token_answer(spec, 401, "").kind, TokenAnswer::Kind::refused);
}

TEST_F(ClientCredentialsTest, XF3_A403OnTheTokenCallHoldsAllTokenCallsForTenMinutes) {
  provider_.fault = FakeProvider::Fault::status_403;
  EXPECT_THAT(call(), testing::HasSubstr("HTTP 403"));
  loop_.run_for(5min);
  call();
  EXPECT_EQ(provider_.requests, 1);
  loop_.run_for(6min);
  EXPECT_EQ(call(), "Bearer access!1");
}

TEST_F(ClientCredentialsTest, NobodyCanAgreeToIt) {
  auto link = authorizer_->flow().start_link("g");
  ASSERT_FALSE(link);
  EXPECT_THAT(link.error().text(), testing::HasSubstr("needs nobody's consent"));
}

}  // namespace
}  // namespace mlc::auth
