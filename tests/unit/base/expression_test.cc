#include "runtime/base/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> found(const std::string& expression, std::string_view text) {
  const auto compiled = Expression::compile(expression);
  if (!compiled) return {compiled.error().text()};
  const auto all = compiled->find_all(text);
  return all ? *all : std::vector<std::string>{all.error().text()};
}

TEST(Expression, FindsWhatFitsEachOnceInItsOrder) {
  EXPECT_THAT(found("AB[0-9]+", "AB2, AB1 and AB2"), ElementsAre("AB2", "AB1"));
  EXPECT_THAT(found("(?:^|, )([0-9]{2})(?![0-9])", "11, 22, 333\n44"), ElementsAre("11", "22"));
  EXPECT_THAT(found("AB", ""), IsEmpty());
  EXPECT_THAT(found("[0-9]+$", "1\n2"), ElementsAre("2"));
}

TEST(Expression, OneThatIsNoneSaysWhat) {
  const auto wrong = Expression::compile("SO(");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), Code::config);
  EXPECT_THAT(wrong.error().message(), HasSubstr("\"SO(\" is no regular expression: "));
  EXPECT_EQ(wrong.error().message().find('\n'), std::string::npos);
}

// The library that comes with the language ends the process on the one and takes years over the other.
TEST(Expression, NoTextOfARemoteIsTooLongAndNoExpressionGoesOnForEver) {
  const std::string text(1'000'000, 'a');
  EXPECT_THAT(found("(?:a|b)*c", text), ElementsAre(HasSubstr("goes on too long")));
  EXPECT_THAT(found("(a+)+$", std::string(40, 'a') + "!"), ElementsAre(HasSubstr("goes on too long")));
  EXPECT_THAT(found("a+", text), ElementsAre(text));
}

}  // namespace
}  // namespace mlc
