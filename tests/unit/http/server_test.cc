// What a server promises besides framing: time, room, answers, an orderly end (T4, T6, T7).
#include "runtime/http/server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>

#include "tests/temp_folder.h"
#include "tests/unit/http/peers.h"

namespace mlc::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

void answer_ok(Request&&, Respond respond) { respond({200, {}, "ok"}); }

// Holds every request until told.
struct Holder {
  std::vector<Respond> held;
  Handler handler() {
    return [this](Request&&, Respond respond) { held.push_back(std::move(respond)); };
  }
  // Waits until `count` are held, on the test's thread.
  void wait_for(LoopThread& thread, size_t count) {
    auto limit = steady_clock::now() + kPatience;
    while (thread.call([&] { return held.size(); }) < count) ASSERT_LT(steady_clock::now(), limit);
  }
};

// Says `bytes` one at a time, every 10 ms, until the server has something to say; how long that took.
milliseconds drip(RawPeer& peer, const std::string& bytes) {
  auto start = steady_clock::now();
  for (size_t i = 0; !peer.readable_within(milliseconds(10)) && peer.send({&bytes[i % bytes.size()], 1}); ++i) {}
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

TEST(Server, EndsAHeadThatComesTooSlowlyHoweverSteadily) {
  LoopThread thread;
  ServerOptions options;
  options.limits.head_time = milliseconds(200);
  RunningServer server(thread, options, answer_ok);
  RawPeer peer(server.port());
  peer.send("GET / HTTP/1.1\r\nHost: a\r\nA: ");
  milliseconds took = drip(peer, "a");
  EXPECT_TRUE(peer.read_to_end().starts_with("HTTP/1.1 408 "));
  EXPECT_GE(took, milliseconds(190));
  EXPECT_LT(took, milliseconds(3000));
  EXPECT_EQ(server.counters().timeouts, 1U);
  EXPECT_EQ(server.counters().requests, 0U);
}

TEST(Server, EndsABodyThatComesTooSlowlyHoweverSteadily) {
  LoopThread thread;
  ServerOptions options;
  options.limits.body_time = milliseconds(200);
  RunningServer server(thread, options, answer_ok);
  for (const char* framing : {"Content-Length: 100000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nffff\r\n"}) {
    RawPeer peer(server.port());
    peer.send("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(framing));
    milliseconds took = drip(peer, "a");
    EXPECT_TRUE(peer.read_to_end().starts_with("HTTP/1.1 408 "));
    EXPECT_GE(took, milliseconds(190));
    EXPECT_LT(took, milliseconds(3000));
  }
  EXPECT_EQ(server.counters().timeouts, 2U);
}

TEST(Server, ClosesConnectionsThatSayNothingAtAll) {
  LoopThread thread;
  ServerOptions options;
  options.limits.head_time = milliseconds(100);
  options.limits.idle_time = milliseconds(100);
  RunningServer server(thread, options, answer_ok);
  RawPeer silent(server.port());
  RawPeer kept(server.port());
  kept.send(kGet);
  EXPECT_NE(kept.read_until("ok").find("200"), std::string::npos);
  EXPECT_EQ(kept.read_to_end(), "");  // idle: closed without a word
  silent.read_to_end();
  EXPECT_TRUE(silent.ended());
  EXPECT_EQ(server.counters().open, 0U);
}

TEST(Server, EndsAPeerThatDoesNotTakeItsAnswer) {
  LoopThread thread;
  ServerOptions options;
  options.limits.write_time = milliseconds(100);
  RunningServer server(thread, options, [](Request&&, Respond respond) { respond({200, {}, std::string(32 << 20, 'a')}); });
  RawPeer peer(server.port());
  peer.send(kGet);
  auto limit = steady_clock::now() + kPatience;
  while (server.counters().timeouts == 0 && steady_clock::now() < limit) {}
  EXPECT_LT(peer.read_to_end().size(), size_t{32} << 20);
}

TEST(Server, AnswersBusyWhenTooManyRequestsAreInFlight) {
  LoopThread thread;
  ServerOptions options;
  options.limits.max_in_flight = 2;
  options.limits.retry_after_seconds = 7;
  Holder holder;
  RunningServer server(thread, options, holder.handler());
  RawPeer first(server.port()), second(server.port()), third(server.port());
  first.send(kGet);
  second.send(kGet);
  holder.wait_for(thread, 2);
  third.send(kGet);
  std::string busy = third.read_until("}");
  EXPECT_TRUE(busy.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << busy;
  EXPECT_NE(busy.find("\r\nRetry-After: 7\r\n"), std::string::npos);
  thread.call([&] { holder.held.front()({200, {}, "first"}); });
  EXPECT_TRUE(first.read_until("first").starts_with("HTTP/1.1 200 "));
  third.send(kGet);  // the refused connection is still good, and there is room again
  holder.wait_for(thread, 3);
  thread.call([&] { holder.held.back()({200, {}, "third"}); });
  EXPECT_TRUE(third.read_until("third").starts_with("HTTP/1.1 200 "));
  ServerCounters counters = server.counters();
  EXPECT_EQ(counters.refused_busy, 1U);
  EXPECT_EQ(counters.in_flight, 1U);
  thread.call([&] { holder.held.clear(); });
}

// Bodies that stop a byte before their end cost nothing to send from many connections.
TEST(Server, T4_UnfinishedBodiesOfAllConnectionsHaveABound) {
  LoopThread thread;
  ServerOptions options;
  options.limits.max_arriving_bytes = 2500;
  RunningServer server(thread, options, answer_ok);
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", body(1000, 'a');
  const auto arriving = [&](uint64_t wanted) {
    const auto limit = steady_clock::now() + kPatience;
    while (server.counters().arriving_bytes != wanted && steady_clock::now() < limit) {}
    return server.counters().arriving_bytes;
  };
  RawPeer first(server.port()), second(server.port()), third(server.port());
  first.send(head + body);
  EXPECT_EQ(arriving(1000), 1000U);
  second.send(head + body);
  EXPECT_EQ(arriving(2000), 2000U);
  third.send(head + body);
  EXPECT_TRUE(third.read_to_end().starts_with("HTTP/1.1 503 ")) << "and its connection ends";
  EXPECT_EQ(arriving(2000), 2000U);
  first.send("a");
  EXPECT_TRUE(first.read_until("ok").starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(arriving(1000), 1000U);
  second.close();
  EXPECT_EQ(arriving(0), 0U);
  EXPECT_EQ(server.counters().refused_busy, 1U);
}

TEST(Server, TurnsAwayConnectionsBeyondTheTotalAndThePeersShare) {
  LoopThread thread;
  for (bool by_peer : {false, true}) {
    ServerOptions options;
    (by_peer ? options.limits.max_connections_per_peer : options.limits.max_connections) = 2;
    RunningServer server(thread, options, answer_ok);
    RawPeer first(server.port()), second(server.port());
    first.send(kGet);
    first.read_until("ok");
    second.send(kGet);
    second.read_until("ok");
    RawPeer third(server.port());
    EXPECT_TRUE(third.read_to_end().starts_with("HTTP/1.1 503 "));
    EXPECT_EQ(server.counters().refused_connections, 1U);
    first.close();
    auto limit = steady_clock::now() + kPatience;
    while (server.counters().open > 1 && steady_clock::now() < limit) {}
    RawPeer fourth(server.port());
    fourth.send(kGet);
    EXPECT_TRUE(fourth.read_until("ok").starts_with("HTTP/1.1 200 "));
  }
}

TEST(Server, NeverWritesAFieldThatWouldEndEarly) {
  LoopThread thread;
  for (const Field& field :
       std::vector<Field>{{"A", "b\r\nSet-Cookie: c"}, {"A", "b\nc"}, {"A", std::string("b\0c", 3)}, {"A\r\nB", "c"}, {"", "c"}}) {
    RunningServer server(thread, {}, [field](Request&&, Respond respond) { respond({200, {field}, "secret"}); });
    RawPeer peer(server.port());
    peer.send(kGet);
    std::string answer = peer.read_until("}");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
    EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos);
    EXPECT_EQ(answer.find("secret"), std::string::npos);
  }
}

TEST(Server, WritesItsOwnFramingWhateverTheHandlerSays) {
  LoopThread thread;
  RunningServer server(thread, {}, [](Request&&, Respond respond) {
    respond({200, {{"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}, {"Connection", "close"}, {"X", "y"}}, "four"});
  });
  RawPeer peer(server.port());
  peer.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  std::string head = peer.read_until("\r\n\r\n");
  EXPECT_TRUE(head.ends_with("\r\n\r\n")) << "an answer to HEAD has no body";
  EXPECT_NE(head.find("\r\nContent-Length: 4\r\n"), std::string::npos);
  EXPECT_NE(head.find("\r\nX: y\r\n"), std::string::npos);
  EXPECT_EQ(head.find("chunked"), std::string::npos);
  EXPECT_EQ(head.find("Connection"), std::string::npos);
  peer.send(kGet);
  EXPECT_TRUE(peer.read_until("four").ends_with("\r\n\r\nfour"));
}

TEST(Server, TellsThePeerWhenNobodyAnswers) {
  LoopThread thread;
  for (bool throws : {false, true}) {
    RunningServer server(thread, {}, [throws](Request&&, Respond) {
      if (throws) throw std::runtime_error("a broken handler");
    });
    RawPeer peer(server.port());
    peer.send(kGet);
    EXPECT_TRUE(peer.read_until("\r\n\r\n").starts_with("HTTP/1.1 500 "));
    EXPECT_EQ(server.counters().in_flight, 0U);
  }
}

TEST(Server, TakesOnlyTheFirstAnswer) {
  LoopThread thread;
  RunningServer server(thread, {}, [](Request&&, Respond respond) {
    respond({200, {}, "first"});
    respond({200, {}, "again"});
  });
  RawPeer peer(server.port());
  peer.send(kGet + kGet);
  peer.end();
  std::string answers = peer.read_to_end();
  EXPECT_EQ(answers.find("again"), std::string::npos);
}

TEST(Server, CutsAnswersForSimulatedSystems) {
  LoopThread thread;
  RunningServer server(thread, {}, [](Request&& request, Respond respond) {
    respond({200, {}, std::string(1000, 'a'), request.target == "/before" ? Cut::before : Cut::halfway});
  });
  RawPeer before(server.port());
  before.send("GET /before HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(before.read_to_end(), "");
  RawPeer halfway(server.port());
  halfway.send("GET /halfway HTTP/1.1\r\nHost: a\r\n\r\n");
  std::string got = halfway.read_to_end();
  EXPECT_TRUE(got.starts_with("HTTP/1.1 200 ")) << got;
  EXPECT_TRUE(got.size() > 500 && got.size() < 1000) << got.size();
  RunningClient client(thread);
  std::string url = "http://127.0.0.1:" + std::to_string(server.port());
  EXPECT_EQ(outcome_of(client.send(get(url + "/before"))), "unknown unavailable");
  EXPECT_EQ(outcome_of(client.send(get(url + "/halfway"))), "unknown unavailable");
}

TEST(Server, DrainAnswersWhatIsInFlightThenSaysSo) {
  LoopThread thread;
  Holder holder;
  RunningServer server(thread, {}, holder.handler());
  RawPeer busy(server.port()), idle(server.port());
  idle.send(kGet);
  holder.wait_for(thread, 1);
  thread.call([&] { holder.held.front()({200, {}, "ok"}); });
  idle.read_until("ok");
  busy.send(kGet);
  holder.wait_for(thread, 2);
  std::promise<void> drained;
  auto end = drained.get_future();
  thread.call([&] { server.server().drain(kPatience, [&] { drained.set_value(); }); });
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_FALSE(RawPeer(server.port()).connected());
  EXPECT_EQ(end.wait_for(milliseconds(0)), std::future_status::timeout);
  thread.call([&] { holder.held.back()({200, {}, "last"}); });
  std::string last = busy.read_to_end();
  EXPECT_NE(last.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_TRUE(last.ends_with("last"));
  busy.close();
  EXPECT_EQ(end.wait_for(kPatience), std::future_status::ready);
}

TEST(Server, DrainEndsAtItsLimit) {
  LoopThread thread;
  Holder holder;
  RunningServer server(thread, {}, holder.handler());
  RawPeer stuck(server.port());
  stuck.send(kGet);
  holder.wait_for(thread, 1);
  std::promise<void> drained;
  thread.call([&] { server.server().drain(milliseconds(50), [&] { drained.set_value(); }); });
  EXPECT_EQ(drained.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(stuck.read_to_end(), "");
  thread.call([&] {
    holder.held.front()({200, {}, "too late"});  // the connection has gone: nothing happens
  });
  EXPECT_EQ(server.counters().in_flight, 0U);
}

TEST(Server, MayBeDestroyedByItsOwnHandler) {
  LoopThread thread;
  std::unique_ptr<Server> server;
  std::promise<void> gone;
  uint16_t port = thread.call([&] {
    server = std::move(*Server::start(thread.loop(), {}, [&server, &gone, held = std::make_shared<int>(1)](Request&&, Respond respond) {
      std::weak_ptr<int> still = held;
      server.reset();
      EXPECT_FALSE(still.expired()) << "the handler must outlive its own call";
      respond({200, {}, "nobody hears this"});
      gone.set_value();
    }));
    return server->port();
  });
  RawPeer peer(port);
  peer.send(kGet);
  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_EQ(gone.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST(Server, BelievesForwardedFieldsOfItsProxiesOnly) {
  LoopThread thread;
  auto tell = [](Request&& request, Respond respond) { respond({200, {}, "<" + request.peer + (request.tls ? " tls>" : " plain>")}); };
  auto ask = [&](std::vector<std::string> proxies) {
    ServerOptions options;
    options.proxies = std::move(proxies);
    RunningServer server(thread, options, tell);
    RawPeer peer(server.port());
    peer.send(
        "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9, 198.51.100.7\r\nX-Forwarded-For: 10.0.0.2\r\nX-Forwarded-Proto: "
        "https\r\n\r\n");
    std::string answer = peer.read_until(">");
    return answer.substr(answer.find('<'));
  };
  EXPECT_TRUE(ask({}).starts_with("<127.0.0.1:"));
  EXPECT_TRUE(ask({}).ends_with(" plain>"));
  EXPECT_EQ(ask({"127.0.0.1", "10.0.0.2"}), "<198.51.100.7 tls>");
  EXPECT_EQ(ask({"127.0.0.1"}), "<10.0.0.2 tls>");
}

TEST(Server, HandsOverAConnectionThatAsksForAnUpgrade) {
  LoopThread thread;
  RunningServer server(thread, {}, answer_ok, [](Upgrade&& upgrade) {
    std::string hello = "HTTP/1.1 101 Switching Protocols\r\n\r\n" + upgrade.request.target + upgrade.already_read;
    send(upgrade.socket, hello.data(), hello.size(), MSG_NOSIGNAL);
    close(upgrade.socket);
  });
  RawPeer peer(server.port());
  peer.send("GET /socket HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\nearly");
  EXPECT_TRUE(peer.read_to_end().ends_with("\r\n\r\n/socketearly"));
  EXPECT_EQ(server.counters().open, 0U);
}

class UnixServer : public ::testing::Test {
 protected:
  UnixServer() { options_.unix_path = folder_ + "/socket"; }
  mlc::test::TempFolder temporary_;
  const std::string folder_ = temporary_.path();
  LoopThread thread_;
  ServerOptions options_;
};

TEST_F(UnixServer, SpeaksToItsOwnUserThroughAFileNobodyElseMayOpen) {
  RunningServer server(thread_, options_, [](Request&& request, Respond respond) { respond({200, {}, request.peer}); });
  struct stat found;
  ASSERT_EQ(lstat(options_.unix_path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  RawPeer peer(options_.unix_path);
  peer.send(kGet);
  EXPECT_TRUE(peer.read_until("unix").ends_with("\r\n\r\nunix"));
  server.stop();
  EXPECT_NE(lstat(options_.unix_path.c_str(), &found), 0) << "the file goes with its server";
}

TEST_F(UnixServer, TurnsAwayAnotherUserEvenIfTheFileLetsHimIn) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  RunningServer server(thread_, options_, answer_ok);
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  ASSERT_EQ(chmod(options_.unix_path.c_str(), 0666), 0);
  pid_t child = fork();
  if (child == 0) {
    // From within the folder, as those above it may be closed to others.
    if (chdir(folder_.c_str()) != 0 || setgid(65534) != 0 || setuid(65534) != 0) _exit(3);
    RawPeer peer("socket");
    if (!peer.connected()) _exit(4);
    peer.send(kGet);
    _exit(peer.read_to_end().empty() ? 0 : 5);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(server.counters().refused_connections, 1U);
}

TEST_F(UnixServer, TakesOverTheSocketOfACrashButNoOtherFile) {
  auto start = [&] {
    return thread_.call([&] {
      auto started = Server::start(thread_.loop(), options_, answer_ok);
      return started ? std::string("started") : std::string(code_name(started.error().code()));
    });
  };
  int left = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  std::memcpy(at.sun_path, options_.unix_path.data(), options_.unix_path.size());
  ASSERT_EQ(bind(left, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  close(left);
  EXPECT_EQ(start(), "started");
  std::filesystem::create_directory(options_.unix_path);
  EXPECT_EQ(start(), "config");
  options_.unix_path = "/tmp/" + std::string(110, 'a');
  EXPECT_EQ(start(), "config");
}

TEST(Server, SaysWhyItCannotListen) {
  LoopThread thread;
  RunningServer first(thread, {}, answer_ok);
  auto code_of = [&](ServerOptions options) {
    return thread.call([&] {
      auto started = Server::start(thread.loop(), options, answer_ok);
      return started ? std::string("started") : std::string(code_name(started.error().code()));
    });
  };
  ServerOptions options;
  options.port = first.port();
  EXPECT_EQ(code_of(options), "io");
  options = {};
  options.address = "localhost";
  EXPECT_EQ(code_of(options), "config");
  options = {};
  options.proxies = {"10.0.0.0/8"};
  EXPECT_EQ(code_of(options), "config");
  options = {};
  options.tls = ServerTls{"no certificate", "no key"};
  EXPECT_EQ(code_of(options), "config");
}

}  // namespace
}  // namespace mlc::http::test
