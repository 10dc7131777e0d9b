#include "runtime/console/alerts/book.h"

#include <gtest/gtest.h>

namespace mlc::console {
namespace {

using What = AlertBook::What;

class Book : public ::testing::Test {
 protected:
  static Condition dead(int stage = 0) {
    Condition one;
    one.key = "grant:books";
    one.kind = "grant";
    one.client = "acme";
    one.severity = Severity::critical;
    one.stage = stage;
    one.sentence = "grant books is dead";
    return one;
  }
  // One look: observes, tells all that is due to "ops", gives what was told.
  std::vector<What> look(std::vector<Condition> conditions, std::set<std::string> unknown = {}) {
    book_.observe({std::move(conditions), std::move(unknown)}, now_);
    std::vector<What> told;
    for (const auto& due : book_.due(now_, std::chrono::hours(24))) {
      told.push_back(due.what);
      book_.told(due.alert.condition.key, {"ops"}, now_);
    }
    now_ += std::chrono::minutes(1);
    return told;
  }
  void pass(Duration span) { now_ += span; }

  AlertBook book_;
  WallTime now_ = from_micros(1'760'000'000'000'000);
};

TEST_F(Book, C6_AConditionIsToldOnce) {
  EXPECT_EQ(look({dead()}), std::vector{What::opened});
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(look({dead()}).empty());
  EXPECT_EQ(book_.open(Severity::critical), 1u);
}

TEST_F(Book, C4_ItsEndIsToldOnceItHasSettled) {
  look({dead()});
  EXPECT_TRUE(look({}).empty()) << "it may come back";
  EXPECT_TRUE(look({dead()}).empty()) << "it did: still the same";
  look({}), look({});
  EXPECT_EQ(look({}), std::vector{What::ended});
  EXPECT_TRUE(book_.all().empty());
  EXPECT_EQ(look({dead()}), std::vector{What::opened}) << "a new one is told again";
}

TEST_F(Book, WhatEndsBeforeAnybodyHeardOfItIsNotTold) {
  book_.observe({{dead()}, {}}, now_);
  pass(std::chrono::minutes(10));
  EXPECT_TRUE(look({}).empty());
  EXPECT_TRUE(book_.all().empty());
}

TEST_F(Book, WhatStillHoldsIsToldAgainAfterADayAtMost) {
  look({dead()});
  int told = 0;
  for (int i = 0; i < 60 * 72 - 1; ++i) {
    for (const auto what : look({dead()})) {
      EXPECT_EQ(what, What::still);
      ++told;
    }
  }
  EXPECT_EQ(told, 2);  // the third day is not over
}

TEST_F(Book, AHigherStageIsToldAtOnceAndALowerOneNot) {
  look({dead(1)});
  EXPECT_TRUE(look({dead(1)}).empty());
  EXPECT_EQ(look({dead(3)}), std::vector{What::worse});
  EXPECT_TRUE(look({dead(1)}).empty());
  EXPECT_TRUE(look({dead(3)}).empty()) << "it was told";
}

TEST_F(Book, WhatCannotBeLookedAtHasNotEnded) {
  look({dead()});
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(look({}, {"grant"}).empty());
  look({}), look({});
  EXPECT_EQ(look({}), std::vector{What::ended});
}

TEST_F(Book, ARestartTellsNothingTwiceAndForgetsNoEnd) {
  look({dead()});
  const auto rows = book_.changed();
  ASSERT_EQ(rows.put.size(), 1u);
  EXPECT_TRUE(book_.changed().put.empty());

  AlertBook after;
  auto read = Alert::from_row(rows.put.front().second);
  ASSERT_TRUE(read);
  after.restore(*read);
  book_ = after;
  EXPECT_TRUE(look({dead()}).empty());
  look({}), look({});
  EXPECT_EQ(look({}), std::vector{What::ended});
  EXPECT_EQ(book_.changed().drop, std::vector<std::string>{"grant:books"});
}

TEST_F(Book, AnEndWhileNothingRanIsToldByTheNextProcess) {
  look({dead()});
  auto read = Alert::from_row(book_.changed().put.front().second);
  AlertBook after;
  after.restore(*read);
  book_ = after;
  pass(std::chrono::hours(5));
  EXPECT_TRUE(look({}).empty()) << "a start sees little at first";
  look({}), look({});
  EXPECT_EQ(look({}), std::vector{What::ended});
}

TEST_F(Book, ADamagedRowIsNoAlert) {
  EXPECT_FALSE(Alert::from_row("{"));
  EXPECT_FALSE(Alert::from_row("{}"));
  EXPECT_FALSE(Alert::from_row("[1]"));
}

TEST_F(Book, ACountThatGrowsIsSavedAndNotTold) {
  look({dead()});
  book_.changed();
  auto more = dead();
  more.count = 300;
  EXPECT_TRUE(look({more}).empty());
  ASSERT_EQ(book_.changed().put.size(), 1u);
  EXPECT_EQ(book_.all().at("grant:books").condition.count, 300);
}

}  // namespace
}  // namespace mlc::console
