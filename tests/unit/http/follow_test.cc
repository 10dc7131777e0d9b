#include "runtime/http/follow.h"

#include <gtest/gtest.h>

#include "tests/unit/http/peers.h"

namespace mlc::http::test {
namespace {

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
