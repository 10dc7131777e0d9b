// The messages of IPP as bytes (RFC 8010), and what is taken from a printer that says anything.
#include "runtime/printing/ipp.h"

#include <gtest/gtest.h>

namespace mlc::printing::ipp {
namespace {

using namespace std::string_literals;

Message print_job() {
  Message message;
  message.code = static_cast<uint16_t>(Operation::print_job);
  message.request = 7;
  Group group;
  group.add("attributes-charset", Tag::charset, "utf-8").add("copies", 2).add("which", Tag::keyword, std::vector<std::string>{"a", "bc"});
  message.groups.push_back(group);
  message.document = "^XA^XZ";
  return message;
}

TEST(Ipp, L1_IsWrittenAsRfc8010SaysByteForByte) {
  const std::string expected =
      "\x01\x01\x00\x02\x00\x00\x00\x07\x01"
      "\x47\x00\x12"
      "attributes-charset\x00\x05utf-8"
      "\x21\x00\x06"
      "copies\x00\x04\x00\x00\x00\x02"
      "\x44\x00\x05"
      "which\x00\x01"
      "a\x44\x00\x00\x00\x02"
      "bc\x03^XA^XZ"s;
  EXPECT_EQ(encode(print_job()), expected);
}

TEST(Ipp, L1_WhatIsWrittenIsReadAgain) {
  auto read = decode(encode(print_job()));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->code, 2);
  EXPECT_EQ(read->request, 7U);
  EXPECT_EQ(read->document, "^XA^XZ");
  const auto* group = read->group(Tag::operation_group);
  ASSERT_NE(group, nullptr);
  EXPECT_EQ(group->text("attributes-charset"), "utf-8");
  EXPECT_EQ(group->integer("copies"), 2);
  EXPECT_EQ(group->texts("which"), (std::vector<std::string>{"a", "bc"}));
  EXPECT_EQ(read->group(Tag::job_group), nullptr);
}

TEST(Ipp, L1_NoCutAnswerIsTakenForAWholeOne) {
  const std::string whole = encode(print_job());
  const size_t end_mark = whole.size() - print_job().document.size();
  for (size_t length = 0; length < end_mark; ++length) EXPECT_FALSE(decode(whole.substr(0, length))) << length;
  EXPECT_TRUE(decode(whole.substr(0, end_mark)));
}

TEST(Ipp, L1_LengthsThatDoNotFitAreRefused) {
  EXPECT_FALSE(decode("\x01\x01\x00\x00\x00\x00\x00\x01\x01\x41\xff\xff"s));
  EXPECT_FALSE(decode("\x01\x01\x00\x00\x00\x00\x00\x01\x01\x41\x00\x00\x00\x01x\x03"s)) << "a further value of nothing";
  EXPECT_FALSE(decode("\x01\x01\x00\x00\x00\x00\x00\x01\x41\x00\x01x\x00\x00\x03"s)) << "a value before the first group";
  EXPECT_FALSE(decode("HTTP/1.1 200 OK"));
}

TEST(Ipp, L1_ValuesOfOtherTypesAreNoNumbersAndNoText) {
  Group group;
  group.add("job-id", Tag::text, "12345").add("name", Tag::name, "a\nb").add("bad", Tag::name, "\xff");
  EXPECT_EQ(group.integer("job-id"), std::nullopt);
  EXPECT_EQ(group.boolean("job-id"), std::nullopt);
  EXPECT_EQ(group.text("name"), "");
  EXPECT_EQ(group.text("bad"), "");
}

TEST(Ipp, L1_StatesAndStatusesHaveTheirNames) {
  EXPECT_EQ(status_name(0x0506), "server-error-not-accepting-jobs");
  EXPECT_EQ(status_name(0x04ff), "status 0x04ff");
  EXPECT_TRUE(succeeded(0x0001));
  EXPECT_FALSE(succeeded(0x0400));
  EXPECT_EQ(job_state_name(9), "completed");
  EXPECT_EQ(job_state_name(-1), "unknown");
  EXPECT_EQ(printer_state_name(5), "stopped");
}

}  // namespace
}  // namespace mlc::printing::ipp
