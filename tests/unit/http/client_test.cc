// What the client promises over any connection: who it talks to (T5), what it writes (T7), what it takes from a hostile
// remote (T17), and the stage of every failure.
#include "runtime/http/client.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "tests/unit/http/peers.h"

namespace mlc::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class ClientTest : public ::testing::Test {
 protected:
  LoopThread thread_;
};

// Reads a request and says `answer`, then closes.
RawRemote::Serve saying(std::string answer) {
  return [answer = std::move(answer)](RawPeer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.send(answer);
  };
}

TEST_F(ClientTest, DialsOnlyWhatTheConnectionMayTalkTo) {
  std::atomic<int> connections = 0;
  RawRemote remote([&](RawPeer& peer, int) {
    ++connections;
    peer.read_until("\r\n\r\n");
    peer.send(kOk);
  });
  RunningClient client(thread_, {},
                       {{"mixed.test", {"127.0.0.1", "10.0.0.1"}},
                        {"metadata.test", {"169.254.169.254"}},
                        {"mapped.test", {"::ffff:127.0.0.1"}},
                        {"public.test", {"8.8.8.8"}},
                        {"here.test", {"127.0.0.1"}},
                        {"nowhere.test", {}}});
  std::string port = ":" + std::to_string(remote.port());
  auto ask = [&](const std::string& url, const std::function<void(OutgoingRequest&)>& change = {}) {
    OutgoingRequest request = get(url);
    if (change) change(request);
    return outcome_of(client.send(request));
  };
  EXPECT_EQ(ask("http://mixed.test" + port), "not sent denied");
  EXPECT_EQ(ask("https://metadata.test" + port), "not sent denied");
  EXPECT_EQ(ask("https://169.254.169.254/"), "not sent denied");
  EXPECT_EQ(ask("https://[::ffff:127.0.0.1]" + port), "not sent denied");
  EXPECT_EQ(ask("http://mapped.test" + port), "not sent denied");
  EXPECT_EQ(ask("http://public.test" + port), "not sent denied") << "plain http is for loopback only";
  EXPECT_EQ(ask("http://nowhere.test" + port), "not sent unavailable");
  EXPECT_EQ(ask("http://here.test" + port, [](auto& r) { r.allowed_hosts = {}; }), "not sent denied");
  EXPECT_EQ(ask("http://here.test" + port, [](auto& r) { r.allowed_hosts = {"*.here.test", "here.test:1"}; }), "not sent denied");
  EXPECT_EQ(ask("http://here.test" + port, [](auto& r) { r.tls.allow_loopback = false; }), "not sent denied");
  EXPECT_EQ(ask("https://here.test" + port, [](auto& r) { r.tls.allow_loopback = false; }), "not sent denied");
  EXPECT_EQ(connections, 0);
  EXPECT_EQ(ask("http://here.test" + port), "200");
  EXPECT_EQ(connections, 1);
}

TEST_F(ClientTest, SaysThatNothingWasSentWhenNobodyListens) {
  uint16_t closed = 0;
  {
    closed = RawRemote([](RawPeer&, int) {}).port();
  }
  RunningClient client(thread_);
  EXPECT_EQ(outcome_of(client.send(get(closed))), "not sent unavailable");
  EXPECT_EQ(client.counters().open, 0U);
}

TEST_F(ClientTest, TriesTheNextAddressWhenOneDoesNotAnswer) {
  RawRemote remote(saying(kOk));
  RunningClient client(thread_, {}, {{"two.test", {"::1", "127.0.0.1"}}});
  EXPECT_EQ(outcome_of(client.send(get("http://two.test:" + std::to_string(remote.port()) + "/"))), "200");
}

TEST_F(ClientTest, RefusesAnswersThatTwoReadersCouldTakeApartDifferently) {
  using namespace std::string_literals;
  const std::string head = "HTTP/1.1 200 OK\r\n";
  std::string many;
  for (int i = 0; i < 101; ++i) many += "A: b\r\n";
  std::string interim;
  for (int i = 0; i < 9; ++i) interim += "HTTP/1.1 103 Early Hints\r\n\r\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n"},
      {"HTTP/2", "HTTP/2 200\r\n\r\n"},
      {"HTTP/0.9", "<html>\r\n\r\n"},
      {"status of two digits", "HTTP/1.1 20 OK\r\n\r\n"},
      {"status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"},
      {"status 099", "HTTP/1.1 099 OK\r\n\r\n"},
      {"status 600", "HTTP/1.1 600 OK\r\n\r\n"},
      {"control in the reason", "HTTP/1.1 200 O\x01K\r\n\r\n"},
      {"line feeds alone", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"},
      {"switching protocols", "HTTP/1.1 101 Switching Protocols\r\n\r\n"},
      {"endless interim answers", interim + kOk},
      {"two equal lengths", head + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok"},
      {"two lengths", head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok"},
      {"signed length", head + "Content-Length: +2\r\n\r\nok"},
      {"negative length", head + "Content-Length: -2\r\n\r\nok"},
      {"length list", head + "Content-Length: 2, 2\r\n\r\nok"},
      {"length and chunked", head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"chunked in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"gzip, chunked", head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"identity", head + "Transfer-Encoding: identity\r\n\r\nok"},
      {"folded field", head + "A: b\r\n c\r\nContent-Length: 2\r\n\r\nok"},
      {"NUL in a field", head + "A: b\0c\r\nContent-Length: 2\r\n\r\nok"s},
      {"space before the colon", head + "Content-Length : 2\r\n\r\nok"},
      {"101 fields", head + many + "\r\n"},
      {"chunk extension", head + "Transfer-Encoding: chunked\r\n\r\n2;a\r\nok\r\n0\r\n\r\n"},
      {"trailer", head + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n"},
      {"chunk without an end", head + "Transfer-Encoding: chunked\r\n\r\n2\r\nokk\r\n0\r\n\r\n"},
  };
  RunningClient client(thread_);
  for (const auto& [name, answer] : cases) {
    RawRemote remote(saying(answer));
    SendResult result = client.send(get(remote.port()));
    EXPECT_EQ(outcome_of(result), "unknown corrupt") << name << ": " << why(result);
  }
  EXPECT_EQ(client.counters().open, 0U);
}

TEST_F(ClientTest, AnAnswerThatEndsEarlyIsAFailureOfUnknownOutcome) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  RunningClient client(thread_);
  for (const std::string& answer :
       {std::string(), head, head + "Content-Length: 3\r\n\r\nok", head + "Content-Length: 3\r\n\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\n3\r\nok", head + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n", std::string("HTTP/1.1 100 Continue\r\n\r\n")}) {
    RawRemote remote(saying(answer));
    EXPECT_EQ(outcome_of(client.send(get(remote.port()))), "unknown unavailable") << answer;
  }
}

TEST_F(ClientTest, ReadsEveryFramingOfACompleteAnswer) {
  RunningClient client(thread_);
  for (const std::string& answer : {kOk, "HTTP/1.1 100 Continue\r\n\r\n" + kOk, std::string("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"),
                                    std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"),
                                    std::string("HTTP/1.0 200 OK\r\n\r\nok")}) {
    RawRemote remote(saying(answer));
    SendResult result = client.send(get(remote.port()));
    ASSERT_EQ(outcome_of(result), "200") << answer << why(result);
    EXPECT_EQ(response_of(result)->body, "ok");
  }
}

TEST_F(ClientTest, TakesNoMoreThanItsLimits) {
  std::string body;
  Headers headers;
  RunningServer server(thread_, {}, [&](Request&&, Respond respond) { respond({200, headers, body}); });
  ClientOptions small;
  small.max_head_bytes = 1000;
  RunningClient client(thread_, small);
  OutgoingRequest request = get(server.port());
  request.max_response_bytes = 1000;
  body = std::string(1000, 'a');
  EXPECT_EQ(outcome_of(client.send(request)), "200");
  body = std::string(1001, 'a');
  EXPECT_EQ(outcome_of(client.send(request)), "unknown exhausted");
  body = "";
  headers = {{"A", std::string(1000, 'a')}};
  EXPECT_EQ(outcome_of(client.send(request)), "unknown exhausted");
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + std::string(1000, 'a') + "\r\n";
  RawRemote exact(saying(chunked + "0\r\n\r\n")), beyond(saying(chunked + "1\r\na\r\n0\r\n\r\n"));
  RawRemote endless(saying("HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'a')));
  for (auto [remote, outcome] :
       {std::pair(&exact, "200"), std::pair(&beyond, "unknown exhausted"), std::pair(&endless, "unknown exhausted")}) {
    request.url = get(remote->port()).url;
    EXPECT_EQ(outcome_of(client.send(request)), outcome);
  }
}

std::string gzip(const std::string& text) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

TEST_F(ClientTest, UnpacksGzipWithinBounds) {
  Response answer{200, {{"Content-Encoding", "gzip"}}, ""};
  RunningServer server(thread_, {}, [&](Request&& request, Respond respond) {
    EXPECT_EQ(request.headers.get("Accept-Encoding"), "gzip");
    respond(answer);
  });
  RunningClient client(thread_);
  OutgoingRequest request = get(server.port());
  auto ask = [&](std::string body) {
    answer.body = std::move(body);
    return client.send(request);
  };
  std::string text = "the same text again and again, the same text again and again";
  SendResult plain = ask(gzip(text));
  ASSERT_EQ(outcome_of(plain), "200");
  EXPECT_EQ(response_of(plain)->body, text);
  EXPECT_FALSE(response_of(plain)->headers.get("Content-Encoding"));
  EXPECT_EQ(outcome_of(ask(gzip(std::string(10 << 20, 'a')))), "unknown exhausted") << "a thousandfold";
  EXPECT_EQ(outcome_of(ask(gzip(text) + "x")), "unknown corrupt");
  EXPECT_EQ(outcome_of(ask(gzip(text).substr(0, 30))), "unknown corrupt");
  EXPECT_EQ(outcome_of(ask("no gzip")), "unknown corrupt");
  request.max_response_bytes = 1000;
  EXPECT_EQ(outcome_of(ask(gzip(std::string(1000, 'a')))), "200");
  EXPECT_EQ(outcome_of(ask(gzip(std::string(1001, 'a')))), "unknown exhausted");
  answer.headers = {{"Content-Encoding", "br"}};
  EXPECT_EQ(outcome_of(ask(text)), "unknown unsupported");
}

TEST_F(ClientTest, EndsAtItsDeadlineWhateverTheRemoteDoes) {
  std::promise<void> over;
  auto ended = over.get_future().share();
  RawRemote silent([ended](RawPeer& peer, int) {
    peer.read_until("\r\n\r\n");
    ended.wait_for(kPatience);
  });
  RawRemote dripping([ended](RawPeer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (ended.wait_for(milliseconds(5)) == std::future_status::timeout && peer.send("a")) {}
  });
  RunningClient client(thread_);
  for (RawRemote* remote : {&silent, &dripping}) {
    OutgoingRequest request = get(remote->port());
    request.total_deadline = milliseconds(150);
    auto start = steady_clock::now();
    EXPECT_EQ(outcome_of(client.send(request)), "unknown timeout");
    auto took = steady_clock::now() - start;
    EXPECT_GE(took, milliseconds(140));
    EXPECT_LT(took, milliseconds(5000));
  }
  over.set_value();
  EXPECT_EQ(client.counters().open, 0U);
}

TEST_F(ClientTest, WritesNoControlCharacterWhoeverGaveIt) {
  std::atomic<int> requests = 0;
  RunningServer server(thread_, {}, [&](Request&&, Respond respond) {
    ++requests;
    respond({200, {}, "ok"});
  });
  RunningClient client(thread_);
  const std::vector<std::function<void(OutgoingRequest&)>> changes = {
      [](auto& r) { r.method = "GET / HTTP/1.1\r\nHost: b\r\n\r\nGET"; },
      [](auto& r) { r.headers.add("A", "b\r\nC: d"); },
      [](auto& r) { r.headers.add("A\r\nC", "d"); },
      [](auto& r) { r.headers.add("A", std::string("b\0", 2)); },
      [](auto& r) { r.credentials = [](Headers& h, std::string&, std::string&) { h.add("Authorization", "Bearer a\r\nC: d"); }; },
      [](auto& r) { r.credentials = [](Headers&, std::string& target, std::string&) { target += "?key=a\r\nC: d"; }; },
      [](auto& r) { r.credentials = [](Headers&, std::string& target, std::string&) { target = "http://b/"; }; },
  };
  for (const auto& change : changes) {
    OutgoingRequest request = get(server.port());
    change(request);
    EXPECT_EQ(outcome_of(client.send(request)), "not sent invalid_argument");
  }
  EXPECT_EQ(requests, 0);
  EXPECT_EQ(outcome_of(client.send(get(server.port()))), "200");
  EXPECT_EQ(client.counters().opened, 1U) << "nothing was written on it, so it serves on";
}

TEST_F(ClientTest, WritesFramingAndHostItselfAndSecretsLast) {
  std::string seen;
  RawRemote remote([&](RawPeer& peer, int) {
    seen = peer.read_until("body!");
    peer.send(kOk);
  });
  RunningClient client(thread_);
  OutgoingRequest request = get("http://127.0.0.1:" + std::to_string(remote.port()) + "/a?b");
  request.method = "POST";
  request.body = "body";
  request.headers = {
      {"Host", "evil"}, {"content-length", "0"}, {"Transfer-Encoding", "chunked"}, {"Connection", "close"}, {"User-Agent", "test"}};
  int called = 0;
  request.credentials = [&](Headers& headers, std::string& target, std::string& body) {
    ++called;
    headers.add("Authorization", "Bearer token");
    target += "&key=1";
    body += "!";
  };
  ASSERT_EQ(outcome_of(client.send(request)), "200");
  EXPECT_EQ(called, 1);
  EXPECT_EQ(seen, "POST /a?b&key=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(remote.port()) +
                      "\r\nUser-Agent: test\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer token\r\nContent-Length: 5\r\n\r\nbody!");
}

}  // namespace
}  // namespace mlc::http::test
