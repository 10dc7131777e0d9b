// F16: every crash point, three classes of provider, two processes. The provider counts what it must never see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/auth/authorize.h"
#include "runtime/auth/authorizer.h"
#include "runtime/base/virtual_loop.h"
#include "tests/unit/auth/fake_provider.h"
#include "tests/unit/limits/fake_store.h"

namespace mlc::auth {
namespace {

using namespace std::chrono_literals;
using Fault = FakeProvider::Fault;

class RenewalTest : public ::testing::Test {
 protected:
  struct Process {
    Process(RenewalTest& test, std::string owner)
        : limits(std::make_unique<limits::Limits>(test.env(), nullptr)),
          authorizer(std::make_unique<Authorizer>(
              Authorizer::Parts{&test.store_, &test.vaults_[owner], limits.get(), &test.provider_, &Log::null(), test.env()},
              Options{owner, "https://hooks.example.com"})) {
      test.vaults_[owner].secrets = {{"grant:g client_id", "app"}, {"grant:g client_secret", "app secret"}};
      authorizer->configure({test.setup()}, {{"acme", "books", "g", "grant:g", test.spec_, {"api.example.com"}}});
    }
    ~Process() {
      callers.clear();  // a crash: whoever waits goes as well
      authorizer.reset();
    }
    std::unique_ptr<limits::Limits> limits;
    std::unique_ptr<Authorizer> authorizer;
    Scope callers;
  };

  Environment env() { return {&loop_, &loop_, &loop_, &random_}; }

  GrantSetup setup() {
    GrantSetup made;
    made.name = "g";
    made.owner = "grant:g";
    made.system = "remote";
    made.spec = spec_;
    made.authorize_url = "https://api.example.com/auth";
    made.token_url = "https://login.example.com/token";
    return made;
  }

  void use(Reuse reuse) {
    AuthSpec spec;
    spec.kind = Kind::authorization_code;
    spec.send = {{Placement::Where::header, "Authorization", "Bearer {access_token}"}};
    spec.renew.rotates = reuse != Reuse::tolerated;
    spec.renew.reuse = reuse;
    if (reuse == Reuse::grace) spec.renew.grace = 30min;
    if (reuse == Reuse::strict) {
      spec.renew.not_before = 570s;
      provider_.too_early_before = 570s;
    }
    spec.too_early = AuthSpec::TooEarly{"access_denied", ""};
    spec.dead = {"invalid_grant", "unauthorized_client", "invalid_request"};
    spec_ = std::make_shared<const AuthSpec>(spec);
    provider_.reuse = reuse;
  }

  // A person authorises: the first tokens.
  void authorise(Process& process) {
    auto link = process.authorizer->flow().start_link("g");
    ASSERT_TRUE(link.ok());
    bool done = false;
    spawn<Status>(round_trip(*process.authorizer, *link), [&](Status end) {
      done = true;
      ASSERT_TRUE(end.ok()) << end.error().text();
    });
    ASSERT_TRUE(loop_.run_until([&] { return done; }, 5s));
  }
  static Task<Status> round_trip(Authorizer& authorizer, std::string link) {
    auto started = co_await authorizer.flow().start(link);
    if (!started) co_return started.error();
    const size_t at = started->location.find("state=") + 6;
    CallbackQuery query;
    query.grant = "g";
    query.state = started->location.substr(at, started->location.find('&', at) - at);
    query.code = "good!code";
    query.cookie = started->cookie;
    co_return co_await authorizer.flow().finish(query);
  }

  struct Got {
    int64_t generation = 0;
    std::optional<Error> error;
    std::string header;
    bool done = false;
  };
  Task<Unit> ask(Authorizer& authorizer, Got& got, Duration patience) {
    Need need;
    need.client = "acme";
    need.connection = "books";
    need.host = "api.example.com";
    need.must_live = 25s;
    need.patience = patience;
    auto end = co_await authorizer.credentials(need, nullptr);
    if (end) {
      got.generation = end->generation;
      http::Headers headers;
      std::string target, body;
      end->apply(headers, target, body);
      got.header = std::string(headers.get("Authorization").value_or(""));
    } else {
      got.error = end.error();
    }
    got.done = true;
    co_return Unit{};
  }
  Got call(Process& process, Duration patience = 5s, Duration most = 200s) {
    auto got = std::make_shared<Got>();
    process.callers.spawn(ask(*process.authorizer, *got, patience));
    loop_.run_until([&] { return got->done; }, most);
    EXPECT_TRUE(got->done);
    return *got;
  }

  VirtualLoop loop_;
  SeededRandom random_{7};
  store::FakeStore store_{env()};
  FakeProvider provider_{env()};
  std::map<std::string, FakeVault> vaults_;
  std::shared_ptr<const AuthSpec> spec_;
};

TEST_F(RenewalTest, C11_SixteenCallersMakeOneTokenCall) {
  use(Reuse::strict);
  Process process(*this, "one");
  authorise(process);
  provider_.requests = 0;
  std::vector<std::shared_ptr<Got>> all;
  loop_.run_for(580s);  // nobody has called: the token is old, and nothing was renewed
  EXPECT_EQ(provider_.requests, 0);
  for (int i = 0; i < 16; ++i) {
    all.push_back(std::make_shared<Got>());
    process.callers.spawn(ask(*process.authorizer, *all.back(), 60s));
  }
  loop_.run_for(60s);
  for (auto& got : all) EXPECT_TRUE(got->done && !got->error);
  EXPECT_EQ(provider_.requests, 1);
  EXPECT_EQ(provider_.reuses + provider_.early, 0);
}

TEST_F(RenewalTest, C11_RenewsEagerlyBetween570And575SecondsAndNeverEarlier) {
  use(Reuse::strict);
  Process process(*this, "one");
  authorise(process);
  for (int round = 0; round < 50; ++round) {
    EXPECT_FALSE(call(process).error);
    const int before = provider_.renewals;
    loop_.run_for(store_.saved_grants["g"].issued + 570s - 1us - loop_.wall());
    EXPECT_EQ(provider_.renewals, before);
    loop_.run_for(5s + 1ms);
    EXPECT_EQ(provider_.renewals, before + 1);
  }
  EXPECT_EQ(provider_.early, 0);
}

TEST_F(RenewalTest, C11_AnIdleGrantIsRenewedDaily) {
  use(Reuse::strict);
  Process process(*this, "one");
  authorise(process);
  loop_.run_for(24h * 40 + 1h);
  EXPECT_GE(provider_.renewals, 40);
  EXPECT_LE(provider_.renewals, 41);
  EXPECT_FALSE(call(process).error);
}

TEST_F(RenewalTest, C11_TwoProcessesRenewOnce) {
  for (Reuse reuse : {Reuse::strict, Reuse::grace, Reuse::tolerated}) {
    use(reuse);
    store_.saved_grants.clear();
    vaults_.clear();
    Process one(*this, "one");
    authorise(one);
    Process two(*this, "two");
    EXPECT_FALSE(call(two).error);
    const int before = provider_.renewals;
    loop_.run_for(569s);
    Got a = call(one, 30s), b = call(two, 30s);
    loop_.run_for(20s);
    EXPECT_FALSE(a.error || b.error);
    EXPECT_EQ(provider_.renewals, before + 1);
    EXPECT_EQ(provider_.reuses, 0);
  }
}

struct CrashCase {
  const char* name;
  Fault fault;
  enum class At { request, escrow, commit } at;
  bool lost;  // the provider has rotated and nobody knows to what
};
const CrashCase kCrashes[] = {
    {"before the send is processed", Fault::lost_before, CrashCase::At::request, false},
    {"processed, answer lost", Fault::lost_after, CrashCase::At::request, true},
    {"after escrow, before commit", Fault::none, CrashCase::At::escrow, false},
    {"after commit", Fault::none, CrashCase::At::commit, false},
};

TEST_F(RenewalTest, C11_SurvivesEveryCrashPointAsTheTableSays) {
  for (Reuse reuse : {Reuse::tolerated, Reuse::grace, Reuse::strict}) {
    for (const CrashCase& crash : kCrashes) {
      SCOPED_TRACE(std::string(crash.name) + ", class " + std::to_string(static_cast<int>(reuse)));
      use(reuse);
      provider_ = FakeProvider(env());
      use(reuse);
      store_.saved_grants.clear();
      vaults_.clear();
      {
        Process process(*this, "one");
        authorise(process);
        EXPECT_FALSE(call(process).error);
        const int before = provider_.requests;
        provider_.fault = crash.fault;
        if (crash.at == CrashCase::At::escrow) {
          vaults_["one"].on_escrow = [this] { store_.frozen = true; };
        }
        ASSERT_TRUE(loop_.run_until(
            [&] {
              if (crash.at == CrashCase::At::escrow) return store_.frozen;
              if (crash.at == CrashCase::At::commit) return store_.saved_grants["g"].generation == 2;
              return provider_.requests > before;
            },
            600s));
        loop_.run_for(2s);
      }
      store_.frozen = false;
      vaults_["one"].on_escrow = {};
      const int requests = provider_.requests;
      Process again(*this, "one");
      if (crash.at != CrashCase::At::request) {
        EXPECT_EQ(call(again).generation, 2) << "nothing is lost, nothing is asked again";
        EXPECT_EQ(provider_.requests, requests);
        EXPECT_EQ(provider_.reuses, 0);
        continue;
      }
      loop_.run_for(60s);  // near the end of the access token the strict class tries once
      Got end = call(again);
      if (reuse == Reuse::strict && crash.lost) {
        ASSERT_TRUE(end.error);
        EXPECT_EQ(end.error->code(), Code::denied);
        EXPECT_EQ(store_.saved_grants["g"].state, "reauthorise");
        EXPECT_EQ(again.authorizer->held("acme", "books")->until, WallTime::max());
        EXPECT_LE(provider_.reuses, 1);
        const int asked = provider_.requests;
        loop_.run_for(1h);
        EXPECT_EQ(provider_.requests, asked) << "no further token calls";
        authorise(again);
        EXPECT_FALSE(call(again).error);
        EXPECT_FALSE(again.authorizer->held("acme", "books"));
      } else {
        EXPECT_FALSE(end.error) << (end.error ? end.error->text() : "");
        EXPECT_EQ(provider_.reuses, 0);
      }
    }
  }
}

TEST_F(RenewalTest, AnotherHostDoesNotRepeatAStrictRenewalThatItDidNotBegin) {
  use(Reuse::strict);
  {
    Process one(*this, "one");
    authorise(one);
    EXPECT_FALSE(call(one).error);
    vaults_["one"].on_escrow = [this] { store_.frozen = true; };
    ASSERT_TRUE(loop_.run_until([&] { return store_.frozen; }, 600s));
  }
  store_.frozen = false;
  vaults_["one"].on_escrow = {};
  const int requests = provider_.requests;
  Process two(*this, "two");
  loop_.run_for(10min);
  EXPECT_TRUE(call(two).error);
  EXPECT_EQ(provider_.requests, requests);
  Process back(*this, "one");  // its escrow has the tokens
  EXPECT_TRUE(loop_.run_until([&] { return store_.saved_grants["g"].generation >= 2; }, 200s));
  EXPECT_FALSE(call(two, 60s).error);
  EXPECT_EQ(provider_.reuses, 0);
}

TEST_F(RenewalTest, AFullDiskLosesNoToken) {
  use(Reuse::strict);
  {
    Process process(*this, "one");
    authorise(process);
    EXPECT_FALSE(call(process).error);
    vaults_["one"].on_escrow = [this] { store_.full = true; };
    loop_.run_for(580s);
    EXPECT_EQ(provider_.renewals, 1);
    EXPECT_EQ(call(process).generation, 2);
    loop_.run_for(60s);
  }
  store_.full = false;
  Process again(*this, "one");
  EXPECT_EQ(call(again).generation, 2);
  EXPECT_EQ(provider_.reuses, 0);
}

TEST_F(RenewalTest, BC7_FailuresThatSayNothingAboutTheGrantDoNotEndIt) {
  for (Fault fault : {Fault::status_503, Fault::not_sent, Fault::timeout_before}) {
    SCOPED_TRACE(static_cast<int>(fault));
    store_.saved_grants.clear();
    vaults_.clear();
    provider_ = FakeProvider(env());
    use(Reuse::strict);
    Process process(*this, "one");
    authorise(process);
    EXPECT_FALSE(call(process).error);
    provider_.fault = fault;
    loop_.run_for(1h);
    EXPECT_FALSE(call(process, 60s).error);
    EXPECT_EQ(provider_.reuses, 0);
    EXPECT_EQ(store_.saved_grants["g"].state, "ok");
  }
}

TEST_F(RenewalTest, TooEarlyKeepsTheTokenAndWaits) {
  use(Reuse::strict);
  provider_.too_early_before = 585s;  // its clock began later than ours
  Process process(*this, "one");
  authorise(process);
  EXPECT_FALSE(call(process).error);
  loop_.run_for(572s);
  EXPECT_EQ(call(process).generation, 1);
  loop_.run_for(40s);
  EXPECT_EQ(call(process, 60s).generation, 2);
  EXPECT_LE(provider_.early, 2);
  EXPECT_EQ(provider_.reuses, 0);
}

TEST_F(RenewalTest, BC7_A401OfAYoungTokenWaitsForItsAgeAndASecondOneParks) {
  use(Reuse::strict);
  Process process(*this, "one");
  authorise(process);
  EXPECT_FALSE(call(process).error);
  loop_.run_for(100s);
  auto refuse = [&](int64_t generation) {
    auto end = std::make_shared<std::optional<Status>>();
    WallTime at{};
    spawn<Status>(process.authorizer->after_401("acme", "books", generation, 0s, &at), [end](Status status) { end->emplace(status); });
    loop_.run_for(10s);
    EXPECT_TRUE(end->has_value());
    return std::pair(**end, at);
  };
  auto [first, at] = refuse(1);
  ASSERT_FALSE(first.ok());
  EXPECT_EQ(first.error().code(), Code::exhausted);
  EXPECT_LE(at, store_.saved_grants["g"].issued + 575s);
  EXPECT_GE(at, store_.saved_grants["g"].issued + 570s);
  EXPECT_TRUE(process.authorizer->held("acme", "books"));
  loop_.run_for(480s);
  Got renewed = call(process);
  EXPECT_EQ(renewed.generation, 2);
  EXPECT_FALSE(process.authorizer->held("acme", "books"));
  auto [second, never] = refuse(2);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), Code::denied);
  EXPECT_EQ(process.authorizer->held("acme", "books")->until, WallTime::max());
  process.authorizer->secret_changed("grant:g");
  EXPECT_FALSE(process.authorizer->held("acme", "books"));
}

TEST_F(RenewalTest, BC7_A401OfAnOldTokenUsesTheNewerOneOfAnotherProcess) {
  use(Reuse::tolerated);
  Process one(*this, "one");
  authorise(one);
  Process two(*this, "two");
  EXPECT_EQ(call(two).generation, 1);
  loop_.run_for(500s);
  EXPECT_EQ(call(one).generation, 2);
  const int before = provider_.requests;
  bool ok = false;
  spawn<Status>(two.authorizer->after_401("acme", "books", 1, 0s, nullptr), [&](Status end) { ok = end.ok(); });
  loop_.run_for(1s);
  EXPECT_TRUE(ok);
  EXPECT_EQ(call(two).generation, 2);
  EXPECT_EQ(provider_.requests, before);
}

TEST_F(RenewalTest, NoneBeginsWhileShuttingDown) {
  use(Reuse::strict);
  Process process(*this, "one");
  authorise(process);
  EXPECT_FALSE(call(process).error);
  bool drained = false;
  spawn<Unit>(process.authorizer->drain(), [&](Unit) { drained = true; });
  EXPECT_TRUE(drained);
  const int before = provider_.requests;
  loop_.run_for(1h);
  EXPECT_EQ(provider_.requests, before);
}

TEST_F(RenewalTest, ThePreviousTokensGoOnceTheNewOnesWorked) {
  use(Reuse::strict);
  Process process(*this, "one");
  authorise(process);
  EXPECT_FALSE(call(process).error);
  loop_.run_for(580s);
  Got got = call(process);
  ASSERT_EQ(got.generation, 2);
  EXPECT_FALSE(store_.saved_grants["g"].previous.empty());
  process.authorizer->worked("acme", "books", 2);
  loop_.run_for(1s);
  EXPECT_TRUE(store_.saved_grants["g"].previous.empty());
  EXPECT_EQ(got.header, "Bearer access!2");
}

}  // namespace
}  // namespace mlc::auth
