#include "runtime/mapping/expression.h"

#include <algorithm>

#include "runtime/document/write.h"

namespace mlc::mapping {
namespace {

using document::Kind;
using document::Value;

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::string like = closest(word, known);
  return like.empty() ? std::string() : "; did you mean \"" + like + "\"?";
}

bool accepts(TypeSet set, Type type) { return type == Type::any || has(set, type); }

// What turns the one into the other.
std::string remedy(TypeSet wanted, Type found) {
  if (found == Type::list) return "; write an index, as in [1], or a group with each";
  if (found == Type::record) return "; name one of its fields";
  if (has(wanted, Type::text)) return "; write :text() before it";
  if (has(wanted, Type::decimal) && found == Type::text) return "; write :decimal() before it";
  if (wanted == one_of({Type::date}) && found == Type::instant) return "; write :date() before it";
  return wanted == one_of({Type::boolean}) ? "; write :is(…) or :present() before it" : "";
}

}  // namespace

std::nullopt_t ExpressionCompiler::wrong(const Context& context, Value expr, std::string message, std::string_view word) {
  problems_.push_back({read_position(expr.get("at"), program_.rows[context.row].at), std::move(message), std::string(word), true});
  return std::nullopt;
}

uint32_t ExpressionCompiler::add(const Context& context, Value expr, Op op) {
  const Position at = read_position(expr.get("at"), program_.rows[context.row].at);
  op.row = context.row;
  op.line = at.line;
  op.column = at.column;
  program_.ops.push_back(std::move(op));
  return static_cast<uint32_t>(program_.ops.size() - 1);
}

void ExpressionCompiler::add_source(const Context& context, std::string source) {
  auto& all = program_.rows[context.row].sources;
  if (std::find(all.begin(), all.end(), source) == all.end()) all.push_back(std::move(source));
}

bool ExpressionCompiler::only(Value expr, const Context& context, std::initializer_list<std::string_view> members) {
  for (auto [member, unused] : expr.fields()) {
    if (member == "at" || std::find(members.begin(), members.end(), member) != members.end()) continue;
    wrong(context, expr, "the expression \"" + std::string(*members.begin()) + "\" has no \"" + std::string(member) + "\"");
    return false;
  }
  return true;
}

Type ExpressionCompiler::common(Type a, Type b) const {
  if (a == b) return a;
  const auto numeric = [](Type type) { return type == Type::integer || type == Type::decimal; };
  const auto texts = [](Type type) { return type == Type::text || type == Type::guid; };
  if (numeric(a) && numeric(b)) return Type::decimal;
  if (texts(a) && texts(b)) return Type::text;
  return Type::any;
}

std::optional<std::vector<uint32_t>> ExpressionCompiler::operands(Value list, const Context& context) {
  std::vector<uint32_t> all;
  bool good = true;
  for (Value each : list.items()) {
    const auto op = compile(each, context);
    good = good && op.has_value();
    if (op) all.push_back(*op);
  }
  if (!good) return std::nullopt;
  return all;
}

std::optional<uint32_t> ExpressionCompiler::compile(Value expr, const Context& context) {
  if (!expr.is_object()) return literal(expr, context);
  if (expr.get("path") && !expr.get("given")) return path(expr, context);
  if (expr.get("setting") || expr.get("given") || expr.get("job")) return named(expr, context);
  if (expr.get("concat")) return concat(expr, context);
  if (expr.get("add")) return arithmetic(expr, context, OpCode::add, "add");
  if (expr.get("subtract")) return arithmetic(expr, context, OpCode::subtract, "subtract");
  if (expr.get("multiply")) return arithmetic(expr, context, OpCode::multiply, "multiply");
  if (expr.get("divide")) return arithmetic(expr, context, OpCode::divide, "divide");
  if (expr.get("do")) return transform(expr, context);
  if (expr.get("call")) return call(expr, context);
  if (expr.get("sum")) return sum(expr, context);
  if (expr.get("target")) return target(expr, context);
  return wrong(context, expr, "not an expression: " + document::write(expr));
}

std::optional<uint32_t> ExpressionCompiler::literal(Value expr, const Context& context) {
  Op op;
  switch (expr.kind()) {
    case Kind::string:
      op.type = Type::text;
      op.literal = Datum::of_text(program_.texts.emplace_back(expr.text()));
      break;
    case Kind::number:
      op.type = is_integer_text(expr.text()) ? Type::integer : Type::decimal;
      op.literal = Datum::of_number(program_.texts.emplace_back(expr.text()));
      break;
    case Kind::boolean:
      op.type = Type::boolean;
      op.literal = Datum::of_bool(expr.as_bool());
      break;
    case Kind::null:
      op.literal = Datum::of_null();
      break;
    default:
      return wrong(context, expr, "expected a value, found " + std::string(kind_name(expr.kind())));
  }
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::scope_named(std::string_view group, uint32_t from) const {
  if (group.empty()) return 0;
  for (uint32_t scope = from; scope != 0; scope = program_.scopes[scope].parent) {
    if (program_.scopes[scope].group == group) return scope;
  }
  return std::nullopt;
}

std::optional<uint32_t> ExpressionCompiler::path(Value expr, const Context& context) {
  if (!only(expr, context, {"path", "of"})) return std::nullopt;
  const std::string_view of = expr.get("of").text();
  const auto scope = scope_named(of, context.scope);
  if (!scope)
    return wrong(context, expr, "the rows of group \"" + std::string(of) + "\" are out of reach here: only its own lines see them", of);
  auto parsed = document::Path::parse(expr.get("path").text());
  if (!parsed) return wrong(context, expr, parsed.error().message());
  if (parsed->steps().empty()) return wrong(context, expr, "a path needs a field");

  const RecordType* record = program_.scopes[*scope].type;
  const FieldType* field = nullptr;
  bool is_item = false;  // the path stands on an item of `field`
  for (const document::Step& step : parsed->steps()) {
    if (!step.is_key()) {
      if (field == nullptr || field->type != Type::list || is_item)
        return wrong(context, expr, "\"" + parsed->text() + "\": only a list has an index",
                     field == nullptr ? std::string_view() : std::string_view(field->name));
      is_item = true;
      record = sources_.source->find(field->of);
      continue;
    }
    if (field != nullptr && field->type == Type::list && !is_item) {
      return wrong(context, expr, "\"" + field->name + "\" is a list: write an index, as in " + field->name + "[1], or a group with each",
                   step.key);
    }
    if (record == nullptr)
      return wrong(context, expr,
                   "\"" + field->name + "\" is " + std::string(type_phrase(field->type)) + " and has no field \"" + step.key + "\"",
                   step.key);
    const FieldType* next = record->find(step.key);
    if (next == nullptr)
      return wrong(context, expr, record->name + " has no field \"" + step.key + "\"" + suggestion(step.key, record->field_names()),
                   step.key);
    field = next;
    is_item = false;
    record = field->type == Type::record ? sources_.source->find(field->of) : nullptr;
  }
  Op op;
  op.code = OpCode::path;
  op.type = is_item ? field->item : field->type;
  op.scope = *scope;
  op.field = field;
  op.text = parsed->text();
  op.cell = program_.scopes[*scope].reader.want(*parsed);
  add_source(context, of.empty() ? op.text : program_.scopes[*scope].list_path + "[]." + op.text);
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::compile_list(Value expr, const Context& context) {
  if (!expr.is_object() || !expr.get("path"))
    return wrong(context, expr, "\"each\" goes over a list of the source record, given by its path");
  const auto list = path(expr, context);
  if (!list) return std::nullopt;
  const Op& op = program_.ops[*list];
  if (op.type != Type::list || op.field->item != Type::record) {
    return wrong(context, expr,
                 "\"" + op.text + "\" is " + (op.type == Type::list ? "a list of single values" : std::string(type_phrase(op.type))) +
                     ", expected a list of records",
                 op.field->name);
  }
  return list;
}

uint32_t ExpressionCompiler::add_scope(const std::string& group, uint32_t list, uint32_t parent) {
  const Op& op = program_.ops[list];
  Scope scope;
  scope.group = group;
  scope.parent = parent;
  scope.type = sources_.source->find(op.field->of);
  scope.list_path = op.scope == 0 ? op.text : program_.scopes[op.scope].list_path + "[]." + op.text;
  program_.scopes.push_back(std::move(scope));
  return static_cast<uint32_t>(program_.scopes.size() - 1);
}

std::optional<uint32_t> ExpressionCompiler::named(Value expr, const Context& context) {
  Op op;
  if (Value name = expr.get("job")) {
    if (!only(expr, context, {"job"})) return std::nullopt;
    if (name.text() != "source" && name.text() != "key")
      return wrong(context, expr, "a job has \"source\" and \"key\", not \"" + std::string(name.text()) + "\"", name.text());
    op.code = name.text() == "source" ? OpCode::job_source : OpCode::job_key;
    op.type = Type::text;
    add_source(context, "job " + std::string(name.text()));
    return add(context, expr, std::move(op));
  }
  const bool is_setting = static_cast<bool>(expr.get("setting"));
  if (!only(expr, context,
            is_setting ? std::initializer_list<std::string_view>{"setting"} : std::initializer_list<std::string_view>{"given", "path"}))
    return std::nullopt;
  op.code = is_setting ? OpCode::setting : OpCode::given;
  op.text = expr.get(is_setting ? "setting" : "given").text();
  if (const auto type = sources_.names.setting_types.find(op.text); is_setting && type != sources_.names.setting_types.end())
    op.type = type->second;
  op.hash = document::key_hash(op.text);
  const auto& known = sources_.names.settings;
  if (is_setting && std::find(known.begin(), known.end(), op.text) == known.end()) {
    return wrong(context, expr, "there is no setting \"" + op.text + "\"" + suggestion(op.text, known), op.text);
  }
  if (Value inside = expr.get("path"); inside && !is_setting) {
    auto parsed = document::Path::parse(inside.text());
    if (!parsed) return wrong(context, expr, parsed.error().message());
    op.inner = std::move(*parsed);
  }
  add_source(context, (is_setting ? "setting " : "given ") + op.text);
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::concat(Value expr, const Context& context) {
  if (!only(expr, context, {"concat", "separator"})) return std::nullopt;
  auto parts = operands(expr.get("concat"), context);
  if (!parts) return std::nullopt;
  if (parts->empty()) return wrong(context, expr, "concat needs parts");
  for (uint32_t part : *parts) {
    const Type type = type_of(part);
    if (type == Type::record || type == Type::list) return wrong(context, expr, std::string(type_phrase(type)) + " is no part of a text");
  }
  Op op;
  op.code = expr.get("separator") ? OpCode::join : OpCode::concat;
  op.type = Type::text;
  op.text = expr.get("separator").text();
  op.parts = std::move(*parts);
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::arithmetic(Value expr, const Context& context, OpCode code, std::string_view member) {
  const bool divides = code == OpCode::divide;
  if (!only(
          expr, context,
          divides ? std::initializer_list<std::string_view>{member, "scale", "rounding"} : std::initializer_list<std::string_view>{member}))
    return std::nullopt;
  auto parts = operands(expr.get(member), context);
  if (!parts) return std::nullopt;
  if (parts->size() < 2 || (divides && parts->size() > 2))
    return wrong(context, expr, std::string(member) + (divides ? " takes two numbers" : " takes two numbers or more"));
  Op op;
  op.code = code;
  op.type = Type::integer;
  for (uint32_t part : *parts) {
    const Type type = type_of(part);
    if (!accepts(one_of({Type::integer, Type::decimal}), type)) {
      return wrong(context, expr,
                   std::string(member) + " takes numbers, found " + std::string(type_phrase(type)) +
                       (type == Type::text ? "; write :decimal()" : ""));
    }
    if (type != Type::integer) op.type = Type::decimal;
  }
  if (divides) {
    op.type = Type::decimal;
    const auto scale = expr.get("scale").integer();
    if (!scale || *scale < 0 || *scale > Decimal::kMaxDigits)
      return wrong(context, expr, "a division needs its number of decimals (\"scale\")");
    op.scale = static_cast<int>(*scale);
    if (Value name = expr.get("rounding")) {
      const auto mode = rounding_named(name.text());
      if (!mode) return wrong(context, expr, "rounding is half_up, half_even, down, up, floor or ceil");
      op.rounding = *mode;
    }
  }
  op.parts = std::move(*parts);
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::transform(Value expr, const Context& context) {
  const std::string_view name = expr.get("do").text();
  const Transform* known = find_transform(name);
  if (known == nullptr) {
    std::vector<std::string> names;
    for (const Transform& each : transforms()) names.emplace_back(each.name);
    return wrong(context, expr, "there is no \"" + std::string(name) + "()\"" + suggestion(name, names), name);
  }
  if (name == "pick") return pick(expr, context);
  if (name == "when") return when(expr, context);
  if (name == "lookup") return lookup(expr, context);
  if (!only(expr, context, {"do", "on", "with"})) return std::nullopt;
  return known->apply == nullptr ? fallback(expr, context, *known) : apply(expr, context, *known);
}

std::optional<uint32_t> ExpressionCompiler::apply(Value expr, const Context& context, const Transform& known) {
  const auto on = compile(expr.get("on"), context);
  auto with = operands(expr.get("with"), context);
  if (!on || !with) return std::nullopt;
  const std::string name(known.name);
  if (!accepts(known.on, type_of(*on))) {
    return wrong(context, expr,
                 name + "() stands on " + types_phrase(known.on) + ", found " + std::string(type_phrase(type_of(*on))) +
                     remedy(known.on, type_of(*on)),
                 name);
  }
  if (with->size() < known.required || with->size() > known.with.size()) {
    const std::string most = known.with.size() > known.required ? " to " + std::to_string(known.with.size()) : "";
    return wrong(context, expr,
                 name + "() takes " + (known.with.empty() ? std::string("no") : std::to_string(known.required) + most) +
                     (most.empty() && known.required == 1 ? " argument" : " arguments") + ", found " + std::to_string(with->size()),
                 name);
  }
  for (size_t i = 0; i < with->size(); ++i) {
    if (accepts(known.with[i], type_of((*with)[i]))) continue;
    return wrong(context, expr,
                 "argument " + std::to_string(i + 1) + " of " + name + "() is " + types_phrase(known.with[i]) + ", found " +
                     std::string(type_phrase(type_of((*with)[i]))),
                 name);
  }
  Op op;
  op.code = OpCode::apply;
  op.transform = &known;
  op.type = known.gives == Type::any ? type_of(*on) : known.gives;
  op.parts.push_back(*on);
  op.parts.insert(op.parts.end(), with->begin(), with->end());
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::fallback(Value expr, const Context& context, const Transform& known) {
  ++lenient_;
  const auto on = compile(expr.get("on"), context);
  --lenient_;
  auto with = operands(expr.get("with"), context);
  if (!on || !with) return std::nullopt;
  if (with->size() != 1) return wrong(context, expr, std::string(known.name) + "() takes one other value");
  const Type first = type_of(*on), second = type_of(with->front());
  Op op;
  op.code = OpCode::fallback;
  op.type = common(first, second);
  if (op.type == Type::any && first != Type::any && second != Type::any) {
    return wrong(context, expr,
                 "the value is " + std::string(type_phrase(first)) + ", the other one " + std::string(type_phrase(second)) +
                     ": they must be of one type",
                 known.name);
  }
  op.parts = {*on, with->front()};
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::pick(Value expr, const Context& context) {
  if (!only(expr, context, {"do", "on", "table", "otherwise"})) return std::nullopt;
  const auto on = compile(expr.get("on"), context);
  if (!on) return std::nullopt;
  if (!accepts(find_transform("pick")->on, type_of(*on)))
    return wrong(context, expr, "pick() stands on a single value, found " + std::string(type_phrase(type_of(*on))), "pick");
  if (expr.get("table").size() == 0)
    return wrong(context, expr, "pick() needs a table, as in :pick { DE = \"D1\", otherwise = \"NL\" }", "pick");
  Op op;
  op.code = OpCode::pick;
  op.parts.push_back(*on);
  std::optional<Type> type;
  const auto entry = [&](Value value) {
    const auto compiled = compile(value, context);
    if (compiled) type = type ? common(*type, type_of(*compiled)) : type_of(*compiled);
    return compiled;
  };
  for (auto [key, value] : expr.get("table").fields()) {
    const auto compiled = entry(value);
    if (!compiled) return std::nullopt;
    op.table.emplace_back(key, *compiled);
  }
  if (Value otherwise = expr.get("otherwise")) {
    op.otherwise = entry(otherwise);
    if (!op.otherwise) return std::nullopt;
  }
  std::sort(op.table.begin(), op.table.end());
  op.type = *type;
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::when(Value expr, const Context& context) {
  if (!only(expr, context, {"do", "on", "then", "else"})) return std::nullopt;
  const auto on = compile(expr.get("on"), context);
  const auto then = expr.get("then") ? compile(expr.get("then"), context) : wrong(context, expr, "when() needs the value it gives");
  if (!on || !then) return std::nullopt;
  if (!accepts(one_of({Type::boolean}), type_of(*on)))
    return wrong(context, expr,
                 "when() stands on a boolean, found " + std::string(type_phrase(type_of(*on))) + "; write :is(…) or :present() before it",
                 "when");
  Op op;
  op.code = OpCode::when;
  op.parts = {*on, *then};
  op.type = type_of(*then);
  if (Value other = expr.get("else")) {
    op.otherwise = compile(other, context);
    if (!op.otherwise) return std::nullopt;
    op.type = common(op.type, type_of(*op.otherwise));
  }
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::lookup(Value expr, const Context& context) {
  if (!only(expr, context, {"do", "on", "name", "column"})) return std::nullopt;
  const auto key = compile(expr.get("on"), context);
  if (!key) return std::nullopt;
  Op op;
  op.code = OpCode::lookup;
  op.text = expr.get("name").text();
  auto known = sources_.names.lookups;
  const auto in_file =
      std::find_if(sources_.tables.begin(), sources_.tables.end(), [&](const auto& each) { return each->name() == op.text; });
  if (in_file == sources_.tables.end() && std::find(known.begin(), known.end(), op.text) == known.end()) {
    for (const auto& each : sources_.tables) known.push_back(each->name());
    const std::string like = suggestion(op.text, known);
    return wrong(context, expr,
                 "there is no look-up \"" + op.text + "\"" +
                     (like.empty() ? "; a table of your own is a file " + op.text + ".csv beside the client's layer" : like),
                 op.text);
  }
  if (!accepts(find_transform("lookup")->on, type_of(*key)))
    return wrong(context, expr, "the key of a look-up is a single value, found " + std::string(type_phrase(type_of(*key))), "lookup");
  if (in_file != sources_.tables.end()) {
    op.parts.push_back(*key);
    return table(expr, context, **in_file, std::move(op));
  }
  if (expr.get("column")) return wrong(context, expr, "the look-up \"" + op.text + "\" has one answer, no columns", "lookup");
  std::vector<uint32_t> inner;
  collect_lookups(*key, inner);
  if (!inner.empty()) return wrong(context, expr, "the key of a look-up can't be looked up: all are fetched in one batch before the run");
  op.parts.push_back(*key);
  op.optional = lenient_ > 0;
  add_source(context, "lookup " + op.text);
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::table(Value expr, const Context& context, const Table& rows, Op op) {
  const auto& columns = rows.columns();
  const std::string column(expr.get("column").text());
  const std::vector<std::string> values(columns.begin() + 1, columns.end());
  std::string known;
  for (const std::string& each : values) known += (known.empty() ? "" : ", ") + each;
  if (column.empty() && values.size() > 1) {
    return wrong(context, expr,
                 rows.file() + " has several columns (" + known + "): write :lookup(\"" + op.text + "\", \"" + values[0] + "\")", "lookup");
  }
  const auto found = column.empty() ? std::optional<uint32_t>(1) : rows.column(column);
  if (!found || *found == 0) return wrong(context, expr, rows.file() + " has no column \"" + column + "\"; it has " + known, column);
  op.code = OpCode::table;
  op.type = Type::text;
  op.index = *found;
  op.rows = &rows;
  op.optional = lenient_ > 0;
  add_source(context, "table " + op.text);
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::call(Value expr, const Context& context) {
  if (!only(expr, context, {"call", "name"})) return std::nullopt;
  const auto index = expr.get("call").integer();
  if (!index || *index < 0 || *index > INT32_MAX) return wrong(context, expr, "a function is called by its number from 0");
  Op op;
  op.code = OpCode::call;
  op.index = static_cast<uint32_t>(*index);
  op.document = program_.rows[context.row].document;
  op.scope = context.scope;
  op.text = expr.get("name").text();
  add_source(context, op.text.empty() ? "function" : "function " + op.text);
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::target(Value expr, const Context& context) {
  if (!only(expr, context, {"target"})) return std::nullopt;
  if (!context.in_check) return wrong(context, expr, "only a check reads fields of the target");
  const std::string name(expr.get("target").text());
  const RecordType& type = *context.target->type;
  if (type.find(name) == nullptr)
    return wrong(context, expr, type.name + " has no field \"" + name + "\"" + suggestion(name, type.field_names()));
  Op op;  // a field that nothing assigns is missing
  op.code = OpCode::literal;
  for (FieldPlan& plan : context.target->fields) {
    if (plan.field->name != name) continue;
    if (!plan.assigned) return wrong(context, expr, "\"" + name + "\" is no single value");
    if (plan.memo < 0) plan.memo = static_cast<int32_t>(program_.memos++);
    op.code = OpCode::target;
    op.type = plan.field->type;
    op.index = static_cast<uint32_t>(plan.memo);
  }
  return add(context, expr, std::move(op));
}

std::optional<uint32_t> ExpressionCompiler::sum(Value expr, const Context& context) {
  if (!only(expr, context, {"sum", "of"})) return std::nullopt;
  if (!context.in_check || context.target != &program_.root) return wrong(context, expr, "only a check sums over lines of the target");
  const std::string name(expr.get("sum").text());
  const auto list = std::find_if(program_.root.fields.begin(), program_.root.fields.end(),
                                 [&](const FieldPlan& plan) { return plan.field->name == name; });
  if (list == program_.root.fields.end() || list->groups.empty())
    return wrong(context, expr, "the mapping makes no lines of \"" + name + "\"");
  Op op;
  op.code = OpCode::sum;
  op.type = Type::decimal;
  op.index = program_.totals++;
  for (auto& group : list->groups) {
    Context line = context;
    line.scope = group->scope;
    line.target = group->line.get();
    const auto term = compile(expr.get("of"), line);
    if (!term) return std::nullopt;
    if (!accepts(one_of({Type::integer, Type::decimal}), type_of(*term)))
      return wrong(context, expr, "a sum is made of numbers, found " + std::string(type_phrase(type_of(*term))));
    group->sums.emplace_back(op.index, *term);
  }
  return add(context, expr, std::move(op));
}

void ExpressionCompiler::collect_lookups(uint32_t index, std::vector<uint32_t>& into) const {
  const Op& op = program_.ops[index];
  if (op.code == OpCode::lookup) into.push_back(index);
  for (uint32_t part : op.parts) collect_lookups(part, into);
  for (const auto& [key, entry] : op.table) collect_lookups(entry, into);
  if (op.otherwise) collect_lookups(*op.otherwise, into);
}

}  // namespace mlc::mapping
