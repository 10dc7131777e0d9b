#include "runtime/cli/scaffold_mapping.h"

#include <gtest/gtest.h>

namespace mlc::cli {
namespace {

Json field(const std::string& type, bool mandatory = true, const std::string& of = "") {
  Json made = {{"type", type}, {"mandatory", mandatory}, {"writable", true}};
  if (!of.empty()) made["of"] = of;
  return made;
}

Json type(Json fields) { return {{"fields", std::move(fields)}}; }

MappingWanted wanted() {
  MappingWanted all;
  all.source_system = "shop";
  all.source_type = "order";
  all.key = "id";
  all.target_system = "books";
  all.target_type = "SalesOrder";
  all.reference = "YourRef";
  all.source_types = {{"order", type({{"id", field("integer")}, {"total", field("decimal")}, {"lines", field("list", false, "line")}})},
                      {"line", type({{"sku", field("text")}})}};
  all.target_types = {{"SalesOrder", type({{"YourRef", field("text", false)}, {"total", field("decimal")}})}};
  return all;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(ScaffoldMapping, WhatTheTargetMustHaveComesFromTheFieldOfThatNameOrFromASetting) {
  auto asked = wanted();
  asked.target_types["SalesOrder"]["fields"]["Journal"] = field("integer");
  asked.target_types["SalesOrder"]["fields"]["Remarks"] = field("text", false);
  const auto made = begin_mapping(asked);
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->name, "sales_order");
  EXPECT_TRUE(has(made->text, "target.YourRef = job.source .. \"-\" .. source.id\n")) << made->text;
  EXPECT_TRUE(has(made->text, "target.total = source.total\n")) << made->text;
  EXPECT_TRUE(has(made->text, "target.Journal = setting.journal\n")) << made->text;
  EXPECT_FALSE(has(made->text, "Remarks")) << "what may be left out is the author's";
  ASSERT_EQ(made->settings.size(), 1u);
  EXPECT_EQ(made->settings[0].type, "integer");
  EXPECT_EQ(made->sample_key, "7");
}

TEST(ScaffoldMapping, AValueOfAnotherTypeIsConvertedWhereThatCantFail) {
  auto asked = wanted();
  asked.target_types["SalesOrder"]["fields"]["total"] = field("integer");
  auto made = begin_mapping(asked);
  ASSERT_TRUE(made);
  EXPECT_TRUE(has(made->text, "target.total = source.total:integer()\n")) << made->text;
  asked.target_types["SalesOrder"]["fields"]["total"] = field("boolean");
  made = begin_mapping(asked);
  ASSERT_TRUE(made);
  EXPECT_TRUE(has(made->text, "target.total = setting.total\n")) << made->text;
}

TEST(ScaffoldMapping, AFieldThatBearsATransformsNameIsReadByField) {
  auto asked = wanted();
  asked.key = "number";
  asked.source_types["order"]["fields"]["number"] = field("text");
  const auto made = begin_mapping(asked);
  ASSERT_TRUE(made);
  EXPECT_TRUE(has(made->text, "source:field \"number\"")) << made->text;
}

TEST(ScaffoldMapping, RowsComeFromTheListThatFitsBest) {
  auto asked = wanted();
  asked.source_types["order"]["fields"]["coupons"] = field("list", false, "coupon");
  asked.source_types["coupon"] = type({{"code", field("text")}});
  asked.target_types["SalesOrder"]["fields"]["Lines"] = field("list", true, "Line");
  asked.target_types["Line"] = type({{"sku", field("text")}});
  const auto made = begin_mapping(asked);
  ASSERT_TRUE(made);
  EXPECT_TRUE(has(made->text, "local line_source, line = target.Lines:each(\"line\", source.lines)\nline.sku = line_source.sku\n"))
      << made->text;
  EXPECT_TRUE(has(made->sample, "lines = { { sku = \"A-1\" } }")) << made->sample;
}

TEST(ScaffoldMapping, ARecordThatMustBeThereIsBegunThoughNothingInItMust) {
  auto asked = wanted();
  asked.target_types["SalesOrder"]["fields"]["ship_to"] = field("record", true, "Address");
  asked.target_types["Address"] = type({{"city", field("text", false)}});
  const auto made = begin_mapping(asked);
  ASSERT_TRUE(made);
  EXPECT_TRUE(has(made->text, "target.ship_to.city = setting.city\n")) << made->text;
}

TEST(ScaffoldMapping, WhatCantBeBegunIsSaid) {
  auto asked = wanted();
  asked.target_types["SalesOrder"]["fields"]["tags"] = field("list", true, "integer");
  const auto made = begin_mapping(asked);
  ASSERT_FALSE(made);
  EXPECT_TRUE(has(made.error().text(), "target.tags is a list of integer")) << made.error().text();
}

TEST(ScaffoldMapping, NamesOfTypesBecomeNamesOfFiles) {
  EXPECT_EQ(snake_case("SalesInvoice"), "sales_invoice");
  EXPECT_EQ(snake_case("VATCode"), "vat_code");
  EXPECT_EQ(snake_case("order"), "order");
  EXPECT_EQ(snake_case("orderKey"), "order_key");
}

}  // namespace
}  // namespace mlc::cli
