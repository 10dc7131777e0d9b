#include "runtime/engine/poll.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/strings.h"
#include "runtime/base/wall_clock.h"
#include "runtime/document/document.h"
#include "runtime/document/path.h"
#include "runtime/document/write.h"
#include "runtime/engine/journal.h"
#include "runtime/engine/probe.h"
#include "runtime/remote/system_spec.h"

namespace mlc::engine {
namespace {

struct Page {
  store::Change change;
  int64_t rows = 0;
  bool ascending = true;
};

document::Value at(document::Value root, const std::string& path) {
  const auto parsed = document::Path::parse(path);
  return parsed ? document::find(root, *parsed) : root.get(path);
}

// The cursor belongs to (client, instance, flow, connection, operation), not to a script's text.
std::string cursor_key(const Instance& instance, const std::string& flow, const std::string& connection, const std::string& operation) {
  return instance.client + "/" + instance.name + "/" + flow + "/" + connection + "/" + operation;
}

// A row version that grows with each change stands in a cursor as its microseconds: an order is all that it has.
Result<WallTime> parse_count(std::string_view text) {
  const auto value = Decimal::parse(text);
  const auto number = value ? value->to_int64() : Result<int64_t>(value.error());
  if (!number) return number.error();
  return from_micros(*number);
}

// When a row changed: by a count, by a clock on the wall somewhere, or as an instant says it. `latest`: of two moments that such a clock
// shows alike, when it goes back.
struct Moment {
  WallTime earliest{}, latest{};
};
Result<Moment> moment_of(const remote::Since& since, std::string_view text) {
  if (!since.zone.empty()) {
    const auto zone = Zone::find(since.zone);
    if (!zone) return zone.error();
    const auto first = parse_wall_clock(text, *zone), last = parse_wall_clock(text, *zone, Zone::Choose::latest);
    if (!first) return first.error();
    return Moment{*first, last.value_or(*first)};
  }
  const auto moment = since.counts ? parse_count(text) : parse_remote_instant(text);
  if (!moment) return moment.error();
  return Moment{*moment, *moment};
}

// The count that stood at a moment; nullopt where the remote does not tell, and all is read.
Task<Result<std::optional<WallTime>>> count_at(Context& context, const PollTask& task, WallTime moment) {
  using Found = Result<std::optional<WallTime>>;
  if (task.trigger.whole) co_return std::optional<WallTime>();
  auto begins = context.remote.begins(task.instance->client, task.connection, task.trigger.operation, moment);
  if (!begins) co_return begins.error();
  if (!*begins) co_return std::optional<WallTime>();
  auto read = co_await context.remote.read((*begins)->call);
  if (!read) co_return read.error();
  std::string why = read->outcome.sentence;
  if (read->outcome.verdict == remote::Verdict::applied) {
    auto answer = document::Document::parse(read->outcome.body);
    auto count = answer ? parse_count(remote::find_dotted(answer->root(), (*begins)->field).text()) : Result<WallTime>(answer.error());
    if (count) co_return Found(*count);
    why = (*begins)->field + ": " + count.error().text();
  } else if (const int status = read->outcome.exchange.status; status != 400 && status != 403 && status != 404) {
    co_return read_error(read->outcome);
  }
  context.log.warn("poll.begins_with_everything", {{"poll", cursor_key(task)}, {"why", why}});
  co_return std::optional<WallTime>();
}

Result<Page> read_page(Context& context, const PollTask& task, const remote::Since& since, store::Lane lane, const std::string& rows,
                       WallTime* newest) {
  const auto mode = context.doors.mode(task.instance->client, task.instance->name);
  const auto& field = since.field;
  auto parsed = document::Document::parse(rows);
  if (!parsed) return parsed.error().wrap(task.trigger.operation);
  Page page;
  for (const auto row : parsed->root().items()) {
    ++page.rows;
    const auto key = at(row, task.trigger.key_path).text();
    const auto changed = remote::find_dotted(row, field).text();
    if (key.empty()) return Error(Code::corrupt, task.trigger.operation + ": a row has no " + task.trigger.key_path);
    const auto moment = moment_of(since, changed);
    if (!moment) return moment.error().wrap(task.trigger.operation + ": " + field);
    page.ascending = page.ascending && moment->earliest >= *newest;
    *newest = std::max(*newest, moment->earliest);
    // The overlap reaches behind the start. Remotes write whole seconds: one that the start is in counts.
    if (mode.live && !since.counts && moment->latest + std::chrono::seconds(1) <= mode.start) continue;

    std::string payload;
    document::Writer writer(payload);
    writer.begin_object();
    writer.key("record");
    writer.value(row);
    writer.key("cursor");
    writer.string(changed);
    writer.key("received");
    writer.string(format_rfc3339(context.now()));
    writer.end_object();
    auto sealed = context.vault.seal(task.instance->client, "event", payload);
    if (!sealed) return sealed.error();

    store::EventBirth event;
    event.kind = store::EventKind::poll;
    event.client = task.instance->client;
    event.connection = task.connection;
    event.topic = task.trigger.operation;
    event.received = context.now();
    // The overlap reads rows again; the same version of a row is the same event.
    // What was read in shadow is read again once the instance is live.
    event.replay_key = hash_parts({"poll", cursor_key(task), key, changed, mode.live ? std::to_string(to_micros(mode.start)) : ""});
    event.replay_until = event.received + context.options.replay_kept;
    event.payload = std::move(*sealed);
    store::JobBirth job;
    job.client = task.instance->client;
    job.instance = task.instance->name;
    job.flow = task.flow;
    job.source = task.connection;
    job.key = std::string(key);
    job.lane = lane;
    event.jobs.push_back(std::move(job));
    page.change.events.push_back(std::move(event));
  }
  return page;
}

}  // namespace

std::string cursor_key(const PollTask& task) { return cursor_key(*task.instance, task.flow, task.connection, task.trigger.operation); }

std::vector<std::string> cursors_from_start(const Instance& instance) {
  std::vector<std::string> all;
  for (const auto& flow : instance.flows) {
    for (const auto& trigger : flow.triggers) {
      if (trigger.kind != Trigger::Kind::poll || trigger.whole) continue;
      for (const auto& connection : connections_of(instance, trigger.role))
        all.push_back(cursor_key(instance, flow.name, connection, trigger.operation));
    }
  }
  return all;
}

Result<WallTime> parse_remote_instant(std::string_view text) {
  constexpr std::string_view kOdata = "/Date(";
  if (text.starts_with(kOdata)) {
    const auto digits = text.substr(kOdata.size(), text.find(')') - kOdata.size());
    const auto value = Decimal::parse(digits);
    const auto millis = value ? value->to_int64() : Result<int64_t>(value.error());
    if (!millis) return Error(Code::corrupt, "not an OData date");
    return from_micros(*millis * 1000);
  }
  if (all_digits(text)) {
    const auto value = Decimal::parse(text);
    const auto seconds = value ? value->to_int64() : Result<int64_t>(value.error());
    if (seconds && *seconds < 100'000'000'000) return from_micros(*seconds * 1'000'000);
    return Error(Code::corrupt, "not a time in seconds");
  }
  return parse_instant(text);
}

Task<Result<int64_t>> run_poll(Context& context, PollTask task) {
  const auto key = cursor_key(task);
  auto row = co_await context.store.get(store::Table::cursors, key);
  if (!row) co_return row.error();
  const auto mode = context.doors.mode(task.instance->client, task.instance->name);
  // Without a cursor yet: from the instance's start, since nothing older makes a document (C13).
  auto newest = task.trigger.whole ? WallTime{} : mode.start;
  if (*row) {
    const auto micros = Decimal::parse((*row)->value);
    if (!micros) co_return micros.error().wrap("cursor " + key);
    newest = from_micros(micros->to_int64().value_or(to_micros(newest)));
  }
  auto since = context.remote.since(task.instance->client, task.connection, task.trigger.operation,
                                    std::max(newest - task.trigger.overlap, WallTime{}));
  bool is_whole = !*row && task.trigger.whole, is_begun = false;
  if (since && since->counts) {
    // A count knows no time. Where the remote does not say which one a moment has, the first look takes all there is, behind whatever is
    // live.
    if (!*row) {
      auto count = co_await count_at(context, task, newest);
      if (!count) co_return count.error();
      is_whole = !*count, is_begun = !is_whole;
      newest = count->value_or(WallTime{});
    }
    since = context.remote.since(task.instance->client, task.connection, task.trigger.operation, newest);
  }
  if (!since) co_return since.error();
  if (!task.trigger.since.empty()) since->field = task.trigger.since;
  const auto lane = is_whole ? store::Lane::backfill : store::Lane::live;

  remote::Call call{task.instance->client, task.connection, task.trigger.operation, since->arguments, store::Lane::live};
  const auto before = newest;
  if (!since->counts) newest -= task.trigger.overlap;  // rows of the overlap are older than the cursor, and in order all the same
  bool ascending = since->sorted;
  int64_t rows = 0;
  std::string asked = since->arguments;
  for (;;) {
    auto read = co_await context.remote.read(call);
    if (!read) co_return read.error();
    if (read->outcome.verdict != remote::Verdict::applied) co_return read_error(read->outcome);
    auto page = read_page(context, task, *since, lane, read->rows.empty() ? "[]" : read->rows, &newest);
    if (!page) co_return page.error();
    rows += page->rows;
    ascending = ascending && page->ascending;
    const bool last = read->next_arguments.empty();
    const auto cursor = std::max(before, newest);
    // In the middle the cursor may only follow rows that come in order; at the end it always may.
    if ((last || ascending) && (cursor > before || (is_begun && last))) {
      page->change.put.emplace_back(store::Table::cursors, store::Row{key, std::to_string(to_micros(cursor)), context.now()});
    }
    // Went live meanwhile, or its start is another one: it reads anew from there.
    if (const auto current = context.doors.mode(task.instance->client, task.instance->name);
        current.live != mode.live || current.start != mode.start)
      co_return Error(Code::conflict, "the instance's start has changed meanwhile");
    if (!page->change.events.empty() || !page->change.put.empty()) {
      auto committed = co_await context.store.commit(std::move(page->change));
      if (!committed) co_return committed.error();
      context.wake_jobs();
    }
    if (last) co_return rows;
    call.arguments = read->next_arguments;
    // A row of this page that changes now goes to the list's end, and the next page would begin one row too late: it is asked for from
    // where this one ended. Rows that are read again are known. By its number only where all of a page are of one moment.
    if (since->shifts && ascending) {
      const auto from = std::chrono::floor<std::chrono::seconds>(newest);
      auto next = context.remote.since(task.instance->client, task.connection, task.trigger.operation, from);
      if (next && next->arguments != asked) {
        call.arguments = asked = next->arguments;
        newest = std::min(newest, WallTime(from));
      }
    }
  }
}

}  // namespace mlc::engine
