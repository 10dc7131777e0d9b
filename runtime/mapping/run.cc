// Run, second half: the target record is written as it is computed; and Compiled, which owns the program.
#include "runtime/mapping/run.h"

#include <algorithm>
#include <set>

namespace mlc::mapping {

using document::Kind;
using document::Node;
using document::Value;
using document::Writer;

bool Run::start(Value record) {
  work_.arena.clear();
  work_.cells.assign(program_.cells, Value());
  work_.rows.assign(program_.scopes.size(), Value());
  work_.numbers.assign(program_.scopes.size(), 0);
  work_.memos.assign(program_.memos, Datum());
  work_.totals.assign(program_.totals, Decimal());
  if (!record.is_object()) return fail_row(0, "expected a record to map, found " + std::string(kind_name(record.kind())));
  return read_scope(0, record);
}

bool Run::read_scope(uint32_t scope, Value row) {
  const Scope& at = program_.scopes[scope];
  work_.rows[scope] = row;
  Reader::Misfit misfit;
  if (at.reader.read(row, work_.cells.data() + at.first_cell, misfit)) return true;
  const std::string where = source_path(scope, misfit.path);
  fail_row(0,
           where + " is no " + (misfit.expected == Kind::object ? "record" : "list") + ": found " + std::string(kind_name(misfit.found)));
  refusal_.source = where;
  return false;
}

bool Run::wanted(const GroupPlan& group, bool& yes) {
  yes = true;
  if (!group.when) return true;
  Datum when;
  if (!eval(*group.when, when)) return false;
  yes = !when.is_absent() && (when.is != Datum::Is::boolean || when.flag);
  return true;
}

bool Run::write(Value record, std::string& json) {
  json.clear();
  if (!start(record)) return false;
  Writer writer(json);
  if (!write_record(writer, program_.root)) return false;
  for (const Check& each : program_.checks) {
    if (!check(each)) return false;
  }
  return true;
}

void Run::unset_settings(uint32_t index, std::string& names) {
  const Op& op = program_.ops[index];
  Datum datum;
  if (op.code == OpCode::setting && eval(index, datum) && datum.is_absent()) names += (names.empty() ? "setting." : ", setting.") + op.text;
  for (const uint32_t part : op.parts) unset_settings(part, names);
}

bool Run::write_record(Writer& writer, const RecordPlan& plan) {
  writer.begin_object();
  for (const FieldPlan& field : plan.fields) {
    bool wrote = false;
    if (!write_field(writer, field, wrote)) return false;
    if (wrote || !field.field->mandatory) continue;
    std::string unset;
    if (field.assigned) unset_settings(field.op, unset);
    fail_row(field.row, plan.type->name + "." + field.field->name + " is mandatory, and has no value here" +
                            (unset.empty() ? "" : ": " + unset + " is not set"));
    if (field.assigned) {
      const Op& op = program_.ops[field.op];
      refusal_.at.line = op.line;
      refusal_.at.column = op.column;
      if (op.code == OpCode::path) refusal_.source = source_path(op.scope, op.text);
    }
    return false;
  }
  writer.end_object();
  return true;
}

// Whether anything of a record is there, or of the records in it. False: an evaluation failed.
bool Run::anything(const RecordPlan& plan, bool& any) {
  for (const FieldPlan& inner : plan.fields) {
    if (inner.record != nullptr) {
      if (!anything(*inner.record, any)) return false;
      continue;
    }
    Datum datum;
    if (inner.assigned && !eval(inner.op, datum)) return false;
    any = any || !inner.assigned || !datum.is_absent();
  }
  return true;
}

bool Run::write_field(Writer& writer, const FieldPlan& plan, bool& wrote) {
  if (plan.record != nullptr) {
    // A record of which nothing is there is left out: whether its mandatory fields are missing only matters when it is written.
    bool any = false;
    if (!anything(*plan.record, any)) return false;
    wrote = any;
    if (!any) return true;
    writer.quoted_key(plan.key);
    return write_record(writer, *plan.record);
  }
  if (!plan.assigned) return write_groups(writer, plan, wrote);
  Datum datum;
  if (!eval(plan.op, datum)) return false;
  const FieldType& field = *plan.field;
  if (datum.is == Datum::Is::null && (!field.nullable || field.mandatory))
    return fail(program_.ops[plan.op], field.name + " can't be null");
  wrote = datum.is != Datum::Is::missing;
  if (plan.memo >= 0) work_.memos[static_cast<size_t>(plan.memo)] = datum;
  if (!wrote) return true;
  writer.quoted_key(plan.key);
  scene_.problem.clear();
  if (encode(writer, field, field.type, datum)) return true;
  return fail(program_.ops[plan.op], scene_.problem);
}

bool Run::write_groups(Writer& writer, const FieldPlan& plan, bool& wrote) {
  const auto begin = [&] {
    if (wrote) return;
    wrote = true;
    writer.quoted_key(plan.key);
    writer.begin_array();
  };
  for (const auto& group : plan.groups) {
    const bool done = each_line(*group, [&] {
      begin();
      return write_record(writer, *group->line) && add_totals(*group);
    });
    if (!done) return false;
  }
  if (wrote) writer.end_array();
  return true;
}

bool Run::add_totals(const GroupPlan& group) {
  for (const auto& [total, op] : group.sums) {
    Datum term;
    if (!eval(op, term)) return false;
    if (term.is_absent()) continue;  // what a line leaves out it does not add
    auto number = term.number();
    if (!number) return fail(program_.ops[op], number.error().text());
    work_.totals[total] = work_.totals[total] + *number;
  }
  return true;
}

bool Run::check(const Check& check) {
  Datum left, right;
  if (!eval(check.expect, left) || !eval(check.equals, right)) return false;
  auto ours = left.number(), theirs = right.number();
  if (!ours || !theirs)
    return fail_row(check.row, check.says + " can't be checked: " + (ours ? theirs : ours).error().text(), Code::denied);
  const Decimal difference = *ours - *theirs;
  if (difference.abs() <= check.within) return true;
  std::string sentence = check.says + " does not reconcile: " + ours->text() + " mapped, " + theirs->text() +
                         " in the source, a difference of " + difference.text();
  if (!check.within.is_zero()) sentence += " (at most " + check.within.text() + " is allowed)";
  fail_row(check.row, std::move(sentence), Code::denied);
  const Op& source = program_.ops[check.equals];
  if (source.code == OpCode::path) refusal_.source = source_path(source.scope, source.text);
  return false;
}

// Values of settings, given values, look-ups and functions come as JSON: a date is a text there.
bool Run::convert(const FieldType& field, Type type, Datum& datum) {
  if (fits(datum, type)) return true;
  if (datum.is == Datum::Is::text && type == Type::date) {
    if (auto date = parse_iso_date(datum.text)) {
      datum = Datum::of_date(*date);
      return true;
    }
  }
  if (datum.is == Datum::Is::text && type == Type::instant) {
    if (auto instant = parse_instant(datum.text)) {
      datum = Datum::of_instant(*instant);
      return true;
    }
  }
  scene_.problem = field.name + " is " + std::string(type_phrase(type)) + ", found " + std::string(datum.phrase());
  if (datum.is == Datum::Is::text || datum.is == Datum::Is::number)
    scene_.problem += " " + document::quoted(datum.as_text(scene_.arena).substr(0, 40));
  return false;
}

bool Run::encode(Writer& writer, const FieldType& field, Type type, const Datum& given) {
  if (given.is_absent()) {
    writer.null();
    return true;
  }
  Datum converted;
  const Datum* datum = &given;
  if (!fits(given, type)) {
    converted = given;
    if (!convert(field, type, converted)) return false;
    datum = &converted;
  }
  switch (datum->is) {
    case Datum::Is::text:
      if (field.max_characters != 0 && characters(datum->text) > field.max_characters) {
        scene_.problem = field.name + " holds " + std::to_string(field.max_characters) + " characters at most, found " +
                         std::to_string(characters(datum->text)) + "; write :limit(" + std::to_string(field.max_characters) + ")";
        return false;
      }
      writer.string(datum->text);
      return true;
    case Datum::Is::number: {
      const bool whole = datum->computed && type == Type::integer;
      const std::string_view text =
          whole ? scene_.arena.keep(datum->decimal.round(0, Rounding::down).text()) : datum->as_text(scene_.arena);
      field.wire == Wire::text ? writer.string(text) : writer.number(text);
      return true;
    }
    case Datum::Is::boolean:
      writer.boolean(datum->flag);
      return true;
    case Datum::Is::date:
      if (field.wire == Wire::ms_date) {
        constexpr int64_t kDayMs = 86'400'000;
        writer.string("/Date(" + std::to_string(datum->date.days_since_epoch() * kDayMs) + ")/");
      } else {
        writer.string(datum->date.text() + (field.wire == Wire::iso_midnight ? "T00:00:00" : ""));
      }
      return true;
    case Datum::Is::instant:
      if (field.wire == Wire::unix_seconds) {
        writer.integer(std::chrono::floor<std::chrono::seconds>(datum->instant).time_since_epoch().count());
      } else if (field.wire == Wire::ms_date) {
        writer.string("/Date(" + std::to_string(to_micros(datum->instant) / 1000) + ")/");
      } else {
        writer.string(format_rfc3339(datum->instant));
      }
      return true;
    case Datum::Is::structure:
      return datum->node != nullptr ? encode_structure(writer, field, type, *datum->node)
                                    : encode_structure(writer, field, type, datum->value);
    default:
      return false;
  }
}

// A record or list that a function or the flow gave whole: each field is held against the types, as if it had been assigned.
template <class Any>
bool Run::encode_structure(Writer& writer, const FieldType& field, Type type, const Any& value) {
  const bool is_list = type == Type::list;
  if (type == Type::any) {
    writer.value(value);
    return true;
  }
  if (is_list != value.is_array()) {
    scene_.problem = field.name + " is " + std::string(type_phrase(type)) + ", found " + std::string(kind_name(value.kind()));
    return false;
  }
  if (is_list) {
    writer.begin_array();
    for (const auto& item : value.items()) {
      if (!encode(writer, field, field.item, Datum::of(item))) return false;
    }
    writer.end_array();
    return true;
  }
  const RecordType* record = target_.find(field.of);
  writer.begin_object();
  for (const auto& [key, inner] : value.fields()) {
    const FieldType* known = record->find(key);
    if (known == nullptr || !known->writable) {
      scene_.problem = record->name + (known == nullptr ? " has no field \"" : " has a read-only field \"") + std::string(key) + "\"";
      return false;
    }
    writer.key(key);
    if (!encode(writer, *known, known->type, Datum::of(inner))) return false;
  }
  for (const FieldType& each : record->fields) {
    if (!each.mandatory || !each.writable || value.get(each.name)) continue;
    scene_.problem = record->name + "." + each.name + " is mandatory, and has no value here";
    return false;
  }
  writer.end_object();
  return true;
}

bool Run::collect(Value record, std::vector<LookupKey>& keys) { return start(record) && collect_record(program_.root, keys); }

bool Run::collect_record(const RecordPlan& plan, std::vector<LookupKey>& keys) {
  for (const FieldPlan& field : plan.fields) {
    for (uint32_t lookup : field.lookups) {
      const Op& op = program_.ops[lookup];
      Datum key;
      if (!eval(op.parts[0], key)) return false;
      if (!key.is_absent()) keys.push_back({op.text, std::string(key.as_text(scene_.arena))});
    }
    if (field.record != nullptr && !collect_record(*field.record, keys)) return false;
    for (const auto& group : field.groups) {
      if (!each_line(*group, [&] { return collect_record(*group->line, keys); })) return false;
    }
  }
  return true;
}

namespace {

Workspace& workspace() {
  thread_local Workspace here;
  return here;
}

Error as_error(const Refusal& refusal) { return Error(refusal.code, refusal.at.text() + ": " + refusal.sentence); }

}  // namespace

void LookupTable::set(std::string_view lookup, std::string_view key, Node value) {
  tables_.try_emplace(std::string(lookup)).first->second.insert_or_assign(std::string(key), std::move(value));
}

const Node* LookupTable::find(std::string_view lookup, std::string_view key) const {
  const auto table = tables_.find(lookup);
  if (table == tables_.end()) return nullptr;
  const auto entry = table->second.find(key);
  return entry == table->second.end() ? nullptr : &entry->second;
}

Compiled::Compiled(std::unique_ptr<const Program> program, std::shared_ptr<const TypeTable> source, std::shared_ptr<const TypeTable> target)
    : program_(std::move(program)), source_(std::move(source)), target_(std::move(target)) {}

Compiled::~Compiled() = default;

Status Compiled::lookups_needed(Value record, const Inputs& inputs, std::vector<LookupKey>& keys) const {
  Run run(*program_, inputs, *target_, workspace());
  std::vector<LookupKey> found;
  if (!run.collect(record, found)) return as_error(run.refusal());
  std::set<LookupKey> known(keys.begin(), keys.end());
  for (LookupKey& key : found) {
    if (known.insert(key).second) keys.push_back(std::move(key));
  }
  return ok_status();
}

Status Compiled::run(Value record, const Inputs& inputs, Output& output) const {
  Run run(*program_, inputs, *target_, workspace());
  output.refusal.reset();
  if (run.write(record, output.json)) return ok_status();
  output.refusal = run.refusal();
  return as_error(*output.refusal);
}

const std::vector<RowInfo>& Compiled::describe() const { return program_->rows; }

}  // namespace mlc::mapping
