// T10: what a forged, late, repeated or foreign callback gets.
#include "runtime/auth/authorize.h"

#include <gtest/gtest.h>

#include "runtime/base/virtual_loop.h"
#include "runtime/crypto/digest.h"
#include "tests/unit/auth/fake_provider.h"
#include "tests/unit/limits/fake_store.h"

namespace mlc::auth {
namespace {

using namespace std::chrono_literals;

class AuthorizeTest : public ::testing::Test {
 protected:
  AuthorizeTest() {
    AuthSpec spec;
    spec.kind = Kind::authorization_code;
    spec.pkce = true;
    spec.client_in_body = true;
    vault_.secrets = {{"grant:g client_id", "app"}, {"grant:g client_secret", "app secret"}};
    GrantSetup setup;
    setup.name = "g";
    setup.owner = "grant:g";
    setup.system = "remote";
    setup.spec = std::make_shared<const AuthSpec>(spec);
    setup.authorize_url = "https://login.example.com/auth";
    setup.token_url = "https://login.example.com/token";
    authorizer_.configure({setup}, {});
  }
  Environment env() { return {&loop_, &loop_, &loop_, &random_}; }

  template <class T>
  T run(Task<T> task) {
    std::optional<T> got;
    spawn<T>(std::move(task), [&](T end) { got.emplace(std::move(end)); });
    EXPECT_TRUE(loop_.run_until([&] { return got.has_value(); }, 5s));
    return std::move(*got);
  }
  static std::string parameter(const std::string& url, const std::string& name) {
    const size_t at = url.find(name + "=") + name.size() + 1;
    return url.substr(at, url.find('&', at) - at);
  }
  CallbackQuery answer(const Started& started) {
    CallbackQuery query;
    query.grant = "g";
    query.state = parameter(started.location, "state");
    query.code = "good!code";
    query.cookie = started.cookie;
    return query;
  }
  Started begin() {
    auto link = authorizer_.flow().start_link("g");
    return *run(authorizer_.flow().start(*link));
  }

  VirtualLoop loop_;
  SeededRandom random_{11};
  store::FakeStore store_{env()};
  FakeVault vault_;
  FakeProvider provider_{env()};
  limits::Limits limits_{env(), nullptr};
  Authorizer authorizer_{{&store_, &vault_, &limits_, &provider_, &Log::null(), env()}, {"one", "https://hooks.example.com"}};
};

TEST_F(AuthorizeTest, ExchangesTheCodeInTheBodyWithProofOfTheBeginning) {
  Started started = begin();
  EXPECT_EQ(parameter(started.location, "redirect_uri"), "https%3A%2F%2Fhooks.example.com%2Foauth%2Fcallback%2Fg");
  EXPECT_EQ(parameter(started.location, "code_challenge_method"), "S256");
  ASSERT_TRUE(run(authorizer_.flow().finish(answer(started))).ok());
  const std::string& body = provider_.bodies.back();
  EXPECT_EQ(parameter(started.location, "code_challenge"), to_base64url(crypto::sha256(parameter(body, "code_verifier"))));
  EXPECT_EQ(parameter(body, "code"), "good%21code");
  EXPECT_EQ(provider_.hosts.back(), "login.example.com");
  EXPECT_EQ(store_.saved_grants["g"].state, "ok");
}

TEST_F(AuthorizeTest, AStateWorksOnceForItsBrowserGrantAndTenMinutes) {
  Started started = begin();
  auto foreign = answer(started);
  foreign.cookie = "another";
  EXPECT_FALSE(run(authorizer_.flow().finish(foreign)).ok());
  EXPECT_FALSE(run(authorizer_.flow().finish(answer(started))).ok()) << "used up by the attempt";

  started = begin();
  loop_.run_for(10min + 1s);
  EXPECT_FALSE(run(authorizer_.flow().finish(answer(started))).ok());

  started = begin();
  auto other = answer(started);
  other.grant = "h";
  EXPECT_FALSE(run(authorizer_.flow().finish(other)).ok());

  started = begin();
  auto issuer = answer(started);
  issuer.iss = "https://evil.example.com";
  EXPECT_FALSE(run(authorizer_.flow().finish(issuer)).ok());

  started = begin();
  EXPECT_TRUE(run(authorizer_.flow().finish(answer(started))).ok());
  EXPECT_FALSE(run(authorizer_.flow().finish(answer(started))).ok());
  EXPECT_EQ(provider_.requests, 1);
}

TEST_F(AuthorizeTest, InvitationsWorkOnceAndSevenDaysAndCanBeWithdrawn) {
  auto invite = *run(authorizer_.flow().invite("g", "acme", "books", "operator"));
  for (auto& [place, row] : store_.rows) EXPECT_EQ(row.key.find(invite), std::string::npos) << "only a digest is kept";
  EXPECT_TRUE(run(authorizer_.flow().accept(invite)).ok());
  EXPECT_FALSE(run(authorizer_.flow().accept(invite)).ok());

  invite = *run(authorizer_.flow().invite("g", "acme", "books", "operator"));
  loop_.run_for(24h * 7 + 1s);
  EXPECT_FALSE(run(authorizer_.flow().accept(invite)).ok());

  invite = *run(authorizer_.flow().invite("g", "acme", "books", "operator"));
  EXPECT_EQ(*run(authorizer_.flow().revoke_invites("g", "operator")), 1);
  EXPECT_FALSE(run(authorizer_.flow().accept(invite)).ok());
  EXPECT_EQ(*run(authorizer_.flow().revoke_invites("g", "operator")), 0) << "only what was open is withdrawn";
  EXPECT_FALSE(run(authorizer_.flow().accept("guess")).ok());
}

TEST_F(AuthorizeTest, LookingAtAnInvitationDoesNotUseItUpAndItsEndIsToldInWords) {  // T10
  const auto said = [&](const std::string& link) {
    auto found = run(authorizer_.flow().invitation(link));
    return found ? "good for " + found->client + "/" + found->connection : found.error().text();
  };
  const auto used = *run(authorizer_.flow().invite("g", "acme", "books", "operator"));
  for (int scanner = 0; scanner < 3; ++scanner) EXPECT_EQ(said(used), "good for acme/books");
  EXPECT_TRUE(run(authorizer_.flow().accept(used)).ok());
  EXPECT_NE(said(used).find("was used on 20"), std::string::npos) << said(used);

  const auto withdrawn = *run(authorizer_.flow().invite("g", "acme", "books", "operator"));
  EXPECT_EQ(*run(authorizer_.flow().revoke_invites("g", "operator")), 1);
  EXPECT_NE(said(withdrawn).find("was withdrawn on 20"), std::string::npos) << said(withdrawn);

  const auto old = *run(authorizer_.flow().invite("g", "acme", "books", "operator"));
  loop_.run_for(24h * 7 + 1s);
  EXPECT_NE(said(old).find("ran out on 20"), std::string::npos) << said(old);
  EXPECT_NE(said("guess").find("not known here"), std::string::npos) << said("guess");
}

TEST_F(AuthorizeTest, AProviderThatRefusesIsQuoted) {
  Started started = begin();
  auto refused = answer(started);
  refused.code.clear();
  refused.error = "access_denied";
  auto end = run(authorizer_.flow().finish(refused));
  ASSERT_FALSE(end.ok());
  EXPECT_NE(end.error().text().find("access_denied"), std::string::npos);
  EXPECT_EQ(provider_.requests, 0);
}

}  // namespace
}  // namespace mlc::auth
