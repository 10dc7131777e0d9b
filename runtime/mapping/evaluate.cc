// Run, first half: what an expression is worth.
#include <algorithm>
#include <array>
#include <charconv>

#include "runtime/mapping/run.h"

namespace mlc::mapping {
namespace {

using document::Kind;
using document::Value;

// "/Date(1756684800000)/"
std::optional<int64_t> milliseconds_in(std::string_view text) {
  constexpr std::string_view kBefore = "/Date(", kAfter = ")/";
  if (!text.starts_with(kBefore) || !text.ends_with(kAfter) || text.size() <= kBefore.size() + kAfter.size()) return std::nullopt;
  text = text.substr(kBefore.size(), text.size() - kBefore.size() - kAfter.size());
  constexpr int64_t kMost = int64_t{1} << 52;  // far beyond year 9999, and times 1000 it still fits
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > kMost || value < -kMost) return std::nullopt;
  return value;
}

std::optional<Datum> read_date(const FieldType& field, std::string_view text) {
  constexpr size_t kDateLength = 10;
  if (field.wire == Wire::ms_date) {
    // Date-only fields come as midnight of UTC; shifting them by a zone would change the day.
    const auto value = milliseconds_in(text);
    return value ? std::optional(Datum::of_date(utc_date(from_micros(*value * 1000)))) : std::nullopt;
  }
  if (field.wire == Wire::iso_midnight && text.size() > kDateLength && text.substr(kDateLength).starts_with("T00:00:00"))
    text = text.substr(0, kDateLength);
  auto date = parse_iso_date(text);
  return date ? std::optional(Datum::of_date(*date)) : std::nullopt;
}

std::optional<Datum> read_instant(const FieldType& field, Value value) {
  if (field.wire == Wire::unix_seconds) {
    constexpr int64_t kMostSeconds = int64_t{1} << 40;
    auto seconds = value.integer();
    if (!seconds || *seconds > kMostSeconds || *seconds < -kMostSeconds) return std::nullopt;
    return Datum::of_instant(from_micros(*seconds * 1'000'000));
  }
  if (!value.is_string()) return std::nullopt;
  if (field.wire == Wire::ms_date) {
    const auto ms = milliseconds_in(value.text());
    return ms ? std::optional(Datum::of_instant(from_micros(*ms * 1000))) : std::nullopt;
  }
  auto instant = parse_instant(value.text());
  return instant ? std::optional(Datum::of_instant(*instant)) : std::nullopt;
}

std::string shown(Value value) {
  constexpr size_t kShown = 40;  // enough to recognise it, not enough to fill a log
  if (!value.is_string() && !value.is_number()) return std::string(kind_name(value.kind()));
  std::string text(value.text().substr(0, kShown));
  if (value.text().size() > kShown) text += "…";
  return std::string(kind_name(value.kind())) + " " + document::quoted(text);
}

}  // namespace

bool Run::fail_row(uint32_t row, std::string sentence, Code code) {
  const RowInfo& info = program_.rows[row];
  refusal_ = {code, std::move(sentence), info.target, {}, info.at};
  return false;
}

bool Run::fail(const Op& op, std::string sentence, Code code) {
  fail_row(op.row, std::move(sentence), code);
  refusal_.at.line = op.line;
  refusal_.at.column = op.column;
  if (op.code == OpCode::path) refusal_.source = source_path(op.scope, op.text);
  return false;
}

std::string Run::source_path(uint32_t scope, std::string_view path) const {
  std::string all;
  // A scope's list path names its parent's with "[]"; only the outermost number is lost when lists nest, so they are put back here.
  const Scope& at = program_.scopes[scope];
  if (scope != 0) {
    all = at.list_path + "[" + std::to_string(work_.numbers[scope]) + "]";
    uint32_t outer = at.parent;
    for (size_t gap = all.rfind("[]"); gap != std::string::npos && outer != 0;
         gap = all.rfind("[]"), outer = program_.scopes[outer].parent) {
      all.insert(gap + 1, std::to_string(work_.numbers[outer]));
    }
  }
  if (!all.empty() && !path.empty()) all += ".";
  return all.append(path);
}

bool Run::read(const Op& op, Value value, Datum& out) {
  out = Datum();
  if (!value || value.is_null()) return true;
  const FieldType& field = *op.field;
  const std::string_view text = value.text();
  if (field.blank_is_missing && value.is_string() && text.empty()) return true;
  bool good = false;
  switch (op.type) {
    case Type::any:
      good = true, out = Datum::of(value);
      break;
    case Type::text:
      good = value.is_string(), out = Datum::of_text(text);
      break;
    case Type::guid:
      good = value.is_string() && is_guid(text), out = Datum::of_text(text);
      break;
    case Type::integer:
      good = (value.is_number() || value.is_string()) && is_integer_text(text) && document::is_number_text(text),
      out = Datum::of_number(text);
      break;
    case Type::decimal:
      good = value.is_number() || (value.is_string() && document::is_number_text(text)), out = Datum::of_number(text);
      break;
    case Type::boolean:
      good = value.is_bool(), out = Datum::of_bool(value.as_bool());
      break;
    case Type::date:
      if (auto date = value.is_string() ? read_date(field, text) : std::nullopt) good = true, out = std::move(*date);
      break;
    case Type::instant:
      if (auto instant = read_instant(field, value)) good = true, out = std::move(*instant);
      break;
    case Type::record:
      good = value.is_object(), out = Datum::of(value);
      break;
    case Type::list:
      good = value.is_array(), out = Datum::of(value);
      break;
  }
  if (!good) return fail(op, source_path(op.scope, op.text) + " is no " + std::string(type_name(op.type)) + ": found " + shown(value));
  return true;
}

bool Run::eval(uint32_t index, Datum& out) {
  const Op& op = program_.ops[index];
  switch (op.code) {
    case OpCode::literal:
      out = op.literal;
      return true;
    case OpCode::path:
      return read(op, work_.cells[op.cell], out);
    case OpCode::setting:
      out = Datum::of(inputs_.settings.get(op.text, op.hash));
      // Settings may give exact decimals as texts.
      if (op.type == Type::decimal && out.is == Datum::Is::text && document::is_number_text(out.text)) out = Datum::of_number(out.text);
      return true;
    case OpCode::given: {
      const Value value = inputs_.given.get(op.text, op.hash);
      if (!value) return fail(op, "the flow gave no \"" + op.text + "\" to this mapping");
      out = Datum::of(document::find(value, op.inner));
      return true;
    }
    case OpCode::job_source:
      out = Datum::of_text(inputs_.job_source);
      return true;
    case OpCode::job_key:
      out = Datum::of_text(inputs_.job_key);
      return true;
    case OpCode::concat:
    case OpCode::join:
      return concat(op, out);
    case OpCode::add:
    case OpCode::subtract:
    case OpCode::multiply:
    case OpCode::divide:
      return arithmetic(op, out);
    case OpCode::apply:
      return apply(op, out);
    case OpCode::fallback: {
      if (!eval(op.parts[0], out)) return false;
      return !out.is_absent() || eval(op.parts[1], out);
    }
    case OpCode::pick:
      return pick(op, out);
    case OpCode::when: {
      Datum condition;
      if (!eval(op.parts[0], condition)) return false;
      if (!condition.is_absent() && condition.is != Datum::Is::boolean)
        return fail(op, "when() stands on a boolean, found " + std::string(condition.phrase()));
      if (condition.is == Datum::Is::boolean && condition.flag) return eval(op.parts[1], out);
      out = Datum();
      return !op.otherwise || eval(*op.otherwise, out);
    }
    case OpCode::lookup:
      return look_up(op, out);
    case OpCode::table:
      return find_row(op, out);
    case OpCode::call:
      return call(op, out);
    case OpCode::target:
      out = work_.memos[op.index];
      return true;
    case OpCode::sum:
      out = Datum::of_decimal(work_.totals[op.index]);
      return true;
  }
  return false;
}

bool Run::concat(const Op& op, Datum& out) {
  std::string all;
  bool first = true;
  for (uint32_t part : op.parts) {
    Datum piece;
    if (!eval(part, piece)) return false;
    if (piece.is_absent()) {
      if (op.code == OpCode::join) continue;
      out = Datum();
      return true;
    }
    if (piece.is == Datum::Is::structure) return fail(op, std::string(piece.phrase()) + " is no part of a text");
    if (!first) all += op.text;
    first = false;
    all += piece.as_text(scene_.arena);
  }
  out = first ? Datum() : Datum::of_text(scene_.arena.keep(all));
  return true;
}

bool Run::arithmetic(const Op& op, Datum& out) {
  // A chain of products could grow without end on hostile input; money and quantities never come near this.
  constexpr size_t kMostDigits = 4 * static_cast<size_t>(Decimal::kMaxDigits);
  Decimal result;
  for (size_t i = 0; i < op.parts.size(); ++i) {
    Datum piece;
    if (!eval(op.parts[i], piece)) return false;
    if (piece.is_absent()) {
      out = Datum();
      return true;
    }
    auto number = piece.number();
    if (!number) return fail(op, number.error().text());
    if (i == 0) {
      result = std::move(*number);
    } else if (op.code == OpCode::add) {
      result = result + *number;
    } else if (op.code == OpCode::subtract) {
      result = result - *number;
    } else if (op.code == OpCode::multiply) {
      result = result * *number;
    } else {
      auto quotient = result.div(*number, op.scale, op.rounding);
      if (!quotient) return fail(op, quotient.error().text());
      result = std::move(*quotient);
    }
    if (result.digits() > kMostDigits) return fail(op, "the result has more than " + std::to_string(kMostDigits) + " digits");
  }
  out = Datum::of_decimal(std::move(result));
  return true;
}

bool Run::apply(const Op& op, Datum& out) {
  const Transform& transform = *op.transform;
  constexpr size_t kMostArguments = 8;
  std::array<Datum, kMostArguments> with;
  Datum on;
  if (!eval(op.parts[0], on)) return false;
  if (on.is_absent() && !transform.sees_missing) {
    out = Datum();
    return true;
  }
  const auto acceptable = [](const Datum& datum, TypeSet set) {
    for (unsigned bit = 1; bit <= static_cast<unsigned>(Type::list); ++bit) {
      if (has(set, static_cast<Type>(bit)) && fits(datum, static_cast<Type>(bit))) return true;
    }
    return false;
  };
  const std::string name(transform.name);
  if (!on.is_absent() && !acceptable(on, transform.on))
    return fail(op, name + "() stands on " + types_phrase(transform.on) + ", found " + std::string(on.phrase()));
  for (size_t i = 1; i < op.parts.size(); ++i) {
    if (!eval(op.parts[i], with[i - 1])) return false;
    if (transform.sees_missing && with[i - 1].is_absent()) continue;
    if (!acceptable(with[i - 1], transform.with[i - 1])) {
      return fail(op, "argument " + std::to_string(i) + " of " + name + "() is " + types_phrase(transform.with[i - 1]) + ", found " +
                          std::string(with[i - 1].phrase()));
    }
  }
  scene_.problem.clear();
  if (!transform.apply(scene_, on, {with.data(), op.parts.size() - 1}, out)) return fail(op, scene_.problem);
  return true;
}

bool Run::pick(const Op& op, Datum& out) {
  Datum on;
  if (!eval(op.parts[0], on)) return false;
  if (on.is == Datum::Is::structure) return fail(op, "pick() stands on a single value, found " + std::string(on.phrase()));
  out = Datum();
  if (!on.is_absent()) {
    const std::string_view key = on.as_text(scene_.arena);
    const auto found = std::lower_bound(op.table.begin(), op.table.end(), key,
                                        [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
    if (found != op.table.end() && found->first == key) return eval(found->second, out);
  }
  return !op.otherwise || eval(*op.otherwise, out);
}

bool Run::look_up(const Op& op, Datum& out) {
  Datum key;
  if (!eval(op.parts[0], key)) return false;
  out = Datum();
  if (key.is_absent()) return true;
  if (key.is == Datum::Is::structure) return fail(op, "the key of a look-up is a single value, found " + std::string(key.phrase()));
  const std::string_view text = key.as_text(scene_.arena);
  const document::Node* found = inputs_.lookups == nullptr ? nullptr : inputs_.lookups->find(op.text, text);
  if (found != nullptr) {
    out = Datum::of(*found);
    return true;
  }
  if (op.optional) return true;
  fail(op, op.text + " has no entry for " + document::quoted(text), Code::not_found);
  const Op& source = program_.ops[op.parts[0]];
  if (source.code == OpCode::path) refusal_.source = source_path(source.scope, source.text);
  return false;
}

bool Run::find_row(const Op& op, Datum& out) {
  Datum key;
  if (!eval(op.parts[0], key)) return false;
  out = Datum();
  if (key.is_absent()) return true;
  if (key.is == Datum::Is::structure) return fail(op, "the key of a table is a single value, found " + std::string(key.phrase()));
  const std::string_view text = key.as_text(scene_.arena);
  if (const Table::Row* row = op.rows->find(text)) {
    const std::string& cell = row->cells[op.index];
    if (!cell.empty()) out = Datum::of_text(cell);
    return true;
  }
  if (op.optional) return true;
  fail(op, op.rows->file() + " has no row for " + document::quoted(text), Code::not_found);
  const Op& source = program_.ops[op.parts[0]];
  if (source.code == OpCode::path) refusal_.source = source_path(source.scope, source.text);
  return false;
}

bool Run::call(const Op& op, Datum& out) {
  if (inputs_.functions == nullptr) return fail(op, "this mapping has functions, and nobody to call them", Code::internal);
  Functions::Call what{op.document, op.index, work_.rows[0], program_.scopes[0].type, {}, nullptr};
  if (op.scope != 0) what.line = work_.rows[op.scope], what.line_type = program_.scopes[op.scope].type;
  auto result = inputs_.functions->call(what);
  if (!result) return fail(op, result.error().text(), result.error().code());
  out = result->has_value() ? Datum::of(scene_.arena.keep_node(std::move(**result))) : Datum();
  return true;
}

}  // namespace mlc::mapping
