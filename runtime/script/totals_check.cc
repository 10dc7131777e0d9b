#include "runtime/script/totals_check.h"

#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::script {
namespace {

using document::Document;
using document::Node;
using document::Value;

// `totals` of a record type; missing when none are declared. The document is kept by the caller.
Value declared_totals(const std::string& record, const std::map<std::string, std::string>& systems, std::vector<Document>& kept) {
  const size_t dot = record.find('.');
  auto system = systems.find(record.substr(0, dot));
  if (dot == std::string::npos || system == systems.end()) return {};
  auto parsed = Document::parse(system->second);
  if (!parsed) return {};
  kept.push_back(*parsed);
  return kept.back().root().get("types").get(record.substr(dot + 1)).get("totals");
}

Node field(const char* kind, std::string_view name) {
  Node out = Node::object();
  out.set(kind, name);
  return out;
}

// A field of the target, or what its lines come to when each is rounded as the books round it.
Node target_total(Value declared) {
  if (declared.is_string()) return field("target", declared.text());
  Node amount = field("target", declared.get("price").text());
  if (declared.get("quantity")) {
    Node product = Node::array();
    product.push(field("target", declared.get("quantity").text()));
    product.push(std::move(amount));
    amount = Node::object();
    amount.set("multiply", std::move(product));
  }
  Node decimals = Node::array();
  decimals.push(declared.get("decimals") ? Node::copy_of(declared.get("decimals")) : Node(2));
  Node rounded = field("do", "round");
  rounded.set("on", std::move(amount));
  rounded.set("with", std::move(decimals));
  Node sum = field("sum", declared.get("lines").text());
  sum.set("of", std::move(rounded));
  return sum;
}

bool is_declared(Value totals, std::string_view which) { return static_cast<bool>(totals.get(which)); }

}  // namespace

Document write_out_totals(const Document& recorded, const std::string& from, const std::string& to,
                          const std::map<std::string, std::string>& systems, std::vector<Problem>& problems) {
  if (recorded.bytes().find("\"totals\":") == std::string::npos) return recorded;
  std::vector<Document> kept;
  kept.reserve(2);
  Value source = declared_totals(from, systems, kept);
  Value target = declared_totals(to, systems, kept);
  Node root = Node::copy_of(recorded.root());
  Node rows = Node::array();
  for (Value row : recorded.root().get("rows").items()) {
    Value check = row.get("check");
    Value asked = check.get("totals");
    if (!asked) {
      rows.push(Node::copy_of(row));
      continue;
    }
    std::string which(asked.text());
    for (const char* each : {"net", "gross"}) {
      if (which.empty() && is_declared(source, each) && is_declared(target, each)) which = each;
    }
    if (which.empty() || !is_declared(source, which) || !source.get(which).is_string() || !is_declared(target, which)) {
      Value at = row.get("at");
      const std::string kind = which.empty() ? "totals" : "a " + which + " total";
      problems.push_back(
          {std::string(at.get("file").text()), static_cast<int>(at.get("line").integer().value_or(0)),
           static_cast<int>(at.get("column").integer().value_or(0)),
           "totals.of: " + from + " and " + to + " do not both declare " + kind + "; write :check { expect =, equals = } instead"});
      continue;
    }
    Node written = Node::object();
    written.set("expect", target_total(target.get(which)));
    written.set("equals", field("path", source.get(which).text()));
    if (Value within = check.get("within")) written.set("within", Node::copy_of(within));
    written.set("says", check.get("says") ? Node::copy_of(check.get("says")) : Node("the " + which + " total"));
    Node changed = Node::copy_of(row);
    changed.set("check", std::move(written));
    rows.push(std::move(changed));
  }
  root.set("rows", std::move(rows));
  auto parsed = Document::parse(document::write(root));
  return parsed ? *parsed : recorded;
}

}  // namespace mlc::script
