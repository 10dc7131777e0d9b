// What leaves, word by word.
#include "runtime/console/alerts/forms.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "runtime/base/encoding.h"

namespace mlc::console {
namespace {

using Kind = Destination::Kind;

const WallTime kAt = from_micros(1'760'479'083'000'000);  // 2025-10-14T21:58:03Z

Message dying() {
  Message message;
  message.id = "01K7";
  message.what = Message::What::opened;
  message.kind = "grant";
  message.client = "acme";
  message.concern = "operator";
  message.severity = Severity::warning;
  message.sentence = "grant books ends in 6 days: it could not be renewed";
  message.fix = "have it authorised again by an administrator of books & co";
  message.grant = "books";
  message.at = message.opened = kAt;
  return message;
}

Message digest() {
  Message message;
  message.id = "01K8";
  message.what = Message::What::digest;
  message.kind = "case";
  message.client = "acme";
  message.concern = "finance";
  message.at = message.opened = kAt;
  message.items.push_back({"new", "VAT code 5 is blocked", "unblock it in the books", 12, 300, {"118", "119"}});
  message.items.push_back({"solved", "period 2025-9 is closed", "", 11, 0, {}});
  return message;
}

const Dress kDress{"ws-1", "https://hooks.example.com/invite/abc"};
const Dress kPlain{"ws-1", ""};

TEST(Forms, C6_Slack) {
  EXPECT_EQ(webhook_body(Kind::slack, dying(), kDress),
            R"({"text":"*Warning: acme: grant books ends in 6 days: it could not be renewed*)"
            R"(\nTo do: have it authorised again by an administrator of books &amp; co)"
            R"(\nInvitation, works once and for 7 days: https://hooks.example.com/invite/abc"})");
}

TEST(Forms, C6_Teams) {
  EXPECT_EQ(
      webhook_body(Kind::teams, dying(), kPlain),
      R"({"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,)"
      R"("content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4","body":[)"
      R"({"type":"TextBlock","text":"Warning: acme: grant books ends in 6 days: it could not be renewed","wrap":true,"weight":"Bolder"},)"
      R"({"type":"TextBlock","text":"To do: have it authorised again by an administrator of books & co","wrap":true}]}}]})");
}

// What a shopper typed must not become a link under our name.
TEST(Forms, C4_T7_TeamsShowsMarkdownOfARecordAsItIs) {
  auto message = dying();
  message.sentence = "Order 118: [Sign in again](https://evil.example) is no name";
  const auto body = webhook_body(Kind::teams, message, kPlain);
  EXPECT_NE(body.find(R"(: \\[Sign in again\\](https://evil.example) is no name)"), std::string::npos) << body;
}

TEST(Forms, C4_GenericDigest) {
  EXPECT_EQ(webhook_body(Kind::generic, digest(), kPlain),
            R"({"id":"01K8","workspace":"ws-1","what":"digest","kind":"case","severity":"warning","concern":"finance","client":"acme",)"
            R"x("title":"acme, finance: cases (1 new, 1 solved)","sentence":"","fix":"","at":"2025-10-14T21:58:03Z",)x"
            R"("since":"2025-10-14T21:58:03Z","cases":[{"what":"new","case":12,"sentence":"VAT code 5 is blocked",)"
            R"("fix":"unblock it in the books","count":300,"numbers":["118","119"]},{"what":"solved","case":11,)"
            R"("sentence":"period 2025-9 is closed","fix":"","count":0,"numbers":[]}]})");
}

TEST(Forms, C4_Mail) {
  Destination desk;
  desk.kind = Kind::mail;
  desk.from = "connector@example.com";
  desk.to = {"ann@example.com", "bob@example.com"};
  EXPECT_EQ(mail_text(desk, digest(), kPlain),
            "From: connector@example.com\r\n"
            "To: ann@example.com,\r\n bob@example.com\r\n"
            "Subject: [ws-1] acme, finance: cases (1 new, 1 solved)\r\n"
            "Date: Tue, 14 Oct 2025 21:58:03 +0000\r\n"
            "Message-ID: <01K8@example.com>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "New: VAT code 5 is blocked\r\n"
            "300 records wait: 118, 119 and 298 more\r\n"
            "To do: unblock it in the books\r\n"
            "Then: ml-connector jobs release 12\r\n"
            "\r\n"
            "Solved: period 2025-9 is closed\r\n"
            "\r\n"
            "--=20\r\n"
            "ml-connector, workspace ws-1\r\n");
}

TEST(Forms, AnEndSaysHowLongItLasted) {
  auto message = dying();
  message.what = Message::What::ended;
  message.sentence = "grant books works";
  message.fix.clear();
  message.at = kAt + std::chrono::hours(5);
  EXPECT_EQ(title_of(message), "Solved: acme: grant books works");
  EXPECT_EQ(paragraphs_of(message, kPlain), std::vector<std::string>{"It lasted 5 hours."});
}

TEST(Forms, T7_NoTextOfARecordMakesAFieldOfItsOwn) {
  auto message = dying();
  message.sentence = "x\r\nBcc: everybody@example.com";
  Destination desk;
  desk.from = "a@example.com";
  desk.to = {"b@example.com"};
  const std::string mail = mail_text(desk, message, kPlain);
  const std::string head = mail.substr(0, mail.find("\r\n\r\n"));
  EXPECT_EQ(head.find("\r\nBcc"), std::string::npos) << head;
  EXPECT_NE(head.find("Subject: [ws-1] Warning: acme: x  Bcc: everybody@example.com\r\n"), std::string::npos) << head;
}

TEST(Forms, OtherLettersAreEncodedWordsOfTheirLength) {
  auto message = dying();
  message.sentence = "Müller GmbH: das Konto für Überweisungen ist gesperrt, bitte prüfen Sie die Einstellungen";
  Destination desk;
  desk.from = "a@example.com";
  desk.to = {"b@example.com"};
  const std::string mail = mail_text(desk, message, kPlain);
  std::string subject = mail.substr(mail.find("Subject: ") + 9);
  subject = subject.substr(0, subject.find("\r\nDate"));
  std::string decoded;
  for (size_t at = 0; (at = subject.find("=?UTF-8?B?", at)) != std::string::npos;) {
    const size_t end = subject.find("?=", at + 10);
    EXPECT_LE(end + 2 - at, 75u);
    decoded += *from_base64(subject.substr(at + 10, end - at - 10));
    EXPECT_TRUE(valid_utf8(*from_base64(subject.substr(at + 10, end - at - 10))));
    at = end;
  }
  EXPECT_EQ(decoded, "[ws-1] Warning: acme: " + message.sentence);
  for (size_t begin = 0; begin < mail.size();) {
    const size_t end = mail.find("\r\n", begin);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - begin, 78u) << mail.substr(begin, end - begin);
    begin = end + 2;
  }
}

TEST(Forms, AMessageSurvivesItsRow) {
  for (const auto& message : {dying(), digest()}) {
    const auto read = Message::from_json(message.to_json());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->to_json(), message.to_json());
    EXPECT_EQ(webhook_body(Kind::generic, *read, kPlain), webhook_body(Kind::generic, message, kPlain));
  }
  EXPECT_EQ(dying().to_json().find("invite"), std::string::npos) << "a link is kept nowhere";
  EXPECT_FALSE(Message::from_json("{}"));
}

TEST(Forms, C4_WhoHearsWhat) {
  Destination finance;
  finance.concerns = {"finance"};
  EXPECT_TRUE(finance.hears("acme", "finance", Severity::warning));
  EXPECT_FALSE(finance.hears("acme", "operator", Severity::critical)) << "finance never gets operator matters";
  Destination own;
  own.client = "acme";
  EXPECT_TRUE(own.hears("acme", "operator", Severity::warning));
  EXPECT_FALSE(own.hears("beta", "operator", Severity::warning));
  EXPECT_FALSE(own.hears("", "operator", Severity::critical)) << "the disk is no client's";
  Destination urgent;
  urgent.severities = {"critical"};
  EXPECT_FALSE(urgent.hears("acme", "finance", Severity::warning));
}

TEST(Forms, SettingsAsTheFilesSayThem) {
  const auto settings = parse_alert_settings(
      R"({"id":"w","alerts":{"ops":{"kind":"webhook","form":"slack","secret":"ops","severities":["critical"]}},
          "alert_when":{"lag":"30m","remind":"2d","grant_days":5}})",
      {{"acme", R"({"alerts":{"desk":{"kind":"mail","command":["/bin/true","-t"],"from":"a@b","to":["c@d"],"concerns":["finance"]}}})"},
       {"beta", R"({"zone":"UTC"})"}},
      "/ws");
  ASSERT_EQ(settings.destinations.size(), 2u);
  EXPECT_EQ(settings.destinations[0].id, "ops");
  EXPECT_EQ(settings.destinations[0].kind, Kind::slack);
  EXPECT_EQ(settings.destinations[0].secret, "ops");
  EXPECT_EQ(settings.destinations[1].id, "acme/desk");
  EXPECT_EQ(settings.destinations[1].command, (std::vector<std::string>{"/bin/true", "-t"}));
  EXPECT_EQ(settings.destinations[1].concerns, std::set<std::string>{"finance"});
  EXPECT_EQ(settings.when.lag, std::chrono::minutes(30));
  EXPECT_EQ(settings.when.remind, std::chrono::hours(48));
  EXPECT_EQ(settings.when.grant_days, 5);
  EXPECT_EQ(settings.when.disk_days, 14);
}

}  // namespace
}  // namespace mlc::console
