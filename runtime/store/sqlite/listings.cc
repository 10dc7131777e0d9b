#include "runtime/store/sqlite/listings.h"

#include <algorithm>
#include <variant>

#include "runtime/store/sqlite/rows.h"
#include "runtime/store/sqlite/schema.h"

namespace mlc::store {
namespace {

// Conditions with their values, bound in order.
class Where {
 public:
  void text(const char* condition, const std::string& value) {
    if (value.empty()) return;
    add(condition);
    values_.push_back(value);
  }
  void number(const char* condition, int64_t value) {
    add(condition);
    values_.push_back(value);
  }
  void plain(const std::string& condition) { add(condition.c_str()); }
  std::string sql() const { return sql_; }
  int bind(Database& db, Query& query, int position) const {
    for (const auto& value : values_) {
      if (const auto* words = std::get_if<std::string>(&value)) db.bind(query, position++, *words);
      else db.bind(query, position++, std::get<int64_t>(value));
    }
    return position;
  }

 private:
  void add(const char* condition) {
    sql_ += sql_.empty() ? " WHERE " : " AND ";
    sql_ += condition;
  }
  std::string sql_;
  std::vector<std::variant<std::string, int64_t>> values_;
};

template <class State>
std::string states_in(const char* column, const std::vector<State>& states) {
  std::string list;
  for (const auto state : states) list += (list.empty() ? "" : ",") + std::to_string(static_cast<int>(state));
  return std::string(column) + " IN (" + list + ")";
}

}  // namespace

std::vector<Job> list_jobs(Database& db, const JobFilter& filter) {
  const bool fresh_too = filter.case_id == 0 && (filter.states.empty() || std::find(filter.states.begin(), filter.states.end(),
                                                                                    JobState::waiting) != filter.states.end());
  Where rows, fresh;
  for (Where* where : {&rows, &fresh}) {
    where->text("client=?", filter.client);
    where->text("instance=?", filter.instance);
    where->text("flow=?", filter.flow);
    where->text("key=?", filter.key);
    if (filter.after > 0) where->number(filter.newest_first ? "id<?" : "id>?", filter.after);
  }
  if (filter.event > 0) {
    rows.number("event=?", filter.event);
    fresh.number("id=?", filter.event);
  }
  if (filter.case_id > 0) rows.number("case_id=?", filter.case_id);
  if (!filter.states.empty()) rows.plain(states_in("state", filter.states));
  fresh.plain("jobs>0 AND apart=0 AND id>(SELECT claimed_through FROM state) AND NOT EXISTS(SELECT 1 FROM jobs j WHERE j.id=e.id)");

  const std::string order = filter.newest_first ? " ORDER BY 1 DESC LIMIT ?" : " ORDER BY 1 LIMIT ?";
  std::vector<Job> jobs;
  auto collect = [&](const std::string& sql, const Where& where) {
    Query query = db.prepare(sql + where.sql() + order);
    const int position = where.bind(db, query, 1);
    db.bind(query, position, filter.limit);
    while (query.next()) jobs.push_back(job_of(query));
  };
  collect("SELECT " MLC_JOB_COLUMNS " FROM jobs", rows);
  if (fresh_too) {
    collect("SELECT " MLC_FRESH_JOB_COLUMNS " FROM events e", fresh);
    std::sort(jobs.begin(), jobs.end(), [&](const Job& a, const Job& b) { return filter.newest_first ? a.id > b.id : a.id < b.id; });
    if (jobs.size() > static_cast<size_t>(filter.limit)) jobs.resize(static_cast<size_t>(filter.limit));
  }
  return jobs;
}

std::vector<Effect> list_effects(Database& db, const EffectFilter& filter) {
  Where where;
  if (filter.job > 0) where.number("job=?", filter.job);
  where.text("client=?", filter.client);
  where.text("connection=?", filter.connection);
  where.text("entity=?", filter.entity);
  where.text("name=?", filter.name);
  if (!filter.states.empty()) where.plain(states_in("state", filter.states));
  if (filter.ended_from != WallTime{}) where.number("ended>=?", to_micros(filter.ended_from));
  if (filter.ended_to != WallTime{}) where.number("ended<?", to_micros(filter.ended_to));
  Query query = db.prepare("SELECT " MLC_EFFECT_COLUMNS " FROM effects" + where.sql() + " ORDER BY id LIMIT ?");
  const int position = where.bind(db, query, 1);
  db.bind(query, position, filter.limit);
  std::vector<Effect> effects;
  while (query.next()) effects.push_back(effect_of(query));
  return effects;
}

std::vector<Id> find_jobs(Database& db, const std::string& client, const std::string& digest) {
  std::vector<Id> jobs;
  auto rows = db.query("SELECT job FROM terms WHERE client=? AND digest=? ORDER BY job DESC", client, Blob{digest});
  while (rows.next()) jobs.push_back(rows.integer(0));
  return jobs;
}

std::vector<Case> list_cases(Database& db, const std::string& client, bool open_only) {
  Where where;
  where.text("client=?", client);
  if (open_only) where.plain("closed=0");
  Query query = db.prepare("SELECT id, client, instance, flow, cause, code, sentence, fix, concern, opened, closed, jobs FROM cases" +
                           where.sql() + " ORDER BY id");
  where.bind(db, query, 1);
  std::vector<Case> cases;
  while (query.next()) {
    Case one;
    one.id = query.integer(0);
    one.client = query.text(1);
    one.instance = query.text(2);
    one.flow = query.text(3);
    one.cause = query.text(4);
    one.code = query.text(5);
    one.sentence = query.text(6);
    one.fix = query.text(7);
    one.concern = query.text(8);
    one.opened = from_micros(query.integer(9));
    one.closed = from_micros(query.integer(10));
    one.jobs = query.integer(11);
    cases.push_back(std::move(one));
  }
  return cases;
}

// The `limit` next to `after`, or the newest when that is 0; oldest first.
std::vector<AuditEntry> list_audit(Database& db, const std::string& client, int64_t after, int limit) {
  Where where;
  where.text("client=?", client);
  where.number("seq>?", after);
  Query query = db.prepare("SELECT seq, at, client, actor, act, subject, detail, hash FROM audit" + where.sql() +
                           (after > 0 ? " ORDER BY seq LIMIT ?" : " ORDER BY seq DESC LIMIT ?"));
  const int position = where.bind(db, query, 1);
  db.bind(query, position, limit);
  std::vector<AuditEntry> entries;
  while (query.next()) {
    AuditEntry entry;
    entry.seq = query.integer(0);
    entry.at = from_micros(query.integer(1));
    entry.client = query.text(2);
    entry.actor = query.text(3);
    entry.act = query.text(4);
    entry.subject = query.text(5);
    entry.detail = query.text(6);
    entry.hash = query.text(7);
    entries.push_back(std::move(entry));
  }
  if (after <= 0) std::reverse(entries.begin(), entries.end());
  return entries;
}

std::vector<Row> list_rows(Database& db, Table table, const std::string& prefix, const std::string& after, int64_t most) {
  // The first text behind all that begin with the prefix.
  std::string before = prefix;
  while (!before.empty() && static_cast<unsigned char>(before.back()) == 0xff) before.pop_back();
  if (!before.empty()) ++before.back();
  std::vector<Row> rows;
  auto query = db.query(table_sql(table, TableSql::list), prefix, before, after, most == 0 ? int64_t{-1} : most);
  while (query.next()) rows.push_back(Row{query.text(0), query.text(1), from_micros(query.integer(2))});
  return rows;
}

}  // namespace mlc::store
