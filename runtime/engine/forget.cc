#include "runtime/engine/forget.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/document/document.h"
#include "runtime/document/node.h"
#include "runtime/document/write.h"
#include "runtime/engine/sealed_row.h"

namespace mlc::engine {
namespace {

using document::Node;
using store::JobState;

constexpr size_t kMaxAddress = 254;  // RFC 5321 4.5.3.1.3
constexpr int kJobsAtOnce = 1000;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_foreign(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool is_local(char c) { return is_letter_or_digit(c) || is_foreign(c) || std::string_view("._+-'").find(c) != std::string_view::npos; }
bool is_domain(char c) { return is_letter_or_digit(c) || is_foreign(c) || c == '.' || c == '-'; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return std::string(text);
}

// "%40" and "\u0040" are an @ that a URL or JSON wrote otherwise; "%2b" may stand in the part before it.
std::string plainly(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%' && text[at] != '\\') {
      result += text[at];
      continue;
    }
    const auto rest = text.substr(at);
    const auto begins = [&](std::string_view with) { return rest.size() >= with.size() && lower(rest.substr(0, with.size())) == with; };
    if (begins("\\u0040")) result += '@', at += 5;
    else if (begins("%40")) result += '@', at += 2;
    else if (begins("%2b")) result += '+', at += 2;
    else result += text[at];
  }
  return result;
}

void add_addresses(std::string_view text, std::set<std::string>& into) {
  for (size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    size_t begin = at, end = at + 1;
    while (begin > 0 && is_local(text[begin - 1]) && at - begin < kMaxAddress) --begin;
    while (end < text.size() && is_domain(text[end]) && end - at < kMaxAddress) ++end;
    while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;  // the end of a sentence
    while (begin < at && text[begin] == '.') ++begin;
    if (begin == at || end == at + 1) continue;
    const auto domain = text.substr(at, end - at);
    into.insert(lower(text.substr(begin, end - begin)));
    // The letter of "\n" in JSON, and the quote around a value, are no part of it.
    if (begin > 0 && text[begin - 1] == '\\' && begin + 1 < at)
      into.insert(lower(std::string(text.substr(begin + 1, at - begin - 1)).append(domain)));
    const auto quote = text.substr(begin, at - begin).rfind('\'');
    if (quote != std::string_view::npos && begin + quote + 1 < at)
      into.insert(lower(std::string(text.substr(begin + quote + 1, at - begin - quote - 1)).append(domain)));
  }
}

std::string row_key(const Subject& subject) {
  return subject.client + "/" + to_hex(subject.digest) + (subject.flow.empty() ? "" : "/" + subject.flow);
}

std::string line_of(const Subject& subject, WallTime at) {
  auto node = Node::object();
  node.set("at", format_rfc3339(at)).set("client", subject.client).set("digest", to_hex(subject.digest));
  node.set("kind", subject.address ? "address" : "number");
  if (!subject.flow.empty()) node.set("flow", subject.flow);
  return document::write(node);
}

Result<Subject> subject_of(std::string_view line) {
  auto parsed = document::Document::parse(std::string(line));
  const auto damaged = Error(Code::corrupt, "a line of the list of erasures is damaged: " + std::string(line.substr(0, 80)));
  if (!parsed) return damaged;
  auto digest = from_hex(parsed->root().get("digest").text());
  Subject subject;
  subject.client = parsed->root().get("client").text();
  subject.address = parsed->root().get("kind").text() == "address";
  subject.flow = parsed->root().get("flow").text();
  if (!digest || digest->empty() || subject.client.empty()) return damaged;
  subject.digest = std::move(*digest);
  auto at = parse_instant(parsed->root().get("at").text());
  if (!at) return damaged;
  subject.until = *at;
  return subject;
}

Result<std::vector<Subject>> read_list(Files& files, const std::string& path) {
  auto text = files.read(path);
  if (!text) return text.error();
  std::vector<Subject> subjects;
  std::string_view left = *text;
  while (!left.empty()) {
    const auto end = std::min(left.find('\n'), left.size());
    const auto line = left.substr(0, end);
    const bool whole = end < left.size();
    left.remove_prefix(std::min(end + 1, left.size()));
    if (line.empty()) continue;
    auto subject = subject_of(line);
    if (!subject && !whole) break;  // cut while it was written: that erasure was not made
    if (!subject) return subject.error();
    subjects.push_back(std::move(*subject));
  }
  return subjects;
}

bool is_after(const Subject& subject, WallTime at) { return subject.until != WallTime{} && at > subject.until; }

bool is_open(JobState state) { return state == JobState::waiting || state == JobState::running || state == JobState::parked; }

}  // namespace

std::set<std::string> addresses_in(std::string_view text) {
  std::set<std::string> found;
  add_addresses(text, found);
  const auto plain = plainly(text);
  if (plain != text) add_addresses(plain, found);
  return found;
}

Task<Result<Subject>> Forgetting::subject(std::string client, std::string text, std::string flow) {
  Subject subject;
  subject.client = std::move(client);
  subject.number = trimmed(text);
  subject.flow = std::move(flow);
  if (subject.number.empty()) co_return Error(Code::invalid_argument, "name the person: an e-mail address, or the number of a record");
  subject.address = subject.number.find('@') != std::string::npos;
  if (subject.address) {
    subject.number = lower(subject.number);
    if (!addresses_in(subject.number).contains(subject.number))
      co_return Error(Code::invalid_argument, "\"" + subject.number + "\" is no e-mail address");
    if (!subject.flow.empty()) co_return Error(Code::invalid_argument, "--flow is for numbers; an address is found in every flow");
  }
  auto key = co_await store_.get(store::Table::client_keys, subject.client);
  if (!key) co_return key.error();
  if (!*key) co_return Error(Code::not_found, "nothing is kept of a client " + subject.client);
  auto prepared = co_await vault_.prepare(subject.client);
  if (!prepared) co_return prepared.error();
  subject.digest = vault_.digest(subject.client, subject.number);
  co_return subject;
}

Task<Result<Remembered>> Forgetting::find(Subject subject) {
  Remembered found;
  auto prepared = co_await vault_.prepare(subject.client);
  if (!prepared) co_return prepared.error();
  if (subject.address) {
    const Holds holds = [this, &subject](std::string_view text) {
      if (text.find('@') == std::string_view::npos && text.find("40") == std::string_view::npos) return false;
      for (const auto& address : addresses_in(text))
        if (vault_.digest(subject.client, address) == subject.digest) return true;
      return false;
    };
    auto payloads = co_await find_payloads(subject, holds, found);
    if (!payloads) co_return payloads.error();
    auto rows = co_await find_rows(subject, holds, found);
    if (!rows) co_return rows.error();
  } else {
    auto numbered = co_await find_numbered(subject, found);
    if (!numbered) co_return numbered.error();
  }
  auto completed = co_await complete(subject, found);
  if (!completed) co_return completed.error();
  co_return found;
}

Task<Status> Forgetting::find_payloads(const Subject& subject, const Holds& holds, Remembered& found) {
  for (const bool events : {true, false}) {
    for (store::Id after = 0;;) {
      auto reading = events ? erasing_.readable_events(subject.client, after) : erasing_.readable_journal(subject.client, after);
      auto part = co_await std::move(reading);
      if (!part) co_return part.error();
      for (const auto& row : part->rows) {
        auto plain = vault_.open(subject.client, events ? "event" : "journal", row.payload);
        if (is_after(subject, row.at)) continue;
        if (!plain) ++found.unreadable;
        const bool here = (plain && holds(*plain)) || holds(row.name);
        if (here && events) found.events.insert(row.row);
        if (here && !events) found.jobs.insert(row.job);
      }
      if (part->last) break;
      after = part->through;
    }
  }
  co_return ok_status();
}

// Small rows beside the journal: what scripts keep, what was looked up, what comparisons found, what cases say.
Task<Status> Forgetting::find_rows(const Subject& subject, const Holds& holds, Remembered& found) {
  constexpr std::pair<store::Table, std::string_view> kSealed[] = {
      {store::Table::kv, "kv"}, {store::Table::lookups, "lookup"}, {store::Table::reports, "reconcile"}};
  for (const auto& [table, context] : kSealed) {
    auto rows = co_await store_.list(table, subject.client + "/");
    if (!rows) co_return rows.error();
    for (const auto& row : *rows) {
      if (is_after(subject, row.at)) continue;
      const auto sealed = unpack(row.value);
      const auto plain = sealed ? vault_.open(subject.client, context, *sealed) : Result<std::string>(sealed.error());
      if (holds(row.key) || holds(row.value) || (plain && holds(*plain))) found.rows.emplace_back(table, row.key);
    }
  }
  auto cases = co_await store_.cases(subject.client, false);
  if (!cases) co_return cases.error();
  for (const auto& one : *cases)
    if (!is_after(subject, one.opened) && (holds(one.sentence) || holds(one.cause) || holds(one.fix))) found.cases.insert(one.id);
  // A job may say of a person what its payloads do not.
  for (store::Id after = 0;;) {
    store::JobFilter filter;
    filter.client = subject.client;
    filter.after = after;
    filter.limit = kJobsAtOnce;
    filter.newest_first = false;
    auto jobs = co_await store_.jobs(filter);
    if (!jobs) co_return jobs.error();
    for (const auto& job : *jobs) {
      after = job.id;
      if (holds(job.reason)) found.jobs.insert(job.id);
    }
    if (jobs->size() < static_cast<size_t>(kJobsAtOnce)) break;
  }
  co_return ok_status();
}

Task<Status> Forgetting::find_numbered(const Subject& subject, Remembered& found) {
  auto ids = co_await store_.find(subject.client, subject.digest);
  if (!ids) co_return ids.error();
  std::vector<store::Job> jobs;
  for (const auto id : *ids) {
    auto job = co_await store_.job(id);
    if (!job) co_return job.error();
    if (*job) jobs.push_back(std::move(**job));
  }
  // Search terms are written when a job ends: those that have not are known by their key.
  for (store::Id after = 0;;) {
    store::JobFilter filter;
    filter.client = subject.client;
    filter.states = {JobState::waiting, JobState::running, JobState::parked, JobState::dead, JobState::cancelled};
    filter.after = after;
    filter.limit = kJobsAtOnce;
    filter.newest_first = false;
    auto some = co_await store_.jobs(filter);
    if (!some) co_return some.error();
    for (auto& job : *some) {
      after = job.id;
      if (vault_.digest(subject.client, job.key) == subject.digest) jobs.push_back(std::move(job));
    }
    if (some->size() < static_cast<size_t>(kJobsAtOnce)) break;
  }
  for (const auto& job : jobs)
    if (subject.flow.empty() || job.flow == subject.flow) found.jobs.insert(job.id);
  co_return ok_status();
}

// Jobs of the same event hold the same person, and so does the event of a job.
Task<Status> Forgetting::complete(const Subject& subject, Remembered& found) {
  for (const auto id : std::set<store::Id>(found.jobs)) {
    auto job = co_await store_.job(id);
    if (!job) co_return job.error();
    if (*job && !is_after(subject, (*job)->born)) found.events.insert((*job)->event);
  }
  for (const auto event : found.events) {
    store::JobFilter filter;
    filter.client = subject.client;
    filter.event = event;
    auto jobs = co_await store_.jobs(filter);
    if (!jobs) co_return jobs.error();
    for (const auto& job : *jobs) found.jobs.insert(job.id);
  }
  std::set<store::Id> erased;  // or not meant
  for (const auto id : found.jobs) {
    auto job = co_await store_.job(id);
    if (!job) co_return job.error();
    if (!*job || is_after(subject, (*job)->born)) {
      erased.insert(id);
      continue;
    }
    if (is_open((*job)->state)) found.open.push_back(**job);
    if ((*job)->reason == store::kErasedReason) erased.insert(id);
    else ++found.flows[(*job)->flow];
  }
  // A number still leads to what was erased before.
  for (const auto id : erased) found.jobs.erase(id);
  std::set<store::Id> kept;
  for (const auto id : found.jobs) {
    auto job = co_await store_.job(id);
    if (job && *job) kept.insert((*job)->event);
  }
  if (!subject.address) found.events = std::move(kept);
  co_return ok_status();
}

Status Forgetting::note(const std::string& line) {
  auto list = files_.append(list_, 0600);
  if (!list) return list.error().wrap("the list of erasures");
  auto noted = (*list)->append_synced(line + "\n");
  if (!noted) return noted.error().wrap("the list of erasures " + list_);
  return ok_status();
}

Task<Result<int64_t>> Forgetting::erase(const Subject& subject, Remembered found, WallTime at, std::string actor) {
  store::Erasure erasure;
  erasure.client = subject.client;
  erasure.events.assign(found.events.begin(), found.events.end());
  erasure.jobs.assign(found.jobs.begin(), found.jobs.end());
  erasure.cases.assign(found.cases.begin(), found.cases.end());
  erasure.drop = std::move(found.rows);
  erasure.put.emplace_back(store::Table::erasures, store::Row{row_key(subject), line_of(subject, at), at});
  const auto counted = std::to_string(erasure.jobs.size()) + " jobs, " + std::to_string(erasure.events.size()) + " events, " +
                       std::to_string(erasure.drop.size()) + " keyed values";
  erasure.audit.push_back({subject.client, std::move(actor), "forget", "#" + to_hex(subject.digest), counted});
  auto erasing = erasing_.erase(std::move(erasure));
  co_return co_await std::move(erasing);
}

Task<Result<int64_t>> Forgetting::forget(Subject subject, Remembered found, std::string actor) {
  if (!found.open.empty())
    co_return Error(Code::conflict, "job " + std::to_string(found.open.front().id) + " still needs what would be erased");
  const auto now = env_.clock->wall();
  if (auto noted = note(line_of(subject, now)); !noted) co_return noted.error();
  auto erasing = erase(subject, std::move(found), now, std::move(actor));
  co_return co_await std::move(erasing);
}

Task<Status> Forgetting::cancel(store::Job job, std::string actor) {
  store::Change change;
  change.job = job.id;
  change.job_update = store::Change::JobUpdate();
  change.job_update->state = JobState::cancelled;
  change.job_update->reason_code = "cancelled";
  change.job_update->reason = store::kErasedReason;
  change.audit.push_back({job.client, std::move(actor), "cancel", "job " + std::to_string(job.id), store::kErasedReason});
  auto committed = co_await store_.commit(std::move(change));
  if (!committed) co_return committed.error();
  co_return ok_status();
}

Task<Result<int64_t>> Forgetting::again(std::vector<std::string> lists, std::string actor) {
  std::map<std::string, Subject> wanted;
  for (const auto& path : lists) {
    auto subjects = read_list(files_, path);
    if (!subjects) co_return subjects.error().wrap(path);
    for (auto& subject : *subjects) {
      auto& kept = wanted[row_key(subject)];
      if (kept.until < subject.until) kept = std::move(subject);  // the last time that it was asked for
    }
  }
  std::set<std::string> listed;
  if (files_.exists(list_)) {
    auto subjects = read_list(files_, list_);
    if (!subjects) co_return subjects.error().wrap(list_);
    for (const auto& subject : *subjects) listed.insert(line_of(subject, subject.until));
  }
  // What the backup had erased itself belongs on the list too, for the restore of an older one.
  auto known = co_await store_.list(store::Table::erasures, "");
  if (!known) co_return known.error();
  for (const auto& row : *known) {
    if (!listed.insert(row.value).second) continue;
    if (auto noted = note(row.value); !noted) co_return noted.error();
  }

  int64_t forgotten = 0;
  for (const auto& [key, subject] : wanted) {
    const auto line = line_of(subject, subject.until);
    if (listed.insert(line).second) {
      if (auto noted = note(line); !noted) co_return noted.error();
    }
    auto client = co_await store_.get(store::Table::client_keys, subject.client);
    if (!client) co_return client.error();
    if (!*client) continue;  // the backup knows nothing of this client
    auto finding = find(subject);
    auto found = co_await std::move(finding);
    if (!found) co_return found.error();
    for (const auto& job : found->open) {
      auto cancelled = co_await cancel(job, actor);
      if (!cancelled) co_return cancelled.error();
    }
    if (found->empty()) continue;
    auto erasing = erase(subject, std::move(*found), subject.until, actor);
    auto erased = co_await std::move(erasing);
    if (!erased) co_return erased.error();
    ++forgotten;
  }
  co_return forgotten;
}

}  // namespace mlc::engine
