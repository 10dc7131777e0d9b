// The cases are data: cases/*.json. Each has "rows" (and "layers"), and either "problems" of compiling (each expected text is part of
// the problem at its place), or a "record" with the "output" or the "refusal" of running.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "runtime/document/path.h"
#include "runtime/document/write.h"
#include "runtime/mapping/compiled.h"
#include "runtime/mapping/explain.h"
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
  Result<std::optional<Node>> call(const Call& call) override {
    const std::string layer = call.document == 0 ? "" : std::to_string(call.document);
    switch (call.index) {
      case 0:
        return std::optional<Node>(layer + "f:" + std::string(call.record.get("status").text()));
      case 2:
        return std::optional<Node>(Node::copy_of(parsed(R"([{"Item":"X","Quantity":1.5}])").root()));
      case 3:
        return std::optional<Node>("l:" + std::string(call.line.get("sku").text()));
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

  // In the case's zone, else in Amsterdam's.
  const Inputs& inputs_for(Value test) {
    const std::string name(test.get("zone").text());
    zone_ = *Zone::find(name.empty() ? "Europe/Amsterdam" : name);
    return inputs_;
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

Value field_at(Value record, std::string_view path) { return document::find(record, *document::Path::parse(path)); }

// Every case is one of lineage too: what explain says of a field is what run wrote there.
void check_lineage(const Explanation& why, const Output& output) {
  ASSERT_EQ(why.refusal.has_value(), output.refusal.has_value());
  if (why.refusal) {
    EXPECT_EQ(why.refusal->sentence, output.refusal->sentence);
    EXPECT_EQ(why.refusal->at.text(), output.refusal->at.text());
    return;
  }
  EXPECT_EQ(why.json, output.json);
  const Document written = parsed(output.json);
  for (const FieldLineage& field : why.fields) {
    const Value there = field_at(written.root(), field.field);
    EXPECT_EQ(field.value.value_or("left out"), there ? document::write(there) : "left out") << told(field);
    EXPECT_FALSE(field.trace.what.empty());
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
  check_lineage(explain(mapping, test.get("record"), inputs), output);
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
      check_run(test, *mapping, bench.inputs_for(test));
    }
  }
}

// C3: layer, file and line, source path, raw value, the value after each transform, the answer it came from.
TEST(Lineage, C3_TellsWhereEachValueComesFrom) {
  const Document test = parsed(R"({"rows": [
      {"at": {"file": "invoice.lua", "line": 2, "column": 1}, "set": ["Journal"], "expr": {"setting": "journal"}},
      {"at": {"file": "invoice.lua", "line": 3, "column": 1}, "each": ["Lines"], "group": "product", "over": {"path": "products"}},
      {"at": {"file": "invoice.lua", "line": 4, "column": 1}, "in": "product", "set": ["Item"], "expr": {"do": "lookup", "name": "items", "on": {"do": "upper", "on": {"do": "trim", "on": {"path": "sku", "of": "product"}}}}},
      {"at": {"file": "invoice.lua", "line": 5, "column": 1}, "in": "product", "set": ["NetPrice"], "expr": {"multiply": [{"path": "price", "of": "product"}, {"path": "quantity", "of": "product"}]}},
      {"at": {"file": "invoice.lua", "line": 6, "column": 1}, "in": "product", "set": ["CostCenter"], "expr": "NL"}],
    "layers": [{"layer": "invoice", "name": "acme/shop", "rows": [
      {"at": {"file": "layer.lua", "line": 2, "column": 3}, "set": ["Lines", "product", "CostCenter"], "expr": {"do": "pick", "on": {"path": "billing.country"}, "table": {"DE": "D1"}, "otherwise": "X"}},
      {"at": {"file": "layer.lua", "line": 3, "column": 3}, "set": ["Ref"], "expr": {"concat": [{"job": "source"}, "-", {"path": "note"}]}}]}],
    "record": {"note": null, "billing": {"country": "DE"}, "products": [{"sku": "x", "quantity": 1}, {"sku": " b ", "quantity": 2, "price": "9.95"}]}})");
  Bench bench;
  Problems problems;
  const auto mapping = bench.compile_case(test.root(), problems);
  ASSERT_NE(mapping, nullptr) << listed(problems);
  Explanation why = explain(*mapping, test.root().get("record"), bench.inputs());
  ASSERT_TRUE(why.refusal);
  EXPECT_EQ(why.refusal->sentence, "items has no entry for \"X\"");
  EXPECT_EQ(why.fields.size(), 2u);  // what was computed before it, the refused field being the last

  const Document good = parsed(
      R"({"note": null, "billing": {"country": "DE"}, "products": [{"sku": "a", "quantity": 1}, {"sku": " b ", "quantity": 2, "price": "9.95"}]})");
  why = explain(*mapping, good.root(), bench.inputs());
  ASSERT_FALSE(why.refusal);
  std::string all;
  for (const FieldLineage& field : why.fields) {
    EXPECT_EQ(is_field(field, "Lines.product.NetPrice"), field.group == "product" && field.field.ends_with("].NetPrice")) << field.field;
    if (is_field(field, "Lines[2]") || is_field(field, "Ref") || is_field(field, "Journal")) all += told(field);
  }
  EXPECT_EQ(all,
            "Journal = \"70\"\n"
            "  invoice.lua:2:1  base\n"
            "    setting.journal  \"70\"\n"
            "Lines[2].Item = \"item-b\"\n"
            "  invoice.lua:4:1  base, group product\n"
            "    order.products[2].sku  \" b \"\n"
            "    :trim()                \"b\"\n"
            "    :upper()               \"B\"\n"
            "    :lookup \"items\"        \"item-b\"  (the answer for \"B\")\n"
            "Lines[2].NetPrice = 19.90\n"
            "  invoice.lua:5:1  base, group product\n"
            "      order.products[2].price     9.95  (arrived as \"9.95\")\n"
            "      order.products[2].quantity  2\n"
            "    *                             19.90\n"
            "Lines[2].CostCenter = \"D1\"\n"
            "  layer.lua:2:3  layer acme/shop, group product, instead of invoice.lua:6:1\n"
            "      order.billing.country  \"DE\"\n"
            "      constant               \"D1\"\n"
            "    :pick, entry \"DE\"        \"D1\"\n"
            "Ref is left out\n"
            "  layer.lua:3:3  layer acme/shop\n"
            "      job.source  \"shop\"\n"
            "      constant    \"-\"\n"
            "      order.note  nothing  (arrived as null)\n"
            "    ..            nothing\n");
}

INSTANTIATE_TEST_SUITE_P(Mapping, MappingCases,
                         testing::Values("values.json", "groups.json", "layers.json", "problems.json", "refusals.json"));

TEST(Compiled, C3_DescribesEveryRowWithLayerPlaceAndSources) {
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

TEST(TypeTable, C7_TakesAClientsFieldsAndRefusesDoubles) {
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
