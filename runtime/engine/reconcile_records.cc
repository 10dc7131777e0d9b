#include "runtime/engine/reconcile_records.h"

#include <algorithm>

#include "runtime/base/strings.h"
#include "runtime/document/write.h"
#include "runtime/engine/poll.h"
#include "runtime/remote/system_spec.h"

namespace mlc::engine {
namespace {

using document::Node;
using document::Value;

std::string text_of(Value value) { return value.is_bool() ? (value.as_bool() ? "true" : "false") : std::string(value.text()); }

std::string at(Value row, const std::string& path) {
  return path.empty() ? "" : std::string(trim(text_of(remote::find_dotted(row, path))));
}

// A plain date stays what it is; an instant becomes a day once, in the side's zone (C16).
Result<Date> day_of(std::string_view text, const Zone& zone) {
  if (text.size() == 10) {
    auto plain = parse_iso_date(text);
    if (plain) return plain;
  }
  auto instant = parse_remote_instant(text);
  if (!instant) {
    // A wall-clock time without an offset is of the day that it names.
    if (auto named =
            text.size() > 10 && (text[10] == 'T' || text[10] == ' ') ? parse_iso_date(text.substr(0, 10)) : Result<Date>(instant.error()))
      return named;
    return instant.error();
  }
  return text.starts_with("/Date(") ? utc_date(*instant) : zone.date_of(*instant);  // OData's dates are days at midnight UTC
}

bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::string named(const std::vector<std::pair<std::string, std::string>>& names, const std::string& value, const std::string& otherwise) {
  for (const auto& [from, to] : names)
    if (from == value) return to;
  return otherwise;
}

// "shop-118-N2-R7" -> "shop-118-R7"
std::string without(const std::string& again, std::string key) {
  const auto at = again.empty() ? std::string::npos : key.find(again);
  if (at == std::string::npos) return key;
  auto end = key.find_first_not_of("0123456789", at + again.size());
  if (end == std::string::npos) end = key.size();
  return end == at + again.size() ? key : key.erase(at, end - at);
}

void judge(const ReconcileSide& side, Value row, ReconcileRecord* record) {
  if (!side.gone_field.empty() && at(row, side.gone_field) == "true") {
    record->sold = false;
    record->why_not = side.gone_name.empty() ? "gone" : side.gone_name;
    return;
  }
  if (!side.zero_name.empty() && record->total.is_zero()) {
    record->sold = false;
    record->why_not = side.zero_name;
    return;
  }
  if (side.sold_field.empty()) return;
  const auto value = at(row, side.sold_field);
  record->sold = contains(side.sold_values, value);
  if (!record->sold) record->why_not = named(side.sold_names, value, side.sold_field + " " + value);
}

Status read_lines(const ReconcileSide& side, Value row, bool turned, ReconcileRecord* record) {
  auto list = remote::find_dotted(row, side.lines.list);
  if (list.is_object()) list = list.get("results");
  std::optional<Decimal> tax;
  for (const auto line : list.items()) {
    const auto amount = [&](const std::string& path) {
      auto value = path.empty() ? Value() : remote::find_dotted(line, path);
      auto number = value && !value.is_null() ? value.decimal() : Result<Decimal>(Decimal());
      return number && turned ? Result<Decimal>(-*number) : number;
    };
    auto net = amount(side.lines.net), of_line = amount(side.lines.tax);
    if (!net) return net.error().wrap(side.lines.net);
    if (!of_line) return of_line.error().wrap(side.lines.tax);
    if (!side.lines.tax.empty()) tax = tax.value_or(Decimal()) + *of_line;
    const auto account = at(line, side.lines.account), cost_center = at(line, side.lines.cost_center);
    auto known = std::find_if(record->booked.begin(), record->booked.end(),
                              [&](const Booked& one) { return one.account == account && one.cost_center == cost_center; });
    if (known == record->booked.end()) known = record->booked.insert(known, {account, cost_center, 0, {}, {}});
    ++known->lines;
    known->net = known->net + *net;
    known->tax = known->tax + *of_line;
  }
  if (!record->tax && tax) record->tax = turned ? -*tax : *tax;
  return ok_status();
}

}  // namespace

std::string replaced(std::string text, std::string_view name, std::string_view value) {
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) text.replace(at, name.size(), value);
  return text;
}

std::string money(const Decimal& amount) {
  const auto cents = amount.round(2, Rounding::half_up);
  return cents == amount ? cents.text() : amount.compact();
}

std::string filled(std::string_view pattern, Value row) {
  if (pattern.find('{') == std::string_view::npos) return at(row, std::string(pattern));
  std::string text;
  for (size_t begin = 0; begin < pattern.size();) {
    const auto open = pattern.find('{', begin), close = pattern.find('}', open);
    if (open == std::string_view::npos || close == std::string_view::npos) return text += pattern.substr(begin);
    text += pattern.substr(begin, open - begin);
    text += at(row, std::string(pattern.substr(open + 1, close - open - 1)));
    begin = close + 1;
  }
  return text;
}

std::optional<std::map<std::string, std::string>> holes_of(std::string_view pattern, std::string_view text) {
  std::map<std::string, std::string> found;
  if (pattern.find('{') == std::string_view::npos) {
    found[std::string(pattern)] = std::string(text);
    return found;
  }
  size_t from = 0;
  for (size_t begin = 0; begin < pattern.size();) {
    const auto open = pattern.find('{', begin);
    const auto fixed = pattern.substr(begin, open == std::string_view::npos ? open : open - begin);
    if (text.substr(std::min(from, text.size())).substr(0, fixed.size()) != fixed) return std::nullopt;
    from += fixed.size();
    if (open == std::string_view::npos) break;
    const auto close = pattern.find('}', open);
    if (close == std::string_view::npos) return std::nullopt;
    begin = close + 1;
    const auto next = pattern.find('{', begin);
    const auto until = pattern.substr(begin, next == std::string_view::npos ? next : next - begin);
    const auto end = until.empty() ? text.size() : text.find(until, from);
    if (end == std::string_view::npos || end == from) return std::nullopt;
    const auto held = text.substr(from, end - from);
    // References are made of numbers: "118-R7" is no number, so it is not the order 118-R7.
    if (held.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    found[std::string(pattern.substr(open + 1, close - open - 1))] = std::string(held);
    from = end;
  }
  if (from != text.size()) return std::nullopt;
  return found;
}

Result<std::optional<ReconcileRecord>> reconcile_record(const ReconcileSide& side, Value row, const Zone& zone) {
  std::optional<ReconcileRecord> none;
  if (!side.only_field.empty()) {
    const auto value = at(row, side.only_field);
    if (side.only_values.empty() ? value.empty() : !contains(side.only_values, value)) return none;
  }
  ReconcileRecord record;
  record.connection = side.connection;
  std::string date;
  for (size_t i = 0; i < side.date.size() && date.empty(); ++i) date = at(row, side.date[i]);
  const auto day = day_of(date, zone);
  if (!day) return day.error().wrap(side.operation + ": " + (side.date.empty() ? "date" : side.date.front()));
  record.date = *day;
  auto total = Result<Decimal>(Decimal());
  for (const auto field : split(side.total, '+')) {
    if (field.empty()) break;  // what is compared has no amount
    const auto value = remote::find_dotted(row, field);
    const auto part = value && value.is_null() ? Result<Decimal>(Decimal()) : value.decimal();
    if (!part) return part.error().wrap(side.operation + ": " + std::string(field));
    total = *total + *part;
  }
  if ((side.sign == ReconcileSide::Sign::negative && total->sign() >= 0) ||
      (side.sign == ReconcileSide::Sign::not_negative && total->sign() < 0))
    return none;
  record.total = side.absolute ? total->abs() : *total;
  if (const auto tax = side.tax.empty() ? Value() : remote::find_dotted(row, side.tax); tax && !tax.is_null()) {
    const auto amount = tax.decimal();
    if (!amount) return amount.error().wrap(side.operation + ": " + side.tax);
    record.tax = side.absolute ? amount->abs() : *amount;
  }
  for (size_t i = 0; i < side.number.size() && record.number.empty(); ++i) {
    record.number = at(row, side.number[i]);
    if (record.number == "0") record.number.clear();  // not numbered yet
    record.numbered = i == 0;
  }
  record.currency = at(row, side.currency);
  record.note = at(row, side.note);
  record.state = named(side.states, at(row, side.state), at(row, side.state));
  record.key = without(side.again, filled(side.key, row));
  if (!side.job.empty()) record.job_key = filled(side.job, row);
  judge(side, row, &record);
  for (const auto& rule : side.less) {
    Decimal sum;
    for (const auto& field : rule.fields) {
      const auto value = remote::find_dotted(row, field);
      if (auto amount = value.decimal()) sum = sum + *amount;
    }
    if (!sum.is_zero()) record.less.emplace_back(sum, rule.why);
  }
  if (!side.lines.list.empty()) {
    // Credits count with the sign that they have in the ledger, whichever way their document writes it.
    const bool turned = side.absolute && total->sign() > 0;
    auto read = read_lines(side, row, turned, &record);
    if (!read) return read.error().wrap(side.operation);
    if (side.absolute && record.tax) record.tax = record.tax->abs();
  }
  return std::optional<ReconcileRecord>(std::move(record));
}

Node to_node(const ReconcileRecord& record) {
  auto node = Node::object();
  node.set("key", record.key).set("number", record.number).set("connection", record.connection).set("currency", record.currency);
  node.set("state", record.state).set("note", record.note).set("job", record.job_key).set("date", record.date.text());
  node.set("total", record.total).set("numbered", record.numbered);
  if (record.tax) node.set("tax", *record.tax);
  if (!record.sold) node.set("why_not", record.why_not);
  auto booked = Node::array();
  for (const auto& one : record.booked) {
    auto line = Node::array();
    line.push(one.account);
    line.push(one.cost_center);
    line.push(one.lines);
    line.push(one.net);
    line.push(one.tax);
    booked.push(std::move(line));
  }
  node.set("booked", std::move(booked));
  auto less = Node::array();
  for (const auto& [amount, why] : record.less) {
    auto rule = Node::array();
    rule.push(amount);
    rule.push(why);
    less.push(std::move(rule));
  }
  node.set("less", std::move(less));
  return node;
}

Result<ReconcileRecord> record_of(Value value) {
  const auto word = [&](const char* name) { return std::string(value.get(name).text()); };
  ReconcileRecord record;
  record.key = word("key"), record.number = word("number"), record.connection = word("connection"), record.currency = word("currency");
  record.state = word("state"), record.note = word("note"), record.job_key = word("job");
  auto date = parse_iso_date(word("date"));
  if (!date) return date.error();
  record.date = *date;
  auto total = value.get("total").decimal();
  if (!total) return total.error();
  record.total = *total;
  if (auto tax = value.get("tax").decimal()) record.tax = *tax;
  record.numbered = value.get("numbered").as_bool();
  record.sold = !value.get("why_not");
  record.why_not = word("why_not");
  for (const auto one : value.get("booked").items())
    record.booked.push_back({std::string(one.at(0).text()), std::string(one.at(1).text()), one.at(2).integer().value_or(0),
                             one.at(3).decimal().value_or(Decimal()), one.at(4).decimal().value_or(Decimal())});
  for (const auto one : value.get("less").items())
    record.less.emplace_back(one.at(0).decimal().value_or(Decimal()), std::string(one.at(1).text()));
  return record;
}

}  // namespace mlc::engine
