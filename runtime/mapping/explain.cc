#include "runtime/mapping/explain.h"

#include <algorithm>
#include <functional>

#include "runtime/document/write.h"
#include "runtime/mapping/run.h"

namespace mlc::mapping {
namespace {

using document::Node;
using document::Value;
using document::Writer;

std::optional<std::string> json_of(const Datum& datum, Arena& arena) {
  switch (datum.is) {
    case Datum::Is::missing:
      return std::nullopt;
    case Datum::Is::null:
      return "null";
    case Datum::Is::number:
      return std::string(datum.as_text(arena));
    case Datum::Is::boolean:
      return datum.flag ? "true" : "false";
    case Datum::Is::structure:
      return datum.node != nullptr ? document::write(*datum.node) : document::write(datum.value);
    default:
      return document::quoted(datum.as_text(arena));
  }
}

// "bigcommerce.order" is called order in most mappings.
std::string short_name(const std::string& type) { return type.substr(type.rfind('.') + 1); }

class Explainer : public Run {
 public:
  Explainer(const Program& program, const Inputs& inputs, const TypeTable& target, Workspace& workspace, std::vector<FieldLineage>& fields)
      : Run(program, inputs, target, workspace), fields_(fields), name_(short_name(program.scopes.front().type->name)) {}

  bool explain(Value record, std::string& json) {
    if (!start(record)) return false;
    if (!fields_of(program_.root, "", "", "")) return false;
    // The record itself and what only it can refuse (mandatory fields, checks) come from the run.
    return write(record, json);
  }

 private:
  bool fields_of(const RecordPlan& plan, const std::string& prefix, const std::string& origin, const std::string& group) {
    for (const FieldPlan& field : plan.fields) {
      const std::string name = prefix + field.field->name, place = origin + field.field->name;
      if (field.record != nullptr && !fields_of(*field.record, name + ".", place + ".", group)) return false;
      if (field.assigned && !field_of(field, name, place, group)) return false;
      size_t number = 0;
      for (const auto& each : field.groups) {
        const bool done = each_line(*each, [&] {
          const std::string row = each->each ? "[" + std::to_string(work_.numbers[each->scope]) + "]" : "";
          return fields_of(*each->line, name + "[" + std::to_string(++number) + "].", place + "." + each->name + row + ".", each->name);
        });
        if (!done) return false;
      }
    }
    return true;
  }

  bool field_of(const FieldPlan& plan, const std::string& name, const std::string& place, const std::string& group) {
    const RowInfo& row = program_.rows[plan.row];
    FieldLineage lineage{name, group, row.layer, row.at, row.instead_of, std::nullopt, {}, place};
    Datum datum;
    bool good = trace(plan.op, lineage.trace, datum);
    if (good && datum.is != Datum::Is::missing) {
      std::string json;
      Writer writer(json);
      scene_.problem.clear();
      good = encode(writer, *plan.field, plan.field->type, datum) || fail(program_.ops[plan.op], scene_.problem);
      if (good) lineage.value = std::move(json);
    }
    fields_.push_back(std::move(lineage));
    return good;
  }

  // Traces an operand, then says what it was worth.
  bool part(uint32_t op, Trace& into) {
    Datum unused;
    return trace(op, into.from.emplace_back(), unused);
  }
  bool parts(const std::vector<uint32_t>& ops, Trace& into) {
    return std::all_of(ops.begin(), ops.end(), [&](uint32_t op) { return part(op, into); });
  }

  // Arguments that are written down are part of the call; others have a story of their own.
  bool call_of(const Op& op, Trace& into) {
    into.kind = Trace::Kind::transform;
    into.what = ":" + std::string(op.transform->name) + "(";
    if (!part(op.parts[0], into)) return false;
    for (size_t i = 1; i < op.parts.size(); ++i) {
      const Op& argument = program_.ops[op.parts[i]];
      if (i > 1) into.what += ", ";
      if (argument.code == OpCode::literal) {
        into.what += json_of(argument.literal, scene_.arena).value_or("nil");
        continue;
      }
      if (!part(op.parts[i], into)) return false;
      into.what += into.from.back().what;
    }
    into.what += ")";
    return true;
  }

  bool choice_of(const Op& op, Trace& into) {
    into.kind = Trace::Kind::choice;
    if (!part(op.parts[0], into)) return false;
    Datum on;
    if (!eval(op.parts[0], on)) return false;
    if (op.code == OpCode::fallback) {
      into.what = ":default";
      return !on.is_absent() || part(op.parts[1], into);
    }
    if (op.code == OpCode::when) {
      const bool yes = on.is == Datum::Is::boolean && on.flag;
      into.what = yes ? ":when, true" : ":when, not true";
      return yes ? part(op.parts[1], into) : !op.otherwise || part(*op.otherwise, into);
    }
    const std::string key = on.is_absent() ? std::string() : std::string(on.as_text(scene_.arena));
    const auto found =
        std::find_if(op.table.begin(), op.table.end(), [&](const auto& entry) { return !on.is_absent() && entry.first == key; });
    into.key = key;
    if (found != op.table.end()) {
      into.what = ":pick, entry " + document::quoted(key);
      return part(found->second, into);
    }
    into.what = op.otherwise ? ":pick, otherwise" : ":pick, no entry";
    return !op.otherwise || part(*op.otherwise, into);
  }

  bool describe(const Op& op, Trace& into) {
    switch (op.code) {
      case OpCode::literal:
        into.what = "constant";
        return true;
      case OpCode::path: {
        into.kind = Trace::Kind::source;
        into.path = source_path(op.scope, op.text);
        into.what = name_ + "." + into.path;
        if (const Value raw = work_.cells[op.cell]) into.raw = document::write(raw);
        return true;
      }
      case OpCode::setting:
        into.kind = Trace::Kind::setting;
        into.what = "setting." + op.text;
        return true;
      case OpCode::given:
        into.kind = Trace::Kind::given;
        into.what = "given \"" + op.text + "\"";
        if (!op.inner.steps().empty()) into.what += "." + op.inner.text();
        return true;
      case OpCode::job_source:
      case OpCode::job_key:
        into.kind = Trace::Kind::job;
        into.what = op.code == OpCode::job_source ? "job.source" : "job.key";
        return true;
      case OpCode::concat:
      case OpCode::join:
        into.kind = Trace::Kind::text;
        into.what = op.code == OpCode::concat ? ".." : "joined by " + document::quoted(op.text);
        return parts(op.parts, into);
      case OpCode::add:
      case OpCode::subtract:
      case OpCode::multiply:
      case OpCode::divide:
        into.kind = Trace::Kind::number;
        into.what = op.code == OpCode::add ? "+" : op.code == OpCode::subtract ? "-" : op.code == OpCode::multiply ? "*" : "/";
        return parts(op.parts, into);
      case OpCode::apply:
        return call_of(op, into);
      case OpCode::fallback:
      case OpCode::pick:
      case OpCode::when:
        return choice_of(op, into);
      case OpCode::lookup: {
        into.kind = Trace::Kind::lookup;
        into.what = ":lookup \"" + op.text + "\"";
        into.path = op.text;
        Datum key;
        if (!part(op.parts[0], into) || !eval(op.parts[0], key)) return false;
        if (!key.is_absent()) into.key = key.as_text(scene_.arena);
        return true;
      }
      case OpCode::table: {
        into.kind = Trace::Kind::lookup;
        into.what = ":lookup \"" + op.text + "\"";
        into.path = op.text;
        Datum key;
        if (!part(op.parts[0], into) || !eval(op.parts[0], key)) return false;
        if (key.is_absent()) return true;
        into.key = key.as_text(scene_.arena);
        const Table::Row* row = op.rows->find(into.key);
        if (row != nullptr) into.row = Position{op.rows->file(), row->line, 1};
        return true;
      }
      case OpCode::call:
        into.kind = Trace::Kind::function;
        into.what = op.text.empty() ? "with function" : "with function in " + op.text;
        return true;
      case OpCode::target:
      case OpCode::sum:
        return true;  // only in checks
    }
    return false;
  }

  bool trace(uint32_t index, Trace& into, Datum& out) {
    const Op& op = program_.ops[index];
    into.at = {program_.rows[op.row].at.file, op.line, op.column};
    if (!describe(op, into) || !eval(index, out)) return false;
    into.value = json_of(out, scene_.arena);
    return true;
  }

  std::vector<FieldLineage>& fields_;
  std::string name_;
};

std::string without_numbers(std::string_view path) {
  std::string all;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '[') i = std::min(path.find(']', i), path.size() - 1);
    else all += path[i];
  }
  return all;
}

std::string shown(const std::optional<std::string>& json) {
  constexpr size_t kShown = 100;
  if (!json) return "nothing";
  if (json->size() <= kShown) return *json;
  size_t end = kShown;
  while ((static_cast<unsigned char>((*json)[end]) & 0xC0) == 0x80) --end;  // never inside a character
  return json->substr(0, end) + "…";
}

struct Line {
  std::string what, value;
};

void lines_of(const Trace& trace, size_t depth, std::vector<Line>& lines) {
  for (size_t i = 0; i < trace.from.size(); ++i) lines_of(trace.from[i], depth + (trace.from.size() > 1 ? 1 : 0), lines);
  std::string value = shown(trace.value);
  if (trace.raw && trace.raw != trace.value) value += "  (arrived as " + shown(trace.raw) + ")";
  if (trace.row) value += "  (" + trace.row->file + ":" + std::to_string(trace.row->line) + ")";
  else if (trace.kind == Trace::Kind::lookup && !trace.key.empty()) value += "  (the answer for " + document::quoted(trace.key) + ")";
  lines.push_back({std::string(2 * depth, ' ') + trace.what, std::move(value)});
}

Node text_or_null(const std::optional<std::string>& json) {
  if (!json) return nullptr;
  auto parsed = document::Document::parse(*json);
  return parsed ? Node::copy_of(parsed->root()) : Node(*json);
}

void set_position(Node& node, const Position& at) { node.set("file", at.file).set("line", at.line).set("column", at.column); }

Node to_node(const Trace& trace) {
  static constexpr std::string_view kKinds[] = {"constant", "source", "setting",  "given", "job",   "transform",
                                                "choice",   "lookup", "function", "text",  "number"};
  Node node = Node::object();
  node.set("kind", kKinds[static_cast<size_t>(trace.kind)]).set("what", trace.what);
  if (!trace.path.empty()) node.set(trace.kind == Trace::Kind::lookup ? "lookup" : "path", trace.path);
  if (!trace.key.empty()) node.set("key", trace.key);
  if (trace.raw) node.set("raw", text_or_null(trace.raw));
  if (trace.value) node.set("value", text_or_null(trace.value));
  if (trace.row) {
    Node row = Node::object();
    row.set("file", trace.row->file).set("line", trace.row->line);
    node.set("row", std::move(row));
  }
  set_position(node, trace.at);
  if (trace.from.empty()) return node;
  Node from = Node::array();
  for (const Trace& each : trace.from) from.push(to_node(each));
  node.set("from", std::move(from));
  return node;
}

}  // namespace

std::vector<std::string> places(const Compiled& mapping) {
  std::vector<std::string> found;
  const std::function<void(const RecordPlan&, const std::string&)> walk = [&](const RecordPlan& plan, const std::string& prefix) {
    for (const FieldPlan& field : plan.fields) {
      const std::string place = prefix + field.field->name;
      if (field.record != nullptr) walk(*field.record, place + ".");
      if (field.assigned) found.push_back(place);
      for (const auto& each : field.groups) walk(*each->line, place + "." + each->name + ".");
    }
  };
  walk(mapping.program().root, "");
  return found;
}

Explanation explain(const Compiled& mapping, Value record, const Inputs& inputs) {
  Explanation out;
  Workspace workspace;
  Explainer explainer(mapping.program(), inputs, mapping.target_types(), workspace, out.fields);
  if (explainer.explain(record, out.json)) return out;
  out.json.clear();
  out.refusal = explainer.refusal();
  return out;
}

bool is_field(const FieldLineage& field, std::string_view wanted) {
  const auto inside = [&](std::string_view name) {
    return name.starts_with(wanted) && (name.size() == wanted.size() || name[wanted.size()] == '.' || name[wanted.size()] == '[');
  };
  if (inside(field.field) || inside(field.place) || inside(without_numbers(field.place))) return true;
  const std::string plain = without_numbers(field.field);
  return inside(plain) || plain.substr(plain.rfind('.') + 1) == wanted || field.group == wanted;
}

std::string told(const FieldLineage& field) {
  std::string all = field.field + (field.value ? " = " + shown(field.value) : " is left out") + "\n  " + field.at.text() + "  " +
                    (field.layer == "base" ? "base" : "layer " + field.layer);
  if (!field.group.empty()) all += ", group " + field.group;
  if (field.instead_of) all += ", instead of " + field.instead_of->text();
  all += "\n";
  std::vector<Line> lines;
  lines_of(field.trace, 0, lines);
  size_t width = 0;
  constexpr size_t kWidest = 44;
  for (const Line& line : lines) width = std::max(width, std::min(line.what.size(), kWidest));
  for (const Line& line : lines)
    all += "    " + line.what + std::string(width - std::min(line.what.size(), width), ' ') + "  " + line.value + "\n";
  return all;
}

Node to_node(const FieldLineage& field) {
  Node node = Node::object();
  node.set("field", field.field);
  if (field.value) node.set("value", text_or_null(field.value));
  if (!field.group.empty()) node.set("group", field.group);
  node.set("layer", field.layer);
  set_position(node, field.at);
  if (field.instead_of) {
    Node former = Node::object();
    set_position(former, *field.instead_of);
    node.set("instead_of", std::move(former));
  }
  node.set("trace", to_node(field.trace)).set("text", told(field));
  return node;
}

Node to_node(const Refusal& refusal) {
  Node node = Node::object();
  node.set("sentence", refusal.sentence);
  if (!refusal.field.empty()) node.set("field", refusal.field);
  if (!refusal.source.empty()) node.set("source", refusal.source);
  set_position(node, refusal.at);
  return node;
}

}  // namespace mlc::mapping
