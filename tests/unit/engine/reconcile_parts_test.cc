// What a comparison finds without a world around it: several records in one row's texts, and days that are not over.
#include <gtest/gtest.h>

#include "runtime/engine/reconcile_compare.h"
#include "runtime/engine/reconcile_lines.h"

namespace mlc::engine::testing {
namespace {

std::vector<std::string> keys_of(const ReconcileSide& side, const std::string& row) {
  const auto parsed = document::Document::parse(row);
  const auto records = reconcile_records(side, parsed->root(), *Zone::find("UTC"));
  EXPECT_TRUE(records) << records.error().text();
  std::vector<std::string> keys;
  for (const auto& record : records.value_or(std::vector<ReconcileRecord>())) keys.push_back(record.key);
  return keys;
}

ReconcileSide numbers(const std::string& key, const std::string& match) {
  ReconcileSide side;
  side.key = key, side.match = *Expression::compile(match), side.date = {"Date"};
  return side;
}

TEST(ReconcileParts, C9_ARowsTextsHoldAsManyRecordsAsFitTheExpressionEachOnce) {
  using Keys = std::vector<std::string>;
  const auto side = numbers("Number|Remarks", "AB[0-9]{3}");
  EXPECT_EQ(keys_of(side, R"({"Date":"2025-10-14","Number":"AB001, AB002","Remarks":"see AB002, https://x/?n=AB003"})"),
            (Keys{"AB001", "AB002", "AB003"}));
  EXPECT_EQ(keys_of(side, R"({"Date":"2025-10-14","Number":null})"), Keys{});
  // The first group alone, where there is one: a number behind a name.
  const auto behind = numbers("Number|Remarks", "(?:^|, |Carrier )([0-9]{12})(?![0-9])");
  EXPECT_EQ(
      keys_of(behind, R"({"Date":"2025-10-14","Number":"794953530001","Remarks":"call 794953530009\nCarrier 794953530002 https://x"})"),
      (Keys{"794953530001", "794953530002"}));
  EXPECT_EQ(keys_of(numbers("numbers", "[0-9]{12}"), R"({"Date":"2025-10-14","numbers":["794953530001","794953530002"]})"),
            (Keys{"794953530001", "794953530002"}));
}

TEST(ReconcileParts, C9_NothingIsMissingOfADayThatIsNotOver) {
  ReconcileSpec spec;
  spec.name = "parcels", spec.left.noun = "parcel", spec.right.noun = "delivery";
  ReconcileInput input;
  input.spec = &spec;
  input.today = Date{2025, 10, 15};
  for (const auto& [key, day] : {std::pair{"1", 14u}, {"2", 15u}}) {
    ReconcileRecord record;
    record.key = record.number = key, record.date = Date{2025, 10, day};
    input.left.emplace(key, record);
    input.hints[key] = {};
  }
  const auto found = [&] {
    std::map<std::string, std::string> all;
    for (const auto& one : compare({input}, {2025, 10, 1}, {2025, 10, 31}).differences)
      all[one.key] = std::string(difference_name(one.kind)) + (one.explained ? ", explained: " : ": ") + one.sentence;
    return all;
  };
  EXPECT_EQ(found()["2"], "missing: Parcel 2 has no delivery.");
  spec.left.day_ends = true;
  EXPECT_EQ(found()["1"], "missing: Parcel 1 has no delivery.");
  EXPECT_EQ(found()["2"], "skipped, explained: Parcel 2 has no delivery yet: its day is not over.");
  EXPECT_FALSE(compare({input}, {2025, 10, 1}, {2025, 10, 31}).comparisons[0].amounts);
}

}  // namespace
}  // namespace mlc::engine::testing
