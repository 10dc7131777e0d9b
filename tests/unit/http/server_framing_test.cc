// Every way we know to make two readers of one byte stream disagree (T3, F20): each is answered with an error, the
// connection is closed, and nothing of it reaches the handler.
#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include "tests/unit/http/peers.h"

namespace mlc::http::test {
namespace {

constexpr size_t kHeadLimit = 2048;
constexpr size_t kBodyLimit = 1000;

struct Trick {
  std::string name;
  std::string bytes;
  int status = 400;
};

std::string post(const std::string& fields, const std::string& body) { return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body; }
std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\n" + fields + "\r\n"; }
std::string line(const std::string& request_line) { return request_line + "\r\nHost: a\r\n\r\n"; }
std::string chunks(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }

std::vector<Trick> tricks() {
  using namespace std::string_literals;
  std::string many;
  for (int i = 0; i < 100; ++i) many += "A:\r\n";
  std::string hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
  return {
      // The request line.
      {"no version", line("GET /")},
      {"two spaces", line("GET  / HTTP/1.1")},
      {"tab between", line("GET\t/\tHTTP/1.1")},
      {"space after the version", line("GET / HTTP/1.1 ")},
      {"space in the target", line("GET /a b HTTP/1.1")},
      {"1.2", line("GET / HTTP/1.2"), 505},
      {"2.0", line("GET / HTTP/2.0"), 505},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"lower-case version", line("GET / http/1.1")},
      {"1.10", line("GET / HTTP/1.10")},
      {"01.1", line("GET / HTTP/01.1")},
      {"colon in the method", line("GE:T / HTTP/1.1")},
      {"long method", line(std::string(33, 'G') + " / HTTP/1.1")},
      {"leading space", line(" GET / HTTP/1.1")},
      {"leading empty line", "\r\n" + line("GET / HTTP/1.1")},
      {"TLS on a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s},
      {"control in the target", line("GET /\x01 HTTP/1.1")},
      {"NUL in the target", line("GET /\0 HTTP/1.1"s)},
      {"carriage return in the target", line("GET /\rX HTTP/1.1")},
      {"beyond ASCII in the target", line("GET /\xc3\xa4 HTTP/1.1")},
      {"fragment", line("GET /#a HTTP/1.1")},
      {"backslash", line("GET /\\a HTTP/1.1")},
      {"relative target", line("GET index HTTP/1.1")},
      {"asterisk", line("GET * HTTP/1.1")},
      {"tunnel", line("CONNECT a:443 HTTP/1.1"), 501},
      {"absolute form, other host", line("GET http://b/ HTTP/1.1")},
      {"absolute form, user", line("GET http://u@a/ HTTP/1.1")},
      {"absolute form, other scheme", line("GET ftp://a/ HTTP/1.1")},
      {"line feed alone", "GET / HTTP/1.1\nHost: a\n\n"},
      // Host.
      {"no Host", get("")},
      {"no Host in 1.0", "GET / HTTP/1.0\r\n\r\n"},
      {"two Hosts", get("Host: a\r\nHost: b\r\n")},
      {"the same Host twice", get("Host: a\r\nhost: a\r\n")},
      {"empty Host", get("Host:\r\n")},
      {"Host with a path", get("Host: a/b\r\n")},
      {"Host with a user", get("Host: u@a\r\n")},
      {"Host list", get("Host: a, b\r\n")},
      {"two words in Host", get("Host: a b\r\n")},
      {"port that is none", get("Host: a:x\r\n")},
      {"long port", get("Host: a:123456\r\n")},
      {"open bracket", get("Host: [::1\r\n")},
      // Fields.
      {"space before the colon", get("Host : a\r\n")},
      {"tab before the colon", post("Content-Length\t: 5\r\n", "12345")},
      {"empty name", get("Host: a\r\n: b\r\n")},
      {"no colon", get("Host: a\r\nb\r\n")},
      {"name with a space", get("Host: a\r\nB C: d\r\n")},
      {"name with a bracket", get("Host: a\r\nB(C: d\r\n")},
      {"name beyond ASCII", get("Host: a\r\nB\xc3\xa4: d\r\n")},
      {"folded by a space", get("Host: a\r\nB: c\r\n d\r\n")},
      {"folded by a tab", get("Host: a\r\nB: c\r\n\td\r\n")},
      {"folded first field", get(" Host: a\r\nHost: a\r\n")},
      {"NUL in a value", get("Host: a\r\nB: c\0d\r\n"s)},
      {"carriage return in a value", get("Host: a\r\nB: c\rd\r\n")},
      {"two carriage returns", get("Host: a\r\nB: c\r\r\n")},
      {"vertical tab in a value", get("Host: a\r\nB: c\x0b\r\n")},
      {"delete in a value", get("Host: a\r\nB: c\x7f\r\n")},
      {"line feed in the middle", get("Host: a\r\nB: c\nD: e\r\n")},
      {"101 fields", get("Host: a\r\n" + many), 431},
      {"head at its limit", get("Host: a\r\nB: " + std::string(kHeadLimit, 'b') + "\r\n"), 431},
      {"head without an end", "GET /" + std::string(kHeadLimit, 'b'), 431},
      {"unknown expectation", post("Expect: 200-ok\r\nContent-Length: 1\r\n", "1"), 417},
      // Content-Length.
      {"plus", post("Content-Length: +5\r\n", "12345")},
      {"minus", post("Content-Length: -5\r\n", "12345")},
      {"hexadecimal", post("Content-Length: 0x5\r\n", "12345")},
      {"exponent", post("Content-Length: 1e0\r\n", "1")},
      {"leading zero", post("Content-Length: 05\r\n", "12345")},
      {"two numbers", post("Content-Length: 5 5\r\n", "12345")},
      {"length list", post("Content-Length: 5, 5\r\n", "12345")},
      {"empty length", post("Content-Length:\r\n", "12345")},
      {"19 digits", post("Content-Length: 1000000000000000000\r\n", "1")},
      {"wraps in 64 bits", post("Content-Length: 18446744073709551621\r\n", "12345")},
      {"equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "12345")},
      {"unequal lengths", post("Content-Length: 0\r\nContent-Length: " + std::to_string(hidden.size()) + "\r\n", hidden)},
      {"trailing parameter", post("Content-Length: 5;a\r\n", "12345")},
      // Transfer-Encoding.
      {"chunked, then length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" + hidden)},
      {"length, then chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + hidden)},
      {"chunked in 1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden},
      {"gzip", post("Transfer-Encoding: gzip\r\n", hidden), 501},
      {"identity", post("Transfer-Encoding: identity\r\n", hidden), 501},
      {"chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 501},
      {"gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"Chunked", post("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"), 501},
      {"xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501},
      {"chunked with a parameter", post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), 501},
      {"quoted", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 501},
      {"comma after", post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n"), 501},
      {"empty coding", post("Transfer-Encoding:\r\n", hidden), 501},
      {"chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"vertical tab after", post("Transfer-Encoding: chunked\x0b\r\n", "0\r\n\r\n")},
      {"space before its colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")},
      {"announced trailer", post("Trailer: Host\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      // Chunks.
      {"extension", chunks("5;a=b\r\n12345\r\n0\r\n\r\n")},
      {"space after the size", chunks("5 \r\n12345\r\n0\r\n\r\n")},
      {"space before the size", chunks(" 5\r\n12345\r\n0\r\n\r\n")},
      {"0x size", chunks("0x5\r\n12345\r\n0\r\n\r\n")},
      {"negative size", chunks("-5\r\n12345\r\n0\r\n\r\n")},
      {"no size", chunks("\r\n12345\r\n0\r\n\r\n")},
      {"nine digits", chunks("000000005\r\n12345\r\n0\r\n\r\n")},
      {"line feed after the size", chunks("5\n12345\r\n0\r\n\r\n")},
      {"carriage return after the size", chunks("5\r12345\r\n0\r\n\r\n")},
      {"longer than its size", chunks("5\r\n123456\r\n0\r\n\r\n")},
      {"shorter than its size", chunks("5\r\n1234\r\n0\r\n\r\n")},
      {"line feed after the data", chunks("5\r\n12345\n0\r\n\r\n")},
      {"trailer", chunks("0\r\nHost: b\r\n\r\n")},
      {"line feed at the end", chunks("0\r\n\n")},
      // Sizes.
      {"length beyond the limit", post("Content-Length: " + std::to_string(kBodyLimit + 1) + "\r\n", ""), 413},
      {"chunk beyond the limit", chunks("3e9\r\n"), 413},
      {"chunks beyond the limit", chunks("3e8\r\n" + std::string(kBodyLimit, 'a') + "\r\n1\r\n"), 413},
  };
}

size_t count_of(std::string_view what, std::string_view in) {
  size_t count = 0;
  for (size_t at = in.find(what); at != std::string_view::npos; at = in.find(what, at + 1)) ++count;
  return count;
}

class ServerFraming : public ::testing::Test {
 protected:
  static ServerOptions options() {
    ServerOptions options;
    options.limits.max_head_bytes = kHeadLimit;
    options.limits.max_body_bytes = kBodyLimit;
    return options;
  }
  LoopThread thread_;
  std::vector<std::string> seen_;  // on the loop's thread, or after a call to it
  RunningServer server_{thread_, options(), [this](Request&& request, Respond respond) {
                          seen_.push_back(request.method + " " + request.target + " " + request.body);
                          respond({200, {}, "ok"});
                        }};
};

TEST_F(ServerFraming, EveryTrickIsAnsweredWithAnErrorAndClosed) {
  auto all = tricks();
  ASSERT_GE(all.size(), 60U);
  for (const Trick& trick : all) {
    SCOPED_TRACE(trick.name);
    RawPeer peer(server_.port());
    ASSERT_TRUE(peer.send(trick.bytes));
    std::string answer = peer.read_to_end();
    EXPECT_TRUE(peer.ended());
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(trick.status) + " ")) << answer;
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << answer;
    EXPECT_EQ(count_of("HTTP/1.1 ", answer), 1U) << answer;
  }
  ServerCounters counters = server_.counters();
  EXPECT_EQ(seen_, std::vector<std::string>());
  EXPECT_EQ(counters.refused_head + counters.refused_body_size, all.size());
}

TEST_F(ServerFraming, OneByteAtATimeChangesNothing) {
  for (const Trick& trick : tricks()) {
    if (trick.bytes.size() > 200) continue;
    SCOPED_TRACE(trick.name);
    RawPeer peer(server_.port());
    int on = 1;
    setsockopt(peer.native(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (char byte : trick.bytes) {
      if (!peer.send({&byte, 1})) break;  // refused before the rest
    }
    std::string answer = peer.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(trick.status) + " ")) << answer;
  }
  server_.counters();
  EXPECT_EQ(seen_, std::vector<std::string>());
}

TEST_F(ServerFraming, WhatIsWellFormedPasses) {
  std::string fields;
  for (int i = 0; i < 99; ++i) fields += "A:\r\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {get("Host: a\r\n"), "GET / "},
      {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", "GET / "},
      {get("Host: a:8080\r\n"), "GET / "},
      {get("Host: [::1]:8080\r\n"), "GET / "},
      {get("Host: a\r\n" + fields), "GET / "},
      {line("GET http://A/b?c HTTP/1.1"), "GET /b?c "},
      {line("GET http://a HTTP/1.1"), "GET / "},
      {line("OPTIONS * HTTP/1.1"), "OPTIONS * "},
      {post("Content-Length: 5\r\n", "12345"), "POST / 12345"},
      {post("Content-Length: 0\r\n", ""), "POST / "},
      {chunks("5\r\n12345\r\n0A\r\n6789012345\r\n0\r\n\r\n"), "POST / 123456789012345"},
      {post("Content-Length: 1000\r\n", std::string(kBodyLimit, 'a')), "POST / " + std::string(kBodyLimit, 'a')},
      {chunks("3e8\r\n" + std::string(kBodyLimit, 'a') + "\r\n0\r\n\r\n"), "POST / " + std::string(kBodyLimit, 'a')},
  };
  for (const auto& [bytes, expected] : cases) {
    SCOPED_TRACE(bytes.substr(0, 80));
    RawPeer peer(server_.port());
    ASSERT_TRUE(peer.send(bytes));
    EXPECT_TRUE(peer.read_until("ok").starts_with("HTTP/1.1 200 OK\r\n"));
    std::string seen = thread_.call([&] { return seen_.empty() ? "nothing" : std::exchange(seen_, {}).back(); });
    EXPECT_EQ(seen, expected);
  }
}

TEST_F(ServerFraming, ARequestBehindAnotherKeepsItsPlaceAndATrickBehindOneIsRefused) {
  RawPeer peer(server_.port());
  peer.send(post("Content-Length: 1\r\n", "1") + chunks("1\r\n2\r\n0\r\n\r\n") + line("GET /3 HTTP/1.1") + line("GET /4") +
            line("GET /5 HTTP/1.1"));
  std::string answer = peer.read_to_end();
  EXPECT_EQ(count_of("HTTP/1.1 200 ", answer), 3U);
  EXPECT_EQ(count_of("HTTP/1.1 400 ", answer), 1U);
  server_.counters();
  EXPECT_EQ(seen_, (std::vector<std::string>{"POST / 1", "POST / 2", "GET /3 "}));
}

TEST_F(ServerFraming, ABodyThatWaitsForItsInvitationGetsOne) {
  RawPeer peer(server_.port());
  peer.send(post("Content-Length: 5\r\nExpect: 100-continue\r\n", ""));
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("12345");
  EXPECT_TRUE(peer.read_until("ok").starts_with("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace mlc::http::test
