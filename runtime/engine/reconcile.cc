#include "runtime/engine/reconcile.h"

#include <algorithm>

#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/poll.h"
#include "runtime/engine/probe.h"
#include "runtime/remote/system_spec.h"

namespace mlc::engine {
namespace {

constexpr int kMaxPages = 10'000;

std::string text_of(document::Value value) { return value.is_bool() ? (value.as_bool() ? "true" : "false") : std::string(value.text()); }

// A plain date stays what it is; an instant becomes a day once, in the side's zone (C16).
Result<Date> day_of(std::string_view text, const Zone& zone) {
  if (text.size() == 10) {
    auto plain = parse_iso_date(text);
    if (plain) return plain;
  }
  if (text.starts_with("/Date(")) {  // OData's dates are days at midnight UTC
    auto instant = parse_remote_instant(text);
    if (!instant) return instant.error();
    return utc_date(*instant);
  }
  auto instant = parse_remote_instant(text);
  if (!instant) return instant.error();
  return zone.date_of(*instant);
}

std::string replaced(std::string text, std::string_view name, const std::string& value) {
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) text.replace(at, name.size(), value);
  return text;
}

}  // namespace

std::string_view difference_name(Reconciled::Difference::Kind kind) {
  using Kind = Reconciled::Difference::Kind;
  switch (kind) {
    case Kind::missing:
      return "missing";
    case Kind::extra:
      return "extra";
    case Kind::doubled:
      return "doubled";
    case Kind::amount:
      return "amount";
    case Kind::date:
      return "date";
  }
  return "";
}

Task<Result<std::map<std::string, Reconcile::Record>>> Reconcile::read(std::string client, ReconcileSide side, Date from, Date to) {
  std::map<std::string, Record> records;
  auto zone = Zone::find(side.zone.empty() ? "UTC" : side.zone);
  if (!zone) co_return zone.error();
  auto given = document::Document::parse(side.arguments.empty() ? "{}" : side.arguments);
  if (!given) co_return given.error().wrap("reconcile.arguments");
  auto arguments = document::Node::copy_of(given->root());
  if (arguments.is_null()) arguments = document::Node::object();
  if (arguments.get("query") == nullptr) arguments.set("query", document::Node::object());
  // A day more on either side: a remote's own idea of a day may differ, rows are sorted out here.
  const auto first = from.plus_days(-1).text(), last = to.plus_days(2).text();
  auto* query = arguments.get("query");
  if (!side.from_param.empty()) query->set(side.from_param, first);
  if (!side.to_param.empty()) query->set(side.to_param, last);
  if (!side.filter_param.empty()) query->set(side.filter_param, replaced(replaced(side.filter, "{from}", first), "{to}", last));

  remote::Call call{client, side.connection, side.operation, document::write(arguments), store::Lane::backfill};
  for (int page = 0; page < kMaxPages; ++page) {
    auto read = co_await context_.remote.read(call);
    if (!read) co_return read.error();
    if (read->outcome.verdict != remote::Verdict::applied) co_return read_error(read->outcome);
    auto parsed = document::Document::parse(read->rows.empty() ? "[]" : read->rows);
    if (!parsed) co_return parsed.error().wrap(side.operation);
    for (const auto row : parsed->root().items()) {
      if (!side.only_field.empty()) {
        const auto value = text_of(remote::find_dotted(row, side.only_field));
        if (std::find(side.only_values.begin(), side.only_values.end(), value) == side.only_values.end()) continue;
      }
      const auto day = day_of(remote::find_dotted(row, side.date).text(), *zone);
      if (!day) co_return day.error().wrap(side.operation + ": " + side.date);
      if (*day < from || *day > to) continue;
      const auto total = remote::find_dotted(row, side.total).decimal();
      if (!total) co_return total.error().wrap(side.operation + ": " + side.total);
      const auto key = replaced(side.key_prefix, "{source}", side.connection) + text_of(remote::find_dotted(row, side.key));
      auto& record = records[key];
      if (record.times++ == 0) record.date = *day, record.total = *total;
    }
    if (read->next_arguments.empty()) co_return records;
    call.arguments = read->next_arguments;
  }
  co_return Error(Code::exhausted, side.operation + " never came to its last page");
}

Task<Result<Reconciled>> Reconcile::run(std::string client, std::string instance, Date from, Date to) {
  // One for each source of an instance; books that several sources share are read once.
  std::vector<ReconcileSpec> all;
  for (const auto& one : specs_) {
    if (one.client == client && one.instance == instance) all.push_back(one);
  }
  if (all.empty()) co_return Error(Code::not_found, "the integration of " + client + "/" + instance + " declares no reconcile");
  Result<std::map<std::string, Record>> left(std::map<std::string, Record>{}), right(std::map<std::string, Record>{});
  std::map<std::string, ReconcileSide> source_of;  // by reference
  std::vector<std::string> seen;
  for (const auto& sides : all) {
    auto theirs = co_await read(client, sides.left, from, to);
    if (!theirs) co_return theirs.error();
    for (auto& [key, record] : *theirs) {
      source_of[key] = sides.left;
      left->insert_or_assign(key, std::move(record));
    }
    if (std::find(seen.begin(), seen.end(), sides.right.connection) != seen.end()) continue;
    seen.push_back(sides.right.connection);
    auto ours = co_await read(client, sides.right, from, to);
    if (!ours) co_return ours.error();
    for (auto& [key, record] : *ours) {
      auto& known = (*right)[key];
      record.times += known.times;  // one record in two books is doubled as much as twice in one
      known = std::move(record);
    }
  }

  Reconciled result;
  using Kind = Reconciled::Difference::Kind;
  std::map<Date, Reconciled::Day> days;
  for (const auto& [key, record] : *left) {
    auto& day = days[record.date];
    ++day.left_count, ++result.left_count;
    day.left_total = day.left_total + record.total;
    const auto other = right->find(key);
    if (other == right->end()) {
      Reconciled::Difference missing{Kind::missing, key, record.date, record.total.text(), "", 0};
      // The reference is the source's prefix and its key; the job bears the key alone.
      const auto& of = source_of[key];
      const auto prefix = replaced(of.key_prefix, "{source}", of.connection);
      store::JobFilter filter;
      filter.client = client;
      filter.instance = instance;
      filter.key = key.substr(std::min(prefix.size(), key.size()));
      filter.states.assign({store::JobState::waiting, store::JobState::running, store::JobState::parked});
      filter.limit = 1;
      auto waiting = co_await context_.store.jobs(filter);
      if (waiting && !waiting->empty()) missing.waiting_job = waiting->front().id;
      result.differences.push_back(std::move(missing));
    } else if (other->second.total != record.total) {
      result.differences.push_back({Kind::amount, key, record.date, record.total.text(), other->second.total.text(), 0});
    } else if (other->second.date != record.date) {
      result.differences.push_back({Kind::date, key, record.date, record.date.text(), other->second.date.text(), 0});
    }
  }
  for (const auto& [key, record] : *right) {
    auto& day = days[record.date];
    day.right_count += record.times, result.right_count += record.times;
    for (int64_t i = 0; i < record.times; ++i) day.right_total = day.right_total + record.total;
    if (!left->contains(key)) result.differences.push_back({Kind::extra, key, record.date, "", record.total.text(), 0});
    if (record.times > 1) result.differences.push_back({Kind::doubled, key, record.date, "1", std::to_string(record.times), 0});
  }
  for (auto& [date, day] : days) {
    day.date = date;
    result.days.push_back(day);
  }

  auto kept = document::Node::object();
  kept.set("left", result.left_count).set("right", result.right_count).set("differences", static_cast<int64_t>(result.differences.size()));
  store::Change change;
  const auto at = context_.now();
  change.put.emplace_back(store::Table::reports,
                          store::Row{client + "/" + instance + "/" + from.text() + "/" + to.text() + "/" + std::to_string(to_micros(at)),
                                     document::write(kept), at});
  auto committed = co_await context_.store.commit(std::move(change));
  if (!committed) co_return committed.error();
  if (context_.options.on_reconciled)
    context_.options.on_reconciled({client, instance, from, to, static_cast<int64_t>(result.differences.size())});
  co_return result;
}

}  // namespace mlc::engine
