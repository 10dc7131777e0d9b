// Printers behind the transport: what goes to which, and what their answers mean for a write (L1).
#include "runtime/printing/transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "runtime/base/files.h"
#include "runtime/http/private_network.h"
#include "runtime/printing/ipp.h"
#include "tests/temp_folder.h"
#include "tests/unit/http/peers.h"

namespace mlc::printing {
namespace {

using http::OutgoingRequest;
using http::Response;
using http::SendFailure;
using http::SendResult;
using http::test::LoopThread;
using http::test::outcome_of;
using ::testing::HasSubstr;

const std::string kLabel = R"({"name":"1Z.zpl","type":"application/zpl","content":"XlhBXlha","copies":1})";  // ^XA^XZ
const std::string kMark = "00112233445566778899aabbccddeeff";

// What a printer answers over HTTP, one after the other.
struct Beneath : http::Transport {
  std::deque<SendResult> answers;
  std::vector<OutgoingRequest> requests;
  Task<SendResult> send(OutgoingRequest request) override {
    requests.push_back(std::move(request));
    if (answers.empty()) co_return SendFailure{SendFailure::Stage::not_sent, Error(Code::unavailable, "nothing was planned")};
    auto answer = std::move(answers.front());
    answers.pop_front();
    co_return answer;
  }
  void say(uint16_t status, std::vector<ipp::Group> groups = {}) {
    ipp::Message message;
    message.code = status;
    message.groups = std::move(groups);
    if (message.groups.empty()) message.groups.push_back(ipp::Group().add("status-message", ipp::Tag::text, "its own words"));
    answers.push_back(Response{200, {}, ipp::encode(message)});
  }
};

class Printers : public ::testing::Test {
 protected:
  Printers() {
    thread_.call([&] {
      transport_ = std::make_unique<PrinterTransport>(
          beneath_, thread_.loop(),
          std::make_unique<http::test::TableResolver>(http::test::TableResolver::Table{
              {"printer.test", {"10.0.0.7"}}, {"public.test", {"8.8.8.8"}}, {"metadata.test", {"169.254.169.254"}}}));
    });
  }
  ~Printers() override {
    thread_.call([&] { transport_.reset(); });
  }
  SendResult ask(const std::string& method, const std::string& url, const std::string& body = "",
                 const std::function<void(OutgoingRequest&)>& change = {}) {
    OutgoingRequest request;
    request.method = method;
    request.url = *http::Url::parse(url);
    request.body = body;
    request.headers.add("Idempotency-Key", kMark);
    request.tls.allow_loopback = true;
    request.total_deadline = http::test::kPatience;
    if (change) change(request);
    return thread_.send(*transport_, std::move(request));
  }
  ipp::Message said(size_t at) { return *ipp::decode(beneath_.requests.at(at).body); }

  LoopThread thread_;
  Beneath beneath_;
  std::unique_ptr<PrinterTransport> transport_;
  test::TempFolder folder_;
};

std::string body_of(const SendResult& result) {
  const auto* response = http::test::response_of(result);
  return response == nullptr ? http::test::why(result) : response->body;
}

TEST_F(Printers, L1_AFolderGetsTheBytesOnce) {
  const std::string url = "folder://" + folder_.path() + "/documents";
  auto first = ask("POST", url, kLabel);
  EXPECT_EQ(outcome_of(first), "201") << body_of(first);
  EXPECT_THAT(body_of(first), HasSubstr(R"("id":"1Z.zpl")"));
  RealFiles files;
  EXPECT_EQ(*files.read(folder_ / "1Z.zpl"), "^XA^XZ");
  ASSERT_TRUE(files.remove(folder_ / "1Z.zpl"));
  auto again = ask("POST", url, kLabel);
  EXPECT_THAT(body_of(again), HasSubstr("placed before"));
  EXPECT_FALSE(files.exists(folder_ / "1Z.zpl"));
}

TEST_F(Printers, L1_AFolderThatIsNotThereIsNotSentAndPingSaysSo) {
  EXPECT_EQ(outcome_of(ask("POST", "folder://" + (folder_ / "none") + "/documents", kLabel)), "not sent unavailable");
  EXPECT_EQ(outcome_of(ask("GET", "folder://" + (folder_ / "none") + "/status")), "404");
  EXPECT_EQ(outcome_of(ask("GET", "folder://" + folder_.path() + "/status")), "200");
}

TEST_F(Printers, L1_CopiesAreFilesOfTheirOwnAndNamesCannotLeaveTheFolder) {
  const std::string url = "folder://" + folder_.path() + "/documents";
  EXPECT_EQ(outcome_of(ask("POST", url, R"({"name":"a.zpl","type":"x/y","content":"XlhB","copies":3})")), "201");
  RealFiles files;
  for (const char* name : {"a.zpl", "a-2.zpl", "a-3.zpl"}) EXPECT_TRUE(files.exists(folder_ / name)) << name;
  for (const char* wrong : {R"("../a")", R"("a/b")", R"(".hidden")", R"("")", "null"}) {
    auto end = ask("POST", url, std::string(R"({"name":)") + wrong + R"(,"type":"x/y","content":"XlhB"})");
    EXPECT_EQ(outcome_of(end), "422") << wrong;
  }
  EXPECT_EQ(outcome_of(ask("POST", url, R"({"name":"a","type":"x/y","content":"XlhB","copies":0})")), "422");
}

TEST_F(Printers, L1_ARawPrinterGetsTheBytesAndNothingElse) {
  std::promise<std::string> got;
  http::test::RawRemote remote([&](http::test::RawPeer& peer, int) { got.set_value(peer.read_to_end()); });
  auto end = ask("POST", "raw://127.0.0.1:" + std::to_string(remote.port()) + "/documents",
                 R"({"name":"a","type":"application/zpl","content":"XlhBXlha","copies":2})");
  EXPECT_EQ(outcome_of(end), "201") << body_of(end);
  EXPECT_EQ(got.get_future().get(), "^XA^XZ^XA^XZ");
}

TEST_F(Printers, L1_ARawPrinterThatEndsInTheMiddleLeavesItUnknown) {
  const std::string much(8 << 20, 'A');  // more than the sockets hold
  http::test::RawRemote remote([&](http::test::RawPeer& peer, int) {
    linger at_once{1, 0};
    setsockopt(peer.native(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    peer.read_until("A");
  });
  auto end = ask("POST", "raw://127.0.0.1:" + std::to_string(remote.port()) + "/documents",
                 R"({"name":"a","type":"x/y","content":")" + much + R"("})");
  EXPECT_EQ(outcome_of(end), "unknown unavailable") << body_of(end);
}

TEST_F(Printers, L1_T5_RawBytesGoToThePrivateNetworkOnlyWhereTheConnectionSaysSo) {
  const auto allow = [](bool loopback, bool on_the_spot) {
    return [=](OutgoingRequest& request) {
      request.tls.allow_loopback = loopback;
      if (on_the_spot) request.allowed_hosts.emplace_back(http::kPrivateNetwork);
    };
  };
  EXPECT_EQ(outcome_of(ask("POST", "raw://printer.test/documents", kLabel, allow(true, false))), "not sent denied");
  EXPECT_EQ(outcome_of(ask("POST", "raw://public.test/documents", kLabel, allow(true, true))), "not sent denied");
  EXPECT_EQ(outcome_of(ask("POST", "raw://metadata.test/documents", kLabel, allow(true, true))), "not sent denied");
  EXPECT_EQ(outcome_of(ask("POST", "raw://127.0.0.1:9/documents", kLabel, allow(false, true))), "not sent denied");
}

TEST_F(Printers, L1_AnIppPrinterIsGivenTheDocumentWithAJobNameThatBearsTheMark) {
  beneath_.say(0, {ipp::Group(), ipp::Group{ipp::Tag::job_group, {}}.add("job-id", 17)});
  auto end = ask("POST", "ipps://printer.test/ipp/print/documents", kLabel, [](OutgoingRequest& request) {
    request.headers.add("Printer-Format", "application/octet-stream");
    request.headers.add("Printer-User", "warehouse");
  });
  EXPECT_EQ(outcome_of(end), "201") << body_of(end);
  EXPECT_THAT(body_of(end), HasSubstr(R"("id":"17")"));
  ASSERT_EQ(beneath_.requests.size(), 1U);
  EXPECT_EQ(beneath_.requests[0].url.text(), "https://printer.test:631/ipp/print");
  const auto message = said(0);
  const auto* group = message.group(ipp::Tag::operation_group);
  EXPECT_EQ(message.code, 0x0002);
  EXPECT_EQ(message.document, "^XA^XZ");
  EXPECT_EQ(group->attributes[0].name, "attributes-charset");
  EXPECT_EQ(group->attributes[1].name, "attributes-natural-language");
  EXPECT_EQ(group->text("printer-uri"), "ipps://printer.test/ipp/print");
  EXPECT_EQ(group->text("requesting-user-name"), "warehouse");
  EXPECT_EQ(group->text("job-name"), "1Z.zpl " + kMark);
  EXPECT_EQ(group->text("document-format"), "application/octet-stream");
}

TEST_F(Printers, L1_TheMarkOfAJobIsFoundAgainPrintedOrNot) {
  const auto job = [](int32_t id, const std::string& name) {
    return ipp::Group{ipp::Tag::job_group, {}}.add("job-id", id).add("job-name", ipp::Tag::name, name);
  };
  beneath_.say(0, {ipp::Group(), job(3, "other")});
  beneath_.say(0, {ipp::Group(), job(2, "1Z.zpl " + kMark), job(3, "other")});
  auto end = ask("GET", "ipp://127.0.0.1/ipp/print/jobs");
  EXPECT_EQ(outcome_of(end), "200");
  EXPECT_THAT(body_of(end), HasSubstr(R"("id":"2","name":"1Z.zpl )" + kMark + R"(","mark":")" + kMark));
  EXPECT_EQ(said(0).group(ipp::Tag::operation_group)->text("which-jobs"), "not-completed");
  EXPECT_EQ(said(1).group(ipp::Tag::operation_group)->text("which-jobs"), "completed");
}

// RFC 8011, appendix B: what took nothing is tried again, what cannot be taken is refused, what broke in the middle is unknown.
TEST_F(Printers, L1_EachRefusalOfAPrinterMeansWhatItSays) {
  const std::pair<uint16_t, const char*> cases[] = {
      {0x040a, "415"},
      {0x0408, "413"},
      {0x0403, "403"},
      {0x0406, "404"},
      {0x0400, "422"},
      {0x0506, "not sent unavailable"},
      {0x0507, "not sent unavailable"},
      {0x0504, "500"},
      {0x0500, "500"},
  };
  for (const auto& [status, expected] : cases) {
    beneath_.say(status);
    auto end = ask("POST", "ipp://127.0.0.1/ipp/print/documents", kLabel);
    EXPECT_EQ(outcome_of(end), expected) << ipp::status_name(status);
    EXPECT_THAT(body_of(end), HasSubstr("its own words"));
  }
  beneath_.answers.push_back(Response{200, {}, "<html>"});
  EXPECT_EQ(outcome_of(ask("POST", "ipp://127.0.0.1/ipp/print/documents", kLabel)), "502");
  beneath_.answers.push_back(SendFailure{SendFailure::Stage::unknown, Error(Code::timeout, "late")});
  EXPECT_EQ(outcome_of(ask("POST", "ipp://127.0.0.1/ipp/print/documents", kLabel)), "unknown timeout");
}

TEST_F(Printers, L1_PingSaysWhetherAPrinterWouldPrint) {
  const auto printer = [](int32_t state, bool accepting) {
    ipp::Group group{ipp::Tag::printer_group, {}};
    group.add("printer-state-reasons", ipp::Tag::keyword, "media-empty");
    group.add("printer-is-accepting-jobs", ipp::Tag::boolean, std::string(1, accepting ? '\1' : '\0'));
    group.add("document-format-supported", ipp::Tag::media_type, std::vector<std::string>{"application/pdf", "image/png"});
    group.attributes.push_back({"printer-state", {{ipp::Tag::enumeration, std::string("\0\0\0", 3) + static_cast<char>(state)}}});
    return group;
  };
  const std::string url = "ipp://127.0.0.1/ipp/print/status";
  beneath_.say(0, {printer(3, true)});
  EXPECT_EQ(outcome_of(ask("GET", url)), "200");
  beneath_.say(0, {printer(5, true)});
  auto stopped = ask("GET", url);
  EXPECT_EQ(outcome_of(stopped), "409");
  EXPECT_THAT(body_of(stopped), HasSubstr("stopped: media-empty"));
  beneath_.say(0, {printer(3, false)});
  EXPECT_THAT(body_of(ask("GET", url)), HasSubstr("accepts no jobs"));
  beneath_.say(0, {printer(3, true)});
  auto format = ask("GET", url, "", [](OutgoingRequest& request) { request.headers.add("Printer-Format", "application/zpl"); });
  EXPECT_EQ(outcome_of(format), "415");
  EXPECT_THAT(body_of(format), HasSubstr("takes no application/zpl, but application/pdf, image/png"));
}

TEST_F(Printers, OthersGoOnToTheTransportBeneath) {
  beneath_.answers.push_back(Response{204, {}, ""});
  EXPECT_EQ(outcome_of(ask("GET", "https://api.test/orders")), "204");
  EXPECT_EQ(beneath_.requests.at(0).url.text(), "https://api.test/orders");
}

}  // namespace
}  // namespace mlc::printing
