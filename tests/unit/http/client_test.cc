// What the client promises: who it talks to (T5, T6), what it writes (T7), what it takes from a hostile remote (T17), how
// it keeps connections, and the stage of every failure.
#include "runtime/http/client.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "runtime/http/certificate_authority.h"
#include "runtime/http/follow.h"
#include "runtime/http/tls.h"
#include "tests/unit/http/peers.h"

namespace mlc::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

CertificateAuthority authority(const std::string& name) { return std::move(*CertificateAuthority::make(name)); }

// A test authority, another one nobody trusts, and the first one's certificate in a file.
class ClientOverTls : public ::testing::Test {
 protected:
  ClientOverTls() {
    char pattern[] = "/tmp/http-test-XXXXXX";
    folder_ = mkdtemp(pattern);
    ca_file_ = write("ca.pem", ours_.certificate_pem());
  }
  ~ClientOverTls() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
    return folder_ + "/" + name;
  }
  static ServerOptions over_tls(const CertificatePair& pair) {
    ServerOptions options;
    options.tls = ServerTls{pair.certificate_pem, pair.key_pem};
    return options;
  }
  OutgoingRequest get_https(const std::string& host, uint16_t port) {
    OutgoingRequest request = get("https://" + host + ":" + std::to_string(port) + "/");
    request.tls.ca_file = ca_file_;
    return request;
  }
  const TableResolver::Table names_ = {
      {"localhost", {"127.0.0.1"}}, {"shop.test", {"127.0.0.1"}}, {"a.shop.test", {"127.0.0.1"}}, {"a.b.shop.test", {"127.0.0.1"}}};

  CertificateAuthority ours_ = authority("Test authority");
  CertificateAuthority foreign_ = authority("Somebody else");
  std::string folder_;
  std::string ca_file_;
  LoopThread thread_;
};

TEST_F(ClientOverTls, AcceptsACertificateForThisHostFromThisAuthorityAtThisTimeOnly) {
  struct Case {
    const char* what;
    const CertificateAuthority& issuer;
    LeafOptions leaf;
    std::string host;
    std::string outcome;
  };
  using std::chrono::hours;
  const std::string refused = "not sent denied";
  const std::vector<Case> cases = {
      {"the name", ours_, {{"localhost"}}, "localhost", "200"},
      {"one of several names", ours_, {{"b.test", "localhost"}}, "localhost", "200"},
      {"the address", ours_, {{"127.0.0.1"}}, "127.0.0.1", "200"},
      {"a wildcard", ours_, {{"*.shop.test"}}, "a.shop.test", "200"},
      {"another name", ours_, {{"other.test"}}, "localhost", refused},
      {"the name for its address", ours_, {{"localhost"}}, "127.0.0.1", refused},
      {"the address for its name", ours_, {{"127.0.0.1"}}, "localhost", refused},
      {"a wildcard for its parent", ours_, {{"*.shop.test"}}, "shop.test", refused},
      {"a wildcard for two labels", ours_, {{"*.shop.test"}}, "a.b.shop.test", refused},
      {"a partial wildcard", ours_, {{"l*calhost"}}, "localhost", refused},
      {"expired", ours_, {{"localhost"}, -hours(2), -hours(1)}, "localhost", refused},
      {"not yet valid", ours_, {{"localhost"}, hours(1), hours(2)}, "localhost", refused},
      {"an unknown authority", foreign_, {{"localhost"}}, "localhost", refused},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    bool handled = false;
    RunningServer server(thread_, over_tls(*c.issuer.issue(c.leaf)), [&](Request&& request, Respond respond) {
      handled = request.tls;
      respond({200, {}, "ok"});
    });
    RunningClient client(thread_, {}, names_);
    SendResult result = client.send(get_https(c.host, server.port()));
    EXPECT_EQ(outcome_of(result), c.outcome) << why(result);
    server.stop();
    EXPECT_EQ(handled, c.outcome == "200");
  }
}

TEST_F(ClientOverTls, TrustsOneCaFileForOneConnectionAndNotForAnother) {
  RunningServer server(thread_, over_tls(*ours_.issue()), [](Request&&, Respond respond) { respond({200, {}, "ok"}); });
  RunningClient client(thread_);
  EXPECT_EQ(outcome_of(client.send(get_https("localhost", server.port()))), "200");
  OutgoingRequest system_store = get_https("localhost", server.port());
  system_store.tls.ca_file.clear();
  EXPECT_EQ(outcome_of(client.send(system_store)), "not sent denied") << "the kept connection was verified by another policy";
  OutgoingRequest other = get_https("localhost", server.port());
  other.tls.ca_file = write("other.pem", foreign_.certificate_pem());
  EXPECT_EQ(outcome_of(client.send(other)), "not sent denied");
  other.tls.ca_file = folder_ + "/missing.pem";
  EXPECT_EQ(outcome_of(client.send(other)), "not sent config");
}

TEST_F(ClientOverTls, NewCertificatesHoldForNewConnectionsAndBadOnesChangeNothing) {
  RunningServer server(thread_, over_tls(*ours_.issue()), [](Request&&, Respond respond) { respond({200, {}, "ok"}); });
  auto reload = [&](const CertificatePair& pair) {
    return thread_.call([&] { return server.server().reload_tls({pair.certificate_pem, pair.key_pem}).ok(); });
  };
  auto ask = [&] {
    RunningClient client(thread_);
    return outcome_of(client.send(get_https("localhost", server.port())));
  };
  CertificatePair mixed{ours_.issue()->certificate_pem, ours_.issue()->key_pem};
  EXPECT_FALSE(reload(mixed));
  EXPECT_EQ(ask(), "200");
  EXPECT_TRUE(reload(*foreign_.issue()));
  EXPECT_EQ(ask(), "not sent denied");
}

// A TLS remote made of bare OpenSSL calls, so that it can end the stream without saying so.
void serve_tls(RawPeer& peer, SSL_CTX* context, const std::string& answer, bool say_goodbye) {
  SslHandle ssl(SSL_new(context));
  SSL_set_fd(ssl.get(), peer.native());
  if (SSL_accept(ssl.get()) != 1) return ERR_clear_error();
  char request[4096];
  if (SSL_read(ssl.get(), request, sizeof request) <= 0) return;
  SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
  if (say_goodbye) SSL_shutdown(ssl.get());
}

TEST_F(ClientOverTls, AStreamThatIsCutIsNeverAnAnswer) {
  CertificatePair pair = *ours_.issue();
  SslContext context = *server_context(pair.certificate_pem, pair.key_pem);
  for (bool say_goodbye : {true, false}) {
    RawRemote remote([&](RawPeer& peer, int) { serve_tls(peer, context.get(), "HTTP/1.1 200 OK\r\n\r\npart", say_goodbye); });
    RunningClient client(thread_);
    EXPECT_EQ(outcome_of(client.send(get_https("localhost", remote.port()))), say_goodbye ? "200" : "unknown unavailable");
  }
}

TEST_F(ClientOverTls, SpeaksNothingBelowTls12) {
  CertificatePair pair = *ours_.issue();
  SslContext context = *server_context(pair.certificate_pem, pair.key_pem);
  for (int version : {TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
    RawRemote remote([&](RawPeer& peer, int) { serve_tls(peer, context.get(), kOk, true); });
    RunningClient client(thread_);
    EXPECT_EQ(outcome_of(client.send(get_https("localhost", remote.port()))), version == TLS1_1_VERSION ? "not sent unavailable" : "200");
  }
}

TEST_F(ClientOverTls, AHandshakeThatStandsStillEndsOnBothSides) {
  RawRemote remote([](RawPeer& peer, int) { peer.read_to_end(); });
  ClientOptions impatient;
  impatient.connect_time = milliseconds(100);
  RunningClient client(thread_, impatient);
  EXPECT_EQ(outcome_of(client.send(get_https("localhost", remote.port()))), "not sent timeout");
  ServerOptions options = over_tls(*ours_.issue());
  options.limits.handshake_time = milliseconds(100);
  RunningServer server(thread_, options, [](Request&&, Respond respond) { respond({200, {}, "ok"}); });
  RawPeer silent(server.port());
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_EQ(server.counters().timeouts, 1U);
}

TEST_F(ClientOverTls, CarriesLargeBodiesBothWays) {
  ServerOptions options = over_tls(*ours_.issue());
  options.limits.max_body_bytes = 8 << 20;
  RunningServer server(thread_, options, [](Request&& request, Respond respond) { respond({200, {}, std::move(request.body)}); });
  RunningClient client(thread_);
  OutgoingRequest request = get_https("localhost", server.port());
  request.method = "POST";
  for (size_t i = 0; i < (8 << 20); ++i) request.body += static_cast<char>(i * 31 >> 3);
  SendResult result = client.send(request);
  ASSERT_EQ(outcome_of(result), "200") << why(result);
  EXPECT_TRUE(response_of(result)->body == request.body);
}

// Plain connections to loopback from here on.

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

TEST_F(ClientTest, KeepsAConnectionAndAFreshSendTakesItForTwoSecondsOnly) {
  RunningServer server(thread_, {}, [](Request&&, Respond respond) { respond({200, {}, "ok"}); });
  RunningClient client(thread_);
  OutgoingRequest fresh = get(server.port());
  fresh.fresh = true;
  EXPECT_EQ(outcome_of(client.send(fresh)), "200");
  EXPECT_EQ(outcome_of(client.send(fresh)), "200");
  EXPECT_EQ(client.counters().opened, 1U);
  EXPECT_EQ(client.counters().reused, 1U);
  std::promise<void> later;  // real time is what the rule is about
  auto timer = thread_.call([&] { return thread_.loop().after_real(milliseconds(2050), [&] { later.set_value(); }); });
  later.get_future().wait();
  EXPECT_EQ(outcome_of(client.send(fresh)), "200");
  EXPECT_EQ(client.counters().opened, 2U) << "older than 2 s: not for a fresh send";
  EXPECT_EQ(outcome_of(client.send(get(server.port()))), "200");
  EXPECT_EQ(client.counters().opened, 2U) << "but still for another one";
  thread_.call([&] { timer.reset(); });
}

TEST_F(ClientTest, DropsAConnectionThatTheRemoteHasClosedOrSpokenOn) {
  for (const std::string& after : {std::string(), std::string("HTTP/1.1 408 Request Timeout\r\n\r\n")}) {
    std::promise<void> closed;
    RawRemote remote([&](RawPeer& peer, int number) {
      peer.read_until("\r\n\r\n");
      peer.send(kOk);
      if (number > 0) return;
      if (!after.empty()) peer.send(after);
      peer.close();
      closed.set_value();
    });
    RunningClient client(thread_);
    EXPECT_EQ(outcome_of(client.send(get(remote.port()))), "200");
    closed.get_future().wait();
    EXPECT_EQ(outcome_of(client.send(get(remote.port()))), "200");
    EXPECT_EQ(client.counters().opened, 2U);
  }
}

TEST_F(ClientTest, DoesNotKeepWhatTheRemoteWillCloseOrSaidTooMuchOn) {
  for (const std::string& answer : {std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"),
                                    std::string("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"), kOk + kOk}) {
    RawRemote remote([&](RawPeer& peer, int) {
      peer.read_until("\r\n\r\n");
      peer.send(answer);
      peer.read_to_end();
    });
    RunningClient client(thread_);
    EXPECT_EQ(outcome_of(client.send(get(remote.port()))), "200");
    EXPECT_EQ(client.counters().open, 0U);
  }
}

TEST_F(ClientTest, SendsWaitInABoundedLineForAConnection) {
  std::vector<Respond> held;
  RunningServer server(thread_, {}, [&](Request&&, Respond respond) { held.push_back(std::move(respond)); });
  ClientOptions options;
  options.max_connections_per_host = 1;
  options.max_waiting = 2;
  RunningClient client(thread_, options);
  auto first = client.begin(get(server.port()));
  auto second = client.begin(get(server.port()));
  OutgoingRequest hasty = get(server.port());
  hasty.total_deadline = milliseconds(50);
  EXPECT_EQ(outcome_of(client.send(hasty)), "not sent timeout");
  auto third = client.begin(get(server.port()));
  EXPECT_EQ(outcome_of(client.send(get(server.port()))), "not sent exhausted");
  auto limit = steady_clock::now() + kPatience;
  for (auto* result : {&first, &second, &third}) {
    while (thread_.call([&] { return held.empty(); })) ASSERT_LT(steady_clock::now(), limit);
    thread_.call([&] { std::exchange(held, {}).front()({200, {}, "ok"}); });
    EXPECT_EQ(outcome_of(result->get()), "200");
  }
  EXPECT_EQ(client.counters().opened, 1U);
}

TEST_F(ClientTest, IdleConnectionsOfOneHostMakeRoomForAnother) {
  RunningServer a(thread_, {}, [](Request&&, Respond respond) { respond({200, {}, "ok"}); });
  RunningServer b(thread_, {}, [](Request&&, Respond respond) { respond({200, {}, "ok"}); });
  ClientOptions options;
  options.max_connections = 1;
  RunningClient client(thread_, options);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(outcome_of(client.send(get(a.port()))), "200");
    EXPECT_EQ(outcome_of(client.send(get(b.port()))), "200");
  }
  EXPECT_EQ(client.counters().open, 1U);
}

// A transport that answers from a table and remembers what it was sent.
class TableTransport : public Transport {
 public:
  std::map<std::string, Response> answers;
  std::vector<OutgoingRequest> sent;
  Task<SendResult> send(OutgoingRequest request) override {
    sent.push_back(request);
    auto found = answers.find(request.url.text());
    co_return found != answers.end() ? found->second : Response{404, {}, ""};
  }
};

SendResult follow(TableTransport& transport, OutgoingRequest request) {
  std::optional<SendResult> ended;
  spawn<SendResult>(follow_get(transport, std::move(request)), [&](SendResult result) { ended = std::move(result); });
  return std::move(*ended);
}

Response to(const std::string& where, int status = 302) { return {status, {{"Location", where}}, ""}; }

TEST(Follow, NeverTakesCredentialsAlong) {
  TableTransport transport;
  transport.answers = {
      {"https://a.test/", to("https://b.test/x")}, {"https://b.test/x", to("/y", 307)}, {"https://b.test/y", {200, {}, "ok"}}};
  OutgoingRequest request = get("https://a.test/");
  request.headers = {{"Authorization", "a"}, {"cookie", "b"}, {"Accept", "c"}};
  request.credentials = [](Headers&, std::string&, std::string&) {};
  EXPECT_EQ(outcome_of(follow(transport, request)), "200");
  ASSERT_EQ(transport.sent.size(), 3U);
  EXPECT_TRUE(transport.sent[0].credentials);
  for (size_t hop : {1, 2}) {
    EXPECT_FALSE(transport.sent[hop].credentials);
    EXPECT_EQ(transport.sent[hop].headers.size(), 1U);
    EXPECT_EQ(transport.sent[hop].allowed_hosts, request.allowed_hosts) << "checked like the first";
  }
}

TEST(Follow, IsForReadsOverSecureLinksAndNotForEver) {
  TableTransport transport;
  transport.answers = {{"https://a.test/down", to("http://a.test/")},
                       {"https://a.test/loop", to("/loop")},
                       {"https://a.test/script", to("javascript:alert(1)")},
                       {"https://a.test/none", {302, {}, ""}}};
  auto at = [&](const std::string& path) { return outcome_of(follow(transport, get("https://a.test" + path))); };
  EXPECT_EQ(at("/down"), "not sent denied");
  EXPECT_EQ(at("/script"), "not sent invalid_argument");
  EXPECT_EQ(at("/none"), "302");
  transport.sent.clear();
  EXPECT_EQ(at("/loop"), "not sent denied");
  EXPECT_EQ(transport.sent.size(), 1U + kMaxRedirects);
  OutgoingRequest post = get("https://a.test/loop");
  post.method = "POST";
  transport.sent.clear();
  EXPECT_EQ(outcome_of(follow(transport, post)), "not sent denied");
  EXPECT_TRUE(transport.sent.empty());
}

}  // namespace
}  // namespace mlc::http::test
