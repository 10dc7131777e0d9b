// Sessions by cookies (AS2): one sign-in serves all calls, cookies that change are followed, no seat is left behind, and a remote whose
// seats are all taken is not the same as one that refuses us.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/auth/authorizer.h"
#include "runtime/auth/session_login.h"
#include "runtime/base/strings.h"
#include "runtime/base/virtual_loop.h"
#include "tests/unit/auth/fake_provider.h"
#include "tests/unit/limits/fake_store.h"

namespace mlc::auth {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// Counts seats as such a remote does.
class FakeSite : public http::Transport {
 public:
  size_t seats = 1;
  std::set<std::string> open;
  std::vector<std::string> requests, bodies;
  std::string full = "API Login Limit";
  int full_status = 500, logins = 0;

  Task<http::SendResult> send(http::OutgoingRequest request) override {
    std::string target = request.url.target();
    if (request.credentials) request.credentials(request.headers, target, request.body);
    requests.push_back(target);
    bodies.push_back(request.body);
    if (target.ends_with("/logout")) {
      const std::string cookie(request.headers.get("Cookie").value_or(""));
      open.erase(cookie.substr(0, cookie.find(';')));
      co_return http::Response{204, {}, ""};
    }
    if (request.body.find("\"right\"") == std::string::npos)
      co_return http::Response{500, {}, R"({"message":"An error","exceptionMessage":"Invalid credentials. Try again."})"};
    if (open.size() >= seats) co_return http::Response{full_status, {}, full};
    const std::string session = "SID=" + std::to_string(++logins);
    open.insert(session);
    http::Headers headers;
    headers.add("Set-Cookie", session + "; path=/; HttpOnly");
    headers.add("Set-Cookie", ".AUTH=x; secure");
    co_return http::Response{204, headers, ""};
  }
};

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() {
    auto parsed = document::Document::parse(
        R"({"kind":"session","login":{"POST":"/auth/login","body":{"name":"{username}","password":"{password}",)"
        R"("tenant":"{setting.tenant}","branch?":"{setting.branch}","locale":"en"}},"logout":{"POST":"/auth/logout"},"idle":"10m","keep":"6m",)"
        R"("errors":{"full":["API Login Limit"],"dead":["Invalid credentials"],"message":["exceptionMessage"],"again":"15s"}})");
    auto spec = parse_auth(parsed->root(), "auth");
    if (!spec) throw std::runtime_error(spec.error().text());
    spec_ = std::make_shared<const AuthSpec>(std::move(*spec));
    vault_.secrets = {{"acme/erp username", "api"}, {"acme/erp password", "right"}};
    start();
  }
  ~SessionTest() override { callers_.clear(); }
  GrantSetup setup() {
    GrantSetup setup;
    setup.name = setup.owner = "acme/erp";
    setup.system = "erp";
    setup.spec = spec_;
    setup.token_url = "https://erp.example.com/auth/login";
    setup.logout_url = "https://erp.example.com/auth/logout";
    setup.settings = {{"tenant", "Company"}};
    return setup;
  }
  void start() {
    callers_.clear();
    authorizer_.reset();
    limits_ = std::make_unique<limits::Limits>(env(), nullptr);
    authorizer_ = std::make_unique<Authorizer>(Authorizer::Parts{&store_, &vault_, limits_.get(), &site_, &Log::null(), env()},
                                               Options{"one", "https://hooks.example.com"});
    authorizer_->configure({setup()}, {{"acme", "erp", "acme/erp", "acme/erp", spec_, {"erp.example.com"}}});
  }
  Environment env() { return {&loop_, &loop_, &loop_, &random_}; }

  Task<Unit> ask(Result<Credentials>* end) {
    Need need;
    need.client = "acme";
    need.connection = "erp";
    need.host = "erp.example.com";
    need.must_live = 300s;
    need.patience = 5s;
    *end = co_await authorizer_->credentials(need, &not_before_);
    co_return Unit{};
  }
  // The Cookie field that goes out, or the error's text. The call succeeds there at once.
  std::string call() {
    auto end = std::make_shared<Result<Credentials>>(Error(Code::timeout, "no answer"));
    callers_.spawn(ask(end.get()));
    loop_.run_for(1s);
    if (!*end) {
      code_ = (*end).error().code();
      return (*end).error().text();
    }
    http::Headers headers;
    std::string target, body;
    (*end)->apply(headers, target, body);
    generation_ = (*end)->generation;
    kept_.push_back(end);
    authorizer_->worked("acme", "erp", generation_);
    return std::string(headers.get("Cookie").value_or(""));
  }
  void drain() {
    bool done = false;
    spawn<Unit>(authorizer_->drain(), [&](Unit) { done = true; });
    loop_.run_for(10s);
    EXPECT_TRUE(done);
  }

  VirtualLoop loop_;
  SeededRandom random_{7};
  store::FakeStore store_{env()};
  FakeSite site_;
  FakeVault vault_;
  std::shared_ptr<const AuthSpec> spec_;
  std::unique_ptr<limits::Limits> limits_;
  std::unique_ptr<Authorizer> authorizer_;
  Scope callers_;
  std::vector<std::shared_ptr<Result<Credentials>>> kept_;
  int64_t generation_ = 0;
  Code code_ = Code::internal;
  WallTime not_before_{};
};

TEST_F(SessionTest, AS2_OneSignInServesAllCallsAndLivesOnByThem) {
  EXPECT_EQ(call(), "SID=1; .AUTH=x");
  EXPECT_EQ(site_.bodies.at(0), R"({"name":"api","password":"right","tenant":"Company","locale":"en"})");
  for (int minutes = 0; minutes < 40; minutes += 5) {
    loop_.run_for(5min);
    EXPECT_EQ(call(), "SID=1; .AUTH=x");
  }
  EXPECT_THAT(site_.requests, ElementsAre("/auth/login"));
}

TEST_F(SessionTest, AS2_ItIsSignedOutWhenNobodyNeedsItAndBeganAnewWhenSomebodyDoes) {
  call();
  loop_.run_for(6min + 1s);
  EXPECT_TRUE(site_.open.empty());
  EXPECT_THAT(site_.requests, ElementsAre("/auth/login", "/auth/logout"));
  EXPECT_EQ(call(), "SID=2; .AUTH=x");
}

TEST_F(SessionTest, AS2_AnEndSignsOut) {
  call();
  drain();
  EXPECT_TRUE(site_.open.empty());
}

TEST_F(SessionTest, AS2_AfterAKillTheSessionIsUsedOnAndStillSignedOut) {
  call();
  start();
  EXPECT_EQ(call(), "SID=1; .AUTH=x");
  EXPECT_EQ(site_.logins, 1);
  start();
  loop_.run_for(7min);
  EXPECT_TRUE(site_.open.empty()) << "also where nothing needed it after the start";
}

TEST_F(SessionTest, AS2_AConnectionThatIsTakenAwaySignsOut) {
  call();
  authorizer_->configure({}, {});
  loop_.run_for(5s);
  EXPECT_TRUE(site_.open.empty());
}

TEST_F(SessionTest, AS2_A401SignsInAnewAndLeavesNoSeatBehind) {
  call();
  Status end = Error(Code::timeout, "");
  spawn<Status>(authorizer_->after_401("acme", "erp", generation_, 5s, nullptr), [&](Status given) { end = given; });
  loop_.run_for(10s);
  EXPECT_TRUE(end) << end.error().text();
  EXPECT_EQ(call(), "SID=2; .AUTH=x");
  EXPECT_EQ(site_.open.size(), 1u) << "the old one may have been alive: there is one seat";
}

TEST_F(SessionTest, AS9_NoFreeSeatIsWaitedForWithoutAskingOften) {
  site_.open.insert("SID=of somebody");
  EXPECT_THAT(call(), HasSubstr("no session is free there: HTTP 500: API Login Limit"));
  EXPECT_EQ(code_, Code::exhausted);
  EXPECT_GE(not_before_, loop_.wall() + 13s);
  EXPECT_EQ(authorizer_->held("acme", "erp"), std::nullopt);
  EXPECT_THAT(call(), HasSubstr("no session is free there")) << "also while it waits";
  EXPECT_EQ(code_, Code::exhausted);
  EXPECT_EQ(site_.requests.size(), 1u);
  site_.open.clear();
  loop_.run_for(30s);
  EXPECT_EQ(call(), "SID=1; .AUTH=x");
}

TEST_F(SessionTest, AS9_A429IsTheSameWhateverItSays) {
  site_.open.insert("SID=of somebody");
  site_.full_status = 429;
  site_.full = "The custom error module does not recognize this error.";
  EXPECT_THAT(call(), HasSubstr("no session is free there: HTTP 429: The custom error module"));
}

TEST_F(SessionTest, AS1_WrongCredentialsHoldTheConnectionInTheRemotesWords) {
  vault_.secrets["acme/erp password"] = "wrong";
  EXPECT_THAT(call(), HasSubstr("the remote refuses the sign-in of acme/erp: HTTP 500: Invalid credentials. Try again."));
  EXPECT_EQ(code_, Code::denied);
  call(), call();
  EXPECT_EQ(site_.requests.size(), 1u) << "an account that is tried too often is locked";
  EXPECT_EQ(authorizer_->held("acme", "erp")->reason_code, "credentials");
  vault_.secrets["acme/erp password"] = "right";
  authorizer_->secret_changed("acme/erp");
  EXPECT_EQ(call(), "SID=1; .AUTH=x");
}

TEST_F(SessionTest, ACookieThatTheRemoteChangesIsFollowed) {
  call();
  http::Headers headers;
  headers.add("Set-Cookie", ".AUTH=y; secure");
  authorizer_->answered("acme", "erp", generation_, headers);
  EXPECT_EQ(call(), "SID=1; .AUTH=y");
  authorizer_->answered("acme", "erp", generation_ + 1, headers);
  EXPECT_EQ(call(), "SID=1; .AUTH=y") << "of another session";
}

TEST_F(SessionTest, WhatTheSignInNeedsAndIsMissingIsNamed) {
  vault_.secrets.erase("acme/erp password");
  EXPECT_THAT(call(), HasSubstr("secret password of acme/erp is not set"));
}

TEST(Cookies, AreReplacedAddedAndTakenAway) {
  http::Headers headers;
  headers.add("Set-Cookie", "a=2; path=/");
  headers.add("set-cookie", "c=d=e");
  headers.add("Set-Cookie", "b=gone; Max-Age=0");
  headers.add("Set-Cookie", "nonsense");
  EXPECT_EQ(merge_cookies("a=1; b=2", headers), "a=2; c=d=e");
  EXPECT_EQ(merge_cookies("", {}), "");
}

TEST(SessionSpec, SaysWhereItIsWrong) {
  auto fault = [](const std::string& json) {
    auto parsed = document::Document::parse(json);
    auto spec = parse_auth(parsed->root(), "auth");
    return spec ? std::string() : spec.error().text();
  };
  EXPECT_THAT(fault(R"({"kind":"session","login":{"POST":"/in"},"logout":{"POST":"/out"}})"), HasSubstr("auth.login.body: expected"));
  EXPECT_THAT(fault(R"({"kind":"session","login":{"POST":"/in","body":{"a":"b"}}})"), HasSubstr("auth.logout.POST: expected a path"));
  EXPECT_THAT(fault(R"({"kind":"session","login":{"body":{"a":"b"}},"logout":{"POST":"/out"}})"), HasSubstr("auth.login.POST"));
  EXPECT_THAT(fault(R"({"kind":"session","login":{"POST":"/in","body":{"a":"b"}},"logout":{"POST":"/out"},"keep":"11m"})"),
              HasSubstr("auth.keep"));
  EXPECT_THAT(fault(R"({"kind":"session","login":{"POST":"/in","body":{"a":"b"}},"logout":{"POST":"/out"},"seats":1})"),
              HasSubstr("\"seats\""));
}

}  // namespace
}  // namespace mlc::auth
