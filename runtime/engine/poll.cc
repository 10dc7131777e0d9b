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
    event.replay_key = hash_parts({"poll", cursor_key(task), key, changed});
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

std::string cursor_key(const PollTask& task) {
  return task.instance->client + "/" + task.instance->name + "/" + task.flow + "/" + task.connection + "/" + task.trigger.operation;
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
  // Without a cursor yet: from the instance's start, since nothing older makes a document (C13).
  auto newest = context.doors.mode(task.instance->client, task.instance->name).start;
  if (*row) {
    const auto micros = Decimal::parse((*row)->value);
    if (!micros) co_return micros.error().wrap("cursor " + key);
    newest = from_micros(micros->to_int64().value_or(to_micros(newest)));
  }
  auto since = context.remote.since(task.instance->client, task.connection, task.trigger.operation, newest - task.trigger.overlap);
  if (since && since->counts) {
    // A count knows no time: the first look takes all there is, behind whatever is live.
    if (!*row) newest = WallTime{};
    since = context.remote.since(task.instance->client, task.connection, task.trigger.operation, newest);
  }
  if (!since) co_return since.error();
  if (!task.trigger.since.empty()) since->field = task.trigger.since;
  const auto lane = since->counts && !*row ? store::Lane::backfill : store::Lane::live;

  remote::Call call{task.instance->client, task.connection, task.trigger.operation, since->arguments, store::Lane::live};
  const auto before = newest;
  if (!since->counts) newest -= task.trigger.overlap;  // rows of the overlap are older than the cursor, and in order all the same
  bool ascending = since->sorted;
  int64_t rows = 0;
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
    if ((last || ascending) && cursor > before) {
      page->change.put.emplace_back(store::Table::cursors, store::Row{key, std::to_string(to_micros(cursor)), context.now()});
    }
    if (!page->change.events.empty() || !page->change.put.empty()) {
      auto committed = co_await context.store.commit(std::move(page->change));
      if (!committed) co_return committed.error();
      context.wake_jobs();
    }
    if (last) co_return rows;
    call.arguments = read->next_arguments;
  }
}

}  // namespace mlc::engine
