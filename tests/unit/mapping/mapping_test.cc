// The cases are data: cases/*.json. Each has "rows" (and "layers"), and either "problems" of compiling (each expected text is part of
// the problem at its place), or a "record" with the "output" or the "refusal" of running.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "runtime/document/write.h"
#include "runtime/mapping/compiled.h"
#include "runtime/mapping/transforms.h"
#include "tests/source_dir.h"

namespace mlc::mapping {
namespace {

using document::Document;
using document::Node;
using document::Value;

Document load(const std::string& name) {
  std::ifstream file(mlc::test::source_dir() + "/tests/unit/mapping/cases/" + name);
  std::stringstream text;
  text << file.rdbuf();
  auto document = Document::parse(text.str());
  EXPECT_TRUE(document) << name << ": " << (document ? "" : document.error().text());
  return document ? *document : *Document::parse("[]");
}

Document parsed(const std::string& text) { return *Document::parse(text); }

// What a script's functions would do, told apart by number.
class TestFunctions : public Functions {
 public:
  Result<std::optional<Node>> call(uint32_t document, uint32_t index, Value record, Value line) override {
    const std::string layer = document == 0 ? "" : std::to_string(document);
    switch (index) {
      case 0:
        return std::optional<Node>(layer + "f:" + std::string(record.get("status").text()));
      case 2:
        return std::optional<Node>(Node::copy_of(parsed(R"([{"Item":"X","Quantity":1.5}])").root()));
      case 3:
        return std::optional<Node>("l:" + std::string(line.get("sku").text()));
      case 4:
        return std::optional<Node>(Node::copy_of(parsed(R"([{"Item":"X","Nope":1}])").root()));
      case 9:
        return Error(Code::denied, "the order has no tax number");
      default:
        return std::optional<Node>();
    }
  }
};

class Bench {
 public:
  Bench() : types_(load("types.json")) {
    sources_.source = std::make_shared<TypeTable>(*TypeTable::parse(types_.root().get("source")));
    sources_.target = std::make_shared<TypeTable>(*TypeTable::parse(types_.root().get("target")));
    for (Value name : types_.root().get("settings").items()) sources_.names.settings.emplace_back(name.text());
    for (Value name : types_.root().get("lookups").items()) sources_.names.lookups.emplace_back(name.text());
    lookups_.set("items", "A", "item-a");
    lookups_.set("items", "B", "item-b");
    inputs_.settings = settings_.root();
    inputs_.given = given_.root();
    inputs_.job_source = "shop";
    inputs_.job_key = "118";
    inputs_.zone = &zone_;
    inputs_.lookups = &lookups_;
    inputs_.functions = &functions_;
  }

  std::unique_ptr<const Compiled> compile_case(Value test, Problems& problems) {
    Node base = Node::object();
    const std::string_view to = test.get("to").text();
    base.set("mapping", "invoice")
        .set("from", "shop.order")
        .set("to", to.empty() ? "books.Invoice" : to)
        .set("rows", Node::copy_of(test.get("rows")));
    base_ = parsed(document::write(base));
    sources_.base = base_->root();
    sources_.layers.clear();
    for (Value layer : test.get("layers").items()) sources_.layers.push_back(layer);
    return compile(sources_, problems);
  }

  const Inputs& inputs() const { return inputs_; }

 private:
  Document types_;
  std::optional<Document> base_;
  Sources sources_;
  Document settings_ = parsed(R"({"journal":"70","shipping_item":"ship","day":"2026-02-01"})");
  Document given_ = parsed(R"({"account":{"ID":"11111111-2222-3333-4444-555555555555"},"number":7})");
  Zone zone_ = *Zone::find("Europe/Amsterdam");
  LookupTable lookups_;
  TestFunctions functions_;
  Inputs inputs_;
};

std::string listed(const Problems& problems) {
  std::string all;
  for (const Problem& problem : problems) all += problem.text() + "\n";
  return all;
}

void check_problems(Value test, const Problems& problems) {
  ASSERT_EQ(problems.size(), test.get("problems").size()) << listed(problems);
  size_t i = 0;
  for (Value expected : test.get("problems").items()) {
    EXPECT_NE(problems[i].text().find(expected.text()), std::string::npos) << problems[i].text() << "\nexpected " << expected.text();
    ++i;
  }
}

void check_run(Value test, const Compiled& mapping, const Inputs& inputs) {
  if (Value needs = test.get("needs")) {
    std::vector<LookupKey> keys;
    ASSERT_TRUE(mapping.lookups_needed(test.get("record"), inputs, keys));
    Node found = Node::array();
    for (const LookupKey& key : keys) found.push(key.lookup + " " + key.key);
    EXPECT_EQ(document::write(found), document::write(needs));
  }
  Output output;
  const Status status = mapping.run(test.get("record"), inputs, output);
  if (Value refusal = test.get("refusal")) {
    ASSERT_FALSE(status) << output.json;
    EXPECT_NE(status.error().text().find(refusal.text()), std::string::npos) << status.error().text();
    if (Value code = test.get("code")) { EXPECT_EQ(code_name(output.refusal->code), code.text()); }
    if (Value source = test.get("source")) { EXPECT_EQ(output.refusal->source, source.text()); }
    if (Value field = test.get("field")) { EXPECT_EQ(output.refusal->field, field.text()); }
    return;
  }
  ASSERT_TRUE(status) << status.error().text();
  ASSERT_TRUE(test.get("output")) << "the case expects nothing";
  EXPECT_EQ(output.json, document::write(test.get("output")));
}

class MappingCases : public testing::TestWithParam<const char*> {};

TEST_P(MappingCases, BehaveAsWritten) {
  const Document cases = load(GetParam());
  ASSERT_GT(cases.root().size(), 0u);
  Bench bench;
  for (Value test : cases.root().items()) {
    SCOPED_TRACE(std::string(test.get("name").text()));
    Problems problems;
    const auto mapping = bench.compile_case(test, problems);
    EXPECT_EQ(mapping == nullptr, !problems.empty());
    if (test.get("problems")) {
      check_problems(test, problems);
    } else if (mapping == nullptr) {
      ADD_FAILURE() << listed(problems);
    } else {
      check_run(test, *mapping, bench.inputs());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Mapping, MappingCases,
                         testing::Values("values.json", "groups.json", "layers.json", "problems.json", "refusals.json"));

TEST(Compiled, DescribesEveryRowWithLayerPlaceAndSources) {
  Bench bench;
  const Document test = parsed(R"({"rows":[
    {"set":["Ref"],"expr":"x","at":{"file":"base.lua","line":2,"column":1}},
    {"each":["Lines"],"group":"p","over":{"path":"products"},"at":{"file":"base.lua","line":3,"column":1}},
    {"in":"p","set":["Item"],"expr":{"do":"lookup","on":{"path":"sku","of":"p"},"name":"items"},"at":{"file":"base.lua","line":4,"column":1}}],
    "layers":[{"layer":"invoice","name":"acme/shop","rows":[{"set":["Ref"],"expr":{"setting":"journal"},"at":{"file":"layer.lua","line":1,"column":1}}]}]})");
  Problems problems;
  const auto mapping = bench.compile_case(test.root(), problems);
  ASSERT_NE(mapping, nullptr) << listed(problems);
  std::string all;
  for (const RowInfo& row : mapping->describe()) {
    all += row.layer + "|" + row.at.text() + "|" + row.target + "|";
    for (const std::string& source : row.sources) all += source + ";";
    all += row.live ? "\n" : " replaced\n";
  }
  EXPECT_EQ(all,
            "base|base.lua:2:1|books.Invoice|\n"
            "base|base.lua:2:1|Ref| replaced\n"
            "base|base.lua:3:1|Lines.p|products;\n"
            "base|base.lua:4:1|p.Item|products[].sku;lookup items;\n"
            "acme/shop|layer.lua:1:1|Ref|setting journal;\n");
}

TEST(Compiled, RunsLeaveNothingBehind) {
  Bench bench;
  const Document test = parsed(R"({"rows":[{"set":["Ref"],"expr":{"path":"note"}},{"set":["Amount"],"expr":{"path":"total"}},
    {"one":["Lines"],"group":"s"},{"in":"s","set":["Item"],"expr":"i"},{"in":"s","set":["NetPrice"],"expr":{"path":"total"}},
    {"check":{"expect":{"sum":"Lines","of":{"target":"NetPrice"}},"equals":{"path":"total"}}}]})");
  Problems problems;
  const auto mapping = bench.compile_case(test.root(), problems);
  ASSERT_NE(mapping, nullptr) << listed(problems);
  Output output;
  ASSERT_FALSE(mapping->run(parsed(R"({"total":"x"})").root(), bench.inputs(), output));
  ASSERT_TRUE(mapping->run(parsed(R"({"note":"n","total":1})").root(), bench.inputs(), output));
  ASSERT_TRUE(mapping->run(parsed(R"({"total":2})").root(), bench.inputs(), output));
  EXPECT_EQ(output.json, R"({"Amount":2,"Lines":[{"Item":"i","NetPrice":2}]})");
  EXPECT_FALSE(output.refusal);
}

TEST(TypeTable, RefusesWhatItCannotMean) {
  const char* const wrong[][2] = {{R"({"r":{"f":"money"}})", "unknown type"},
                                  {R"({"r":{"f":{"type":"text","sort":1}}})", "unknown property"},
                                  {R"({"r":{"f":{"type":"list"}}})", "\"of\" must name"},
                                  {R"({"r":{"f":{"type":"text","of":"r"}}})", "only records and lists"},
                                  {R"({"r":{"f":{"type":"text","wire":"iso_midnight"}}})", "does not fit a text"},
                                  {R"({"r":{"f":{"type":"text","max":0}}})", "number of characters"},
                                  {R"([])", "an object by name"}};
  for (const auto& [text, expected] : wrong) {
    const auto table = TypeTable::parse(parsed(text).root());
    ASSERT_FALSE(table) << text;
    EXPECT_NE(table.error().text().find(expected), std::string::npos) << table.error().text();
  }
}

TEST(TypeTable, TakesAClientsFieldsAndRefusesDoubles) {
  auto table = *TypeTable::parse(parsed(R"({"r":{"a":"text"}})").root());
  EXPECT_TRUE(table.add(parsed(R"({"r":{"b":{"type":"record","of":"s"}}})").root()));
  EXPECT_NE(table.find("r")->find("b"), nullptr);
  EXPECT_FALSE(table.complete());
  EXPECT_TRUE(table.add(parsed(R"({"s":{"c":"date"}})").root()));
  EXPECT_TRUE(table.complete());
  EXPECT_FALSE(table.add(parsed(R"({"r":{"a":"text"}})").root()));
}

TEST(Transforms, EachHasOneNameAndADocumentation) {
  std::set<std::string_view> names;
  for (const Transform& each : transforms()) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_FALSE(each.doc.empty()) << each.name;
    EXPECT_LE(each.required, each.with.size());
  }
}

}  // namespace
}  // namespace mlc::mapping
