#include "runtime/engine/reconcile_lines.h"

#include <algorithm>

#include "runtime/base/strings.h"
#include "runtime/document/write.h"
#include "runtime/remote/system_spec.h"

namespace mlc::engine {
namespace {

using document::Document;
using document::Node;
using document::Value;

constexpr std::string_view kEach = "[].";

bool of_lines(const ReconcileSide& side) { return side.key.find(kEach) != std::string::npos; }

Status take(const ReconcileSide& side, Value row, const Zone& zone, std::vector<ReconcileRecord>* records) {
  auto record = reconcile_record(side, row, zone);
  if (!record) return record.error();
  if (*record) records->push_back(std::move(**record));
  return ok_status();
}

// What of the row's fields fits the side's expression, each once.
Result<std::vector<std::string>> matches(const ReconcileSide& side, Value row) {
  std::string text;
  for (const auto field : split(side.key, '|')) {
    const auto value = remote::find_dotted(row, std::string(field));
    text += (text.empty() ? "" : "\n") + (value.is_string() ? std::string(value.text()) : value ? document::write(value) : std::string());
  }
  auto found = side.match->find_all(text);
  if (!found) return found.error().wrap("reconcile.match");
  return found;
}

// A row whose field names several records.
Status take_matches(const ReconcileSide& side, Value row, const Zone& zone, std::vector<ReconcileRecord>* records) {
  auto found = matches(side, row);
  if (!found) return found.error();
  if (found->empty()) return ok_status();
  auto plain = side;
  plain.key.clear();
  auto record = reconcile_record(plain, row, zone);
  if (!record) return record.error();
  if (!*record) return ok_status();
  for (auto& key : *found) {
    auto one = **record;
    one.key = std::move(key);
    if (side.number.empty()) one.number = one.key;
    records->push_back(std::move(one));
  }
  return ok_status();
}

}  // namespace

Result<std::vector<ReconcileRecord>> reconcile_records(const ReconcileSide& side, Value row, const Zone& zone) {
  std::vector<ReconcileRecord> records;
  if (side.match) {
    auto taken = take_matches(side, row, zone, &records);
    if (!taken) return taken.error();
    return records;
  }
  const auto each = side.key.find(kEach);
  if (each == std::string::npos) {
    auto taken = take(side, row, zone, &records);
    if (!taken) return taken.error();
    return records;
  }
  auto of_line = side;
  const auto list = side.key.substr(0, each);
  of_line.key = side.key.substr(each + kEach.size());
  if (list.empty()) {
    auto taken = take(of_line, row, zone, &records);
    if (!taken) return taken.error();
    return records;
  }
  auto lines = remote::find_dotted(row, list);
  if (lines.is_object()) lines = lines.get("results");
  for (const auto line : lines.items()) {
    auto both = Node::object();
    for (const auto field : row.fields())
      if (field.key != list) both.set(field.key, Node::copy_of(field.value));
    for (const auto field : line.fields()) both.set(field.key, Node::copy_of(field.value));
    const auto parsed = Document::parse(document::write(both));
    if (!parsed) return parsed.error().wrap(side.operation);
    auto taken = take(of_line, parsed->root(), zone, &records);
    if (!taken) return taken.error();
  }
  return records;
}

void add_record(const ReconcileSide& side, ReconcileRecords* records, ReconcileRecord record) {
  const auto known = of_lines(side) ? records->find(record.key) : records->end();
  if (known == records->end()) {
    const auto key = record.key;
    records->emplace(key, std::move(record));
    return;
  }
  auto& whole = known->second;
  whole.total = whole.total + record.total;
  if (whole.tax && record.tax) whole.tax = *whole.tax + *record.tax;
  const auto numbers = split(whole.number, ',');
  if (std::none_of(numbers.begin(), numbers.end(), [&](std::string_view one) { return trim(one) == record.number; }))
    whole.number += ", " + record.number;
  whole.booked.insert(whole.booked.end(), record.booked.begin(), record.booked.end());
}

void keep_ours(const ReconcileSide& side, const std::vector<ReconcileSide>& sources, ReconcileRecords* records) {
  if (!of_lines(side)) return;
  std::erase_if(*records, [&](const auto& record) {
    return std::none_of(sources.begin(), sources.end(),
                        [&](const ReconcileSide& one) { return record.first.starts_with(one.key.substr(0, one.key.find('{'))); });
  });
}

}  // namespace mlc::engine
