// Who the client believes to be whom (T6): certificates, authorities, versions, streams that are cut.
#include <gtest/gtest.h>
#include <openssl/err.h>

#include <filesystem>
#include <fstream>

#include "runtime/http/certificate_authority.h"
#include "runtime/http/tls.h"
#include "tests/temp_folder.h"
#include "tests/unit/http/peers.h"

namespace mlc::http::test {
namespace {

using std::chrono::milliseconds;

CertificateAuthority authority(const std::string& name) { return std::move(*CertificateAuthority::make(name)); }

// A test authority, another one nobody trusts, and the first one's certificate in a file.
class ClientOverTls : public ::testing::Test {
 protected:
  ClientOverTls() { ca_file_ = write("ca.pem", ours_.certificate_pem()); }

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
  mlc::test::TempFolder temporary_;
  const std::string folder_ = temporary_.path();
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

}  // namespace
}  // namespace mlc::http::test
