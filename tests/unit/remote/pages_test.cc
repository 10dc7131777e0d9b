// Pages as data: rows of an answer, and what asks for the next.
#include "runtime/remote/pages.h"

#include <gtest/gtest.h>

namespace mlc::remote {
namespace {

struct Case {
  std::string pages, arguments, answer;
  size_t rows;
  std::string next;  // "" = last
};

Result<Page> take(const Case& each) {
  auto spec =
      parse_system(R"({"name":"s","base_url":"https://s.example.com","operations":{"a.list":{"GET":"/a","pages":)" + each.pages + "}}}");
  if (!spec) return spec.error();
  auto arguments = document::Document::parse(each.arguments);
  auto answer = document::Document::parse(each.answer);
  return take_page(*(*spec)->operation("a.list"), arguments->root(), answer->root());
}

TEST(Pages, EachKindAsksForTheNextAndKnowsTheLast) {
  const std::string numbered = R"({"rows":["items"],"param":"page","size_param":"limit","size":2,"last":"pages"})";
  const std::string skipping = R"({"rows":["value"],"offset":"$skip","size_param":"$top","size":2})";
  const std::string linked = R"({"rows":["value"],"next":"@odata.nextLink"})";
  const std::string cursor = R"({"rows":["items"],"cursor":"meta.next","cursor_param":"after"})";
  const Case cases[] = {
      {numbered, "{}", R"({"items":[1,2],"pages":3})", 2, R"({"query":{"page":2}})"},
      {numbered, R"({"query":{"page":2}})", R"({"items":[1,2],"pages":3})", 2, R"({"query":{"page":3}})"},
      {numbered, R"({"query":{"page":3}})", R"({"items":[1,2],"pages":3})", 2, ""},
      {numbered, "{}", R"({"items":[1,2]})", 2, R"({"query":{"page":2}})"},
      {numbered, "{}", R"({"items":[1],"pages":3})", 1, ""},
      {skipping, "{}", R"({"value":[1,2]})", 2, R"({"query":{"$skip":2}})"},
      {skipping, R"({"query":{"$skip":2}})", R"({"value":[1,2]})", 2, R"({"query":{"$skip":4}})"},
      {skipping, R"({"query":{"$skip":4,"$top":3}})", R"({"value":[1,2]})", 2, ""},
      {skipping, R"({"query":{"$skip":4}})", R"({"value":[]})", 0, ""},
      {linked, "{}", R"({"value":[1],"@odata.nextLink":"https://s.example.com/a?p=2"})", 1, R"({"url":"https://s.example.com/a?p=2"})"},
      {linked, "{}", R"({"value":[1]})", 1, ""},
      {cursor, "{}", R"({"items":[1],"meta":{"next":"x"}})", 1, R"({"query":{"after":"x"}})"},
      {cursor, "{}", R"({"items":[1],"meta":{"next":null}})", 1, ""},
  };
  for (const auto& each : cases) {
    auto page = take(each);
    ASSERT_TRUE(page.ok()) << each.answer << ": " << page.error().text();
    EXPECT_EQ(page->count, each.rows) << each.answer;
    EXPECT_EQ(page->next_arguments, each.next) << each.pages << each.arguments << each.answer;
  }
}

TEST(Pages, WaysThatExcludeEachOtherAreRefused) {
  auto said = [](const std::string& pages) { return take({pages, "{}", "[]", 0, ""}).error().text(); };
  EXPECT_NE(said(R"({"param":"page","offset":"skip"})").find("one of `next`, `param`, `cursor` and `offset`"), std::string::npos);
  EXPECT_NE(said(R"({"last":"pages","next":"n"})").find("`param`"), std::string::npos);
}

}  // namespace
}  // namespace mlc::remote
