#include <algorithm>
#include <functional>

#include "runtime/document/write.h"
#include "runtime/mapping/compiled.h"
#include "runtime/mapping/definition.h"
#include "runtime/mapping/expression.h"
#include "runtime/mapping/program.h"

namespace mlc::mapping {
namespace {

using document::Value;

std::string joined(const std::vector<std::string>& steps) {
  std::string all;
  for (const std::string& step : steps) all += (all.empty() ? "" : ".") + step;
  return all;
}

// Builds the plan of the target row by row, layer over base; then compiles what is left standing. Two passes, because a layer may
// replace what the base wrote, and an expression is only checked where it is used.
class Builder {
 public:
  Builder(const Sources& sources, Problems& problems)
      : sources_(sources), problems_(problems), program_(std::make_unique<Program>()), expressions_(*program_, sources, problems) {}

  std::unique_ptr<Program> build() {
    const size_t before = problems_.size();
    const Definition base = read_definition(sources_.base, problems_);
    if (!begin(base)) return nullptr;
    program_->tables = sources_.tables;
    apply(base, 0);
    for (size_t i = 0; i < sources_.layers.size(); ++i) {
      Definition layer = read_definition(sources_.layers[i], problems_);
      if (i < sources_.layer_names.size() && !sources_.layer_names[i].empty()) layer.name = sources_.layer_names[i];
      if (!layer.is_layer) problems_.push_back({start(layer), "expected a layer, found a mapping of its own"});
      if (layer.mapping != base.mapping)
        problems_.push_back({start(layer), "a layer of \"" + layer.mapping + "\" does not fit the mapping \"" + base.mapping + "\""});
      apply(layer, static_cast<uint32_t>(i + 1));
    }
    compile_record(program_->root, 0);
    compile_checks();
    if (problems_.size() != before) return nullptr;
    seal();
    return std::move(program_);
  }

 private:
  // A row with what it was written as; same index as Program::rows.
  struct Written {
    Value expr, when;
  };

  // What a target path stands for: a field of a record plan, or a group.
  struct Place {
    RecordPlan* record = nullptr;
    const FieldType* field = nullptr;
    FieldPlan* holder = nullptr;  // of the group
    GroupPlan* group = nullptr;
  };

  static Position start(const Definition& definition) { return definition.at.line == 0 ? Position{definition.name, 1, 1} : definition.at; }

  bool begin(const Definition& base) {
    if (base.is_layer) problems_.push_back({start(base), "expected a mapping, found a layer"});
    const RecordType* from = sources_.source->find(base.from);
    const RecordType* to = sources_.target->find(base.to);
    const auto unknown = [&](const std::string& name, const TypeTable& types) {
      const std::string like = closest(name, types.names());
      problems_.push_back(
          {start(base), "there is no record type \"" + name + "\"" + (like.empty() ? "" : "; did you mean \"" + like + "\"?"), name});
    };
    if (from == nullptr) unknown(base.from, *sources_.source);
    if (to == nullptr) unknown(base.to, *sources_.target);
    if (from == nullptr || to == nullptr || base.is_layer) return false;
    program_->scopes.push_back({});
    program_->scopes.front().type = from;
    program_->root.type = to;
    program_->rows.push_back({"base", 0, start(base), base.to, {}, std::nullopt, true});  // row 0 stands for the mapping itself
    written_.push_back({});
    return true;
  }

  void apply(const Definition& definition, uint32_t document) {
    for (const Row& row : definition.rows) {
      std::string target = row.in.empty() ? "" : row.in + ".";
      target += row.kind == Row::Kind::check ? "check" : joined(row.target);
      if (!row.group.empty()) target += "." + row.group;
      program_->rows.push_back({definition.name, document, row.at, std::move(target), {}, std::nullopt, true});
      written_.push_back({row.expr, row.when});
      row_ = static_cast<uint32_t>(program_->rows.size() - 1);
      switch (row.kind) {
        case Row::Kind::set:
          set(row);
          break;
        case Row::Kind::each:
        case Row::Kind::one:
          add_group(row);
          break;
        case Row::Kind::remove:
          remove(row);
          break;
        case Row::Kind::check:
          checks_.push_back(row_);
          break;
      }
    }
  }

  bool wrong(std::string message, std::string_view word = {}) {
    problems_.push_back({program_->rows[row_].at, std::move(message), std::string(word)});
    return false;
  }

  static FieldPlan* planned(RecordPlan& record, const FieldType* field) {
    for (FieldPlan& plan : record.fields) {
      if (plan.field == field) return &plan;
    }
    return nullptr;
  }

  FieldPlan& plan_of(RecordPlan& record, const FieldType* field) {
    if (FieldPlan* plan = planned(record, field)) return *plan;
    FieldPlan plan;
    plan.field = field;
    plan.key = document::quoted(field->name);
    plan.row = row_;
    return record.fields.emplace_back(std::move(plan));
  }

  GroupPlan* group_named(RecordPlan& record, std::string_view name) {
    for (FieldPlan& plan : record.fields) {
      if (plan.record != nullptr) {
        if (GroupPlan* found = group_named(*plan.record, name)) return found;
      }
      for (auto& group : plan.groups) {
        if (group->name == name) return group.get();
        if (GroupPlan* found = group_named(*group->line, name)) return found;
      }
    }
    return nullptr;
  }

  void group_names(const RecordPlan& record, std::vector<std::string>& names) const {
    for (const FieldPlan& plan : record.fields) {
      if (plan.record != nullptr) group_names(*plan.record, names);
      for (const auto& group : plan.groups) {
        names.push_back(group->name);
        group_names(*group->line, names);
      }
    }
  }

  // A group that is not there: removed by a layer, or never made.
  bool no_group(const std::string& name, std::string sentence) {
    std::vector<std::string> names;
    group_names(program_->root, names);
    const std::string like = closest(name, names);
    if (const auto gone = removed_.find(name); gone != removed_.end()) {
      sentence += "; it was removed at " + gone->second.text();
    } else if (!like.empty()) {
      sentence += "; did you mean \"" + like + "\"?";
    } else if (!names.empty()) {
      sentence += "; there is ";
      for (size_t i = 0; i < names.size(); ++i) sentence += (i == 0 ? "" : ", ") + names[i];
    }
    return wrong(std::move(sentence), name);
  }

  bool resolve(const Row& row, bool may_make_records, Place& place) {
    RecordPlan* record = &program_->root;
    if (!row.in.empty()) {
      GroupPlan* group = group_named(*record, row.in);
      if (group == nullptr) return no_group(row.in, "there is no group \"" + row.in + "\"");
      record = group->line.get();
    }
    for (size_t i = 0; i < row.target.size(); ++i) {
      const std::string& step = row.target[i];
      const FieldType* field = record->type->find(step);
      if (field == nullptr) {
        const std::string like = closest(step, record->type->field_names());
        return wrong(record->type->name + " has no field \"" + step + "\"" + (like.empty() ? "" : "; did you mean \"" + like + "\"?"),
                     step);
      }
      place = {record, field, nullptr, nullptr};
      if (i + 1 == row.target.size()) return true;
      if (field->type == Type::record) {
        FieldPlan* plan = planned(*record, field);
        if (plan == nullptr && !may_make_records) return wrong("\"" + step + "\" is not assigned below this layer");
        if (plan == nullptr) plan = &plan_of(*record, field);
        if (plan->assigned) return wrong("\"" + step + "\" is assigned as a whole already, at " + program_->rows[plan->row].at.text());
        if (!field->writable) return wrong(record->type->name + "." + step + " is read-only", step);
        if (plan->record == nullptr) {
          plan->record = std::make_unique<RecordPlan>();
          plan->record->type = sources_.target->find(field->of);
          plan->record->row = row_;
        }
        record = plan->record.get();
        continue;
      }
      if (field->type != Type::list)
        return wrong("\"" + step + "\" is " + std::string(type_phrase(field->type)) + " and has no field \"" + row.target[i + 1] + "\"",
                     row.target[i + 1]);
      FieldPlan* plan = planned(*record, field);
      GroupPlan* group = nullptr;
      for (size_t g = 0; plan != nullptr && g < plan->groups.size(); ++g) {
        if (plan->groups[g]->name == row.target[i + 1]) group = plan->groups[g].get();
      }
      if (group == nullptr) return no_group(row.target[i + 1], "\"" + step + "\" has no group \"" + row.target[i + 1] + "\" here");
      if (++i + 1 == row.target.size()) {
        place = {record, field, plan, group};
        return true;
      }
      record = group->line.get();
    }
    return false;
  }

  void set(const Row& row) {
    Place place;
    if (!resolve(row, true, place)) return;
    if (place.group != nullptr)
      return void(wrong("\"" + place.group->name + "\" is a group of lines: assign its fields, or remove it", place.group->name));
    if (!place.field->writable) return void(wrong(place.record->type->name + "." + place.field->name + " is read-only", place.field->name));
    FieldPlan& plan = plan_of(*place.record, place.field);
    if (plan.record != nullptr || !plan.groups.empty())
      return void(wrong("\"" + place.field->name + "\" is filled field by field already, from " + program_->rows[plan.row].at.text()));
    if (plan.assigned) {
      RowInfo& former = program_->rows[plan.row];
      if (former.document == program_->rows[row_].document || (!former.layer.empty() && former.layer == program_->rows[row_].layer))
        return void(wrong("\"" + program_->rows[row_].target + "\" is assigned twice; first at " + former.at.text(), place.field->name));
      const std::string now = document::canonical(row.expr);
      if (now == document::canonical(written_[plan.row].expr) && now.find("\"call\"") == std::string::npos)
        wrong("\"" + program_->rows[row_].target + "\" is this already at " + former.at.text() +
                  ": the override changes nothing, leave it out",
              place.field->name);
      former.live = false;
      program_->rows[row_].instead_of = former.at;
    }
    plan.assigned = true;
    plan.row = row_;
  }

  void add_group(const Row& row) {
    Place place;
    if (!resolve(row, true, place)) return;
    if (place.group != nullptr || place.field->type != Type::list || place.field->item != Type::record) {
      return void(wrong("\"" + row.target.back() + "\" is " +
                        (place.group != nullptr ? "a group" : std::string(type_phrase(place.field->type))) +
                        ", expected a list of records"));
    }
    if (!place.field->writable) return void(wrong(place.record->type->name + "." + place.field->name + " is read-only"));
    if (const GroupPlan* other = group_named(program_->root, row.group)) {
      return void(wrong("there is a group \"" + row.group + "\" already, from " + program_->rows[other->row].at.text() +
                        "; remove it first or take another name"));
    }
    FieldPlan& plan = plan_of(*place.record, place.field);
    if (plan.assigned)
      return void(wrong("\"" + place.field->name + "\" is assigned as a whole already, at " + program_->rows[plan.row].at.text()));
    auto group = std::make_unique<GroupPlan>();
    group->name = row.group;
    group->each = row.kind == Row::Kind::each;
    group->row = row_;
    group->line = std::make_unique<RecordPlan>();
    group->line->type = sources_.target->find(place.field->of);
    group->line->row = row_;
    plan.groups.push_back(std::move(group));
  }

  void remove(const Row& row) {
    Place place;
    const std::string what = program_->rows[row_].target;
    if (program_->rows[row_].document == 0) return void(wrong("only a layer removes; leave the row out"));
    if (!resolve(row, false, place)) return;
    const auto retire = [&](uint32_t other) {
      program_->rows[other].live = false;
      program_->rows[row_].instead_of = program_->rows[other].at;
    };
    if (place.group != nullptr) {
      removed_[place.group->name] = program_->rows[row_].at;
      const uint32_t made = place.group->row;
      retire_rows(*place.group->line);
      retire(made);
      for (uint32_t other = 0; other < row_; ++other) {
        const RowInfo& info = program_->rows[other];
        if (info.live || info.layer != program_->rows[row_].layer || !inside(info.target, what)) continue;
        wrong("\"" + what + "\" is removed here, but " + info.at.text() + " of the same layer assigns \"" + info.target +
                  "\": leave one of them out",
              place.group->name);
        break;
      }
      std::erase_if(place.holder->groups, [&](const auto& group) { return group.get() == place.group; });
      if (place.holder->groups.empty())
        std::erase_if(place.record->fields, [&](const FieldPlan& plan) { return plan.field == place.field; });
      return;
    }
    FieldPlan* plan = planned(*place.record, place.field);
    if (plan == nullptr) return void(wrong("\"" + what + "\" can't be removed: nothing below this layer assigns it"));
    retire_rows(*plan);
    retire(plan->row);
    std::erase_if(place.record->fields, [&](const FieldPlan& each) { return each.field == place.field; });
  }

  // Whether a row's target is a field of that group: "Lines.product.Item", or "product.Item" as the group's line has it.
  static bool inside(const std::string& target, const std::string& group) {
    const std::string last = group.substr(group.rfind('.') + 1);
    return target.starts_with(group + ".") || target.starts_with(last + ".");
  }

  void retire_rows(FieldPlan& plan) {
    if (plan.assigned) program_->rows[plan.row].live = false;
    if (plan.record != nullptr) retire_rows(*plan.record);
    for (auto& group : plan.groups) {
      program_->rows[group->row].live = false;
      retire_rows(*group->line);
    }
  }
  void retire_rows(RecordPlan& record) {
    for (FieldPlan& plan : record.fields) retire_rows(plan);
  }

  void compile_record(RecordPlan& record, uint32_t scope) {
    for (FieldPlan& plan : record.fields) {
      if (plan.record != nullptr) compile_record(*plan.record, scope);
      for (auto& group : plan.groups) compile_group(*group, scope);
      if (!plan.assigned) continue;
      const auto op = expressions_.compile(written_[plan.row].expr, {plan.row, scope, false, nullptr});
      if (!op) continue;
      plan.op = *op;
      check_assignment(plan, record);
      expressions_.collect_lookups(plan.op, plan.lookups);
    }
    for (const FieldType& field : record.type->fields) {
      if (!field.mandatory || !field.writable || planned(record, &field) != nullptr) continue;
      problems_.push_back({program_->rows[record.row].at, record.type->name + "." + field.name + " is mandatory, and nothing assigns it"});
    }
  }

  void compile_group(GroupPlan& group, uint32_t scope) {
    group.scope = scope;
    const Written& row = written_[group.row];
    if (group.each) {
      const auto list = expressions_.compile_list(row.expr, {group.row, scope, false, nullptr});
      if (!list) return;
      group.list = *list;
      group.scope = expressions_.add_scope(group.name, *list, scope);
    }
    if (row.when) group.when = expressions_.compile(row.when, {group.row, group.scope, false, nullptr});
    compile_record(*group.line, group.scope);
  }

  void check_assignment(const FieldPlan& plan, const RecordPlan& record) {
    const Op& op = program_->ops[plan.op];
    const FieldType& field = *plan.field;
    const std::string name = record.type->name + "." + field.name;
    const Position at{program_->rows[plan.row].at.file, op.line, op.column};
    if (op.code == OpCode::literal && op.literal.is == Datum::Is::null) {
      if (!field.nullable || field.mandatory) problems_.push_back({at, name + " can't be null", field.name});
      return;
    }
    const bool texts = (op.type == Type::text && field.type == Type::guid) || (op.type == Type::guid && field.type == Type::text);
    const bool good = op.type == Type::any || field.type == Type::any || (op.type == field.type && op.code != OpCode::path) ||
                      (op.type == Type::integer && field.type == Type::decimal) || texts ||
                      (op.type == field.type && op.type != Type::record && op.type != Type::list);
    if (!good) {
      std::string hint;
      if (field.type == Type::text) hint = "; write :text()";
      if (field.type == Type::date && op.type == Type::instant) hint = "; write :date()";
      if (field.type == Type::decimal && op.type == Type::text) hint = "; write :decimal()";
      if (field.type == Type::integer && (op.type == Type::text || op.type == Type::decimal)) hint = "; write :integer()";
      const bool is_number = op.type == Type::integer || op.type == Type::decimal;
      if (op.code == OpCode::literal && is_number && field.type == Type::text) hint = "; write it in quotes";
      if (op.code == OpCode::literal && op.type == Type::text && field.type != Type::text) hint = "; write it without quotes";
      if (op.code == OpCode::literal && op.type == Type::text && (field.type == Type::date || field.type == Type::instant)) hint.clear();
      if (field.type == Type::boolean) hint = "; write :is(…) or :present()";
      if (op.type == Type::record || op.type == Type::list) hint = "; assign it field by field, or a list with each";
      problems_.push_back(
          {at, name + " is " + std::string(type_phrase(field.type)) + ", the value is " + std::string(type_phrase(op.type)) + hint,
           field.name});
    } else if (op.code == OpCode::literal && field.type == Type::guid && !is_guid(op.literal.text)) {
      problems_.push_back({at, name + " is a guid, \"" + std::string(op.literal.text) + "\" is none", field.name});
    } else if (op.code == OpCode::literal && op.type == Type::text && field.max_characters != 0 &&
               characters(op.literal.text) > field.max_characters) {
      problems_.push_back({at,
                           name + " holds " + std::to_string(field.max_characters) + " characters at most, \"" +
                               std::string(op.literal.text) + "\" has " + std::to_string(characters(op.literal.text)),
                           field.name});
    }
  }

  void compile_checks() {
    for (uint32_t row : checks_) {
      row_ = row;
      const Value check = written_[row].expr;
      const ExpressionCompiler::Context context{row, 0, true, &program_->root};
      bool known = true;
      for (auto [member, unused] : check.fields())
        known = known && (member == "expect" || member == "equals" || member == "within" || member == "says");
      if (!known || !check.get("expect") || !check.get("equals")) {
        wrong("a check has \"expect\" and \"equals\", optionally \"within\" and \"says\"");
        continue;
      }
      const auto expect = expressions_.compile(check.get("expect"), context);
      const auto equals = expressions_.compile(check.get("equals"), context);
      auto within = check.get("within") ? check.get("within").decimal() : Result<Decimal>(Decimal());
      if (!within || within->sign() < 0) wrong("\"within\" is a decimal from 0");
      if (!expect || !equals || !within) continue;
      for (uint32_t side : {*expect, *equals}) {
        const Type type = program_->ops[side].type;
        if (type != Type::any && type != Type::integer && type != Type::decimal)
          wrong("a check compares numbers, found " + std::string(type_phrase(type)));
      }
      std::string says(check.get("says").text());
      program_->checks.push_back({*expect, *equals, *within, says.empty() ? "the total" : std::move(says), row});
    }
  }

  void seal() {
    for (Scope& scope : program_->scopes) {
      scope.reader.seal();
      scope.first_cell = program_->cells;
      program_->cells += scope.reader.cells();
    }
    for (Op& op : program_->ops) {
      if (op.code == OpCode::path) op.cell += program_->scopes[op.scope].first_cell;
    }
  }

  const Sources& sources_;
  Problems& problems_;
  std::unique_ptr<Program> program_;
  ExpressionCompiler expressions_;
  std::vector<Written> written_;
  std::vector<uint32_t> checks_;
  std::map<std::string, Position> removed_;  // groups
  uint32_t row_ = 0;
};

}  // namespace

std::unique_ptr<const Compiled> compile(const Sources& sources, Problems& problems) {
  for (const TypeTable* types : {sources.source.get(), sources.target.get()}) {
    if (auto status = types->complete(); !status) {
      problems.push_back({{}, status.error().text()});
      return nullptr;
    }
  }
  auto program = Builder(sources, problems).build();
  if (program == nullptr) return nullptr;
  return std::make_unique<const Compiled>(std::move(program), sources.source, sources.target);
}

}  // namespace mlc::mapping
