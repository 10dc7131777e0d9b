// XML at its limits; what a script sees of it is in tests/scripts/host/bindings_spec.lua.
#include "runtime/document/xml.h"

#include <gtest/gtest.h>

namespace mlc::document {
namespace {

std::string nested(size_t depth) {
  std::string text;
  for (size_t i = 0; i < depth; ++i) text += "<a>";
  for (size_t i = 0; i < depth; ++i) text += "</a>";
  return text;
}

TEST(Xml, LimitsHoldAtTheLimitAndOneBeyond) {
  const XmlLimits limits{.depth = 3, .tokens = 6, .bytes = 64};
  EXPECT_TRUE(read_xml(nested(3), limits).ok());
  EXPECT_NE(read_xml(nested(4), limits).error().message().find("too deep"), std::string::npos);
  EXPECT_TRUE(read_xml("<a><b/><b/></a>", limits).ok());
  EXPECT_NE(read_xml("<a><b/><b/>x</a>", limits).error().message().find("too many parts"), std::string::npos);
  EXPECT_TRUE(read_xml("<a>" + std::string(57, 'x') + "</a>", limits).ok());
  EXPECT_EQ(read_xml("<a>" + std::string(58, 'x') + "</a>", limits).error().code(), Code::exhausted);
}

TEST(Xml, NothingOutsideTheDocumentIsReadOrGrown) {
  for (const char* hostile :
       {"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", "<!DOCTYPE a SYSTEM \"http://127.0.0.1/a.dtd\"><a/>",
        "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;&b;\">]><a>&c;</a>", "<!DOCTYPE a [<!ENTITY % p SYSTEM \"x\"> %p;]><a/>"}) {
    auto read = read_xml(hostile);
    ASSERT_FALSE(read.ok()) << hostile;
    EXPECT_NE(read.error().message().find("document type"), std::string::npos) << read.error().message();
  }
}

TEST(Xml, EncodingsOfTheDeclarationBecomeUtf8) {
  auto latin = read_xml("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>");
  ASSERT_TRUE(latin.ok());
  EXPECT_EQ(latin->text(latin->tokens[1]), "é");
  EXPECT_FALSE(read_xml("<?xml version='1.0' encoding='windows-1252'?><a/>").ok());
  EXPECT_FALSE(read_xml("<a>\xe9</a>").ok());
}

TEST(Xml, NamesAndCharactersAreChecked) {
  for (const char* good : {"a", "_a-1.b", "soap:Body", "Größe"}) EXPECT_TRUE(is_xml_name(good)) << good;
  for (const char* bad : {"", "1a", "a b", ":a", "a:", "a:b:c", "a:1", "-a", "a>", "\xff"}) EXPECT_FALSE(is_xml_name(bad)) << bad;
  std::string out;
  EXPECT_FALSE(append_xml_text(out, "\x0b", false));
  EXPECT_FALSE(append_xml_text(out, "\xef\xbf\xbf", false));
  EXPECT_FALSE(append_xml_text(out, "\xff", false));
}

}  // namespace
}  // namespace mlc::document
