#include "runtime/engine/story.h"

#include <algorithm>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/document/document.h"
#include "runtime/engine/journal.h"
#include "runtime/engine/words.h"

namespace mlc::engine {
namespace {

using document::Node;

Node time(WallTime at) { return at == WallTime{} ? Node() : Node(format_rfc3339(at)); }

Node job_node(const store::Job& job) {
  auto node = Node::object();
  node.set("id", job.id).set("client", job.client).set("instance", job.instance).set("flow", job.flow).set("source", job.source);
  node.set("key", job.key).set("state", word(job.state)).set("done_as", word(job.done_as)).set("reason", job.reason);
  node.set("reason_code", job.reason_code).set("version", job.version).set("runs", job.runs).set("attempt", job.attempt);
  node.set("restarts", job.restarts);
  node.set("failures", job.failures).set("crashes", job.crashes).set("born", time(job.born)).set("next", time(job.next));
  node.set("ended", time(job.ended)).set("event", job.event);
  node.set("case", job.case_id == 0 ? Node() : Node(job.case_id));
  return node;
}

// JSON as JSON, anything else as text.
Node opened(const std::string& text) {
  auto parsed = document::Document::parse(text);
  return parsed ? Node::copy_of(parsed->root()) : Node(text);
}

}  // namespace

Task<Result<Node>> Story::tell(store::Id id) {
  auto story = co_await context_.store.story(id);
  if (!story) co_return story.error();
  if (!*story) co_return Error(Code::not_found, "no job " + std::to_string(id));
  const auto& told = **story;
  auto node = job_node(told.job);

  auto event = Node::object();
  event.set("kind", word(told.event_kind)).set("topic", told.topic).set("connection", told.connection).set("received", time(told.received));
  auto payload = context_.vault.open(told.job.client, "event", told.payload);
  event.set("payload", payload ? opened(*payload) : Node("unreadable: " + payload.error().text()));
  node.set("received", std::move(event));

  const Journal reader(context_.vault, told.job.client, {}, 1);
  auto entries = Node::array();
  constexpr std::string_view kPosition = "position:", kUndecided = "undecided:";
  for (const auto& entry : told.journal) {
    // Where a refusal was made and whether it is for a person to decide are facts of the job, not lines of its journal.
    const bool note = entry.kind == store::EntryKind::note;
    if (note && entry.name.starts_with(kPosition)) {
      node.set("position", entry.name.substr(kPosition.size()));
      continue;
    }
    if (note && entry.name.starts_with(kUndecided)) {
      if (entry.name == Journal::undecided_mark(told.job.chapter())) node.set("decidable", told.job.state == store::JobState::parked);
      continue;
    }
    auto one = Node::object();
    one.set("row", entry.row).set("index", entry.index).set("kind", word(entry.kind)).set("name", entry.name).set("at", time(entry.at));
    auto answer = reader.open(entry);
    if (!answer) one.set("error", answer.error().text());
    else one.set(answer->failed ? "error" : "value", opened(answer->json));
    entries.push(std::move(one));
  }
  node.set("journal", std::move(entries));

  store::EffectFilter filter;
  filter.client = told.job.client;
  filter.job = id;
  auto effects = co_await context_.store.effects(filter);
  if (!effects) co_return effects.error();
  auto list = Node::array();
  for (const auto& effect : *effects) {
    auto one = Node::object();
    one.set("key", to_hex(effect.key)).set("name", effect.name).set("connection", effect.connection).set("operation", effect.operation);
    one.set("entity", effect.entity).set("version", effect.version).set("generation", effect.generation);
    one.set("kind", std::string(1, effect.kind))
        .set("state", word(effect.state))
        .set("remote_id", effect.remote_id)
        .set("sends", effect.sends);
    one.set("planned", time(effect.planned)).set("armed", time(effect.armed)).set("ended", time(effect.ended));
    list.push(std::move(one));
  }
  node.set("effects", std::move(list));
  co_return node;
}

Task<Result<std::vector<store::Id>>> Story::find_jobs(std::string client, std::string number) {
  auto ids = co_await context_.store.find(client, context_.vault.digest(client, number));
  if (!ids) co_return ids.error();
  store::JobFilter filter;
  filter.client = client;
  filter.key = number;
  filter.limit = 20;
  auto by_key = co_await context_.store.jobs(filter);
  if (!by_key) co_return by_key.error();
  std::vector<store::Id> all = *ids;
  for (const auto& job : *by_key) all.push_back(job.id);
  std::sort(all.begin(), all.end(), std::greater<>());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.empty()) co_return Error(Code::not_found, "nothing of " + client + " bears the number " + number);
  co_return all;
}

Task<Result<Node>> Story::show(std::string client, std::string number) {
  auto all = co_await find_jobs(client, number);
  if (!all) co_return all.error();
  auto jobs = Node::array();
  for (const auto id : *all) {
    auto one = co_await tell(id);
    if (!one) co_return one.error();
    jobs.push(std::move(*one));
  }
  auto node = Node::object();
  node.set("client", client).set("number", number).set("jobs", std::move(jobs));
  co_return node;
}

Task<Result<Node>> Story::job(store::Id id) { co_return co_await tell(id); }

Task<Result<Node>> Story::jobs(store::JobFilter filter) {
  auto jobs = co_await context_.store.jobs(std::move(filter));
  if (!jobs) co_return jobs.error();
  auto list = Node::array();
  for (const auto& job : *jobs) list.push(job_node(job));
  auto node = Node::object();
  node.set("jobs", std::move(list));
  co_return node;
}

Task<Result<Node>> Story::cases(std::string client) {
  auto cases = co_await context_.store.cases(client, true);
  if (!cases) co_return cases.error();
  auto list = Node::array();
  for (const auto& one : *cases) {
    auto node = Node::object();
    node.set("id", one.id).set("client", one.client).set("instance", one.instance).set("flow", one.flow).set("code", one.code);
    node.set("sentence", one.sentence)
        .set("fix", one.fix)
        .set("concern", one.concern)
        .set("opened", time(one.opened))
        .set("jobs", one.jobs);
    list.push(std::move(node));
  }
  auto node = Node::object();
  node.set("cases", std::move(list));
  co_return node;
}

Task<Result<Node>> Story::audit(std::string client, int64_t after, int limit) {
  auto entries = co_await context_.store.audit(client, after, limit);
  if (!entries) co_return entries.error();
  auto list = Node::array();
  for (const auto& entry : *entries) {
    auto node = Node::object();
    node.set("seq", entry.seq).set("at", time(entry.at)).set("client", entry.client).set("actor", entry.actor).set("act", entry.act);
    node.set("subject", entry.subject).set("detail", entry.detail).set("hash", to_hex(entry.hash));
    list.push(std::move(node));
  }
  auto node = Node::object();
  node.set("audit", std::move(list));
  co_return node;
}

}  // namespace mlc::engine
