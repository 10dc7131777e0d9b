#include "runtime/app/report_mail.h"

#include <gtest/gtest.h>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"

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

}  // namespace
}  // namespace mlc::app
