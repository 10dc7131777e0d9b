#include "runtime/engine/job_context.h"

#include "runtime/base/date.h"
#include "runtime/base/sleep.h"
#include "runtime/document/write.h"
#include "runtime/engine/request_key.h"

namespace mlc::engine {

std::string exchange_json(const remote::Exchange& exchange) {
  std::string text;
  text.reserve(exchange.request_body.size() + exchange.response_body.size() + 512);
  document::Writer writer(text);
  const auto field = [&](std::string_view name, std::string_view value) {
    writer.key(name);
    writer.string(value);
  };
  writer.begin_object();
  field("method", exchange.method);
  field("url", exchange.url);
  field("request_headers", exchange.request_headers);
  field("request_body", exchange.request_body);
  writer.key("status");
  writer.integer(exchange.status);
  field("response_headers", exchange.response_headers);
  field("response_body", exchange.response_body);
  if (!exchange.failure.empty()) field("failure", exchange.failure);
  field("began", format_rfc3339(exchange.began));
  field("ended", format_rfc3339(exchange.ended));
  writer.end_object();
  return text;
}

JobContext::JobContext(Context& given, store::Claimed claimed, InstancePtr its_instance)
    : context(given),
      job(std::move(claimed.job)),
      instance(std::move(its_instance)),
      mode(given.doors.mode(job.client, job.instance)),
      event_kind(claimed.event_kind),
      topic(std::move(claimed.topic)),
      received(claimed.received),
      payload(std::move(claimed.payload)),
      journal(given.vault, job.client, std::move(claimed.journal), job.chapter()) {}

Task<Result<store::Committed>> JobContext::commit(store::Change change) {
  change.job = job.id;
  change.epoch = job.epoch;
  for (;;) {
    auto committed = co_await context.store.commit(change);
    if (committed) co_return committed;
    if (committed.error().code() == Code::conflict) lost_ = true;
    if (committed.error().code() != Code::exhausted) co_return committed.error();
    context.log.warn("job.disk_full", {{"job", job.id}});
    co_await sleep_for(*context.env.timers, std::chrono::seconds(1));
  }
}

Task<Unit> JobContext::record_later(store::Change change, std::shared_ptr<void> held) {
  auto committed = co_await commit(std::move(change));
  held.reset();
  if (!committed) context.log.warn("job.record_failed", {{"job", job.id}, {"error", committed.error().text()}});
  co_return Unit{};
}

void JobContext::record(store::Change change, std::shared_ptr<void> held) {
  context.scope.spawn(record_later(std::move(change), std::move(held)));
}

Result<std::string> JobContext::connection(const std::string& role, const std::string& asked) const {
  return connection_for(*instance, job.source, role, asked);
}

std::optional<Ending> JobContext::held(const std::string& connection) const {
  const auto hold = context.remote.held(job.client, connection);
  if (!hold) return std::nullopt;
  if (hold->until != WallTime::max()) return Ending::wait(hold->reason_code, hold->reason, hold->until);
  Ending ending;
  ending.what = Ending::What::park;
  ending.code = hold->reason_code == "unknown" ? "no_connection" : "grant_dead";
  ending.reason = hold->reason.empty() ? "the grant of connection " + connection + " needs to be authorised again" : hold->reason;
  ending.fix = ending.code == "grant_dead" ? "ml-connector authorize " + job.client + " " + connection : "add the connection to client.lua";
  ending.cause = ending.code + ":" + connection;
  ending.continues = true;
  return ending;
}

store::EntryBirth JobContext::exchange_entry(const std::string& name, const remote::Exchange& exchange) const {
  auto birth = journal.seal(store::EntryKind::exchange, -1, name, "", {context.now(), false, exchange_json(exchange)});
  return birth ? std::move(*birth) : store::EntryBirth{store::EntryKind::exchange, -1, name, "", {}};
}

}  // namespace mlc::engine
