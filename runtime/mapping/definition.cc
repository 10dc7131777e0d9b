#include "runtime/mapping/definition.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace mlc::mapping {
namespace {

using document::Value;

struct Shape {
  std::string_view verb;
  Row::Kind kind;
  std::vector<std::string_view> members;  // besides the verb, "in" and "at"
};

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> kAll = {{"set", Row::Kind::set, {"expr"}},
                                          {"each", Row::Kind::each, {"group", "over", "when"}},
                                          {"one", Row::Kind::one, {"group", "when"}},
                                          {"remove", Row::Kind::remove, {}},
                                          {"check", Row::Kind::check, {}}};
  return kAll;
}

bool read_target(Value value, Row& row) {
  for (Value step : value.items()) {
    if (!step.is_string() || step.text().empty()) return false;
    row.target.emplace_back(step.text());
  }
  return !row.target.empty();
}

std::optional<Row> read_row(Value value, const Position& start, Problems& problems) {
  Row row;
  row.at = read_position(value.get("at"), start);
  const auto wrong = [&](std::string message) -> std::optional<Row> {
    problems.push_back({row.at, std::move(message)});
    return std::nullopt;
  };
  const auto& all = shapes();
  const auto shape = std::find_if(all.begin(), all.end(), [&](const Shape& each) { return static_cast<bool>(value.get(each.verb)); });
  if (shape == all.end()) return wrong("a row is one of set, each, one, remove, check");
  for (auto [member, unused] : value.fields()) {
    const auto& known = shape->members;
    if (member == shape->verb || member == "in" || member == "at" || std::find(known.begin(), known.end(), member) != known.end()) continue;
    return wrong("a row \"" + std::string(shape->verb) + "\" has no \"" + std::string(member) + "\"");
  }
  row.kind = shape->kind;
  row.in = value.get("in").text();
  row.group = value.get("group").text();
  row.when = value.get("when");
  row.expr = row.kind == Row::Kind::check ? value.get("check") : value.get(row.kind == Row::Kind::each ? "over" : "expr");
  const bool makes_group = row.kind == Row::Kind::each || row.kind == Row::Kind::one;
  if (row.kind != Row::Kind::check && !read_target(value.get(shape->verb), row)) return wrong("the target is a list of field names");
  if (makes_group && row.group.empty()) return wrong("a group of lines needs a name");
  if ((row.kind == Row::Kind::set || row.kind == Row::Kind::each) && !row.expr) return wrong("the row has no value");
  return row;
}

}  // namespace

Position read_position(Value at, const Position& otherwise) {
  if (!at.is_object()) return otherwise;
  Position position = otherwise;
  if (at.get("file").is_string()) position.file = at.get("file").text();
  position.line = static_cast<int>(at.get("line").integer().value_or(position.line));
  position.column = static_cast<int>(at.get("column").integer().value_or(position.column));
  return position;
}

Definition read_definition(Value value, Problems& problems) {
  Definition definition;
  const Position start = read_position(value.get("at"), {});
  definition.is_layer = static_cast<bool>(value.get("layer"));
  definition.mapping = value.get(definition.is_layer ? "layer" : "mapping").text();
  definition.name = definition.is_layer ? value.get("name").text() : "base";
  definition.from = value.get("from").text();
  definition.to = value.get("to").text();
  definition.at = start;
  static constexpr std::array<std::string_view, 8> kMembers = {"mapping", "layer", "name", "from", "to", "rows", "at", "problems"};
  for (auto [member, unused] : value.fields()) {
    if (std::find(kMembers.begin(), kMembers.end(), member) == kMembers.end())
      problems.push_back({start, "unknown member \"" + std::string(member) + "\""});
  }
  if (definition.mapping.empty()) problems.push_back({start, "a mapping needs a name"});
  if (!definition.is_layer && (definition.from.empty() || definition.to.empty()))
    problems.push_back({start, "a mapping needs the types it goes \"from\" and \"to\""});
  if (!value.get("rows").is_array()) problems.push_back({start, "a mapping needs a list of rows"});
  for (Value each : value.get("rows").items()) {
    if (auto row = read_row(each, start, problems)) definition.rows.push_back(std::move(*row));
  }
  if (definition.at.line == 0 && !definition.rows.empty()) definition.at = definition.rows.front().at;
  for (Value each : value.get("problems").items()) {
    problems.push_back({read_position(each.get("at"), start), std::string(each.get("message").text()), std::string(each.get("word").text()),
                        each.get("in_value").as_bool()});
  }
  if (definition.name.empty() && !definition.rows.empty()) definition.name = definition.rows.front().at.file;
  return definition;
}

}  // namespace mlc::mapping
