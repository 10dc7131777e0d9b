#include "runtime/app/report_mail.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/base/event_loop.h"
#include "runtime/base/files.h"
#include "runtime/base/system_clock.h"
#include "tests/temp_folder.h"

namespace mlc::app {
namespace {

script::Workspace workspace() {
  script::Workspace made;
  made.settings =
      R"({"alerts":{"finance":{"kind":"mail","command":["/usr/sbin/sendmail","-t"],"from":"a@example.com","to":["all@example.com"]},
    "chat":{"kind":"webhook"}}})";
  made.clients["acme"] =
      R"({"alerts":{"finance":{"kind":"mail","command":["/bin/true"],"from":"b@example.com","to":["eva@example.com"]}}})";
  made.clients["beta"] = "{}";
  return made;
}

TEST(ReportMail, C9_AClientsOwnDestinationGoesBeforeTheWorkspaces) {
  const auto all = workspace();
  EXPECT_EQ(mail_destination(all, "acme", "finance")->to, std::vector<std::string>{"eva@example.com"});
  EXPECT_EQ(mail_destination(all, "beta", "finance")->to, std::vector<std::string>{"all@example.com"});
  EXPECT_NE(mail_destination(all, "beta", "chat").error().text().find("is no mail"), std::string::npos);
  EXPECT_NE(mail_destination(all, "beta", "boss").error().text().find("there is no alerts.boss"), std::string::npos);
}

TEST(ReportMail, C9_TheMailCarriesTheCsvAndNothingInItCanAddAField) {
  engine::ReportMail mail;
  mail.client = "acme", mail.id = "acme/shop_nl/7", mail.subject = "All 3 documents agree\r\nBcc: thief@example.com";
  mail.text = "All 3 documents agree to the cent.\nCafé\n";
  mail.files = {{"differences.csv", "day,class\r\n"}};
  const auto text = mail_with_files({{"/bin/true"}, {"eva@example.com", "jan@example.com"}, "books@example.com"}, mail,
                                    *parse_instant("2026-11-01T05:30:00Z"));
  EXPECT_EQ(text.substr(0, text.find("Message-ID")),
            "From: books@example.com\r\nTo: eva@example.com, jan@example.com\r\nSubject: All 3 documents agree  Bcc: thief@example.com\r\n"
            "Date: Sun, 01 Nov 2026 05:30:00 +0000\r\n");
  EXPECT_NE(text.find("\r\n\r\n" + to_base64("All 3 documents agree to the cent.\r\nCafé\r\n") + "\r\n--"), std::string::npos) << text;
  EXPECT_NE(text.find("filename=\"differences.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + to_base64("day,class\r\n") + "\r\n"),
            std::string::npos);
  for (size_t at = 0, end; (end = text.find("\r\n", at)) != std::string::npos; at = end + 2) EXPECT_LE(end - at, 998u);
}

class ReportMailerTest : public ::testing::Test {
 protected:
  // A workspace whose `finance` is mailed by /bin/sh with this script.
  static script::Workspace by_script(const std::string& script, const std::string& to = R"(["eva@example.com"])") {
    const nlohmann::json command = {"/bin/sh", "-c", script};
    script::Workspace made;
    made.settings = R"({"alerts":{"finance":{"kind":"mail","command":)" + command.dump() + R"(,"from":"a@example.com","to":)" + to + "}}}";
    return made;
  }
  Status send(const script::Workspace& workspace, std::vector<std::string> to) {
    engine::ReportMail mail;
    mail.client = "acme", mail.id = "acme/shop_nl/7", mail.subject = "October", mail.text = "1 difference\n", mail.to = std::move(to);
    mail.files = {{"differences.csv", "day,class\r\n2026-10-04,amount\r\n"}, {"documents.csv", "day\r\n"}};
    Status end = ok_status();
    loop_.post([&] {
      spawn<Status>(mailer_.send(workspace, std::move(mail)), [&](Status done) {
        end = std::move(done);
        loop_.stop();
      });
    });
    loop_.run();
    return end;
  }

  SystemClock clock_;
  SystemRandom random_;
  EventLoop loop_{clock_};
  ReportMailer mailer_{Environment{&clock_, &loop_, &loop_, &random_}};
  test::TempFolder folder_;
};

TEST_F(ReportMailerTest, C9_TheMailCommandGetsTheWholeMessageWithItsCsvs) {
  const std::string file = folder_.path() + "/mail.eml";
  const auto sent = send(by_script("cat > " + file), {"finance"});
  ASSERT_TRUE(sent.ok()) << sent.error().text();
  const auto mail = RealFiles().read(file).value_or("");
  EXPECT_NE(mail.find("To: eva@example.com\r\nSubject: October\r\n"), std::string::npos) << mail;
  for (const std::string& content : {std::string("day,class\r\n2026-10-04,amount\r\n"), std::string("day\r\n")})
    EXPECT_NE(mail.find("\r\n\r\n" + to_base64(content) + "\r\n--"), std::string::npos) << mail;
  EXPECT_TRUE(mail.ends_with("--\r\n")) << "the message is whole";
}

TEST_F(ReportMailerTest, C9_ACommandThatFailsIsSaidWithItsFirstLine) {
  const auto sent = send(by_script("cat >/dev/null; echo mailbox full; echo more; exit 75"), {"finance"});
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code(), Code::unavailable) << "it is tried again";
  EXPECT_NE(sent.error().text().find("/bin/sh ended with 75: mailbox full"), std::string::npos) << sent.error().text();
  EXPECT_EQ(sent.error().text().find("more"), std::string::npos);
}

TEST_F(ReportMailerTest, C9_AnUnknownDestinationOrOneWithNobodyInItSendsToNone) {
  const std::string file = folder_.path() + "/mail.eml";
  EXPECT_EQ(send(by_script("cat > " + file), {"finance", "boss"}).error().code(), Code::config);
  EXPECT_EQ(send(by_script("cat > " + file, "[]"), {"finance"}).error().code(), Code::config);
  EXPECT_FALSE(RealFiles().exists(file)) << "a mail went out although not all could";
}

}  // namespace
}  // namespace mlc::app
